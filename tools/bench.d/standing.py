"""Lines about a log that is there: reading its history, and starting on it."""

import pathlib
import statistics
import sys
import time

from bench import Failure, settle
from report import Line, Side, middle

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))

from kith.v1 import party_pb2  # noqa: E402
from kith_client import Client, KithError, command  # noqa: E402

MEBIBYTE = 1 << 20


def read_history(bench, size):
    """Line 5: the whole history, decoded, with every leaf hash checked: over the socket and in process."""
    socket, process = [], []
    with bench.service() as service:
        _fill(bench, service, size)
        for _ in range(size["alternations"]):
            settle()
            socket.append(bench.measure("read-history", service=service, limit=3_600))
            process.append(bench.measure("scan", service.data / "log", "--depth", "decoded"))
        for run in socket + process:
            if run["details"]["mismatches"]:
                raise Failure("a record does not have its leaf hash")
    over, within = middle(socket, "perSecond"), middle(process, "perSecond")
    return Line(
        "5", f"an auditor reads the history of {socket[0]['operations']:,} events",
        "every payload decoded, every record's bytes hashed and compared with its leaf hash, on one thread",
        [Side("over the socket, Swift client", socket), Side("in process", process)],
        over / 300_000, "at least 300,000 events/s over the socket and 1 M in process",
        over >= 300_000 and within >= 1e6)


def start(bench, size):
    """Line 6: from the start of the process to the first command it has taken; after a clean stop and after a kill."""
    stopped, killed, memory = [], [], []
    with bench.service() as service:
        _fill(bench, service, size)
        for _ in range(size["alternations"] + 1):
            service.stop()
            settle()
            stopped.append(_ready(service))
            memory.append(_anonymous_bytes(service))
            # Whatever is on its way to the derived stores has to be made up for: as much as a second of commands.
            bench.measure(
                "burst", "--commands", size["burst"] // 4, "--warm-up", 0, "--frame", size["frame"], "--window",
                size["window"], service=service)
            service.process.kill()
            service.process.wait()
            settle()
            killed.append(_ready(service))
    clean, dirty = middle(stopped, "seconds"), middle(killed, "seconds")
    resident = statistics.median(memory) / MEBIBYTE
    return Line(
        "6", f"ready with {size['events']:,} events and more",
        "from the start of the process to the answer to a first command over the socket, which is durable then",
        [Side("after a clean stop", stopped), Side("after a kill behind a burst", killed)],
        max(clean / 0.1, dirty / 1.0), "0.1 s after a clean stop, 1 s after a kill, below 256 MiB of anonymous memory",
        clean <= 0.1 and dirty <= 1 and resident < 256,
        (f"after a clean stop ready after {clean * 1000:.0f} ms, after a kill after {dirty * 1000:.0f} ms; anonymous "
         f"memory behind the first command {resident:.0f} MiB",))


def _fill(bench, service, size):
    """As many orders as the log is to have."""
    bench.measure(
        "burst", "--commands", size["events"], "--warm-up", 0, "--frame", size["frame"], "--window", size["window"],
        service=service, limit=3_600)


def _ready(service):
    """Starts the service and sends it a command until that is answered."""
    body = party_pb2.RegisterParty(
        kind=party_pb2.PARTY_KIND_PERSON, name=party_pb2.PartyNamePersonal(display="Ready"))
    first = command(body)
    began = time.monotonic()
    service.launch()
    while True:
        try:
            with Client(str(service.socket), timeout=600) as kith:
                kith.execute(first)
            break
        except KithError as error:
            if service.process.poll() is not None:
                raise Failure(f"the service has ended: {error}") from error
            time.sleep(0.001)
    seconds = time.monotonic() - began
    return {"operations": 1, "seconds": seconds, "perSecond": 1 / seconds, "details": {}}


def _anonymous_bytes(service):
    lines = pathlib.Path(f"/proc/{service.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon:"))
