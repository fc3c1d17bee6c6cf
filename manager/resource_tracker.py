"""What one node has and what of it is used."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.driver.profile import reader
from fakevirt.objects.instance import InstanceList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


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
    def of(cls, read: Callable[[str], Any]) -> _Usage:
        return cls(
            memory_mb=read("memory_mb"),
            vcpus=read("vcpus"),
            disk_gb=read("root_gb") + read("ephemeral_gb"),
            busy=read("task_state") is not None,
        )


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
        self._node: Any = None

    def update_available_resource(self, context: RequestContext) -> None:
        """Count anew: the driver's resources and the instances that the database has on the node."""
        resources = self._manager.driver.get_available_resource(self._nodename)
        self._resources = {name: resources[name] for name in _REPORTED}
        instances = InstanceList.get_by_host_and_node(context, self._manager.host, self._nodename)
        self._tracked = {instance.uuid: _Usage.of(functools.partial(getattr, instance)) for instance in instances}
        self._write(context)

    def update_usage(self, context: RequestContext, read: Callable[[str], Any]) -> None:
        """Count one instance anew, if it is one of the node's.

        Args:
            context: The request.
            read: Returns a field of the instance.
        """
        if read("uuid") in self._tracked:
            self._tracked[read("uuid")] = _Usage.of(read)
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
        usage = _Usage.of(read)
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

    def _check(self, memory_mb: int, disk_gb: int, limits: Mapping[str, Any]) -> None:
        used_mb = sum(usage.memory_mb for usage in self._tracked.values())
        used_gb = sum(usage.disk_gb for usage in self._tracked.values())
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
        usages = list(self._tracked.values())
        memory_mb_used = sum(usage.memory_mb for usage in usages)
        local_gb_used = sum(usage.disk_gb for usage in usages)
        values = {
            **self._resources,
            "memory_mb_used": memory_mb_used,
            "free_ram_mb": self._resources["memory_mb"] - memory_mb_used,
            "local_gb_used": local_gb_used,
            "free_disk_gb": self._resources["local_gb"] - local_gb_used,
            "vcpus_used": sum(usage.vcpus for usage in usages),
            "running_vms": len(usages),
            "current_workload": sum(usage.busy for usage in usages),
        }
        self._node = self._manager._write_compute_node(context, self._node, values)
