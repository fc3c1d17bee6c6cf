"""The volumes of guests, and the names of their devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


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
