"""What the host has, and which guests are on it."""

from __future__ import annotations

import json
from typing import Any

from fakevirt.driver.fake.base import HypervisorDriver
from fakevirt.driver.interface import Instance
from fakevirt.driver.storage import GIB


class Host(HypervisorDriver):
    """The host and what is on it."""

    def init_host(self, host: str) -> None:
        """Do nothing: the hypervisor is up."""

    def get_info(self, instance: Instance) -> dict[str, Any]:
        """Return state, memory and processors of the guest; its ``id`` is -1 while it is not active."""
        domain = self._domain("get_info", instance)
        return {
            "state": domain.power_state,
            "max_mem": domain.memory_mb * 1024,
            "mem": domain.memory_mb * 1024,
            "num_cpu": domain.vcpus,
            "cpu_time": sum(domain.cpu_times),
            "id": domain.id,
        }

    def instance_exists(self, instance: Instance) -> bool:
        """Return whether there is a guest of the instance's name."""
        return self.profile.reader("instance_exists", instance)("name") in self.hypervisor.domains

    def list_instances(self) -> list[str]:
        """Return the names of all guests."""
        return list(self.hypervisor.domains)

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""
        return [domain.uuid for domain in self.hypervisor.domains.values()]

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        """Return the names of the hypervisor's nodes."""
        return list(self.hypervisor.nodes)

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Return what the host has and uses; nothing for a node that is not its own."""
        host = self.hypervisor
        if nodename not in host.nodes:
            return {}
        storage = host.disk_storage
        free_gb = max(storage.free_bytes, 0) // GIB
        return {
            "vcpus": host.vcpus,
            "memory_mb": host.memory_mb,
            "local_gb": storage.capacity_gb,
            "vcpus_used": sum(domain.vcpus for domain in host.domains.values() if domain.active),
            "memory_mb_used": host.memory_mb_used,
            "local_gb_used": storage.capacity_gb - free_gb,
            "hypervisor_type": host.hypervisor_type,
            "hypervisor_version": host.hypervisor_version,
            "hypervisor_hostname": nodename,
            "cpu_info": host.cpu.to_json(),
            "disk_available_least": (free_gb * GIB - host.disk_over_committed) // GIB,
            "supported_instances": json.dumps([[host.cpu.arch, "kvm", "hvm"]]),
            "pci_passthrough_devices": "[]",
            "numa_topology": None,
        }

    def get_host_ip_addr(self) -> str:
        """Return the address of the host."""
        return self.hypervisor.my_ip

    def get_host_cpu_stats(self) -> dict[str, int]:
        """Return how the host's processors spent their time (ns), and their ``frequency`` (MHz)."""
        return dict(self.hypervisor.cpu_stats)
