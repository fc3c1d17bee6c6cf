"""A guest as its hypervisor knows it."""

from __future__ import annotations

from fakevirt.driver.domain import Domain


def test_local_disks_take_the_first_devices_that_no_volume_has() -> None:
    domain = Domain("one", "uuid", 512, 1, disks=["disk", "disk.local"], volumes={"vdb": "v1"})
    assert domain.devices == ["vda", "vdc", "vdb"]


def test_what_has_counted_nothing_is_at_zero() -> None:
    domain = Domain("one", "uuid", 512, 1)
    assert domain.block_stats("vda") == [0] * 5
    assert domain.vif_stats("vif-1") == [0] * 8


def test_the_log_tells_what_a_guest_booted_from() -> None:
    domain = Domain("one", "uuid", 512, 1, disks=["disk.rescue", "disk"])
    domain.boot()
    assert domain.console_log == "Booting from disk.rescue\none login: "
