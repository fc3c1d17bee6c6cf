"""What converting the resize changes."""

from __future__ import annotations

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.publisher import publisher

_WORK_ITEM = "remaining_instance_attr"
_SAME_OBJECT = "_instance_update leaves the caller's instance as it was; the object is the one that was set to error"
_SET_BACK = "_instance_update leaves the caller's instance as it was; the object is the one that was set back"
_WHOLE_FLAVOR = (
    "a flavor that came as a dict goes on as it is, from system metadata just its sizes; "
    "the object path reads the flavor by its id"
)

ALLOWANCES = (
    publisher(_WORK_ITEM),
    *(
        Allowance(
            "notifier",
            _SAME_OBJECT,
            operation=operation,
            field="arguments.payload.args.instance.<Instance>.vm_state",
            work_item=_WORK_ITEM,
            scope=_WORK_ITEM,
            legacy="active",
            objects="error",
        )
        for operation in ("prep_resize", "resize_instance", "finish_resize")
    ),
    *(
        Allowance(
            "notifier",
            _SET_BACK,
            operation=operation,
            field="arguments.payload.args.instance.<Instance>.task_state",
            work_item=_WORK_ITEM,
            scope=_WORK_ITEM,
            legacy=task_state,
            objects=None,
        )
        for operation, task_state in (
            ("prep_resize", "resize_prep"),
            ("resize_instance", "resize_prep"),
            ("resize_instance", "resize_migrating"),
            ("finish_resize", "resize_finish"),
        )
    ),
    Allowance(
        "notifier",
        _SAME_OBJECT,
        operation="prep_resize",
        field="arguments.payload.args.instance.<Instance>.updated_at",
        work_item=_WORK_ITEM,
        scope=_WORK_ITEM,
        legacy=None,
    ),
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
        )
    ),
)
