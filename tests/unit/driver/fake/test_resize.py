"""How a guest moves to another host, or gets other disks, while it is off."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fakevirt import exceptions, states
from fakevirt.driver.storage import GIB, MIB, Disk, Storage

NAME = "instance-00000001"
BDI = Callable[..., dict[str, Any]]
FLAVOR = {"root_gb": 2, "ephemeral_gb": 1, "swap": 0}


class Resize:
    """One resize, step by step, as a manager makes it."""

    def __init__(self, hosts: Any, fields: dict[str, Any], bdi: BDI, *, to: str = "192.0.2.12") -> None:
        self.hosts, self.bdi, self.to = hosts, bdi, to
        self.dest = hosts.source if to == "192.0.2.11" else hosts.dest
        new = {**fields, "memory_mb": 1024, "root_gb": 2, "ephemeral_gb": 1, "host": self.dest.hypervisor.hostname}
        self.new = new if isinstance(hosts.instance, dict) else SimpleNamespace(**new)

    @property
    def source_files(self) -> dict[str, dict[str, Disk]]:
        return self.hosts.source.hypervisor.instances_path.directories

    @property
    def dest_files(self) -> dict[str, dict[str, Disk]]:
        return self.dest.hypervisor.instances_path.directories

    def send(self, flavor: Any = FLAVOR) -> str:
        hosts = self.hosts
        disk_info: str = hosts.source.migrate_disk_and_power_off(
            hosts.context, hosts.instance, self.to, flavor, hosts.network_info, self.bdi("v1")
        )
        return disk_info

    def finish(self, disk_info: str, *, resize_instance: bool = True, power_on: bool = True, **more: Any) -> None:
        self.dest.finish_migration(
            self.hosts.context,
            {},
            self.new,
            disk_info,
            self.hosts.network_info,
            {},
            resize_instance,
            self.bdi("v1", lun=2, **more),
            power_on,
        )

    def revert(self, *, power_on: bool = True) -> None:
        hosts = self.hosts
        hosts.source.finish_revert_migration(
            hosts.context, hosts.instance, hosts.network_info, self.bdi("v1"), power_on
        )


@pytest.fixture
def resize(make_hosts: Any, fields: Any, bdi: BDI) -> Resize:
    hosts = make_hosts()
    hosts.spawn(bdi("v1"))
    return Resize(hosts, fields, bdi)


def test_the_source_sets_the_directory_aside_and_sends_the_disks(resize: Resize, fields: Any) -> None:
    (info,) = json.loads(resize.send())
    uuid = fields["uuid"]
    assert info["path"] == f"/var/lib/nova/instances/{uuid}/disk"
    assert list(resize.source_files) == [f"{uuid}_resize"]
    assert resize.source_files[f"{uuid}_resize"]["disk"].backing_file
    copy = resize.dest_files[uuid]["disk"]
    assert (copy.content, copy.backing_file) == (f"root of {uuid}", "")
    source = resize.hosts.source.hypervisor
    assert source.lookup(NAME).power_state == states.SHUTDOWN
    assert source.connected_volumes == {}
    assert list(source.plugged_vifs) == ["vif-1"]


def test_the_source_can_still_tell_its_resources(resize: Resize) -> None:
    resize.send()
    assert resize.hosts.source.get_available_resource("src")["memory_mb_used"] == 0


@pytest.mark.parametrize("flavor", [{**FLAVOR, "root_gb": 0}, SimpleNamespace(root_gb=0, ephemeral_gb=0, swap=0)])
def test_a_disk_that_would_shrink_is_refused_before_anything_changes(resize: Resize, flavor: Any) -> None:
    before = resize.hosts.source.hypervisor.to_primitive()
    with pytest.raises(exceptions.InstanceFaultRollback, match="Unable to resize disk down") as raised:
        resize.send(flavor)
    assert isinstance(raised.value.inner_exception, exceptions.ResizeError)
    assert resize.hosts.source.hypervisor.to_primitive() == before


def test_disks_that_do_not_fit_are_not_sent(resize: Resize, fields: Any) -> None:
    resize.dest.hypervisor.instances_path.capacity_gb = 0
    with pytest.raises(exceptions.MigrationError, match="no space left on local"):
        resize.send()
    assert list(resize.source_files) == [fields["uuid"]]
    assert resize.dest_files == {}
    assert not resize.hosts.source.hypervisor.lookup(NAME).active


@pytest.mark.parametrize(("swap", "names"), [(64, ["disk", "disk.swap"]), (128, ["disk"])])
def test_a_swap_disk_is_sent_only_if_its_size_stays(resize: Resize, fields: Any, swap: int, names: list[str]) -> None:
    resize.source_files[fields["uuid"]]["disk.swap"] = Disk(64 * MIB)
    resize.hosts.source.hypervisor.lookup(NAME).disks.append("disk.swap")
    disk_info = resize.send({**FLAVOR, "swap": swap})
    assert list(resize.dest_files[fields["uuid"]]) == names
    resize.finish(disk_info, swap={"swap_size": swap})
    assert resize.dest_files[fields["uuid"]]["disk.swap"].virt_disk_size == swap * MIB


def test_the_destination_runs_the_guest_on_larger_disks(resize: Resize, fields: Any) -> None:
    resize.finish(resize.send())
    dest = resize.dest.hypervisor
    assert dest.lookup(NAME).power_state == states.RUNNING
    assert dest.lookup(NAME).memory_mb == 1024
    assert dest.lookup(NAME).volumes == {"vdb": "v1"}
    assert dest.lookup(NAME).consoles["spice"].host == "192.0.2.12"
    assert dest.connected_volumes["v1"]["data"]["target_lun"] == 2
    assert list(dest.plugged_vifs) == ["vif-1"]
    assert {name: disk.virt_disk_size for name, disk in dest.disks(NAME).items()} == {
        "disk": 2 * GIB,
        "disk.local": GIB,
    }
    assert dest.disks(NAME)["disk"].content == f"root of {fields['uuid']}"


def test_a_mere_move_leaves_disks_as_large_as_they_were_and_guests_off(resize: Resize) -> None:
    resize.finish(resize.send(), resize_instance=False, power_on=False)
    assert not resize.dest.hypervisor.lookup(NAME).active
    assert resize.dest.hypervisor.disks(NAME)["disk"].virt_disk_size == GIB


def test_a_disk_that_was_lost_on_the_way_is_missed(resize: Resize, fields: Any) -> None:
    disk_info = resize.send()
    del resize.dest_files[fields["uuid"]]["disk"]
    with pytest.raises(exceptions.DiskNotFound, match=f"{fields['uuid']}/disk"):
        resize.finish(disk_info)


def test_confirming_leaves_nothing_on_the_source(resize: Resize) -> None:
    resize.finish(resize.send())
    resize.hosts.source.confirm_migration({}, resize.new, resize.hosts.network_info)
    source = resize.hosts.source.hypervisor
    assert (source.domains, source.plugged_vifs, source.filters) == ({}, {}, {})
    assert resize.source_files == {}
    assert resize.dest.hypervisor.lookup(NAME).active


def test_confirming_what_the_source_has_forgotten_is_no_error(resize: Resize) -> None:
    resize.finish(resize.send())
    resize.hosts.source.hypervisor.domains.clear()
    resize.hosts.source.confirm_migration({}, resize.new, resize.hosts.network_info)
    assert resize.source_files == {}


def test_reverting_brings_the_guest_back_as_it_was(resize: Resize, fields: Any, bdi: BDI) -> None:
    before = resize.source_files[fields["uuid"]]["disk"]
    resize.finish(resize.send())
    resize.dest.destroy(resize.hosts.context, resize.new, resize.hosts.network_info, bdi("v1"))
    resize.revert()
    source = resize.hosts.source.hypervisor
    assert source.lookup(NAME).power_state == states.RUNNING
    assert source.lookup(NAME).memory_mb == 512
    assert source.connected_volumes["v1"]["data"]["target_lun"] == 1
    assert resize.source_files == {fields["uuid"]: {"disk": before}}
    assert resize.dest_files == {}
    assert resize.dest.hypervisor.domains == {}


def test_a_resize_that_failed_before_the_disks_were_sent_can_be_reverted(resize: Resize) -> None:
    resize.hosts.source.power_off(resize.hosts.instance)
    resize.revert(power_on=False)
    assert not resize.hosts.source.hypervisor.lookup(NAME).active
    assert resize.hosts.source.hypervisor.disks(NAME)


def test_a_guest_that_is_off_is_resized_too(resize: Resize) -> None:
    resize.hosts.source.power_off(resize.hosts.instance)
    resize.finish(resize.send(), power_on=False)
    assert not resize.dest.hypervisor.lookup(NAME).active


@pytest.mark.parametrize("to", ["192.0.2.11", "192.0.2.12"])
def test_on_shared_storage_the_two_directories_are_side_by_side(
    make_hosts: Any, fields: Any, bdi: BDI, to: str
) -> None:
    hosts = make_hosts(shared=True)
    hosts.spawn(bdi("v1"))
    resize = Resize(hosts, fields, bdi, to=to)
    resize.finish(resize.send())
    uuid = fields["uuid"]
    assert sorted(resize.source_files) == [uuid, f"{uuid}_resize"]
    hosts.source.confirm_migration({}, resize.new, hosts.network_info)
    assert list(resize.source_files) == [uuid]
    assert resize.dest.hypervisor.lookup(NAME).active
    assert list(resize.dest.hypervisor.plugged_vifs) == ["vif-1"]


def test_a_resize_on_one_host_can_be_reverted(make_hosts: Any, fields: Any, bdi: BDI) -> None:
    hosts = make_hosts()
    hosts.spawn(bdi("v1"))
    resize = Resize(hosts, fields, bdi, to="192.0.2.11")
    resize.finish(resize.send())
    hosts.source.destroy(hosts.context, resize.new, hosts.network_info, bdi("v1"))
    resize.revert()
    assert hosts.source.hypervisor.lookup(NAME).memory_mb == 512
    assert hosts.source.hypervisor.disks(NAME)["disk"].virt_disk_size == GIB


def test_disks_in_a_pool_stay_where_they_are(make_hosts: Any, fields: Any, bdi: BDI) -> None:
    pool = Storage("ceph", path="rbd:vms")
    hosts = make_hosts(src={"image_pool": pool}, dst={"image_pool": pool})
    hosts.spawn(bdi("v1"))
    before = pool.directories[fields["uuid"]]["disk"]
    resize = Resize(hosts, fields, bdi)
    resize.finish(resize.send())
    assert pool.directories[fields["uuid"]]["disk"] is before
    assert before.virt_disk_size == 2 * GIB
    assert resize.dest.hypervisor.lookup(NAME).active


def test_what_is_deleted_during_a_resize_leaves_nothing_set_aside(resize: Resize) -> None:
    resize.send()
    assert resize.hosts.source.delete_instance_files(resize.hosts.instance)
    assert resize.source_files == {}
