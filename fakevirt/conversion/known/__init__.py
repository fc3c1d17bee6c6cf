"""The differences that the conversion itself makes, each with its reason, a file per group of work items."""

from __future__ import annotations

from fakevirt.conversion.known import (
    compute_utils,
    detach_volume,
    lifecycle,
    live_migration,
    remaining_instance_attr,
    resize,
    run_instance,
)

#: All of them.
KNOWN = (
    *live_migration.ALLOWANCES,
    *detach_volume.ALLOWANCES,
    *run_instance.ALLOWANCES,
    *remaining_instance_attr.ALLOWANCES,
    *lifecycle.ALLOWANCES,
    *resize.ALLOWANCES,
    *compute_utils.ALLOWANCES,
)
