"""What the host has, and which guests are on it."""

from __future__ import annotations

import uuid
from typing import Any

import nova.conf
from nova.virt import hardware

from fakevirt.driver.nova.base import Instance, NovaDriver, at_work

CONF = nova.conf.CONF


class Host(NovaDriver):
    """The host and what is on it."""

    @at_work
    def get_info(self, instance: Instance, use_cache: bool = True) -> Any:
        """Return the guest's power state and, while it is active, its number."""
        info = self._driver.get_info(instance)
        return hardware.InstanceInfo(state=info["state"], internal_id=info["id"])

    @at_work
    def list_instances(self) -> list[str]:
        """Return the names of all guests."""
        return self._driver.list_instances()

    @at_work
    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""
        return self._driver.list_instance_uuids()

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        """Return the names of the hypervisor's nodes."""
        return self._driver.get_available_nodes(refresh)

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        """Return the names of its nodes by uuid; the uuid is made of the name, since many hosts share this machine."""
        return {_node_uuid(name): name for name in self.hypervisor.nodes}

    @at_work
    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Return what the host has and uses; nothing for a node that is not its own."""
        resources = self._driver.get_available_resource(nodename)
        if resources:
            hypervisor_type = self.hypervisor.hypervisor_type.lower()
            resources["hypervisor_type"] = hypervisor_type
            resources["supported_instances"] = [(self.hypervisor.cpu.arch, hypervisor_type, "hvm")]
            resources["uuid"] = _node_uuid(nodename)
        return resources

    @at_work
    def update_provider_tree(self, provider_tree: Any, nodename: str, allocations: Any = None) -> None:
        """Report processors, memory (MiB) and disk (GiB) of the host."""
        ratios = self._get_allocation_ratios(provider_tree.data(nodename).inventory)
        resources = self._driver.get_available_resource(nodename)
        totals = {
            "VCPU": (resources["vcpus"], CONF.reserved_host_cpus),
            "MEMORY_MB": (resources["memory_mb"], CONF.reserved_host_memory_mb),
            "DISK_GB": (resources["local_gb"], self._get_reserved_host_disk_gb_from_config()),
        }
        inventory = {
            name: {
                "total": total,
                "reserved": reserved,
                "min_unit": 1,
                "max_unit": total,
                "step_size": 1,
                "allocation_ratio": ratios[name],
            }
            for name, (total, reserved) in totals.items()
        }
        provider_tree.update_inventory(nodename, inventory)

    def get_host_ip_addr(self) -> str:
        """Return the address of the host, which no other of the site has."""
        return self._driver.get_host_ip_addr()

    def get_host_cpu_stats(self) -> dict[str, int]:
        """Return how the host's processors spent their time (ns), and their ``frequency`` (MHz)."""
        return self._driver.get_host_cpu_stats()


def _node_uuid(nodename: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, nodename))
