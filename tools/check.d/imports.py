"""Imports point downwards only, and each says for whom it is (its access level)."""

from __future__ import annotations

import pathlib
import re

from repository import files

# What every target may use of the toolchain. Darwin stands beside Glibc under `#if canImport`.
SYSTEM = {"Glibc", "Darwin", "Musl", "Synchronization"}
NIO = {"NIOCore", "NIOPosix", "NIOConcurrencyHelpers"}

# Which modules the files of a target may import. The order is that of docs/architecture.md, from below.
# FoundationEssentials is there for Data alone, which is how generated code spells `bytes`.
ALLOWED: dict[str, set[str]] = {
    "CLMDB": set(),
    "CJemalloc": set(),
    "LMDB": {"CLMDB"} | SYSTEM,
    "Schema": {"SwiftProtobuf", "FoundationEssentials", "Synchronization"},
    "EventLog": {"LMDB", "Schema", "SwiftProtobuf", "Crypto", "DequeModule", "HeapModule", "FoundationEssentials"}
    | SYSTEM,
    "KeyVault": {"Crypto", "FoundationEssentials"} | SYSTEM,
    "BodyStore": {"KeyVault", "Schema", "Crypto", "FoundationEssentials"} | SYSTEM,
    "Backup": {"BodyStore", "EventLog", "KeyVault", "Schema", "Crypto", "FoundationEssentials"} | SYSTEM,
    # Pure, but for the lock of the zones that were read already.
    "Analytics": {"Schema", "Synchronization"},
    # Pure: no threads, no sockets, no files, no clock.
    "CRM": {"Analytics", "Schema", "SwiftProtobuf", "FoundationEssentials"},
    "Views": {"Analytics", "Schema", "SwiftProtobuf", "FoundationEssentials"},
    # A back end of swift-metrics: knows nothing of the product.
    "MetricsExposition": {"CoreMetrics", "Synchronization"},
    # Commands as data: what a new log begins with.
    "StarterPack": {"Schema", "SwiftProtobuf", "FoundationEssentials"},
    "Replay": {"Views", "EventLog", "LMDB", "Schema", "SwiftProtobuf", "Crypto", "Logging", "FoundationEssentials"}
    | SYSTEM,
    "Service": {
        "CRM", "Views", "Replay", "Backup", "EventLog", "KeyVault", "BodyStore", "LMDB", "Schema", "StarterPack",
        "SwiftProtobuf", "Crypto", "HeapModule", "Logging", "ServiceLifecycle", "FoundationEssentials", "Dispatch",
        "CoreMetrics", "MetricsExposition",
    } | SYSTEM | NIO,
    # Hummingbird stays here: the native face, and whoever builds it alone, do without.
    "HTTPFace": {
        "Service", "CRM", "Schema", "SwiftProtobuf", "Crypto", "HTTPTypes", "HummingbirdCore", "Logging",
        "ServiceLifecycle", "FoundationEssentials", "CoreMetrics", "MetricsExposition",
    } | SYSTEM | NIO,
    "KithClient": {"Schema", "SwiftProtobuf", "Logging", "FoundationEssentials"} | SYSTEM | NIO,
    "kithd": {
        "CJemalloc", "HTTPFace", "Service", "Schema", "StarterPack", "Configuration", "ServiceLifecycle",
        "UnixSignals", "Logging", "CoreMetrics", "MetricsExposition",
    }
    | {"FoundationEssentials"} | SYSTEM | NIO,
    # Foundation for the time zones of mappings alone; the engine and the daemon do without. EventLog and Backup for the
    # offline commands.
    "kith": {
        "Backup", "EventLog", "KithClient", "Schema", "StarterPack", "ArgumentParser", "SwiftProtobuf", "Crypto",
        "Foundation", "FoundationEssentials",
    }
    | SYSTEM,
    "KithTesting": {"CRM", "Schema", "SwiftProtobuf", "FoundationEssentials"} | SYSTEM,
}  # fmt: skip

# What of Foundation and the standard library the pure targets must not name: clocks, chance, files, environment.
PURE = {"Analytics", "CRM", "Views", "StarterPack"}
IMPURE_NAMES = re.compile(
    r"\b(Date\(\)|Date\.now|FileManager|ProcessInfo|UUID\(\)|ContinuousClock|SuspendingClock"
    r"|SystemRandomNumberGenerator|\.random\(|\.randomElement\(\)|\.shuffled\(\))"
)

IMPORT = re.compile(
    r"^\s*(?P<attributes>(@\w+(\([^)]*\))?\s+)*)"
    r"(?:(?P<level>public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?P<module>\w+)(\.\w+)*\s*(//.*)?$"
)


def findings(root: pathlib.Path) -> list[str]:
    """Imports that point upwards or say no access level; targets that the table does not know."""
    result = []
    for path in files(root, ".swift", below=("Sources",)):
        target = path.parts[1]
        if target not in ALLOWED:
            result.append(f"{path}: target {target} has no place in the import direction (tools/check.d/imports.py)")
            continue
        for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
            place = f"{path}:{number}"
            if match := IMPORT.match(line):
                if match["module"] not in ALLOWED[target]:
                    result.append(f"{place}: {target} must not import {match['module']}")
                if not match["level"]:
                    result.append(f"{place}: import {match['module']} says no access level")
            elif target in PURE and (match := IMPURE_NAMES.search(line)):
                result.append(f"{place}: {target} is pure and must not use {match[1]}")
    return result
