"""The local disks of guests, and whether another host sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Storage

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("by_name", [True, False])
def test_disk_info_leaves_out_what_block_device_info_calls_a_volume(
    driver: FakeVirtDriver, spawned: None, instance: Any, fields: Any, bdi: BDI, by_name: bool
) -> None:
    (root,) = json.loads(driver.get_instance_disk_info(NAME if by_name else instance, bdi("v1")))
    assert root == {
        "type": "qcow2",
        "path": f"/var/lib/nova/instances/{fields['uuid']}/disk",
        "virt_disk_size": 1024**3,
        "backing_file": "/var/lib/nova/instances/_base/cirros",
        "disk_size": 64 * 1024**2,
        "over_committed_disk_size": 960 * 1024**2,
    }


def test_disk_info_takes_a_volume_for_a_disk_when_it_is_not_told(driver: FakeVirtDriver, spawned: None) -> None:
    paths = [info["path"] for info in json.loads(driver.get_instance_disk_info(NAME))]
    assert paths[1:] == ["/dev/disk/by-id/v1"]


def test_disk_info_of_a_guest_that_is_not_there(driver: FakeVirtDriver) -> None:
    with pytest.raises(exceptions.InstanceNotFound):
        driver.get_instance_disk_info(NAME)


def test_disk_info_misses_a_lost_disk(driver: FakeVirtDriver, host: Hypervisor, spawned: None, fields: Any) -> None:
    del host.instances_path.directories[fields["uuid"]]["disk"]
    with pytest.raises(exceptions.DiskNotFound):
        driver.get_instance_disk_info(NAME)


def test_disks_in_a_pool_are_no_files(context: Any, fields: Any) -> None:
    driver = FakeVirtDriver(Hypervisor("src", image_pool=Storage("ceph")), peers={"src": Hypervisor("src")}.__getitem__)
    driver.spawn(context, fields, {}, [], None)
    assert driver.get_instance_disk_info(NAME) == "[]"
