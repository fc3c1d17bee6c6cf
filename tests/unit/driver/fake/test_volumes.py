"""The volumes of guests, and the names of their devices."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"


def test_the_volume_connector_names_the_host(driver: FakeVirtDriver, instance: Any) -> None:
    assert driver.get_volume_connector(instance) == {
        "ip": "192.0.2.11",
        "host": "src",
        "initiator": "iqn.1994-05.com.example:src",
    }
    assert driver.get_host_ip_addr() == "192.0.2.11"


def test_a_volume_is_attached_and_detached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    before = host.to_primitive()
    info = {"serial": "v2", "data": {}}
    driver.attach_volume(context, info, instance, "/dev/vdc")
    assert host.lookup(NAME).volumes == {"vdb": "v1", "vdc": "v2"}
    assert host.connected_volumes["v2"] == info
    driver.detach_volume(info, instance, "/dev/vdc")
    assert host.to_primitive() == before


def test_a_taken_device_is_busy(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.DeviceIsBusy, match="vdb"):
        driver.attach_volume(context, {"serial": "v2"}, instance, "/dev/vdb")
    assert host.to_primitive() == before


def test_a_volume_that_the_guest_does_not_have_cannot_be_detached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.DiskNotFound, match="No disk at vdc"):
        driver.detach_volume({"serial": "v1"}, instance, "/dev/vdc")
    assert host.to_primitive() == before


def test_without_the_guest_a_volume_is_only_disconnected(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any
) -> None:
    host.connect_volume({"serial": "v1"})
    driver.detach_volume({"serial": "v1"}, instance, "/dev/vdb")
    assert host.to_primitive() == pristine


def test_an_encrypted_volume_is_busy_until_its_encryptor_is_detached(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any
) -> None:
    encryption = {"provider": "luks"}
    driver.attach_volume(context, {"serial": "v2"}, instance, "/dev/vdc", encryption=encryption)
    assert host.encryptors == {"v2"}
    with pytest.raises(exceptions.DeviceIsBusy):
        driver.detach_volume({"serial": "v2"}, instance, "/dev/vdc")
    driver.detach_volume({"serial": "v2"}, instance, "/dev/vdc", encryption=encryption)
    assert host.encryptors == set()


def test_the_device_of_a_local_disk_is_busy(driver: FakeVirtDriver, spawned: None, context: Any, instance: Any) -> None:
    with pytest.raises(exceptions.DeviceIsBusy, match="vda"):
        driver.attach_volume(context, {"serial": "v2"}, instance, "/dev/vda")


def test_a_volume_takes_the_place_of_another(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    driver.swap_volume({"serial": "v1"}, {"serial": "v2"}, instance, "/dev/vdb", 0)
    assert host.lookup(NAME).volumes == {"vdb": "v2"}
    assert list(host.connected_volumes) == ["v2"]


def test_only_a_volume_that_the_guest_has_can_be_swapped(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, instance: Any
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.DiskNotFound, match="No disk at vdc"):
        driver.swap_volume({"serial": "v1"}, {"serial": "v2"}, instance, "/dev/vdc", 0)
    assert host.to_primitive() == before


class Mapping:
    """A block device mapping that counts how often it is saved."""

    def __init__(self, device_name: str | None = None, *, disk_bus: str | None = None, local: bool = False) -> None:
        self.device_name, self.disk_bus = device_name, disk_bus
        self.source_type, self.destination_type = ("image", "local") if local else ("volume", "volume")
        self.saved = 0

    def save(self) -> None:
        self.saved += 1


@pytest.mark.parametrize(
    ("image_meta", "root_bdm", "name"),
    [
        ({}, None, "/dev/vda"),
        ({"disk_format": "iso"}, None, "/dev/hda"),
        ({"properties": {"hw_disk_bus": "scsi"}}, None, "/dev/sda"),
        ({"disk_format": "iso", "properties": {"hw_cdrom_bus": "scsi"}}, Mapping(local=True), "/dev/sda"),
        ({}, Mapping("/dev/vdc"), "/dev/vdc"),
        ({}, Mapping("vdc"), "/dev/vdc"),
        ({}, Mapping(disk_bus="ide"), "/dev/hda"),
        ({}, vars(Mapping()), "/dev/vda"),
    ],
)
def test_the_root_device_is_the_first_of_its_bus_unless_it_has_a_name(
    driver: FakeVirtDriver, instance: Any, image_meta: Any, root_bdm: Any, name: str
) -> None:
    assert driver.default_root_device_name(instance, image_meta, root_bdm) == name


def test_devices_without_a_name_get_the_next_one_and_are_saved(driver: FakeVirtDriver, instance: Any) -> None:
    ephemerals, swap, volumes = [Mapping()], [Mapping()], [Mapping("/dev/vdc"), Mapping()]
    driver.default_device_names_for_instance(instance, "/dev/vda", ephemerals, swap, volumes)
    names = [(bdm.device_name, bdm.saved) for bdm in (*ephemerals, *swap, *volumes)]
    assert names == [("/dev/vdb", 1), ("/dev/vdd", 1), ("/dev/vdc", 0), ("/dev/vde", 1)]


@pytest.mark.parametrize(("ephemerals", "name"), [([], "/dev/vdc"), ([Mapping("/dev/vdx")], "/dev/vdb")])
def test_a_default_ephemeral_disk_takes_the_first_name(
    driver: FakeVirtDriver, fields: Any, ephemerals: list[Mapping], name: str
) -> None:
    volume = Mapping()
    driver.default_device_names_for_instance({**fields, "ephemeral_gb": 1}, "/dev/vda", ephemerals, [], [volume])
    assert volume.device_name == name
