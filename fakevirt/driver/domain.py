"""A guest as its hypervisor knows it."""

from __future__ import annotations

import itertools
import string
from dataclasses import dataclass, field

from fakevirt import states
from fakevirt.driver.console import Console

#: How many counters a disk has: read requests, read bytes, write requests, written bytes and errors.
BLOCK_COUNTERS = 5
#: How many counters a VIF has: bytes, packets, errors and drops received, then the same four sent.
VIF_COUNTERS = 8


@dataclass(slots=True)
class Domain:
    """A guest.

    Args:
        name: Its name on the hypervisor.
        uuid: The instance's.
        memory_mb: Its memory, in MiB.
        vcpus: How many virtual CPUs it has.
        dirty_rate: How much it writes to its memory in a second while it runs, in MiB, as a live migration finds.
        disks: The names of its local disks, in the directory that is named after the uuid.
        volumes: Its volumes: volume id by target device, such as ``vdb``.
        vifs: The ids of its VIFs.
        graphics_listen_addrs: Where its consoles listen, by kind.
        consoles: Its consoles by kind while it is active: ``vnc``, ``spice``, ``rdp``, ``serial``.
        console_log: What it has written to its console since it booted.
        cpu_times: How long each virtual CPU has run since it started, in ns.
        block_io: Read requests, read bytes, write requests, written bytes and errors since it started, by device.
        vif_io: Bytes, packets, errors and drops received, then the same sent, since it started, by VIF id.
        id: The hypervisor's number for it while it is active, else -1.
        power_state: Nova's number for its state.
        persistent: Whether the host keeps its definition when it stops.
        saved: Whether its memory was saved when it stopped.
        bootable: Whether it may be started.
        unrescue: The disks and volumes that it had before it was rescued.
    """

    name: str
    uuid: str
    memory_mb: int
    vcpus: int
    dirty_rate: float = 0
    disks: list[str] = field(default_factory=list)
    volumes: dict[str, str] = field(default_factory=dict)
    vifs: list[str] = field(default_factory=list)
    graphics_listen_addrs: dict[str, str] = field(default_factory=dict)
    consoles: dict[str, Console] = field(default_factory=dict)
    console_log: str = ""
    cpu_times: list[int] = field(default_factory=list)
    block_io: dict[str, list[int]] = field(default_factory=dict)
    vif_io: dict[str, list[int]] = field(default_factory=dict)
    id: int = -1
    power_state: int = states.SHUTDOWN
    persistent: bool = True
    saved: bool = False
    bootable: bool = True
    unrescue: tuple[list[str], dict[str, str]] | None = None

    @property
    def active(self) -> bool:
        """Whether it takes up memory: it runs or is paused."""
        return self.power_state != states.SHUTDOWN

    @property
    def devices(self) -> list[str]:
        """Its target devices: local disks take the first ones that no volume has."""
        free = (device for device in map("vd{}".format, string.ascii_lowercase) if device not in self.volumes)
        return [*itertools.islice(free, len(self.disks)), *self.volumes]

    def block_stats(self, device: str) -> list[int]:
        """Return the counters of a disk, in the order of ``block_io``."""
        return list(self.block_io.get(device, [0] * BLOCK_COUNTERS))

    def vif_stats(self, vif_id: str) -> list[int]:
        """Return the counters of a VIF, in the order of ``vif_io``."""
        return list(self.vif_io.get(vif_id, [0] * VIF_COUNTERS))

    def boot(self) -> None:
        """Begin its console's log anew."""
        source = self.disks[0] if self.disks else "volume"
        self.console_log = f"Booting from {source}\n{self.name} login: "

    def reset_counters(self) -> None:
        """Count from zero, as a hypervisor's new process for it does."""
        self.cpu_times = [0] * self.vcpus
        self.block_io = {}
        self.vif_io = {}
