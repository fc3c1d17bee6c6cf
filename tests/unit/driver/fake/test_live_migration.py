"""Live migration on the fake driver: what both hosts look like before, between and after the steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import CPU
from fakevirt.driver.storage import Disk, Storage

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def test_the_guest_moves_with_all_that_it_has(make_hosts: Make, bdi: BDI) -> None:
    hosts = make_hosts(shared=True)
    source, dest = hosts.source.hypervisor, hosts.dest.hypervisor
    hosts.spawn(bdi("v1", "v2"))
    domain = source.lookup(NAME)
    migrate_data = hosts.prepare(hosts.check(block_device_info=bdi("v1", "v2")), bdi("v1", "v2", lun=2))
    assert dest.domains == {}
    hosts.migrate(migrate_data)
    assert source.domains == {}
    assert dest.domains == {NAME: domain}
    assert domain.power_state == states.RUNNING
    assert domain.volumes == {"vdb": "v1", "vdc": "v2"}
    assert domain.graphics_listen_addrs == {"vnc": "192.0.2.12", "spice": "192.0.2.12"}
    assert hosts.calls == [("post", hosts.context, hosts.instance, "dst", False, migrate_data)]


def test_shared_disks_stay_where_they_are(make_hosts: Make, fields: Any) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    (disk,) = hosts.source.hypervisor.disks(NAME).values()
    hosts.migrate(hosts.prepare(hosts.check()))
    (same,) = hosts.dest.hypervisor.disks(NAME).values()
    assert same is disk
    assert list(hosts.dest.hypervisor.instances_path.directories) == [fields["uuid"]]


def test_block_migration_copies_the_disks(make_hosts: Make) -> None:
    hosts = make_hosts()
    hosts.spawn()
    original = hosts.source.hypervisor.disks(NAME)["disk"]
    original.content, original.disk_size = "a day's work", 200 * 1024**2
    migrate_data = hosts.prepare(hosts.check(block_migration=True))
    hosts.migrate(migrate_data, block_migration=True)
    copy = hosts.dest.hypervisor.disks(NAME)["disk"]
    assert copy == original
    assert copy is not original
    assert hosts.calls == [("post", hosts.context, hosts.instance, "dst", True, migrate_data)]


def test_disks_are_empty_until_they_are_copied(make_hosts: Make, fields: Any) -> None:
    hosts = make_hosts()
    hosts.spawn()
    hosts.prepare(hosts.check(block_migration=True))
    assert hosts.dest.hypervisor.instances_path.directories == {
        fields["uuid"]: {"disk": Disk(1024**3, backing_file="/var/lib/nova/instances/_base/cirros")}
    }


def test_volumes_are_connected_here_and_stay_connected_there_until_afterwards(make_hosts: Make, bdi: BDI) -> None:
    hosts = make_hosts(shared=True)
    source, dest = hosts.source.hypervisor, hosts.dest.hypervisor
    hosts.spawn(bdi("v1"))
    migrate_data = hosts.prepare(hosts.check(), bdi("v1", lun=2))
    assert source.connected_volumes["v1"]["data"]["target_lun"] == 1
    assert dest.connected_volumes["v1"]["data"]["target_lun"] == 2
    hosts.migrate(migrate_data)
    assert list(source.connected_volumes) == ["v1"]
    hosts.source.post_live_migration(hosts.context, hosts.instance, bdi("v1"))
    assert source.connected_volumes == {}
    assert list(dest.connected_volumes) == ["v1"]


def test_vifs_and_rules_are_in_place_before_the_guest_is(make_hosts: Make, fields: Any) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    hosts.prepare(hosts.check())
    dest = hosts.dest.hypervisor
    assert dest.domains == {}
    assert dest.plugged_vifs["vif-1"].instance_uuid == fields["uuid"]
    assert dest.filters[fields["uuid"]].vifs == ["vif-1"]


def test_the_source_is_clean_after_its_last_step(make_hosts: Make, bdi: BDI) -> None:
    hosts = make_hosts()
    pristine = hosts.source.hypervisor.to_primitive()
    hosts.spawn(bdi("v1"))
    migrate_data = hosts.prepare(hosts.check(block_migration=True, block_device_info=bdi("v1")), bdi("v1"))
    hosts.migrate(migrate_data, block_migration=True)
    hosts.source.post_live_migration(hosts.context, hosts.instance, bdi("v1"), migrate_data)
    hosts.source.unfilter_instance(hosts.instance, hosts.network_info)
    hosts.source.post_live_migration_at_source(hosts.context, hosts.instance, hosts.network_info)
    hosts.source.cleanup(hosts.context, hosts.instance, hosts.network_info, destroy_vifs=False)
    assert hosts.source.hypervisor.to_primitive() == pristine
    assert hosts.dest.hypervisor.lookup(NAME).active


def test_the_destination_keeps_the_guest_only_after_its_last_step(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    hosts.migrate(hosts.prepare(hosts.check()))
    assert not hosts.dest.hypervisor.lookup(NAME).persistent
    hosts.dest.post_live_migration_at_destination(hosts.context, hosts.instance, hosts.network_info)
    hosts.dest.power_off(hosts.instance)
    assert hosts.dest.instance_exists(hosts.instance)


def test_a_paused_guest_moves_and_stays_paused(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    hosts.source.pause(hosts.instance)
    hosts.migrate(hosts.prepare(hosts.check()))
    assert hosts.dest.get_info(hosts.instance)["state"] == states.POWER_PAUSED


@pytest.mark.parametrize(
    ("shared", "options"),
    [
        (False, {"block_migration": True}),
        (False, {"volume_backed": True}),
    ],
)
def test_a_prepared_destination_is_clean_after_the_rollback(
    make_hosts: Make, fields: Any, bdi: BDI, shared: bool, options: dict[str, Any]
) -> None:
    hosts = make_hosts(shared=shared)
    pristine = hosts.dest.hypervisor.to_primitive()
    if "volume_backed" in options:
        hosts.instance = {**fields, "image_ref": ""}
    hosts.spawn(bdi("v1"))
    before = hosts.source.hypervisor.to_primitive()
    migrate_data = hosts.prepare(hosts.check(**options, block_device_info=bdi("v1")), bdi("v1"))
    assert hosts.dest.hypervisor.to_primitive() != pristine
    hosts.dest.rollback_live_migration_at_destination(
        hosts.context,
        hosts.instance,
        hosts.network_info,
        bdi("v1"),
        destroy_disks=not migrate_data["is_shared_block_storage"],
        migrate_data=migrate_data,
    )
    assert hosts.dest.hypervisor.to_primitive() == pristine
    assert hosts.source.hypervisor.to_primitive() == before


def test_removing_the_volume_connection_undoes_what_was_connected(make_hosts: Make, bdi: BDI) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn(bdi("v1"))
    hosts.prepare(hosts.check(), bdi("v1"))
    hosts.dest.detach_volume({"serial": "v1"}, hosts.instance, "/dev/vdb")
    assert hosts.dest.hypervisor.connected_volumes == {}
    assert hosts.source.hypervisor.lookup(NAME).volumes == {"vdb": "v1"}


def test_the_checks_tell_what_is_shared(make_hosts: Make, fields: Any) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    assert hosts.check() == {
        "filename": "tmp-dst-1",
        "image_type": "qcow2",
        "block_migration": False,
        "disk_over_commit": False,
        "disk_available_mb": None,
        "is_volume_backed": False,
        "is_shared_instance_path": True,
        "is_shared_block_storage": True,
        "instance_relative_path": fields["uuid"],
    }


@pytest.mark.parametrize("shared", [True, False])
def test_the_checks_leave_no_test_file(make_hosts: Make, shared: bool) -> None:
    hosts = make_hosts(shared=shared)
    data = hosts.dest.check_can_live_migrate_destination(hosts.context, hosts.instance, {"cpu_info": ""}, {})
    assert hosts.dest.hypervisor.instances_path.test_files == {data["filename"]}
    hosts.dest.check_can_live_migrate_destination_cleanup(hosts.context, data)
    assert hosts.dest.hypervisor.instances_path.test_files == set()


def test_block_migration_onto_the_same_storage_is_refused(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    with pytest.raises(exceptions.InvalidLocalStorage, match="src is not on local storage: Block migration"):
        hosts.check(block_migration=True)


def test_migration_between_local_disks_is_refused_without_copying_them(make_hosts: Make) -> None:
    hosts = make_hosts()
    hosts.spawn()
    with pytest.raises(exceptions.InvalidSharedStorage, match="src is not on shared storage: Live migration"):
        hosts.check()


def test_a_destination_without_room_for_the_disks_is_refused(make_hosts: Make) -> None:
    hosts = make_hosts(dst={"instances_path": Storage("small", capacity_gb=0)})
    hosts.spawn()
    with pytest.raises(exceptions.MigrationPreCheckError, match=f"available on destination host: 0 < need: {1024**3}"):
        hosts.check(block_migration=True)


def test_with_over_commit_only_what_is_written_must_fit(make_hosts: Make, fields: Any) -> None:
    hosts = make_hosts(dst={"instances_path": Storage("small", capacity_gb=1)})
    hosts.instance = {**fields, "root_gb": 10}
    hosts.spawn()
    with pytest.raises(exceptions.MigrationPreCheckError):
        hosts.check(block_migration=True)
    assert hosts.check(block_migration=True, disk_over_commit=True)["disk_available_mb"] == 1024


def test_a_destination_with_a_lesser_processor_is_refused(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True, dst={"cpu": CPU(features=frozenset())})
    hosts.spawn()
    with pytest.raises(exceptions.InvalidCPUInfo):
        hosts.check()
    assert hosts.dest.hypervisor.instances_path.test_files == set()


def test_the_source_must_have_the_guest(make_hosts: Make) -> None:
    with pytest.raises(exceptions.InstanceNotFound):
        make_hosts(shared=True).check()


def test_a_volume_backed_guest_needs_no_shared_path(make_hosts: Make, fields: Any, bdi: BDI) -> None:
    hosts = make_hosts()
    hosts.instance = {**fields, "image_ref": ""}
    root = bdi("root", first="a")
    hosts.spawn(root)
    data = hosts.check(volume_backed=True, block_device_info=root)
    assert (data["is_shared_instance_path"], data["is_shared_block_storage"]) == (False, True)
    hosts.migrate(hosts.prepare(data, root))
    assert hosts.dest.hypervisor.lookup(NAME).volumes == {"vda": "root"}
    assert hosts.dest.hypervisor.instances_path.directories == {fields["uuid"]: {}}


def test_a_volume_that_is_not_called_one_counts_as_a_local_disk(make_hosts: Make, fields: Any, bdi: BDI) -> None:
    hosts = make_hosts()
    hosts.instance = {**fields, "image_ref": ""}
    hosts.spawn(bdi("root", first="a"))
    with pytest.raises(exceptions.InvalidSharedStorage):
        hosts.check(volume_backed=True)


def test_a_pool_is_shared_though_directories_are_not(make_hosts: Make, fields: Any) -> None:
    pool = Storage("ceph")
    hosts = make_hosts(src={"image_pool": pool}, dst={"image_pool": pool})
    hosts.spawn()
    data = hosts.check()
    assert (data["is_shared_instance_path"], data["is_shared_block_storage"]) == (False, True)
    hosts.migrate(hosts.prepare(data))
    assert hosts.dest.hypervisor.disks(NAME) == pool.directories[fields["uuid"]]


@pytest.mark.parametrize("pooled", ["src", "dst"])
def test_disks_in_a_pool_of_one_host_are_not_shared(make_hosts: Make, pooled: str) -> None:
    hosts = make_hosts(shared=True, **{pooled: {"image_pool": Storage("ceph")}})
    hosts.spawn()
    data = hosts.check()
    assert data["is_shared_block_storage"] is (pooled == "dst")


def test_a_directory_in_the_way_stops_the_preparation(make_hosts: Make, fields: Any, bdi: BDI) -> None:
    hosts = make_hosts()
    hosts.spawn()
    data = hosts.check(block_migration=True)
    hosts.dest.hypervisor.instances_path.directories[fields["uuid"]] = {}
    before = hosts.dest.hypervisor.to_primitive()
    with pytest.raises(exceptions.DestinationDiskExists, match=f"/var/lib/nova/instances/{fields['uuid']}"):
        hosts.prepare(data, bdi("v1"))
    assert hosts.dest.hypervisor.to_primitive() == before


def test_without_migrate_data_storage_counts_as_shared(make_hosts: Make) -> None:
    hosts = make_hosts()
    hosts.dest.pre_live_migration(hosts.context, hosts.instance, {}, [], None)
    assert hosts.dest.hypervisor.instances_path.directories == {}


def fill_memory(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.memory_mb = 511


def take_the_name(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.define(Domain(NAME, "another", 64, 1))


def disconnect(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.connected_volumes.clear()


def unplug(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.plugged_vifs.clear()


def lose_the_copy(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.instances_path.directories[fields["uuid"]].clear()


def fill_the_storage(hosts: Any, fields: Any) -> None:
    hosts.dest.hypervisor.instances_path.capacity_gb = 0


def power_off(hosts: Any, fields: Any) -> None:
    hosts.source.power_off(hosts.instance)


@pytest.mark.parametrize(
    ("trouble", "error", "text"),
    [
        (fill_memory, exceptions.InsufficientFreeMemory, "Insufficient free memory"),
        (take_the_name, exceptions.InstanceExists, "already exists"),
        (disconnect, exceptions.MigrationError, "dst has no volume v1"),
        (unplug, exceptions.MigrationError, "dst has no VIF vif-1"),
        (lose_the_copy, exceptions.MigrationError, "dst has no disk disk"),
        (fill_the_storage, exceptions.MigrationError, "no space left on local"),
        (power_off, exceptions.MigrationError, f"domain {NAME} is not running"),
    ],
)
def test_what_stops_the_move_leaves_both_hosts_as_they_were(
    make_hosts: Make, fields: Any, bdi: BDI, trouble: Any, error: type[Exception], text: str
) -> None:
    hosts = make_hosts()
    hosts.spawn(bdi("v1"))
    migrate_data = hosts.prepare(hosts.check(block_migration=True, block_device_info=bdi("v1")), bdi("v1"))
    trouble(hosts, fields)
    before = hosts.source.hypervisor.to_primitive(), hosts.dest.hypervisor.to_primitive()
    with pytest.raises(error, match=text):
        hosts.migrate(migrate_data, block_migration=True)
    assert (hosts.source.hypervisor.to_primitive(), hosts.dest.hypervisor.to_primitive()) == before
    assert hosts.calls == [("recover", hosts.context, hosts.instance, "dst", True, migrate_data)]


@pytest.mark.parametrize("migrate_data", [None, {}, {"pre_live_migration_result": None}])
def test_a_source_that_knows_nothing_of_the_destination_recovers(make_hosts: Make, migrate_data: Any) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    with pytest.raises(exceptions.MigrationError, match="where its consoles listen"):
        hosts.migrate(migrate_data)
    assert [call[0] for call in hosts.calls] == ["recover"]


def test_a_destination_out_of_reach_is_recovered_from(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    with pytest.raises(KeyError):
        hosts.migrate(hosts.prepare(hosts.check()), dest="elsewhere")
    assert [call[0] for call in hosts.calls] == ["recover"]
    assert hosts.source.instance_exists(hosts.instance)


def test_nothing_is_recovered_when_the_destination_is_no_host_name(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    with pytest.raises(exceptions.InvalidHostname, match="dst;reboot"):
        hosts.migrate(hosts.prepare(hosts.check()), dest="dst;reboot")
    assert hosts.calls == []


def test_a_failure_after_the_move_is_not_recovered_from(make_hosts: Make) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn()
    recovered: list[Any] = []

    def fail(*args: Any) -> None:
        raise exceptions.ServiceNotFound(service_id=1)

    with pytest.raises(exceptions.ServiceNotFound):
        hosts.source.live_migration(
            hosts.context,
            hosts.instance,
            "dst",
            fail,
            lambda *args: recovered.append(args),
            migrate_data=hosts.prepare(hosts.check()),
        )
    assert recovered == []
    assert hosts.dest.instance_exists(hosts.instance)


@pytest.mark.parametrize("shared", [True, False])
def test_a_destination_finds_out_whether_it_shares_an_instances_files(make_hosts: Make, shared: bool) -> None:
    hosts = make_hosts(shared=shared)
    hosts.spawn()
    data = json.loads(json.dumps(hosts.source.check_instance_shared_storage_local(hosts.context, hosts.instance)))
    assert hosts.dest.check_instance_shared_storage_remote(hosts.context, data) is shared
    hosts.source.check_instance_shared_storage_cleanup(hosts.context, data)
    assert hosts.source.hypervisor.instances_path.test_files == set()


def test_without_files_there_is_nothing_to_share(make_hosts: Make) -> None:
    hosts = make_hosts()
    assert hosts.source.check_instance_shared_storage_local(hosts.context, hosts.instance) is None
