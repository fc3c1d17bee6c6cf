"""The differences that the conversion itself makes, each with its reason, a file per group of work items."""

from __future__ import annotations

from fakevirt.conversion.known import detach_volume, live_migration, run_instance

#: All of them.
KNOWN = (*live_migration.ALLOWANCES, *detach_volume.ALLOWANCES, *run_instance.ALLOWANCES)
