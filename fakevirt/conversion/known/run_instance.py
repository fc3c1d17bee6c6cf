"""What converting run_instance changes."""

from __future__ import annotations

from typing import Any

from fakevirt.conversion.allowance import ANYTHING, Allowance, Fitting
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.known.shared import NOT_COUNTED, not_tracked, own_context, publisher, written_again
from fakevirt.instrument.canonical import CanonicalEffect

_ITEM = "run_instance"
_UTILS = "compute_utils"

_STALE = "the instance that came in stays as it came, whatever _instance_update writes; the object is what was saved"
_GONE = "an object is assigned before it is saved, and keeps that if its row is gone; the raw update was refused first"
_PORTS = "that there are ports was written at once; it is noted on the object now, which the next save writes (Kilo)"


def _arguments(effect: Any) -> dict[str, Any]:
    """Return the arguments of an effect; what is none has none."""
    arguments: dict[str, Any] = effect.content["arguments"] if isinstance(effect, CanonicalEffect) else {}
    return arguments


def _writes_no_column(effect: Any) -> bool:
    return bool(_arguments(effect).get("values", {}).keys() == {"updated_at"})


def _told_while_ports_are_made(effect: Any) -> bool:
    payload = _arguments(effect).get("payload", {})
    return bool(payload.get("old_task_state") == payload.get("new_task_state") == "networking")


def _knows_of_ports(effect: Any) -> bool:
    instance = _arguments(effect).get("instance", {}).get("<Instance>", {})
    return "network_allocated" in instance.get("system_metadata", {})


def _knows_of_no_ports(effect: Any) -> bool:
    return "instance" in _arguments(effect) and not _knows_of_ports(effect)


def _is_empty(vifs: Any) -> bool:
    return bool(vifs == [])


def _is_one_tuple(requested_networks: Any) -> bool:
    return bool(requested_networks == [["network", None, None, None]])


_NO_VIFS = Fitting(_is_empty)


def _differs(
    reason: str,
    channel: str,
    operation: str,
    field: str | None = None,
    *,
    scope: str | None = _ITEM,
    legacy: Any = ANYTHING,
    objects: Any = ANYTHING,
) -> Allowance:
    return Allowance(channel, reason, operation, field, _ITEM, scope, legacy, objects)


_OF_INSTANCE = "arguments.instance*.<Instance>"

#: What is told of the instance before there are ports, and after that.
_BEFORE_PORTS = (
    ("driver", "estimate_instance_overhead"),
    ("driver", "macs_for_instance"),
    ("driver", "dhcp_options_for_instance"),
)
_AFTER_PORTS = (
    ("driver", "default_*"),
    ("driver", "get_volume_connector"),
    ("driver", "destroy"),
    ("volume", "check_attach"),
    ("network", "deallocate_for_instance"),
)

_STALE_ARGUMENTS = (
    *(
        _differs(_STALE, channel, operation, f"{_OF_INSTANCE}.task_state", legacy="scheduling")
        for channel, operation in (*_BEFORE_PORTS, *_AFTER_PORTS)
    ),
    *(
        _differs(_STALE, channel, operation, f"{_OF_INSTANCE}.system_metadata.network_allocated", legacy=ABSENT)
        for channel, operation in _AFTER_PORTS
    ),
    *(
        _differs(_STALE, channel, operation, f"{_OF_INSTANCE}.updated_at", legacy="t+0s")
        for channel, operation in (
            ("driver", "default_*"),
            ("driver", "destroy"),
            ("network", "deallocate_for_instance"),
        )
    ),
    _differs(_STALE, "driver", "default_*", f"{_OF_INSTANCE}.task_state", legacy=None, objects="networking"),
    _differs(_STALE, "driver", "default_*", f"{_OF_INSTANCE}.system_metadata.network_allocated", legacy="False"),
    _differs(_STALE, "network", "deallocate_for_instance", f"{_OF_INSTANCE}.info_cache[*]", legacy=ABSENT),
    *(
        _differs(_STALE, "db", "update compute_nodes", "arguments.values.current_workload", legacy=busy)
        for busy in (1, 2)
    ),
)

_STALE_NOTIFICATIONS = (
    *(
        _differs(_STALE, "notifier", event_type, f"arguments.payload.{field}", scope=_UTILS, legacy=legacy)
        for event_type, field, legacy in (
            ("compute.instance.*", "state_description", "scheduling"),
            ("compute.instance.create.error", "state", "building"),
        )
    ),
    *(
        _differs(_STALE, "notifier", _ITEM, f"arguments.payload.args.instance.<Instance>.{field}", legacy=legacy)
        for field, legacy in (
            ("vm_state", "building"),
            ("task_state", "scheduling"),
            ("updated_at", "t+0s"),
            ("info_cache[*]", ABSENT),
            ("system_metadata.network_allocated", ABSENT),
        )
    ),
)

_OF_A_GONE_INSTANCE = (
    *(
        _differs(_GONE, "network", "deallocate_for_instance", f"{_OF_INSTANCE}.{field}", legacy=legacy)
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
        _differs(
            _GONE,
            "notifier",
            "compute.instance.create.end",
            f"arguments.payload.{field}",
            scope=_UTILS,
            legacy=legacy,
        )
        for field, legacy in (("host", None), ("node", None), ("state", "building"), ("launched_at", ""))
    ),
)

_PORTS_NOTED = (
    _differs(
        _PORTS,
        "db",
        "update instances",
        legacy=Fitting(_writes_no_column),
        objects=ABSENT,
    ),
    _differs(_PORTS, "notifier", "compute.instance.update", legacy=Fitting(_told_while_ports_are_made), objects=ABSENT),
    # It comes after the note on the one path and before it on the other.
    _differs(
        _PORTS,
        "driver",
        "default_root_device_name",
        legacy=Fitting(_knows_of_no_ports),
        objects=ABSENT,
    ),
    _differs(_PORTS, "driver", "default_root_device_name", legacy=ABSENT, objects=Fitting(_knows_of_ports)),
)

_NOT_TRACKED = (
    *not_tracked(_ITEM),
    _differs(NOT_COUNTED, "state", "table compute_nodes", "arguments.content[*].updated_at", scope=None),
)

ALLOWANCES = (
    publisher(_ITEM),
    own_context(_ITEM),
    _differs(
        "the requested networks came as tuples, and are objects from there on",
        "network",
        "allocate_for_instance",
        "arguments.requested_networks",
        legacy=Fitting(_is_one_tuple),
    ),
    *written_again(_ITEM, "host", "node", "launched_on", "root_device_name"),
    *_STALE_ARGUMENTS,
    *_STALE_NOTIFICATIONS,
    *_OF_A_GONE_INSTANCE,
    *_PORTS_NOTED,
    *_NOT_TRACKED,
)
