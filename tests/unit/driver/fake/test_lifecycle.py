"""How a guest comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Storage

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


def test_a_spawned_guest_runs_with_all_that_it_was_given(host: Hypervisor, spawned: None, fields: Any) -> None:
    domain = host.lookup(NAME)
    assert (domain.uuid, domain.memory_mb, domain.vcpus) == (fields["uuid"], 512, 1)
    assert domain.power_state == states.RUNNING
    assert domain.persistent
    assert domain.volumes == {"vdb": "v1"}
    assert domain.vifs == ["vif-1"]
    assert domain.graphics_listen_addrs == {"vnc": "192.0.2.11", "spice": "192.0.2.11"}
    assert list(host.connected_volumes) == ["v1"]
    assert host.plugged_vifs["vif-1"].address == "fa:16:3e:00:00:01"
    assert host.filters[domain.uuid].vifs == ["vif-1"]
    assert host.disks(NAME)["disk"].content == f"root of {domain.uuid}"


def test_ephemeral_and_swap_are_disks_too(
    driver: FakeVirtDriver, host: Hypervisor, context: Any, fields: Any, bdi: BDI
) -> None:
    driver.spawn(context, {**fields, "ephemeral_gb": 2}, {}, [], None, [], bdi(swap={"swap_size": 256}))
    assert {name: disk.virt_disk_size for name, disk in host.disks(NAME).items()} == {
        "disk": 1024**3,
        "disk.local": 2 * 1024**3,
        "disk.swap": 256 * 1024**2,
    }


def test_an_instance_without_an_image_has_no_root_disk(
    driver: FakeVirtDriver, host: Hypervisor, context: Any, fields: Any, bdi: BDI
) -> None:
    driver.spawn(context, {**fields, "image_ref": ""}, {}, [], None, [], bdi("root", first="a"))
    assert host.disks(NAME) == {}
    assert host.lookup(NAME).volumes == {"vda": "root"}


def test_spawning_twice_is_refused_and_changes_nothing(
    host: Hypervisor, spawn: Callable[..., None], spawned: None, bdi: BDI
) -> None:
    before = host.to_primitive()
    with pytest.raises(exceptions.InstanceExists):
        spawn(bdi("v2"))
    assert host.to_primitive() == before


def test_a_guest_that_does_not_fit_can_be_destroyed(
    driver: FakeVirtDriver,
    host: Hypervisor,
    pristine: Any,
    spawn: Callable[..., None],
    context: Any,
    instance: Any,
    network_info: Any,
) -> None:
    host.memory_mb = 256
    with pytest.raises(exceptions.InsufficientFreeMemory):
        spawn()
    driver.destroy(context, instance, network_info)
    assert host.to_primitive() == pristine


def test_destroy_leaves_nothing(
    driver: FakeVirtDriver,
    host: Hypervisor,
    pristine: Any,
    spawned: None,
    context: Any,
    instance: Any,
    network_info: Any,
    bdi: BDI,
) -> None:
    driver.destroy(context, instance, network_info, bdi("v1"))
    assert host.to_primitive() == pristine


def test_destroy_can_keep_the_disks(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any, fields: Any
) -> None:
    driver.destroy(context, instance, network_info, destroy_disks=False)
    assert host.domains == {}
    assert list(host.instances_path.directories) == [fields["uuid"]]
    assert driver.instance_on_disk(instance)
    assert driver.delete_instance_files(instance)
    assert not driver.instance_on_disk(instance)


def test_destroying_what_is_not_there_is_no_error(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, context: Any, instance: Any, network_info: Any
) -> None:
    driver.destroy(context, instance, network_info)
    assert host.to_primitive() == pristine


def test_cleanup_can_leave_vifs_plugged(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.cleanup(context, instance, network_info, destroy_vifs=False)
    assert list(host.plugged_vifs) == ["vif-1"]
    assert host.filters == {}


def test_cleanup_of_a_running_guest_only_forgets_its_definition(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.cleanup(context, instance, network_info, destroy_disks=False)
    assert host.lookup(NAME).active
    assert not host.lookup(NAME).persistent


def test_a_pool_keeps_its_disks_unless_they_are_to_be_destroyed(
    context: Any, instance: Any, fields: Any, network_info: Any
) -> None:
    pool = Storage("ceph", path="rbd:vms")
    host = Hypervisor("src", image_pool=pool)
    driver = FakeVirtDriver(host, peers={"src": Hypervisor("src")}.__getitem__)
    driver.spawn(context, instance, {}, [], None, network_info)
    driver.cleanup(context, instance, network_info, destroy_disks=False, migrate_data={"is_shared_block_storage": True})
    assert host.instances_path.directories == {}
    assert list(pool.directories) == [fields["uuid"]]
    driver.cleanup(context, instance, network_info, destroy_disks=True)
    assert pool.directories == {}
