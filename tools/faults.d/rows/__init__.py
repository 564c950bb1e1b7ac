"""The rows of the fault table, each with the number that docs/reliability.md gives it."""

from __future__ import annotations

from run import Row

from . import backups, calls, clients, clocks, damage, disk_full, kills, power_cuts, processes, readers, rebuilds, soak

_MODULES = (backups, calls, clients, clocks, damage, disk_full, kills, power_cuts, processes, readers, rebuilds, soak)

ALL: list[Row] = sorted((row for module in _MODULES for row in module.ROWS), key=lambda row: row.number)

# The row of which `--soak` says how long it goes on.
SOAK = 30
