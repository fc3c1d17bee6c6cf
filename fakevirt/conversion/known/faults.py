"""What is known of faulty runs: differences that follow from the conversion, and what the legacy path breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakevirt.conversion.allowance import Allowance, Fitting, matches
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.invariants import Breach
from fakevirt.instrument.canonical import CanonicalEffect


@dataclass(frozen=True, slots=True)
class KnownBreach:
    """Something that faults break on the legacy path, reviewed.

    Args:
        invariant: The name of what does not hold.
        reason: Why that is so.
        what: What is broken (``*`` stands for anything).
        work_item: The work item in which the fault strikes; any, unless given.
        point: The fault, as it is written (``*`` stands for anything).
    """

    invariant: str
    reason: str
    what: str = "*"
    work_item: str | None = None
    point: str = "*"

    def covers(self, work_item: str, fault: str, breach: Breach) -> bool:
        """Tell whether a breach is the one that is meant.

        Args:
            work_item: The work item in which the fault has struck.
            fault: The fault, as it is written.
            breach: The breach.
        """
        return (
            breach.invariant == self.invariant
            and self.work_item in (None, work_item)
            and matches(breach.what, self.what)
            and matches(fault, self.point)
        )


_AS_ASSIGNED = (
    "a dict is what it was when a write failed or its reply was lost; an object is what was assigned, or read since"
)

#: The parts of an instance that the managers write.
_WRITTEN = (
    "host",
    "node",
    "launched_on",
    "launched_at",
    "task_state",
    "vm_state",
    "power_state",
    "root_device_name",
    "access_ip_v4",
    "access_ip_v6",
    "updated_at",
)

_THROUGH_THE_CONDUCTOR = (
    "the legacy path asks the network service through the conductor, from which its errors come as a RemoteError"
)
_ITS_STACK = "the text of a remote error holds the conductor's stack, and what stands on that is the call path"
_TOLD_ALREADY = "the conductor has told of a volume's usage when its reply is lost; the host tells of it after its save"
_BACK_TO_ITS_ROW = "an object goes back to its row when a build fails; what was assigned to the dict stays"
_PORTS = "that there are ports was written at once; a note on the object is lost if its save fails (Kilo)"
_KNOWS_ITS_PORTS = "a dict that is stale knows of no ports, and their VIFs are left on the host; the object knows them"
_FLAVOR = "a flavor that came as a dict goes on as it is; the object path reads the flavor by its id"
_HOST_AGAIN = "_instance_update writes the host once more, over a second writer's; a save leaves what did not change"
_CONTEXT = "an object's save goes with the context that the object carries, _instance_update with the elevated one"
_TRACKER = "the resource tracker counts a dict that is stale, and an object as it is"


_SENT_ON = (
    "what an object could not save, the legacy path sends on as unsaved; error handlers of the object path forget it"
)


def _arguments(effect: Any) -> dict[str, Any]:
    """Return the arguments of an effect; what is none has none."""
    arguments: dict[str, Any] = effect.content["arguments"] if isinstance(effect, CanonicalEffect) else {}
    return arguments


def _is_note_of_ports(row: Any) -> bool:
    return isinstance(row, dict) and row.get("key") == "network_allocated"


def _writes_note_of_ports(effect: Any) -> bool:
    return _arguments(effect).get("values", {}).get("value") in ("True", "False")


def _writes_no_column(effect: Any) -> bool:
    return bool(_arguments(effect).get("values", {}).keys() == {"updated_at"})


def _tells_of_no_change(effect: Any) -> bool:
    payload = _arguments(effect).get("payload", {})
    return bool(
        payload
        and payload.get("old_task_state") == payload.get("new_task_state")
        and payload.get("old_state") == payload.get("state")
    )


def _is_remote(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("RemoteError", "Remote error: "))


def _tells_of_ports(effect: Any) -> bool:
    return isinstance(effect, CanonicalEffect) and "network_allocated" in str(effect.content)


def _is_timeout(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("No reply from ")


def _holds_a_stack(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("<traceback>")


_REMOTE = Fitting(_is_remote)
_TIMEOUT = Fitting(_is_timeout)

ALLOWANCES: tuple[Allowance, ...] = (
    *(
        Allowance(channel, _THROUGH_THE_CONDUCTOR, field=field, legacy=_REMOTE)
        for channel, field in (
            ("rpc", "raised.*"),
            ("driver", "raised.*"),
            ("manager", "raised.*"),
            ("request", "raised.*"),
            ("db", "arguments.values.message"),
            ("notifier", "arguments.payload.exception.*"),
            ("notifier", "arguments.payload.message"),
            ("state", "arguments.content[*].message"),
        )
    ),
    *(
        Allowance(channel, _ITS_STACK, operation=f"{what} instance_faults", field=field, legacy=Fitting(_holds_a_stack))
        for channel, what, field in (
            ("db", "insert", "arguments.values.message"),
            ("state", "table", "arguments.content[*].message"),
        )
    ),
    *(
        Allowance("notifier", _TOLD_ALREADY, operation="volume.usage", work_item=item, scope=item, objects=ABSENT)
        for item in ("detach_volume", "remaining_instance_attr")
    ),
    Allowance("rpc", _ITS_STACK, field="arguments.filter_properties.retry.exc"),
    Allowance("notifier", _ITS_STACK, field="arguments.payload.args.filter_properties.retry.exc"),
    Allowance(
        "rpc", "the text of a timeout tells the version that was asked for", field="raised.message", legacy=_TIMEOUT
    ),
    *(
        Allowance(
            channel,
            _HOST_AGAIN,
            field=f"arguments.{path}host",
            objects="elsewhere",
        )
        for channel, path in (
            ("rpc", "*<Instance>."),
            ("manager", "*<Instance>."),
            ("state", "content[*]."),
        )
    ),
    *(
        Allowance(
            channel, _SENT_ON, operation=operation, field="arguments.*<Instance>.task_state", objects="resize_prep"
        )
        for channel, operation in (
            ("rpc", "migrate_server"),
            ("scheduler", "select_destinations"),
            ("notifier", "compute_task.migrate_server"),
        )
    ),
    Allowance(
        "driver",
        _BACK_TO_ITS_ROW,
        operation="destroy",
        field="arguments.block_device_info.root_device_name",
        objects=None,
    ),
    *(
        Allowance("db", _PORTS, operation=f"{verb} instance_system_metadata", legacy=legacy, objects=objects)
        for verb in ("insert", "update")
        for legacy, objects in ((Fitting(_tells_of_ports), ABSENT), (ABSENT, Fitting(_tells_of_ports)))
    ),
    *(
        Allowance(channel, _PORTS, field="arguments.instance*.<Instance>.system_metadata.network_allocated")
        for channel in ("rpc", "manager", "driver", "network", "volume")
    ),
    Allowance("driver", _KNOWS_ITS_PORTS, operation="destroy", field="arguments.network_info[*]", legacy=ABSENT),
    *(
        Allowance(channel, _KNOWS_ITS_PORTS, field="arguments.instance.<Instance>.info_cache[*]", legacy=ABSENT)
        for channel in ("driver", "network", "volume")
    ),
    Allowance("driver", _PORTS, operation="default_root_device_name", legacy=ABSENT),
    Allowance("driver", _PORTS, operation="default_root_device_name", objects=ABSENT),
    *(
        Allowance("state", _PORTS, operation="table instance_system_metadata", field=f"arguments.content[*].{name}")
        for name in ("id", "updated_at")
    ),
    Allowance(
        "state",
        _PORTS,
        operation="table instance_system_metadata",
        field="arguments.content[*]",
        legacy=Fitting(_is_note_of_ports),
        objects=ABSENT,
    ),
    Allowance(
        "db", _PORTS, operation="update instance_system_metadata", legacy=Fitting(_writes_note_of_ports), objects=ABSENT
    ),
    Allowance("db", _SENT_ON, operation="update instances", legacy=Fitting(_writes_no_column), objects=ABSENT),
    Allowance(
        "notifier", _SENT_ON, operation="compute.instance.update", legacy=Fitting(_tells_of_no_change), objects=ABSENT
    ),
    *(
        Allowance(channel, _SENT_ON, field=f"arguments.*<Instance>.system_metadata.{name}", objects=ABSENT)
        for channel in ("rpc", "manager", "driver", "network", "volume", "scheduler", "notifier")
        for name in ("new_instance_type_*", "old_vm_state")
    ),
    Allowance(
        "state", _KNOWS_ITS_PORTS, operation="hypervisor *", field="arguments.content.plugged_vifs.*", objects=ABSENT
    ),
    Allowance("rpc", _FLAVOR, field="arguments.flavor.<Flavor>.*", legacy=ABSENT),
    Allowance("scheduler", _FLAVOR, field="arguments.request_spec.instance_type.<Flavor>.*", legacy=ABSENT),
    *(
        Allowance(channel, _FLAVOR, field="arguments.request_spec.instance_type.<Flavor>.*", legacy=ABSENT)
        for channel in ("rpc", "manager")
    ),
    Allowance("notifier", _FLAVOR, field="arguments.payload.request_spec.instance_type.<Flavor>.*", legacy=ABSENT),
    Allowance(
        "notifier",
        _CONTEXT,
        operation="compute.instance.update",
        field="arguments.context.<RequestContext>.is_admin",
        legacy=True,
        objects=False,
    ),
    Allowance("state", _TRACKER, operation="table compute_nodes", field="arguments.content[*].current_workload"),
    # The error notification of a method tells the instance that came in.
    Allowance("notifier", _AS_ASSIGNED, field="arguments.payload.args.instance.<Instance>.*"),
    Allowance(
        "notifier", _AS_ASSIGNED, operation="prep_resize", field="arguments.payload.args.instance_type.<Flavor>.*"
    ),
    Allowance(
        "notifier", _AS_ASSIGNED, operation="resize_instance", field="arguments.payload.args.instance_type.<Flavor>.*"
    ),
    *(
        Allowance(channel, _AS_ASSIGNED, field=f"arguments.instance*.<Instance>.{name}")
        for channel in ("driver", "network", "volume")
        for name in _WRITTEN
    ),
    *(
        Allowance("notifier", _AS_ASSIGNED, operation="compute.instance.*", field=f"arguments.payload.{name}")
        for name in ("host", "node", "state", "state_description", "launched_at", "access_ip_v4", "access_ip_v6")
    ),
)

BREACHES: tuple[KnownBreach, ...] = (
    KnownBreach(
        "errors_are_told",
        "the events of an action are noted around the fault row, and what tells of errors can fail itself",
        work_item="compute_utils",
    ),
    KnownBreach("errors_are_told", "what tells of errors can fail itself", point="*notifier.* fail ValueError"),
    KnownBreach(
        "no_task_state", "nothing frees an instance whose live migration fails in its checks", "* is migrating"
    ),
    KnownBreach("no_task_state", "what is to say that a build has failed can fail itself", work_item="run_instance"),
    KnownBreach(
        "no_task_state", "a task that fails while its failure is noted is not set back", work_item="compute_utils"
    ),
    *(
        KnownBreach(
            "no_task_state",
            "what sets a task state back can fail itself, and a lost cast is nobody's error",
            work_item=work_item,
        )
        for work_item in ("remaining_instance_attr", "detach_volume")
    ),
    KnownBreach("nothing_left", "what should follow a step that fails is done by nobody, a clean-up not tried again"),
    KnownBreach("row_names_host", "a guest that moves is where its row does not say until that is written"),
    KnownBreach("nothing_missing", "a volume that was disconnected is not connected again when its detaching fails"),
    KnownBreach("one_hypervisor", "what is to take a guest from its old host after a resize has failed"),
)

#: What races bring about on the legacy path: it is met when second writers are swept.
BREACHES_BY_RACES: tuple[KnownBreach, ...] = (
    KnownBreach(
        "errors_are_told",
        "the events of an action are noted around the fault row, and find no action",
        point="* race *",
    ),
)

#: What second writers break themselves: it is nobody's breach.
OF_SECOND_WRITERS: tuple[KnownBreach, ...] = (
    KnownBreach(
        "no_task_state", "the task is the second writer's, which goes on", "* is powering-off", point="* race *"
    ),
    KnownBreach("no_task_state", "the task is the second writer's, which goes on", "* is deleting", point="* race *"),
    KnownBreach(
        "row_names_host", "the host is the second writer's", "*, and its row says elsewhere", point="* race host"
    ),
)
