"""What converting the remaining uses of instance[attr] changes."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import ANYTHING, Allowance
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.publisher import publisher

_ITEM = "remaining_instance_attr"


def _came_in(method: str, field: str, objects: Any, legacy: Any = ANYTHING) -> Allowance:
    return Allowance(
        "notifier",
        "_instance_update leaves the instance that came in as it came; the object is the one whose state was set back",
        operation=method,
        field=f"arguments.payload.args.instance.<Instance>.{field}",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=legacy,
        objects=objects,
    )


ALLOWANCES = (
    publisher(_ITEM),
    Allowance(
        "db",
        "_instance_update had the resource tracker count the instance anew; save has no such side effect",
        operation="update compute_nodes",
        work_item=_ITEM,
        scope=_ITEM,
        objects=ABSENT,
    ),
    Allowance(
        "driver",
        "_instance_update asked whether the node is there before it called the resource tracker",
        operation="node_is_available",
        work_item=_ITEM,
        scope=_ITEM,
        objects=ABSENT,
    ),
    _came_in("rescue_instance", "task_state", None),
    _came_in("unrescue_instance", "task_state", None),
    _came_in("unrescue_instance", "vm_state", "error"),
    _came_in("reserve_block_device_name", "task_state", None),
    _came_in("reserve_block_device_name", "updated_at", ANYTHING, legacy=None),
    Allowance(
        "rpc",
        "the conductor called the API for the host (compute_unrescue), which calls it itself",
        operation="unrescue_instance",
        work_item=_ITEM,
        scope=_ITEM,
    ),
    Allowance(
        "notifier",
        "the conductor told of a volume's usage when it wrote it; the host that saves the usage tells of it itself",
        operation="volume.usage",
        work_item=_ITEM,
        scope=_ITEM,
    ),
)
