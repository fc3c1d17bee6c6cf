"""The differences that the conversion itself makes, each with its reason, a file per group of work items.

Those that more than one conversion brings are in :mod:`fakevirt.conversion.known.shared`, for a project's own work
items too.
"""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.known import (
    compute_utils,
    detach_volume,
    in_time,
    lifecycle,
    live_migration,
    remaining_instance_attr,
    resize,
    run_instance,
)

#: All of them, and a project's own.
KNOWN = [
    *live_migration.ALLOWANCES,
    *detach_volume.ALLOWANCES,
    *run_instance.ALLOWANCES,
    *remaining_instance_attr.ALLOWANCES,
    *lifecycle.ALLOWANCES,
    *resize.ALLOWANCES,
    *compute_utils.ALLOWANCES,
    *in_time.ALLOWANCES,
]


def register(allowance: Allowance) -> None:
    """Let a difference be that a project's own conversion makes, wherever it shows; it may be known already."""
    if allowance not in KNOWN:
        KNOWN.append(allowance)


def unregister(allowance: Allowance) -> None:
    """Forget an allowance of a project's own."""
    if allowance in KNOWN:
        KNOWN.remove(allowance)
