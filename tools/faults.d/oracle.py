"""Judges the service from outside: P1 to P6, asked over the socket and held to what the ledger knows.

P1: what was acknowledged is there, at its position, with its hash. P2: nothing is there that nobody sent. P3:
positions without gaps, every record as docs/log-format.md has it, every root that was given out holds. P4: a command
in doubt, sent again, has its effect once. P5: every projection equals a fresh rebuild. P6 is the time until the
service answers, which whoever starts it measures.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

from kith.v1 import history_pb2, queries_pb2, registry_pb2
from kith_audit.checks import Chain
from kith_audit.damage import Damage
from kith_audit.record import parse_value
from kith_client import Client, KithError, reference
from ledger import Entry, Ledger, Receipts
from load import name_of, person_of, send
from report import DOUBLED, LOST, OTHER, WRONG, Finding
from service import Service

# A new log begins with itself, the user that started it, and his role.
OWN_EVENTS = 3
RETRY_FRAME = 100
# How many of the acknowledged commands are sent again, and how many persons are read.
SAMPLE = 20
# Findings of one kind beyond which no more are told: they say the same.
TOLD_MAXIMUM = 5


class Oracle:
    """Checks one service against one ledger. `findings` grows; every check looks at the whole log anew."""

    def __init__(self, service: Service, ledger: Ledger, rng: random.Random) -> None:
        self.findings: list[Finding] = []
        # How many events the last check read.
        self.events = 0
        self._service = service
        self._ledger = ledger
        self._rng = rng

    def begin(self) -> None:
        """Takes what the service wrote into the log by itself, before the first command, as what is to be there."""
        with self._service.client() as kith:
            for event in self._history(kith, OWN_EVENTS):
                if uuid.UUID(event.command_id).bytes in self._ledger.entries:
                    return
                self._ledger.baseline[event.position] = event.leaf_hash

    def check(self, retry: bool = True, rebuild: bool = True) -> None:
        """All of it. Nobody else may send commands meanwhile.

        Args:
            retry: send what is in doubt again, and a sample of what was acknowledged.
            rebuild: rebuild every projection and compare.
        """
        with self._service.client() as kith:
            try:
                runs = self._check_log(kith)
                if retry:
                    self._check_retries(kith, runs)
                    self._check_log(kith)
                self._check_persons(kith)
                if rebuild:
                    self._check_projections(kith)
            except KithError as error:
                self._found(OTHER, f"the service does not answer the oracle: {error}")
        self.findings += self._ledger.findings
        self._ledger.findings = []

    def check_log(self) -> None:
        """P1 to P3 alone, which only read."""
        with self._service.client() as kith:
            self._check_log(kith)
        self.findings += self._ledger.findings
        self._ledger.findings = []

    # ---- P1 to P3 ----

    def _check_log(self, kith: Client) -> dict[bytes, Receipts]:
        status = kith.status().value
        end = status.durable_position
        chain = Chain(uuid.UUID(status.log_id))
        runs: dict[bytes, Receipts] = {}
        roots = dict(self._ledger.roots)
        for event in self._history(kith, end):
            if event.position != chain.tree.size + 1:
                what = f"position {event.position} follows {chain.tree.size}"
                self._found(WRONG, what)
                return runs
            try:
                chain.append(parse_value(event.position, event.record + event.leaf_hash))
            except Damage as damage:
                self._found(WRONG, f"the record that was sent is damaged: {damage}")
                return runs
            command = uuid.UUID(event.command_id).bytes
            runs[command] = (*runs.get(command, ()), (event.position, event.leaf_hash))
            wanted = roots.pop(chain.tree.size, None)
            if wanted is not None and wanted != chain.tree.root():
                self._found(WRONG, f"the root over {chain.tree.size} records is not the one that was given out")
        self.events = chain.tree.size
        self._check_end(chain, status.durable_position, status.root, roots)
        self._check_commands(runs)
        return runs

    def _check_end(self, chain: Chain, end: int, root: bytes, roots: dict[int, bytes]) -> None:
        try:
            chain.finish()
        except Damage as damage:
            self._found(WRONG, f"the log ends within a command: {damage}")
        if chain.tree.size != end:
            self._found(LOST, f"the log is said to have {end} events, and {chain.tree.size} came")
        elif chain.tree.root() != root:
            self._found(WRONG, f"the root that the service names is not that of its {end} records")
        if roots:
            self._found(LOST, f"a root was given out for {max(roots)} records, and there are {chain.tree.size}")

    def _check_commands(self, runs: dict[bytes, Receipts]) -> None:
        baseline = self._ledger.baseline
        entries = self._ledger.entries
        for command, receipts in runs.items():
            if command in entries:
                if entries[command].refusal:
                    name = entries[command].refusal
                    self._found(WRONG, f"command {_text(command)} was refused with {name}, and is in the log")
            elif any(baseline.get(position) != leaf for position, leaf in receipts):
                self._found(WRONG, f"command {_text(command)} is in the log, and was never sent")
        present = {position: leaf for receipts in runs.values() for position, leaf in receipts}
        for position, leaf in baseline.items():
            if present.get(position) != leaf:
                self._found(LOST, f"position {position}, which was there before, is missing or another")
        for command, entry in self._ledger.acknowledged().items():
            if runs.get(command) != entry.receipts:
                where = entry.receipts[0][0] if entry.receipts else "no position"
                self._found(LOST, f"command {_text(command)}, acknowledged at {where}, is missing or another")

    # ---- P4 ----

    def _check_retries(self, kith: Client, runs: dict[bytes, Receipts]) -> None:
        doubtful = self._ledger.in_doubt()
        acknowledged = [entry for entry in self._ledger.acknowledged().values() if not entry.wild]
        known = self._rng.sample(acknowledged, min(SAMPLE, len(acknowledged)))
        for start in range(0, len(doubtful), RETRY_FRAME):
            self._retry(kith, doubtful[start : start + RETRY_FRAME], runs)
        if known:
            self._retry(kith, known, runs)

    def _retry(self, kith: Client, entries: list[Entry], runs: dict[bytes, Receipts]) -> None:
        results = send(kith, self._ledger, [entry.command for entry in entries])
        for entry, result in zip(entries, results, strict=True):
            was_there = runs.get(uuid.UUID(entry.command.id).bytes)
            if result.WhichOneof("outcome") == "accepted":
                # Replayed and not seen before is no contradiction: it was on its way while the log was read, and the
                # next look at the log holds it to its positions.
                if was_there is not None and not result.accepted.replayed:
                    self._found(DOUBLED, f"command {entry.command.id} was in the log, and was accepted anew")
                elif was_there is not None and entry.receipts != was_there:
                    self._found(DOUBLED, f"command {entry.command.id} is answered with other positions than it has")
            elif was_there is not None:
                self._found(WRONG, f"command {entry.command.id} is in the log, and its retry says {result}")

    # ---- P5, and what is read ----

    def _check_persons(self, kith: Client) -> None:
        """Personal data, opened: the vault has to have kept the keys of what was acknowledged."""
        sent = [entry for entry in self._ledger.acknowledged().values() if not entry.wild]
        parties = [party for entry in sent if (party := person_of(entry.command))]
        end = kith.status().value.durable_position
        for party in self._rng.sample(parties, min(SAMPLE, len(parties))):
            kind = registry_pb2.AGGREGATE_KIND_PARTY
            request = queries_pb2.GetRequest(kind=kind, reference=reference(party), at_least=end)
            try:
                name = kith.get(request).value.party.name.display
            except KithError as error:
                self._found(LOST, f"party {party} was acknowledged, and reading it says {error}")
                continue
            if name != name_of(party):
                self._found(WRONG, f"party {party} has another name than was sent")

    def _check_projections(self, kith: Client) -> None:
        names = {projection.name for projection in kith.status().value.projections}
        for progress in kith.rebuild("all"):
            if progress.done:
                names.discard(progress.name)
                if progress.digest != progress.previous_digest:
                    self._found(WRONG, f"the projection {progress.name} is not what the log gives")
        if names:
            self._found(OTHER, f"no rebuild was done of {', '.join(sorted(names))}")

    # ---- Small things ----

    def _history(self, kith: Client, end: int) -> Iterator[history_pb2.Event]:
        yield from kith.history(history_pb2.HistoryRequest(all=True, to=end, include_record=True, omit_payload=True))

    def _found(self, kind: str, what: str) -> None:
        if sum(finding.kind == kind for finding in self.findings) < TOLD_MAXIMUM:
            self.findings.append(Finding(kind, what))


def _text(command: bytes) -> str:
    return str(uuid.UUID(bytes=command)) if len(command) == 16 else repr(command)
