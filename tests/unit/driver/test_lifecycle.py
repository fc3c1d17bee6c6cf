"""The life of a guest on the fake driver."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor, Storage

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]


@pytest.fixture
def host() -> Hypervisor:
    return Hypervisor("src", my_ip="192.0.2.11")


@pytest.fixture
def driver(host: Hypervisor) -> FakeVirtDriver:
    return FakeVirtDriver(host, peers={"src": Hypervisor("src")}.__getitem__)


@pytest.fixture
def pristine(host: Hypervisor) -> dict[str, Any]:
    return host.to_primitive()


@pytest.fixture
def spawn(driver: FakeVirtDriver, instance: Any, network_info: Any, context: Any) -> Callable[..., None]:
    def run(block_device_info: Any = None) -> None:
        driver.spawn(context, instance, {}, [], None, network_info, block_device_info)

    return run


@pytest.fixture
def spawned(spawn: Callable[..., None], bdi: BDI) -> None:
    spawn(bdi("v1"))


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


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_info", {}),
        ("pause", {}),
        ("unpause", {}),
        ("suspend", {}),
        ("power_off", {}),
        ("resume", {"context": None, "network_info": []}),
        ("resume_state_on_host_boot", {"context": None, "network_info": []}),
        ("power_on", {"context": None, "network_info": []}),
        ("reboot", {"context": None, "network_info": [], "reboot_type": "SOFT"}),
        ("attach_volume", {"context": None, "connection_info": {"serial": "v1"}, "mountpoint": "/dev/vdb"}),
        ("post_live_migration_at_destination", {"context": None, "network_info": []}),
    ],
)
def test_a_guest_that_is_not_there_is_not_found(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(exceptions.InstanceNotFound):
        getattr(driver, method)(instance=instance, **arguments)
    assert host.to_primitive() == pristine


def state_of(driver: FakeVirtDriver, instance: Any) -> int:
    state: int = driver.get_info(instance)["state"]
    return state


def test_power_goes_off_and_on(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.power_off(instance)
    assert state_of(driver, instance) == states.SHUTDOWN
    driver.power_off(instance)
    assert driver.get_info(instance)["id"] == -1
    driver.power_on(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING


def test_a_paused_guest_goes_on(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    driver.pause(instance)
    assert state_of(driver, instance) == states.POWER_PAUSED
    driver.unpause(instance)
    assert state_of(driver, instance) == states.RUNNING


def test_a_suspended_guest_resumes(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.suspend(instance)
    assert state_of(driver, instance) == states.SHUTDOWN
    assert host.lookup(NAME).saved
    driver.resume(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING
    assert not host.lookup(NAME).saved


@pytest.mark.parametrize("method", ["pause", "unpause", "suspend"])
def test_a_guest_that_is_off_cannot_be_halted(
    driver: FakeVirtDriver, spawned: None, instance: Any, method: str
) -> None:
    driver.power_off(instance)
    with pytest.raises(exceptions.InstanceInvalidState, match=f"in power_state 4. Cannot {method}"):
        getattr(driver, method)(instance)


def test_only_a_suspended_guest_resumes(
    driver: FakeVirtDriver, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    driver.power_off(instance)
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot resume"):
        driver.resume(context, instance, network_info)


def test_a_soft_reboot_touches_only_the_guest(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    before = driver.get_info(instance)["id"]
    host.plugged_vifs.clear()
    driver.reboot(context, instance, network_info, "SOFT")
    assert driver.get_info(instance)["id"] > before
    assert host.plugged_vifs == {}


@pytest.mark.parametrize(("reboot_type", "off"), [("HARD", False), ("HARD", True), ("SOFT", True)])
def test_any_other_reboot_sets_networks_and_volumes_up(
    driver: FakeVirtDriver,
    host: Hypervisor,
    spawned: None,
    context: Any,
    instance: Any,
    network_info: Any,
    bdi: BDI,
    reboot_type: str,
    off: bool,
) -> None:
    if off:
        driver.power_off(instance)
    before = host.lookup(NAME).id
    for state in (host.plugged_vifs, host.connected_volumes, host.filters):
        state.clear()
    driver.reboot(context, instance, network_info, reboot_type, bdi("v1"))
    assert host.lookup(NAME).id > before
    assert state_of(driver, instance) == states.RUNNING
    assert list(host.plugged_vifs) == ["vif-1"]
    assert list(host.connected_volumes) == ["v1"]
    assert list(host.filters) == [host.lookup(NAME).uuid]


def test_a_guest_comes_up_after_its_host_has_booted(
    driver: FakeVirtDriver, host: Hypervisor, spawned: None, context: Any, instance: Any, network_info: Any
) -> None:
    running = host.lookup(NAME).id
    driver.resume_state_on_host_boot(context, instance, network_info)
    assert host.lookup(NAME).id == running
    driver.power_off(instance)
    driver.resume_state_on_host_boot(context, instance, network_info)
    assert state_of(driver, instance) == states.RUNNING


def test_guests_are_listed(driver: FakeVirtDriver, instance: Any, spawn: Callable[..., None], fields: Any) -> None:
    assert not driver.instance_exists(instance)
    assert driver.get_num_instances() == 0
    spawn()
    assert driver.instance_exists(instance)
    assert driver.list_instances() == [NAME]
    assert driver.list_instance_uuids() == [fields["uuid"]]
    assert driver.get_num_instances() == 1


def test_info_tells_memory_and_processors(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    info = driver.get_info(instance)
    assert (info["max_mem"], info["mem"], info["num_cpu"]) == (512 * 1024, 512 * 1024, 1)


def test_resources_are_what_the_host_really_has_and_uses(driver: FakeVirtDriver, spawned: None, instance: Any) -> None:
    resource = driver.get_available_resource("src")
    assert resource["hypervisor_hostname"] == "src"
    assert (resource["vcpus"], resource["vcpus_used"]) == (16, 1)
    assert (resource["memory_mb"], resource["memory_mb_used"]) == (32768, 512)
    assert (resource["local_gb"], resource["local_gb_used"]) == (1000, 1)
    assert resource["disk_available_least"] == 998
    assert json.loads(resource["cpu_info"])["arch"] == "x86_64"
    driver.power_off(instance)
    assert driver.get_available_resource("src")["memory_mb_used"] == 0


def test_nodes_are_the_hypervisors(driver: FakeVirtDriver, host: Hypervisor) -> None:
    host.nodes = ["a", "b"]
    assert driver.get_available_nodes() == ["a", "b"]
    assert driver.node_is_available("b")
    assert not driver.node_is_available("src")
    assert driver.get_available_resource("b")["hypervisor_hostname"] == "b"
    assert driver.get_available_resource("src") == {}


def test_the_volume_connector_names_the_host(driver: FakeVirtDriver, instance: Any) -> None:
    assert driver.get_volume_connector(instance) == {
        "ip": "192.0.2.11",
        "host": "src",
        "initiator": "iqn.1994-05.com.example:src",
    }
    assert driver.get_host_ip_addr() == "192.0.2.11"


def test_a_host_needs_no_initialising(driver: FakeVirtDriver, host: Hypervisor, pristine: Any) -> None:
    driver.init_host("src")
    assert host.to_primitive() == pristine
    assert not driver.need_legacy_block_device_info


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


def test_block_stats_are_the_counters_of_a_disk(driver: FakeVirtDriver, host: Hypervisor, spawned: None) -> None:
    assert driver.block_stats(NAME, "vdb") == [0, 0, 0, 0, 0]
    host.lookup(NAME).block_io["vdb"] = [1, 512, 2, 1024, 0]
    assert driver.block_stats(NAME, "vdb") == [1, 512, 2, 1024, 0]


@pytest.mark.parametrize(("name", "disk"), [(NAME, "vdz"), ("instance-00000002", "vdb")])
def test_block_stats_of_what_is_gone_are_none(driver: FakeVirtDriver, spawned: None, name: str, disk: str) -> None:
    assert driver.block_stats(name, disk) is None


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


def test_vifs_are_plugged_and_unplugged(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, fields: Any, network_info: Any
) -> None:
    driver.plug_vifs(instance, network_info)
    assert host.plugged_vifs["vif-1"].instance_uuid == fields["uuid"]
    driver.unplug_vifs(instance, network_info)
    driver.unplug_vifs(instance, network_info)
    assert host.to_primitive() == pristine


def test_rules_are_put_in_place_refreshed_and_removed(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any, fields: Any, network_info: Any
) -> None:
    driver.ensure_filtering_rules_for_instance(instance, network_info)
    rules = host.filters[fields["uuid"]]
    assert (rules.vifs, rules.refreshes) == (["vif-1"], 0)
    driver.refresh_instance_security_rules(instance)
    driver.refresh_security_group_rules("default")
    driver.refresh_security_group_members("default")
    assert rules.refreshes == 3
    driver.unfilter_instance(instance, network_info)
    driver.unfilter_instance(instance, network_info)
    assert host.to_primitive() == pristine


def test_refreshing_one_instance_leaves_the_others(
    driver: FakeVirtDriver, host: Hypervisor, instance: Any, fields: Any
) -> None:
    driver.ensure_filtering_rules_for_instance(instance, [])
    driver.ensure_filtering_rules_for_instance(SimpleNamespace(uuid="other"), [])
    driver.refresh_instance_security_rules(instance)
    assert {uuid: rules.refreshes for uuid, rules in host.filters.items()} == {fields["uuid"]: 1, "other": 0}


def test_refreshing_an_instance_without_rules_makes_none(
    driver: FakeVirtDriver, host: Hypervisor, pristine: Any, instance: Any
) -> None:
    driver.refresh_instance_security_rules(instance)
    assert host.to_primitive() == pristine
