"""How a guest that does not boot is run from another disk."""

from __future__ import annotations

from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor

NAME = "instance-00000001"


@pytest.fixture
def rescue(driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any) -> Any:
    def run(image_meta: Any = None) -> None:
        driver.rescue(context, instance, network_info, image_meta, "secret")

    return run


@pytest.mark.parametrize(("image_meta", "image"), [({"id": "rescue-image"}, "rescue-image"), (None, "cirros")])
def test_a_rescued_guest_runs_from_a_fresh_disk_with_its_own_as_the_second(
    host: Hypervisor, rescue: Any, image_meta: Any, image: str
) -> None:
    rescue(image_meta)
    domain = host.lookup(NAME)
    assert domain.power_state == states.RUNNING
    assert domain.console_log.startswith("Booting from disk.rescue")
    assert (domain.disks, domain.volumes) == (["disk.rescue", "disk"], {})
    assert host.disks(NAME)["disk.rescue"].backing_file == f"/var/lib/nova/instances/_base/{image}"
    assert host.disks(NAME)["disk"].content == f"root of {domain.uuid}"
    assert list(host.connected_volumes) == ["v1"]


def test_an_unrescued_guest_has_what_it_had_before(
    driver: FakeVirtDriver, host: Hypervisor, rescue: Any, instance: Any, network_info: Any
) -> None:
    rescue()
    driver.unrescue(instance, network_info)
    domain = host.lookup(NAME)
    assert domain.power_state == states.RUNNING
    assert domain.console_log.startswith("Booting from disk\n")
    assert domain.volumes == {"vdb": "v1"}
    assert list(host.disks(NAME)) == ["disk"]
    assert list(host.instances_path.directories[domain.uuid]) == ["disk"]


def test_a_guest_that_is_off_can_be_rescued(
    driver: FakeVirtDriver, host: Hypervisor, rescue: Any, instance: Any
) -> None:
    driver.power_off(instance)
    rescue()
    assert host.lookup(NAME).active


def test_a_guest_that_was_not_rescued_cannot_be_unrescued(
    driver: FakeVirtDriver, spawned: None, instance: Any, network_info: Any
) -> None:
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot unrescue"):
        driver.unrescue(instance, network_info)


def test_a_rescued_guest_leaves_nothing_when_it_is_destroyed(
    driver: FakeVirtDriver, host: Hypervisor, rescue: Any, context: Any, instance: Any, network_info: Any, bdi: Any
) -> None:
    rescue()
    driver.destroy(context, instance, network_info, bdi("v1"))
    assert (host.domains, host.instances_path.directories, host.connected_volumes) == ({}, {}, {})
