"""What converting the life of an instance changes: reboot, suspend, delete, unshelve."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT

_ITEM = "remaining_instance_attr"
_ALL_THAT_WAS_SET = "_instance_update writes what it is given; save writes all that was set on the object so far"
_AGAIN = "assigned by subscript beside the raw update, these are changes that the next save of an object writes again"
_CAME_IN = (
    "_instance_update leaves the instance that came in as it came; the object is the one whose state was set back"
)


def _came_in(operation: str, field: str, legacy: Any, objects: Any) -> Allowance:
    """Allow that the error notification of a method tells an instance that has changed since it came in."""
    return Allowance(
        "notifier",
        _CAME_IN,
        operation=operation,
        field=f"arguments.payload.args.instance.<Instance>.{field}",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=legacy,
        objects=objects,
    )


ALLOWANCES = (
    _came_in("reboot_instance", "task_state", "reboot_started_hard", None),
    _came_in("stop_instance", "task_state", "powering-off", None),
    _came_in("start_instance", "task_state", "powering-on", None),
    _came_in("suspend_instance", "task_state", "suspending", None),
    _came_in("suspend_instance", "vm_state", "active", "error"),
    _came_in("unshelve_instance", "task_state", "spawning", None),
    _came_in("terminate_instance", "task_state", "deleting", None),
    _came_in("terminate_instance", "vm_state", "active", "error"),
    Allowance(
        "notifier",
        "an object's save goes with the context that the object carries, _instance_update with the elevated one",
        operation="compute.instance.update",
        field="arguments.context.<RequestContext>.is_admin",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=True,
        objects=False,
    ),
    *(
        Allowance(
            "db",
            _AGAIN,
            operation="update instances",
            field=f"arguments.values.{name}",
            work_item=_ITEM,
            scope=_ITEM,
            objects=ABSENT,
        )
        for name in ("host", "node", "launched_on")
    ),
    Allowance(
        "db",
        _ALL_THAT_WAS_SET,
        operation="insert instance_system_metadata",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=ABSENT,
    ),
    Allowance(
        "state",
        _ALL_THAT_WAS_SET,
        operation="table instance_system_metadata",
        field="arguments.content[*]",
        work_item=_ITEM,
        legacy=ABSENT,
    ),
)
