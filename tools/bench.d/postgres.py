"""A temporary PostgreSQL with an append function: what line 2 is compared to."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess

from bench import Failure

# What an event store on PostgreSQL needs at least: streams with versions, an expected version, one row per event.
SCHEMA = """
create table events (
    position bigint generated always as identity primary key,
    stream uuid not null,
    version int not null,
    kind int not null,
    recorded_at timestamptz not null default now(),
    payload bytea not null,
    unique (stream, version)
);
create function append(stream_id uuid, expected int, event_kind int, content bytea) returns bigint
language plpgsql as $$
declare
    actual int;
    appended bigint;
begin
    select coalesce(max(version), 0) into actual from events where stream = stream_id;
    if actual <> expected then
        raise exception 'the stream is at version %, not %', actual, expected using errcode = '40001';
    end if;
    insert into events (stream, version, kind, payload)
        values (stream_id, expected + 1, event_kind, content) returning position into appended;
    return appended;
end $$;
"""

# Every call opens a new stream, as every command of the other side does.
CALL = "select append(gen_random_uuid(), 0, 900, :content::bytea);\n"


def _programs():
    """The directory of initdb; Debian's postgresql is installed where there is none."""
    for attempt in (1, 2):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if found and shutil.which("pgbench"):
            return found[-1].parent
        if attempt == 1:
            command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "postgresql", "postgresql-contrib"]
            if os.geteuid() != 0:
                command.insert(0, "sudo")
            environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
            subprocess.run(command, capture_output=True, timeout=600, env=environment)
    raise Failure("PostgreSQL is missing and could not be installed. Run: apt-get install postgresql")


class Postgres:
    """A cluster in a directory of its own, reached over a Unix socket only."""

    def __init__(self, directory):
        self.programs = _programs()
        self.directory = directory
        # initdb refuses to run as root: Debian's package brings a user for it.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    @contextlib.contextmanager
    def running(self):
        self.directory.mkdir(mode=0o700)
        if self._as:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
            # The user must be able to come through to its directory.
            os.chmod(self.directory.parent, 0o711)
        data = self.directory / "data"
        settings = (
            f"-c listen_addresses= -c unix_socket_directories={self.directory} -c fsync=on -c synchronous_commit=on "
            "-c shared_buffers=1GB -c max_wal_size=8GB -c max_connections=120")
        try:
            self._run("initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "postgres")
            self._run("pg_ctl", "-D", data, "-l", self.directory / "log", "-w", "-o", settings, "start")
            self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", input=SCHEMA)
            (self.directory / "call.sql").write_text(CALL)
            yield self
        finally:
            if (data / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", check=False)
            shutil.rmtree(self.directory, ignore_errors=True)

    def append(self, clients, seconds, content_bytes):
        """Appends from so many clients; returns the same figures as kith-bench."""
        prefix = self.directory / "latencies"
        output = self._run(
            "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", max(1, round(seconds)),
            "-D", "content=\\x" + "5a" * content_bytes, "-f", self.directory / "call.sql",
            "-l", f"--log-prefix={prefix}", limit=seconds + 120)
        latencies = []
        for path in self.directory.glob("latencies.*"):
            with open(path) as lines:
                latencies.extend(int(line.split(" ", 3)[2]) for line in lines)
            path.unlink()
        rate = next(
            (float(line.split()[2]) for line in output.splitlines() if line.startswith("tps = ")), None)
        if not latencies or rate is None:
            raise Failure("pgbench measured nothing: " + output[-400:])
        latencies.sort()

        def at(share):
            return float(latencies[min(len(latencies) - 1, int(share * len(latencies)))])
        return {
            "operations": len(latencies), "seconds": len(latencies) / rate, "perSecond": rate, "p50": at(0.5),
            "p99": at(0.99), "p999": at(0.999), "max": float(latencies[-1]), "details": {"clients": clients},
        }

    def version(self):
        return self._run("psql", "-Atq", "-c", "show server_version").strip()

    def _run(self, program, *words, input=None, check=True, limit=120):
        path = self.programs / program
        command = self._as + [str(path if path.exists() else shutil.which(program)), *map(str, words)]
        environment = dict(os.environ, PGHOST=str(self.directory), PGUSER="postgres", PGDATABASE="postgres")
        done = subprocess.run(
            command, input=input, capture_output=True, text=True, timeout=limit, env=environment, cwd=self.directory)
        if check and done.returncode != 0:
            raise Failure(f"{program}: {done.stderr.strip()[-600:]}")
        return done.stdout
