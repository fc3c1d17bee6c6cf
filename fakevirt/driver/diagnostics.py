"""What a guest has counted: what a driver answers, as Nova's ``virt.diagnostics`` has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from fakevirt.instrument.snapshot import register

#: The address of a VIF whose own is not known.
NO_ADDRESS = "00:00:00:00:00:00"


@dataclass(slots=True)
class CpuDiagnostics:
    """How long a virtual CPU has run, in ns."""

    time: int = 0


@dataclass(slots=True)
class NicDiagnostics:
    """What went through a VIF."""

    mac_address: str = NO_ADDRESS
    rx_octets: int = 0
    rx_errors: int = 0
    rx_drop: int = 0
    rx_packets: int = 0
    tx_octets: int = 0
    tx_errors: int = 0
    tx_drop: int = 0
    tx_packets: int = 0


@dataclass(slots=True)
class DiskDiagnostics:
    """What was read from a disk and written to it."""

    id: str = ""
    read_bytes: int = 0
    read_requests: int = 0
    write_bytes: int = 0
    write_requests: int = 0
    errors_count: int = 0


@dataclass(slots=True)
class MemoryDiagnostics:
    """The memory of a guest, in MiB."""

    maximum: int = 0
    used: int = 0


@dataclass(slots=True)
class Diagnostics:
    """What is known of a guest, whatever hypervisor it runs on.

    Args:
        state: A word for its power state.
        driver: The kind of driver.
        hypervisor_os: What the hypervisor runs on.
        uptime: Seconds since it was launched.
        config_drive: Whether it has a config drive.
        cpu_details: Its virtual CPUs.
        nic_details: Its VIFs.
        disk_details: Its disks and volumes.
        memory_details: Its memory.
    """

    version: ClassVar[str] = "1.0"

    state: str | None = None
    driver: str | None = None
    hypervisor_os: str | None = None
    uptime: int = 0
    config_drive: bool = False
    cpu_details: list[CpuDiagnostics] = field(default_factory=list)
    nic_details: list[NicDiagnostics] = field(default_factory=list)
    disk_details: list[DiskDiagnostics] = field(default_factory=list)
    memory_details: MemoryDiagnostics = field(default_factory=MemoryDiagnostics)

    def serialize(self) -> dict[str, Any]:
        """Return it as plain data, with its version."""
        return {**asdict(self), "version": self.version}


@register(Diagnostics)
def _(diagnostics: Diagnostics) -> dict[str, Any]:
    return diagnostics.serialize()
