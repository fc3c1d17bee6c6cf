"""Where the disks of guests are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from fakevirt import exceptions

MIB = 1024**2
GIB = 1024**3

#: What a guest has written to a fresh disk by the time it is up, in bytes.
_WRITTEN_AT_BOOT = 64 * MIB


@dataclass(slots=True)
class Disk:
    """A disk image.

    Args:
        virt_disk_size: The size that the guest sees, in bytes.
        disk_size: What it takes up on its storage, in bytes.
        backing_file: The path of the image that it is an overlay of.
        content: A name for the data on it; an empty disk has none.
    """

    virt_disk_size: int
    disk_size: int = 0
    backing_file: str = ""
    content: str = ""

    @classmethod
    def written(cls, size_gb: int, content: str, backing_file: str = "") -> Disk:
        """Return a disk that a guest has booted with."""
        return cls(max(size_gb * GIB, _WRITTEN_AT_BOOT), _WRITTEN_AT_BOOT, backing_file, content)


@dataclass(slots=True, eq=False)
class Storage:
    """A file system or pool that holds a directory of disks per instance.

    Hypervisors that are given the same storage share it.

    Args:
        name: What it is called.
        capacity_gb: How much fits on it, in GiB.
        path: Where it is mounted.
    """

    name: str
    capacity_gb: int = 1000
    path: str = "/var/lib/nova/instances"
    directories: dict[str, dict[str, Disk]] = field(default_factory=dict)
    test_files: set[str] = field(default_factory=set)

    @property
    def free_bytes(self) -> int:
        """What still fits on it."""
        used = sum(disk.disk_size for directory in self.directories.values() for disk in directory.values())
        return self.capacity_gb * GIB - used

    def require_room_for(self, disks: Iterable[Disk]) -> None:
        """Raise MigrationError unless copies of ``disks`` fit."""
        if sum(disk.disk_size for disk in disks) > self.free_bytes:
            raise exceptions.MigrationError(reason=f"no space left on {self.name}")

    def location(self, directory: str, disk: str = "") -> str:
        """Return the absolute path of a directory, or of a disk in it."""
        return "/".join(filter(None, (self.path, directory, disk)))

    def to_primitive(self) -> dict[str, Any]:
        """Return its whole state as plain data."""
        return {**asdict(self), "test_files": sorted(self.test_files)}
