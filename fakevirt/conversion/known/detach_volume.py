"""What converting detach_volume changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.known.shared import publisher, volume_usage

ALLOWANCES = (
    publisher("detach_volume"),
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one whose task state was set back",
        operation="detach_volume",
        field="arguments.payload.args.instance.<Instance>.updated_at",
        work_item="detach_volume",
        legacy=None,
    ),
    Allowance(
        "notifier",
        "the dict that came in stays as it came; the object that came in is the one whose task state was set back",
        operation="detach_volume",
        field="arguments.payload.args.instance.<Instance>.task_state",
        work_item="detach_volume",
        objects=None,
    ),
    volume_usage("detach_volume"),
)
