"""What guests have counted."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from oslo_utils import timeutils

from fakevirt import states
from fakevirt.driver.diagnostics import (
    NO_ADDRESS,
    CpuDiagnostics,
    Diagnostics,
    DiskDiagnostics,
    MemoryDiagnostics,
    NicDiagnostics,
)
from fakevirt.driver.fake.base import HypervisorDriver, device_of
from fakevirt.driver.interface import Context, Instance
from fakevirt.driver.profile import reader

_STATES = {
    states.NOSTATE: "pending",
    states.RUNNING: "running",
    states.POWER_PAUSED: "paused",
    states.SHUTDOWN: "shutdown",
}
#: What the counters of a disk and of a VIF are called in libvirt's terms, in Nova's and in usage.
_BLOCK_COUNTERS = ("read_req", "read", "write_req", "write", "errors")
_VIF_COUNTERS = ("rx", "rx_packets", "rx_errors", "rx_drop", "tx", "tx_packets", "tx_errors", "tx_drop")
_DISK = ("read_requests", "read_bytes", "write_requests", "write_bytes", "errors_count")
_NIC = ("rx_octets", "rx_packets", "rx_errors", "rx_drop", "tx_octets", "tx_packets", "tx_errors", "tx_drop")
_USAGE = ("rd_req", "rd_bytes", "wr_req", "wr_bytes", "flush_operations")


class Counters(HypervisorDriver):
    """Reads the counters of guests."""

    def block_stats(self, instance_name: Any, disk_id: str) -> list[int] | None:
        """Return the counters of a disk; None when the guest or the disk is gone."""
        domain = self.hypervisor.domains.get(self._name("block_stats", instance_name))
        if domain is None or disk_id not in domain.devices:
            return None
        return domain.block_stats(disk_id)

    def get_diagnostics(self, instance: Instance) -> dict[str, Any]:
        """Return the counters of the guest by libvirt's names: ``cpu0_time``, ``vda_read_req``, ``memory`` (KiB), …"""
        domain = self._domain("get_diagnostics", instance)
        diagnostics = {f"cpu{number}_time": time for number, time in enumerate(domain.cpu_times)}
        for device in domain.devices:
            diagnostics |= _named(device, _BLOCK_COUNTERS, domain.block_stats(device))
        for vif_id in domain.vifs:
            diagnostics |= _named(f"tap{vif_id[:11]}", _VIF_COUNTERS, domain.vif_stats(vif_id))
        return {**diagnostics, "memory": domain.memory_mb * 1024}

    def get_instance_diagnostics(self, instance: Instance) -> Diagnostics:
        """Return the counters of the guest in Nova's form."""
        read = self.profile.reader("get_instance_diagnostics", instance)
        domain = self.hypervisor.lookup(read("name"))
        return Diagnostics(
            state=_STATES[domain.power_state],
            driver="libvirt",
            hypervisor_os="linux",
            uptime=_seconds_since(read("launched_at")),
            config_drive=bool(read("config_drive")),
            cpu_details=[CpuDiagnostics(time) for time in domain.cpu_times],
            nic_details=[self._nic(vif_id, domain.vif_stats(vif_id)) for vif_id in domain.vifs],
            disk_details=[_disk(device, domain.block_stats(device)) for device in domain.devices],
            memory_details=MemoryDiagnostics(maximum=domain.memory_mb, used=domain.memory_mb),
        )

    def get_all_bw_counters(self, instances: Iterable[Instance]) -> list[dict[str, Any]]:
        """Return ``uuid``, ``mac_address``, ``bw_in`` and ``bw_out`` (bytes) of each VIF of those that are active."""
        counters = []
        for instance in instances:
            domain = self.hypervisor.domains.get(self.profile.reader("get_all_bw_counters", instance)("name"))
            if domain is None or not domain.active:
                continue
            for vif_id in domain.vifs:
                nic = self._nic(vif_id, domain.vif_stats(vif_id))
                counters.append(
                    {
                        "uuid": domain.uuid,
                        "mac_address": nic.mac_address,
                        "bw_in": nic.rx_octets,
                        "bw_out": nic.tx_octets,
                    }
                )
        return counters

    def get_all_volume_usage(self, context: Context, compute_host_bdms: Any) -> list[dict[str, Any]]:
        """Return the counters of volumes, except of those that are gone.

        Args:
            context: The request.
            compute_host_bdms: For each instance a dict of itself (``instance``) and of the mappings of its volumes
                (``instance_bdms``).

        Returns:
            For each volume ``volume`` (its id), ``instance``, ``rd_req``, ``rd_bytes``, ``wr_req``, ``wr_bytes`` and
            ``flush_operations``, which are the errors that libvirt counts.
        """
        usages = []
        for host_bdms in compute_host_bdms:
            instance = host_bdms["instance"]
            name = self.profile.reader("get_all_volume_usage", instance)("name")
            for bdm in map(reader, host_bdms["instance_bdms"]):
                stats = self.block_stats(name, device_of(bdm("device_name")))
                if stats is not None:
                    usage = dict(zip(_USAGE, stats, strict=True))
                    usages.append({"volume": bdm("volume_id"), "instance": instance, **usage})
        return usages

    def _nic(self, vif_id: str, stats: list[int]) -> NicDiagnostics:
        counters = dict(zip(_NIC, stats, strict=True))
        plugged = self.hypervisor.plugged_vifs.get(vif_id)
        return NicDiagnostics(plugged.address if plugged else NO_ADDRESS, **counters)


def _named(device: str, names: tuple[str, ...], stats: list[int]) -> dict[str, int]:
    return {f"{device}_{name}": value for name, value in zip(names, stats, strict=True)}


def _disk(device: str, stats: list[int]) -> DiskDiagnostics:
    return DiskDiagnostics(device, **dict(zip(_DISK, stats, strict=True)))


def _seconds_since(launched_at: datetime.datetime | str | None) -> int:
    """Return how long ago that was, 0 for never; a dict has a time as text."""
    if launched_at is None:
        return 0
    if isinstance(launched_at, str):
        launched_at = timeutils.parse_isotime(launched_at)
    return int(timeutils.delta_seconds(timeutils.normalize_time(launched_at), timeutils.utcnow()))
