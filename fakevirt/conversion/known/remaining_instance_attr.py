"""What converting the remaining uses of instance[attr] changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.known.shared import came_in, not_tracked, publisher, volume_usage

_ITEM = "remaining_instance_attr"

ALLOWANCES = (
    publisher(_ITEM),
    *not_tracked(_ITEM),
    came_in(_ITEM, "rescue_instance", "task_state", objects=None),
    came_in(_ITEM, "unrescue_instance", "task_state", objects=None),
    came_in(_ITEM, "unrescue_instance", "vm_state", objects="error"),
    came_in(_ITEM, "reserve_block_device_name", "task_state", objects=None),
    came_in(_ITEM, "reserve_block_device_name", "updated_at", legacy=None),
    Allowance(
        "rpc",
        "the conductor called the API for the host (compute_unrescue), which calls it itself",
        operation="unrescue_instance",
        work_item=_ITEM,
        scope=_ITEM,
    ),
    volume_usage(_ITEM),
)
