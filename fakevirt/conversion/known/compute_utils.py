"""What converting nova.compute.utils changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance

ALLOWANCES = (
    Allowance(
        "notifier",
        "the conductor told that an instance is there, for the host; the host tells of it itself",
        operation="compute.instance.exists",
        field="service",
        work_item="compute_utils",
        scope="compute_utils",
        legacy="conductor",
    ),
)
