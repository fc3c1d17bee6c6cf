"""What one node has and what of it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions, flavors, states
from fakevirt.context import RequestContext
from fakevirt.driver.profile import reader
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance import InstanceList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.migration import Migration

#: What of the driver's resources a compute node has a column and a field for.
_REPORTED = (
    "cpu_info",
    "disk_available_least",
    "hypervisor_hostname",
    "hypervisor_type",
    "hypervisor_version",
    "local_gb",
    "memory_mb",
    "numa_topology",
    "vcpus",
)


@dataclass(frozen=True, slots=True)
class _Usage:
    memory_mb: int
    vcpus: int
    disk_gb: int
    busy: bool

    @classmethod
    def of_instance(cls, read: Callable[[str], Any]) -> _Usage:
        return cls.of_flavor(read, busy=read("task_state") is not None)

    @classmethod
    def of_flavor(cls, read: Callable[[str], Any], *, busy: bool = False) -> _Usage:
        return cls(
            memory_mb=read("memory_mb"),
            vcpus=read("vcpus"),
            disk_gb=read("root_gb") + read("ephemeral_gb"),
            busy=busy,
        )


#: The task states of an instance that is being resized; before and after them it is active, stopped or resized.
_RESIZING = frozenset({states.RESIZE_PREP, states.RESIZE_MIGRATING, states.RESIZE_MIGRATED, states.RESIZE_FINISH})


class ResourceTracker:
    """Keeps the compute node's row in step with the driver's resources and the instances on the node.

    Args:
        manager: Whose node it is.
        nodename: The node's name, as the driver gives it.
    """

    def __init__(self, manager: ComputeManager, nodename: str) -> None:
        self._manager = manager
        self._nodename = nodename
        self._resources: dict[str, Any] = {}
        self._tracked: dict[str, _Usage] = {}
        #: What is held for resizes, by instance: the flavor's id and what it needs.
        self._held: dict[str, tuple[int, _Usage]] = {}
        self._node: Any = None

    def update_available_resource(self, context: RequestContext) -> None:
        """Count anew: the driver's resources, and the instances and resizes that the database has on the node."""
        resources = self._manager.driver.get_available_resource(self._nodename)
        self._resources = {name: resources[name] for name in _REPORTED}
        instances = InstanceList.get_by_host_and_node(context, self._manager.host, self._nodename)
        self._tracked = {instance.uuid: _Usage.of_instance(reader(instance)) for instance in instances}
        self._held = {}
        for migration, instance in self._manager._get_resizes_in_progress(context, self._nodename):
            if _is_resizing(reader(instance)):
                self._hold(context, migration, instance)
        self._write(context)

    def update_usage(self, context: RequestContext, read: Callable[[str], Any]) -> None:
        """Count one instance anew, if it is one of the node's; one that is deleted counts no more.

        Args:
            context: The request.
            read: Returns a field of the instance.
        """
        uuid = read("uuid")
        if uuid not in self._tracked:
            return
        if read("vm_state") == states.DELETED:
            del self._tracked[uuid]
        else:
            self._tracked[uuid] = _Usage.of_instance(read)
        self._write(context)

    @contextlib.contextmanager
    def instance_claim(
        self, context: RequestContext, instance: Any, limits: Mapping[str, Any] | None = None
    ) -> Iterator[None]:
        """Reserve what an instance needs, and give it back if the block fails.

        The instance gets this host and node. Nothing is counted on a node that the driver was never asked about.

        Args:
            context: The request.
            instance: A dict or an object; its host, node and launched_on are written.
            limits: How much may be used in all, as ``memory_mb`` and ``disk_gb``; what is not named has no limit.

        Raises:
            ComputeResourcesUnavailable: It needs more than is left.
        """
        read = reader(instance)
        if not self._resources:
            self._manager._set_instance_host_and_node(context, instance, self._nodename)
            yield
            return
        overhead = self._manager.driver.estimate_instance_overhead(instance)["memory_mb"]
        usage = _Usage.of_instance(read)
        self._check(usage.memory_mb + overhead, usage.disk_gb, limits or {})
        self._manager._set_instance_host_and_node(context, instance, self._nodename)
        uuid = read("uuid")
        self._tracked[uuid] = usage
        self._write(context)
        try:
            yield
        except Exception:
            with excutils.save_and_reraise_exception():
                self._tracked.pop(uuid, None)
                self._write(context)

    @contextlib.contextmanager
    def resize_claim(
        self, context: RequestContext, instance: Any, flavor: Any, limits: Mapping[str, Any] | None = None
    ) -> Iterator[Migration]:
        """Reserve what an instance will need here when it has been resized, and give it back if the block fails.

        Args:
            context: The request.
            instance: A dict or an object.
            flavor: What it is to have, a dict or an object.
            limits: As for :meth:`instance_claim`.

        Returns:
            The migration, which has been created.

        Raises:
            ComputeResourcesUnavailable: It needs more than is left.
        """
        if not self._resources:
            yield self._manager._create_migration(context, instance, flavor, self._nodename)
            return
        overhead = self._manager.driver.estimate_instance_overhead(flavor)["memory_mb"]
        usage = _Usage.of_flavor(reader(flavor))
        self._check(usage.memory_mb + overhead, usage.disk_gb, limits or {})
        migration: Migration = self._manager._create_migration(context, instance, flavor, self._nodename)
        self._hold(context, migration, instance)
        self._write(context)
        try:
            yield migration
        except Exception:
            with excutils.save_and_reraise_exception():
                self.drop_resize_claim(context, instance, flavor)

    def drop_resize_claim(self, context: RequestContext, instance: Any, flavor: Any) -> None:
        """Give back what is held for a resize, if it is for that flavor.

        Args:
            context: The request.
            instance: A dict or an object.
            flavor: The flavor that is no longer needed, a dict or an object.
        """
        flavor_id, _ = self._held.get(reader(instance)("uuid"), (None, None))
        if flavor_id == reader(flavor)("id"):
            del self._held[reader(instance)("uuid")]
            self._write(context)

    def _hold(self, context: RequestContext, migration: Any, instance: Any) -> None:
        """Hold what a resize needs on this node: the new flavor where it goes, the old one where it may return."""
        read, read_migration = reader(instance), reader(migration)
        here = (self._manager.host, self._nodename)
        incoming = (read_migration("dest_compute"), read_migration("dest_node")) == here
        outbound = (read_migration("source_compute"), read_migration("source_node")) == here
        if incoming and outbound:
            # The instance counts with the flavor that it has now: held is the other one.
            which = "new" if read("instance_type_id") == read_migration("old_instance_type_id") else "old"
        elif read("uuid") in self._tracked:
            return
        else:
            which = "new" if incoming else "old"
        flavor_id = read_migration(f"{which}_instance_type_id")
        try:
            flavor = flavors.find_flavor(read, f"{which}_")
        except KeyError:
            # The old one is kept there only when the destination has begun to finish.
            usage = _Usage.of_flavor(reader(Flavor.get_by_id(context, flavor_id)))
        else:
            usage = _Usage.of_flavor(flavor.__getitem__)
        self._held[read("uuid")] = (flavor_id, usage)

    def _usages(self) -> list[_Usage]:
        return [*self._tracked.values(), *(usage for _, usage in self._held.values())]

    def _check(self, memory_mb: int, disk_gb: int, limits: Mapping[str, Any]) -> None:
        used_mb = sum(usage.memory_mb for usage in self._usages())
        used_gb = sum(usage.disk_gb for usage in self._usages())
        reasons = [
            f"Free {kind} {limit - used:.2f} {unit} < requested {wanted} {unit}"
            for kind, unit, limit, used, wanted in (
                ("memory", "MB", limits.get("memory_mb"), used_mb, memory_mb),
                ("disk", "GB", limits.get("disk_gb"), used_gb, disk_gb),
            )
            if limit is not None and wanted > limit - used
        ]
        if reasons:
            raise exceptions.ComputeResourcesUnavailable(reason="; ".join(reasons))

    def _write(self, context: RequestContext) -> None:
        usages = self._usages()
        memory_mb_used = sum(usage.memory_mb for usage in usages)
        local_gb_used = sum(usage.disk_gb for usage in usages)
        values = {
            **self._resources,
            "memory_mb_used": memory_mb_used,
            "free_ram_mb": self._resources["memory_mb"] - memory_mb_used,
            "local_gb_used": local_gb_used,
            "free_disk_gb": self._resources["local_gb"] - local_gb_used,
            "vcpus_used": sum(usage.vcpus for usage in usages),
            "running_vms": len(self._tracked),
            "current_workload": sum(usage.busy for usage in usages),
        }
        if flavors.keeps_flavors_separate():
            values["host"] = self._manager.host
        self._node = self._manager._write_compute_node(context, self._node, values)


def _is_resizing(read: Callable[[str], Any]) -> bool:
    vm_state = read("vm_state")
    return vm_state == states.RESIZED or (
        vm_state in (states.ACTIVE, states.STOPPED) and read("task_state") in _RESIZING
    )
