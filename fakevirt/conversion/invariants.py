"""What must hold when a request is through, whatever failed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fakevirt import states
from fakevirt.instrument.trace import Effect, Raised, Trace
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.decorators import ERROR_NOTIFICATION, FAULT_ROW, left_by_errors
from fakevirt.manager.paths import WorkItemMethod

#: While a resize is between these, the guest's disks are on two hosts.
_RESIZING = frozenset({"pre-migrating", "migrating", "post-migrating", "finished", "confirming", "reverting"})


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """Something that does not hold.

    Args:
        invariant: The name of what should hold.
        what: What is broken, in a few words.
    """

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


class _End:
    """How a world is in the end."""

    def __init__(self, state: Mapping[str, Any], trace: Trace, names: Mapping[str, str]) -> None:
        self._state = state
        self._names = names
        self.trace = trace

    @cached_property
    def instances(self) -> list[dict[str, Any]]:
        """The rows that are not deleted."""
        return [row for row in self._state["table instances"] if not row["deleted"]]

    @cached_property
    def hypervisors(self) -> dict[str, Any]:
        prefix = "hypervisor "
        return {name.removeprefix(prefix): one for name, one in self._state.items() if name.startswith(prefix)}

    @cached_property
    def guests(self) -> dict[str, list[str]]:
        """The hosts that have a guest, by its uuid."""
        hosts: dict[str, list[str]] = {}
        for host, hypervisor in self.hypervisors.items():
            for domain in hypervisor["domains"].values():
                hosts.setdefault(domain["uuid"], []).append(host)
        return hosts

    @cached_property
    def resizing(self) -> frozenset[str]:
        return frozenset(row["instance_uuid"] for row in self._state["table migrations"] if row["status"] in _RESIZING)

    @cached_property
    def volumes(self) -> list[dict[str, Any]]:
        return list(self._state["volume"]["volumes"])

    @cached_property
    def network(self) -> dict[str, Any]:
        return dict(self._state["network"])

    @cached_property
    def mapped(self) -> dict[str, str]:
        """The uuids of instances by the ids of volumes that their mappings name."""
        rows = self._state["table block_device_mapping"]
        return {row["volume_id"]: row["instance_uuid"] for row in rows if row["volume_id"] and not row["deleted"]}

    def name(self, uuid: str) -> str:
        return self._names.get(uuid, "another")


def one_hypervisor(end: _End) -> Iterator[str]:
    """A guest runs on exactly one hypervisor."""
    for row in end.instances:
        hosts = end.guests.get(row["uuid"], [])
        if row["vm_state"] == states.ACTIVE and not hosts:
            yield f"{end.name(row['uuid'])} is active and on none"
    for uuid, hosts in end.guests.items():
        if len(hosts) > 1 and uuid not in end.resizing:
            yield f"{end.name(uuid)} is on {' and '.join(sorted(hosts))}"


def row_names_host(end: _End) -> Iterator[str]:
    """The row of an instance names the host that has its guest."""
    for row in end.instances:
        hosts = end.guests.get(row["uuid"], [])
        if hosts and row["host"] not in hosts:
            yield f"{end.name(row['uuid'])} is on {hosts[0]}, and its row says {row['host']}"


def nothing_left(end: _End) -> Iterator[str]:
    """No disk, volume connection, network set-up or filter rule is left on a host that does not have the guest."""
    for host, uuid, what in _belongings(end):
        if uuid not in end.resizing and host not in end.guests.get(uuid, []):
            yield f"{what} of {end.name(uuid)} on {host}"


def nothing_missing(end: _End) -> Iterator[str]:
    """Where the guest is, there is what it had before: its volumes' connections and its VIFs."""
    for row in end.instances:
        uuid = row["uuid"]
        for host in end.guests.get(uuid, []):
            hypervisor = end.hypervisors[host]
            for volume in end.volumes:
                if end.mapped.get(volume["id"]) != uuid:
                    continue
                if host not in volume["connections"] or volume["id"] not in hypervisor["connected_volumes"]:
                    yield f"connection of {end.name(volume['id'])} to {host}"
            for port in end.network["ports"]:
                if port["device_id"] == uuid and port["id"] not in hypervisor["plugged_vifs"]:
                    yield f"{end.name(port['id'])} of {end.name(uuid)} on {host}"


def no_task_state(end: _End) -> Iterator[str]:
    """No task state is stuck."""
    for row in end.instances:
        if row["task_state"] is not None:
            yield f"{end.name(row['uuid'])} is {row['task_state']}"


def errors_are_told(end: _End) -> Iterator[str]:
    """An error that leaves the manager has left a fault row and an error notification, where its method makes them."""
    effects = end.trace.effects
    for number, effect in enumerate(effects):
        if effect.channel != "manager" or not isinstance(effect.outcome, Raised):
            continue
        made = _made_by(effect)
        if effect.outcome.failure.kind == "InstanceNotFound":
            made -= {FAULT_ROW}
        within = effects[number + 1 : effect.ended]
        told = {
            ERROR_NOTIFICATION: any(e.channel == "notifier" and e.operation == effect.operation for e in within),
            FAULT_ROW: any(e.channel == "db" and e.operation == "insert instance_faults" for e in within),
        }
        yield from (f"no {what} of {effect.operation}" for what in sorted(made) if not told[what])


def _made_by(effect: Effect) -> frozenset[str]:
    method = ComputeManager.__dict__.get(effect.operation)
    if not isinstance(method, WorkItemMethod):
        return frozenset()
    return left_by_errors(method.function(effect.details["path"]))


def _belongings(end: _End) -> Iterator[tuple[str, str, str]]:
    """Yield what hosts have of instances: host, uuid of the instance, what."""
    for host, hypervisor in end.hypervisors.items():
        storage = hypervisor["instances_path"]
        if storage["name"] == host:
            yield from ((host, uuid, "disks") for uuid in storage["directories"])
        yield from ((host, vif["instance_uuid"], "a VIF") for vif in hypervisor["plugged_vifs"].values())
        yield from ((host, uuid, "filter rules") for uuid in hypervisor["filters"])
        for volume_id in hypervisor["connected_volumes"]:
            if volume_id in end.mapped:
                yield host, end.mapped[volume_id], f"{end.name(volume_id)}"
    for volume in end.volumes:
        if volume["id"] in end.mapped:
            for host in volume["connections"]:
                yield host, end.mapped[volume["id"]], f"an export of {end.name(volume['id'])}"
    for uuid, hosts in end.network["hosts_set_up"].items():
        yield from ((host, uuid, "networks") for host in hosts)


INVARIANTS: tuple[Callable[[_End], Iterable[str]], ...] = (
    one_hypervisor,
    row_names_host,
    nothing_left,
    nothing_missing,
    no_task_state,
    errors_are_told,
)


def breaches(state: Mapping[str, Any], trace: Trace, names: Mapping[str, str]) -> frozenset[Breach]:
    """Return what does not hold at the end of a request.

    Args:
        state: The state of the world.
        trace: What happened.
        names: Names for uuids, such as ``server-1``.
    """
    end = _End(state, trace, names)
    return frozenset(Breach(holds.__name__, what) for holds in INVARIANTS for what in holds(end))
