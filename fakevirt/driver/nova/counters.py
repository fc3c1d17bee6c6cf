"""What guests have counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nova.objects import diagnostics

from fakevirt.driver.interface import Context
from fakevirt.driver.nova.base import Instance, NovaDriver, at_work


class Counters(NovaDriver):
    """Reads the counters of guests."""

    @at_work
    def block_stats(self, instance: Instance, disk_id: str) -> list[int]:
        """Return the counters of a disk: requests and bytes read, the same written, errors."""
        return self.hypervisor.lookup(instance.name).block_stats(disk_id)

    @at_work
    def get_all_volume_usage(self, context: Context, compute_host_bdms: Any) -> list[dict[str, Any]]:
        """Return the counters of volumes, except of those that are gone."""
        return self._driver.get_all_volume_usage(context, compute_host_bdms)

    @at_work
    def get_diagnostics(self, instance: Instance) -> dict[str, Any]:
        """Return the counters of the guest by libvirt's names: ``cpu0_time``, ``vda_read_req``, ``memory`` (KiB), …"""
        return self._driver.get_diagnostics(instance)

    @at_work
    def get_instance_diagnostics(self, instance: Instance) -> Any:
        """Return the counters of the guest in Nova's form."""
        found = self._driver.get_instance_diagnostics(instance)
        novas = diagnostics.Diagnostics(
            state=found.state,
            driver=found.driver,
            hypervisor=self.hypervisor.hypervisor_type.lower(),
            hypervisor_os=found.hypervisor_os,
            uptime=found.uptime,
            config_drive=found.config_drive,
            memory_details=diagnostics.MemoryDiagnostics(**asdict(found.memory_details)),
        )
        for number, cpu in enumerate(found.cpu_details):
            novas.add_cpu(id=number, **asdict(cpu))
        for nic in found.nic_details:
            novas.add_nic(**asdict(nic))
        for disk in found.disk_details:
            counters = asdict(disk)
            del counters["id"]
            novas.add_disk(**counters)
        return novas
