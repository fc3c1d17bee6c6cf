"""What converting the life of an instance changes: reboot, suspend."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT

_WORK_ITEM = "remaining_instance_attr"
_SET_BACK = "_instance_update leaves the caller's instance as it was; the object is the one that was set back"
_SAME_OBJECT = "_instance_update leaves the caller's instance as it was; the object is the one that was set to error"
_ALL_THAT_WAS_SET = "_instance_update writes what it is given; save writes all that was set on the object so far"


def _of_the_instance(operation: str, field: str, reason: str, legacy: Any, objects: Any) -> Allowance:
    """Allow that the error notification of a method tells the instance that went on to change."""
    return Allowance(
        "notifier",
        reason,
        operation=operation,
        field=f"arguments.payload.args.instance.<Instance>.{field}",
        work_item=_WORK_ITEM,
        scope=_WORK_ITEM,
        legacy=legacy,
        objects=objects,
    )


ALLOWANCES = (
    _of_the_instance("reboot_instance", "task_state", _SET_BACK, "reboot_started_hard", None),
    _of_the_instance("suspend_instance", "task_state", _SET_BACK, "suspending", None),
    _of_the_instance("suspend_instance", "vm_state", _SAME_OBJECT, "active", "error"),
    Allowance(
        "notifier",
        "_instance_update takes the context that it is given, elevated; save takes the one that the object came with",
        operation="compute.instance.update",
        field="arguments.context.<RequestContext>.is_admin",
        work_item=_WORK_ITEM,
        scope=_WORK_ITEM,
        legacy=True,
        objects=False,
    ),
    Allowance(
        "db",
        _ALL_THAT_WAS_SET,
        operation="update instance_system_metadata",
        work_item=_WORK_ITEM,
        scope=_WORK_ITEM,
        legacy=ABSENT,
    ),
    Allowance(
        "state",
        _ALL_THAT_WAS_SET,
        operation="table instance_system_metadata",
        field="arguments.content*.value",
        work_item=_WORK_ITEM,
        legacy="stopped",
        objects="active",
    ),
    Allowance(
        "state",
        _ALL_THAT_WAS_SET,
        operation="table instance_system_metadata",
        field="arguments.content*.updated_at",
        work_item=_WORK_ITEM,
        legacy=None,
    ),
)
