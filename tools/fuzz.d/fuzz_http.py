"""Starts the service, sends it what schemathesis makes up, and says what came of it; tools/fuzz-http calls it."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = ROOT / "schemas" / "openapi.json"

# The same requests every time, unless another seed is given.
SEED = 20_260_101
REQUESTS = 20_000

# From so many requests on a run goes through all phases: every boundary of every field, one after the other, and
# requests that use what others have made; a shorter one only makes up requests.
THOROUGH = 5_000
EXAMPLES = 50

# Random content rarely means anything to the rules of the domain: that something of the right form is refused for
# what it says (an order of nobody, a page of no list) is how the service has to be, not a failure of the document.
# Answers of 500 and more are judged by fuzz_hooks.py.
EXCLUDED = "positive_data_acceptance,not_a_server_error"

# Before 3.13 Python loses count of its own recursion where threads parse at the same time, as schemathesis does
# ("AST constructor recursion depth mismatch"): there it sends one request at a time.
WORKERS = 4 if sys.version_info >= (3, 13) else 1

START_SECONDS = 60
STOP_SECONDS = 60
REQUEST_SECONDS = 30

PORT = re.compile(r"port=(\d+).*HTTP is listened at")


class Failed(Exception):
    """The run could not be made; the message says why."""


class Service:
    """A service on a directory of its own, with a port at which a token has every right."""

    def __init__(self, kithd: pathlib.Path, folder: pathlib.Path) -> None:
        self.folder = folder
        self.socket = folder / "kith.sock"
        self.log = folder / "kithd.log"
        self.kith = kithd.with_name("kith")
        self.token = secrets.token_hex(32)
        file = folder / "fuzz.token"
        file.touch(mode=0o600)
        file.write_text(self.token + "\n", encoding="utf-8")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    str(kithd), "--data-directory", str(folder / "data"), "--socket", str(self.socket),
                    "--http-port", "0", "--http-token", f"fuzz={file}", "--log-reserve-bytes", "1048576",
                ],
                stdout=log, stderr=log, env=clean_environment(),
            )  # fmt: skip
        try:
            self.port = self._wait()
            self.run("access", "grant", "--token-name", "fuzz", "--role", "admin")
        except BaseException:
            self.process.kill()
            raise

    def _wait(self) -> int:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            port = PORT.search(text)
            if port and "kithd is ready" in text:
                return int(port[1])
            time.sleep(0.05)
        raise Failed(f"the service did not start:\n{self.log.read_text(encoding='utf-8', errors='replace')}")

    def run(self, *arguments: str) -> str:
        """Runs the command line against the service; its output."""
        run = subprocess.run(
            [str(self.kith), "--socket", str(self.socket), *arguments],
            capture_output=True, text=True, check=False, env=clean_environment(),
        )  # fmt: skip
        if run.returncode != 0:
            raise Failed(f"kith {' '.join(arguments)} ended with {run.returncode}: {run.stdout}{run.stderr}")
        return run.stdout

    def position(self) -> int:
        """The last position of the log."""
        return int(json.loads(self.run("--json", "status"))["durablePosition"])

    def stop(self) -> None:
        """Stops the service, which has to be there still and to end clean."""
        died = self.process.poll()
        if died is not None:
            raise Failed(f"the service has ended by itself with code {died}")
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failed("the service did not stop") from None
        if code != 0:
            raise Failed(f"the service stopped with code {code}")


def clean_environment() -> dict[str, str]:
    """The environment without settings of Kith's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}


def schemathesis(service: Service, seed: int, examples: int, workers: int, phases: str) -> tuple[int, int]:
    """One run of schemathesis, whose findings it prints itself: requests sent, and failures."""
    report = service.folder / f"report-{seed}.json"
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
        "run", str(DOCUMENT), "--url", f"http://127.0.0.1:{service.port}",
        "--header", f"Authorization: Bearer {service.token}",
        "--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--workers", str(workers),
        "--exclude-checks", EXCLUDED, "--continue-on-failure", "--request-timeout", str(REQUEST_SECONDS),
        "--warnings", "off", "--report", "json", "--report-json-path", str(report), "--no-color",
    ]  # fmt: skip
    environment = clean_environment() | {"SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": str(HERE)}
    run = subprocess.run(command, cwd=service.folder, env=environment, check=False)
    try:
        found = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Failed(f"schemathesis ended with {run.returncode} and wrote no report") from None
    failures = found["test_cases"]["unique_failures"] + len(found["errors"])
    if run.returncode != 0 and failures == 0:
        raise Failed(f"schemathesis ended with {run.returncode} ({found['stop_reason']})")
    return found["test_cases"]["generated"], failures


def fuzz(service: Service, options: argparse.Namespace) -> int:
    """Sends so many requests and says what came of them; the number of failures."""
    operations = sum(len(methods) for methods in json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"].values())
    begun = service.position()
    started = time.monotonic()
    requests = failures = 0
    seed = options.seed
    while requests < options.requests:
        print(f"fuzz-http: seed {seed}", flush=True)
        if requests == 0 and options.requests >= THOROUGH:
            phases, examples = "examples,coverage,fuzzing,stateful", EXAMPLES
        else:
            phases, examples = "fuzzing", max(1, (options.requests - requests + operations - 1) // operations)
        sent, found = schemathesis(service, seed, examples, options.workers, phases)
        if sent == 0:
            raise Failed("schemathesis has sent nothing")
        requests += sent
        failures += found
        seed += 1
    # Whatever was sent, what is in the log follows from its facts.
    service.run("recompute")
    events = service.position() - begun
    # Of a few hundred requests made at random there may be none that is carried out.
    if events == 0 and options.requests >= THOROUGH:
        raise Failed("not one command was accepted")
    print(
        f"fuzz-http: {requests} requests in {time.monotonic() - started:.0f} s, {failures} failures; "
        f"{events} events were appended, and the log holds what follows from its facts"
    )
    return failures


def main(arguments: list[str]) -> int:
    """Fuzzes and gives the exit code."""
    parser = argparse.ArgumentParser(prog="tools/fuzz-http", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"requests to send at least ({REQUESTS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which requests are made up ({SEED})")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"requests at the same time ({WORKERS})")
    parser.add_argument(
        "--kithd", type=pathlib.Path, default=ROOT / ".build/release/kithd", help="the service; kith lies beside it"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kith-fuzz-") as folder:
        try:
            service = Service(options.kithd.resolve(), pathlib.Path(folder))
            try:
                failures = fuzz(service, options)
            finally:
                if sys.exc_info()[0] is not None:
                    service.process.kill()
            service.stop()
        except (Failed, OSError) as error:
            print(f"fuzz-http: {error}", file=sys.stderr)
            return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
