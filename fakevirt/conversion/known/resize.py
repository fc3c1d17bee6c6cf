"""What converting the resize changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.shared import came_in

_WORK_ITEM = "remaining_instance_attr"
_SAME_OBJECT = "_instance_update leaves the caller's instance as it was; the object is the one that was set to error"
_SET_BACK = "_instance_update leaves the caller's instance as it was; the object is the one that was set back"
_WHOLE_FLAVOR = (
    "a flavor that came as a dict goes on as it is, from system metadata just its sizes; "
    "the object path reads the flavor by its id"
)

ALLOWANCES = (
    *(
        came_in(_WORK_ITEM, method, "vm_state", legacy="active", objects="error", reason=_SAME_OBJECT)
        for method in ("prep_resize", "resize_instance", "finish_resize")
    ),
    *(
        came_in(_WORK_ITEM, method, "task_state", legacy=task_state, objects=None, reason=_SET_BACK)
        for method, task_state in (
            ("prep_resize", "resize_prep"),
            ("resize_instance", "resize_prep"),
            ("resize_instance", "resize_migrating"),
            ("finish_resize", "resize_finish"),
        )
    ),
    came_in(_WORK_ITEM, "prep_resize", "updated_at", legacy=None, reason=_SAME_OBJECT),
    Allowance(
        "notifier",
        _SAME_OBJECT,
        operation="compute.instance.resize.prep.end",
        field="arguments.payload.state",
        work_item=_WORK_ITEM,
        legacy="active",
        objects="error",
    ),
    *(
        Allowance(
            channel,
            _WHOLE_FLAVOR,
            operation=operation,
            field=f"arguments.{argument}.<Flavor>.*",
            work_item=_WORK_ITEM,
            scope=_WORK_ITEM,
            legacy=ABSENT,
        )
        for channel, operation, argument in (
            ("rpc", "resize_instance", "instance_type"),
            ("manager", "resize_instance", "instance_type"),
            ("driver", "migrate_disk_and_power_off", "flavor"),
            ("driver", "estimate_instance_overhead", "instance_info"),
        )
    ),
)
