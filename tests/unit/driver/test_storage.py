"""Where the disks of guests are."""

from __future__ import annotations

import pytest

from fakevirt.driver.storage import GIB, Disk, Storage
from fakevirt.exceptions import MigrationError


def test_free_space_is_what_no_disk_has_written_to() -> None:
    storage = Storage("nfs", capacity_gb=2)
    storage.directories["a"] = {"disk": Disk(virt_disk_size=10 * GIB, disk_size=GIB)}
    assert storage.free_bytes == GIB


def test_what_does_not_fit_is_refused() -> None:
    storage = Storage("nfs", capacity_gb=1)
    storage.require_room_for([Disk(GIB, disk_size=GIB)])
    with pytest.raises(MigrationError, match="no space left on nfs"):
        storage.require_room_for([Disk(GIB, disk_size=GIB), Disk(1, disk_size=1)])
