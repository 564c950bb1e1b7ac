"""The lines of the table "The speed to reach": each measures both of its sides in one run."""

import json
import pathlib
import shutil
import subprocess
import time

import standing
from bench import Failure, settle
from postgres import Postgres
from report import Line, Side, middle

ORDER = "PlaceOrder of one line, its party by stream number: one event on a new stream; ids are the client's UUIDv7"


def one_client(bench, size):
    """Line 1: one command at a time, against a bare LMDB commit of the same bytes."""
    ours, library, filled, grown = [], [], [], []
    with bench.service() as service:
        for _ in range(size["alternations"]):
            settle()
            ours.append(bench.measure("one-client", "--commands", size["one"], service=service))
            record = _record_bytes(bench, service)
            for fill, runs in ((64, filled), (0, grown)):
                settle()
                runs.append(_bare_commits(bench, record, size["one"], fill=fill))
            settle()
            library.append(bench.measure("one-client", "--library", "--commands", size["one"], service=service))
    ratio = middle(ours, "p50") / middle(filled, "p50")
    return Line(
        "1", "one client, one command at a time", ORDER,
        [
            Side("kith, bare socket", ours), Side("kith, KithClient", library),
            Side(f"bare LMDB commit of {record} bytes, 64 MiB zero-filled ahead", filled),
            Side(f"bare LMDB commit of {record} bytes, growing file", grown),
        ],
        ratio, "p50 at most 1.3 x the bare commit's, then 1.0 x", ratio <= 1.3)


def many_clients(bench, size):
    """Line 2: 64 clients, against PostgreSQL's append function."""
    ours, theirs = [], []
    words = (
        "many-clients", "--clients", 64, "--seconds", size["seconds"], "--warm-up", size["warm_up"],
        "--commands", size["ahead"])
    with bench.service() as service:
        def kith():
            settle()
            ours.append(bench.measure(*words, service=service))
        if not size["postgres"]:
            kith()
            return Line("2", "64 clients, one command each at a time", ORDER, [Side("kith", ours)], None, "", None)
        kith()
        record = _record_bytes(bench, service)
        with Postgres(bench.fresh("postgres")).running() as postgres:
            name = f"PostgreSQL {postgres.version()}, append of {record} bytes, Unix socket, fsync on"
            # Its caches warm up as the other side's do.
            postgres.append(64, size["warm_up"], record)
            for turn in range(size["alternations"]):
                settle()
                theirs.append(postgres.append(64, size["seconds"], record))
                if turn + 1 < size["alternations"]:
                    kith()
    ratio = middle(ours, "perSecond") / middle(theirs, "perSecond")
    calm = middle(ours, "p99") < middle(theirs, "p50")
    return Line(
        "2", "64 clients, one command each at a time", ORDER, [Side("kith", ours), Side(name, theirs)],
        ratio, "at least 4 x, then 6 x; p99 below the other side's p50", ratio >= 4 and calm)


def burst(bench, size):
    """Line 3a: one client, frames of many commands, against bare LMDB commits of as many records."""
    ours, theirs = [], []
    frame, window = size["frame"], size["window"]
    with bench.service() as service:
        for _ in range(size["alternations"]):
            settle()
            ours.append(
                bench.measure(
                    "burst", "--commands", size["burst"], "--warm-up", size["burst"] // 10, "--frame", frame,
                    "--window", window, service=service))
            record = _record_bytes(bench, service)
            settle()
            theirs.append(_bare_commits(bench, record, max(10, size["burst"] // 1_000), records=1_000))
    best = middle(ours, "perSecond")
    return Line(
        "3a", f"one client, frames of {frame}, {window} under way, burst of {size['burst']:,}", ORDER,
        [Side("kith", ours), Side(f"bare LMDB, 1,000 records of {record} bytes per commit", theirs)],
        best / middle(theirs, "perSecond"), "at least 200,000 durable commands/s", best >= 200_000)


def sustained(bench, size):
    """Line 3b: as line 3a for a minute, and how far behind everything derived is at the end."""
    ours = []
    for _ in range(size["alternations"]):
        with bench.service() as service:
            settle()
            ours.append(
                bench.measure(
                    "sustained", "--seconds", size["minute"], "--commands", size["lasting"], "--frame", size["frame"],
                    "--window", size["window"], service=service, limit=900))
    best = middle(ours, "perSecond")
    lag = max(run["details"]["lagSeconds"] for run in ours)
    behind = max(run["details"]["lagEvents"] for run in ours)
    index = max(run["details"]["indexLagEvents"] for run in ours)
    after = max(run["details"]["catchUpSeconds"] for run in ours)
    return Line(
        "3b", f"one client, frames of {size['frame']}, {size['window']} under way, for {size['minute']} s", ORDER,
        [Side("kith", ours)], best / 60_000, "at least 60,000 durable commands/s, lag below 1 s at the end",
        # The lag is told by the times of recording; how long it takes to make up for it says the same from outside.
        best >= 60_000 and max(lag, after) < 1,
        (f"at the end the slowest projection was {lag:.2f} s and {behind:,.0f} events behind, the index {index:,.0f} "
         f"events; all had caught up after {after:.1f} s",))


def replay(bench, size):
    """Line 4: all projections from an empty start, at N events and at a tenth of them, and the bare scan beside it."""
    names = None
    sides, per_event = [], {}
    for events in (size["events"] // 10, size["events"]):
        with bench.service() as service:
            names, count = _demo_log(bench, service, events)
            words = ("rebuild", *names)
            apart = [bench.measure(*words, service=service, limit=1_800)]
            together = [bench.measure(*words, "--together", service=service, limit=1_800)]
            log = service.data / "log"
            scans = {depth: [bench.measure("scan", log, "--depth", depth)] for depth in ("header", "checked")}
            for runs in (apart, together):
                if any(value != 1 for name, value in runs[0]["details"].items() if name.endswith(".equal")):
                    raise Failure("a rebuilt projection differs from the live one")
        per_event[events] = min(run["seconds"] for run in apart + together) / count
        sides += [
            Side(f"{count:,} events: {' and '.join(names)} at the same time", together),
            Side(f"{count:,} events: one after the other", apart),
            Side(f"{count:,} events: bare scan, header decoded", scans["header"]),
            Side(f"{count:,} events: bare scan, header decoded, leaf hash checked", scans["checked"]),
        ]
    small, large = per_event.values()
    return Line(
        "4", f"replay of {' and '.join(names)} into their stores, from an empty start",
        "demo data, sealed; a rebuild over the socket while the service runs", sides, large / small,
        "at least 1 M events/s; time per event at N at most 1.15 x that at N/10",
        1 / large >= 1e6 and large / small <= 1.15)


def import_rows(bench, size):
    """Line 11: rows of purchases over the socket, and the same number through `kith import`."""
    ours, command_line = [], []
    for _ in range(size["alternations"]):
        with bench.service() as service:
            settle()
            ours.append(
                bench.measure(
                    "import-rows", "--rows", size["rows"], "--frame", size["frame"], "--window", size["window"],
                    service=service))
    with bench.service() as service:
        settle()
        command_line.append(_kith_import(bench, service, size["rows"]))
    seconds = middle(ours, "seconds")
    scale = size["rows"] / 100_000
    return Line(
        "11", f"import of {size['rows']:,} CDNOW-shaped rows",
        "each row one atomic command of UpsertParty and PlaceOrder, frames pipelined",
        [Side("kith, frames encoded ahead", ours), Side("kith import of a file of as many rows", command_line)],
        seconds / (3 * scale), "at most 3 s per 100,000 rows; published limits of hosted CRMs: 17 minutes",
        seconds <= 3 * scale)


def verification(bench, size):
    """Line 10: the whole log checked from its files, against a scan on one thread that only hashes the records."""
    ours, alone, scans = [], [], []
    with bench.service() as service:
        _, count = _demo_log(bench, service, size["events"])
        log = service.data / "log"
        for _ in range(size["alternations"]):
            ours.append(bench.measure("verify", log))
            alone.append(bench.measure("verify", log, "--threads", 1))
            scans.append(bench.measure("scan", log, "--depth", "checked"))
    speed = sorted(run["details"]["megabytesPerSecond"] for run in ours)[len(ours) // 2]
    return Line(
        "10", f"verification of a whole log of {count:,} events: {speed:.0f} MB/s",
        "demo data, sealed; hashes, header forms, links, commands, times and the tree",
        [
            Side("kith, two threads", ours), Side("kith, one thread", alone),
            Side("bare scan on one thread, header decoded, leaf hash checked", scans),
        ],
        middle(ours, "perSecond") / middle(scans, "perSecond"), "at least 500 MB/s", speed >= 500)


ALL = {
    "1": one_client, "2": many_clients, "3a": burst, "3b": sustained, "4": replay, "5": standing.read_history,
    "6": standing.start, "10": verification, "11": import_rows,
}  # fmt: skip


def _record_bytes(bench, service):
    """What the newest records of the service's log weigh on average."""
    end = int(_status(bench, service)["durablePosition"])
    scan = bench.measure("scan", service.data / "log", "--depth", "cursor", "--from", max(1, end - 1_000))
    return round(scan["details"]["bytesPerRecord"])


def _bare_commits(bench, record, commits, records=1, fill=64):
    path = bench.fresh("lmdb")
    try:
        # The warm-up is in proportion, so that a tiny run stays tiny.
        return bench.measure(
            "bare-commits", path, "--record-bytes", record, "--commits", commits, "--records", records,
            "--warm-up", max(5, commits // 10), "--fill", fill)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _status(bench, service):
    done = bench.kith("status", "--json", service=service, limit=60)
    if done.returncode != 0:
        raise Failure("kith status: " + done.stderr.strip())
    return json.loads(done.stdout)


def _demo_log(bench, service, events):
    """Fills the service's log with demo data; returns the names of the projections and the number of events."""
    parties = max(20, events // 11)
    maker = subprocess.Popen(
        [str(bench.binaries / "kith"), "demo-data", "--parties", str(parties)], stdout=subprocess.PIPE)
    with open("/dev/null", "w") as nowhere:
        sender = subprocess.Popen(
            [str(bench.binaries / "kith"), "submit", "--socket", str(service.socket)], stdin=maker.stdout,
            stdout=nowhere, stderr=subprocess.PIPE, text=True)
    maker.stdout.close()
    try:
        _, complaint = sender.communicate(timeout=3_600)
    finally:
        for process in (maker, sender):
            if process.poll() is None:
                process.kill()
            process.wait()
    if sender.returncode != 0:
        raise Failure("kith submit: " + complaint.strip()[-400:])
    deadline = time.monotonic() + 1_800
    while time.monotonic() < deadline:
        status = _status(bench, service)
        if all(int(view.get("lagEvents", 0)) == 0 for view in status["projections"]):
            return [view["name"] for view in status["projections"]], int(status["durablePosition"])
        time.sleep(0.5)
    raise Failure("the projections do not catch up with the log")


def _kith_import(bench, service, rows):
    mapping = pathlib.Path(__file__).resolve().parents[1] / "mappings" / "cdnow.json"
    path = bench.fresh("rows")
    with open(path, "w") as file:
        for row in range(rows):
            # Numbers without a common divisor: every row differs, and the customers come in no order.
            customer = row * 7_919 % max(1, rows // 3) + 1
            day = f"1997{1 + row * 31 % 12:02}{1 + row * 17 % 28:02}"
            file.write(f" {customer:05} {customer:05} {day} {1 + row % 5:2} {5 + row % 8_000 / 100:7.2f}\n")
    started = time.monotonic()
    try:
        done = bench.kith("import", path, "--mapping", mapping, service=service, limit=1_800)
    finally:
        path.unlink()
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise Failure("kith import: " + (done.stderr + done.stdout).strip()[-600:])
    return {"operations": rows, "seconds": seconds, "perSecond": rows / seconds, "details": {}}
