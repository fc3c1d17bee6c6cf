"""What converting run_instance changes."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import Allowance, Fitting
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.publisher import publisher
from fakevirt.instrument.canonical import CanonicalEffect

_ITEM = "run_instance"
_UTILS = "compute_utils"

_STALE = "the dict that came in stays as it came, whatever _instance_update writes; the object is what was saved"
_TRACKER = "_instance_update had the resource tracker count the instance anew; save has no such side effect"
_GONE = "an object is assigned before it is saved, and keeps that if its row is gone; the raw update was refused first"
_NOTED = "that there are ports was written at once; it is noted on the object now, which the next save writes (Kilo)"


def _only_tells_of_ports(effect: CanonicalEffect) -> bool:
    """Tell whether an update of an instance wrote nothing but system metadata, which has a table of its own."""
    return bool(effect.content["arguments"]["values"].keys() == {"updated_at"})


def _told_of_ports(effect: CanonicalEffect) -> bool:
    """Tell whether a notification told of no change of state while ports were being made."""
    payload = effect.content["arguments"]["payload"]
    return bool(payload["old_task_state"] == payload["new_task_state"] == "networking")


_NO_VIFS = Fitting(lambda vifs: vifs == [])


def _stale(channel: str, field: str, legacy: Any, operation: str = "*", scope: str | None = _ITEM) -> Allowance:
    return Allowance(channel, _STALE, operation=operation, field=field, work_item=_ITEM, scope=scope, legacy=legacy)


ALLOWANCES = (
    publisher(_ITEM),
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
    Allowance(
        "db",
        _NOTED,
        operation="update instances",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=Fitting(_only_tells_of_ports),
        objects=ABSENT,
    ),
    Allowance(
        "notifier",
        _NOTED,
        operation="compute.instance.update",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=Fitting(_told_of_ports),
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
    Allowance("db", _TRACKER, operation="update compute_nodes", work_item=_ITEM, scope=_ITEM, objects=ABSENT),
    Allowance(
        "network",
        "the requested networks came as tuples, and are objects from there on",
        operation="allocate_for_instance",
        field="arguments.requested_networks",
        work_item=_ITEM,
        scope=_ITEM,
        legacy=Fitting(lambda tuples: tuples == [["network", None, None, None]]),
    ),
    *(
        _stale(channel, f"arguments.instance*.<Instance>.{field}", legacy, operation)
        for channel, operation in (
            ("driver", "*"),
            ("volume", "check_attach"),
            ("network", "deallocate_for_instance"),
        )
        for field, legacy in (("task_state", "scheduling"), ("system_metadata.network_allocated", ABSENT))
    ),
    *(
        _stale(channel, "arguments.instance.<Instance>.updated_at", "t+0s", operation)
        for channel, operation in (("driver", "*"), ("network", "deallocate_for_instance"))
    ),
    _stale("network", "arguments.instance.<Instance>.info_cache", _NO_VIFS, "deallocate_for_instance"),
    *(_stale("db", "arguments.values.current_workload", busy, "update compute_nodes") for busy in (1, 2)),
    _stale("notifier", "arguments.payload.state_description", "scheduling", "compute.instance.*", _UTILS),
    _stale("notifier", "arguments.payload.state", "building", "compute.instance.create.error", _UTILS),
    _stale("notifier", "arguments.payload.fixed_ips", _NO_VIFS, "compute.instance.create.*", _UTILS),
    *(
        _stale("notifier", f"arguments.payload.args.instance.<Instance>.{field}", legacy, "run_instance")
        for field, legacy in (
            ("vm_state", "building"),
            ("task_state", "scheduling"),
            ("updated_at", "t+0s"),
            ("info_cache", _NO_VIFS),
            ("system_metadata.network_allocated", ABSENT),
        )
    ),
    *(
        Allowance(
            "network",
            _GONE,
            operation="deallocate_for_instance",
            field=f"arguments.instance.<Instance>.{field}",
            work_item=_ITEM,
            scope=_ITEM,
            legacy=legacy,
        )
        for field, legacy in (
            ("host", None),
            ("node", None),
            ("launched_on", None),
            ("power_state", 0),
            ("vm_state", "building"),
            ("launched_at", None),
        )
    ),
    *(
        Allowance(
            "notifier",
            _GONE,
            operation="compute.instance.create.end",
            field=f"arguments.payload.{field}",
            work_item=_ITEM,
            scope=_UTILS,
            legacy=legacy,
        )
        for field, legacy in (("host", None), ("node", None), ("state", "building"), ("launched_at", ""))
    ),
    Allowance(
        "state",
        _TRACKER,
        operation="table compute_nodes",
        field="arguments.content[*].updated_at",
        work_item=_ITEM,
    ),
)
