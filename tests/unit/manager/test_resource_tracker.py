"""The resource tracker keeps a compute node's row in step with the driver and the instances on the node."""

import pytest

from fakevirt import exceptions, flavors
from fakevirt.db import api as db
from fakevirt.instrument.trace import scope
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.primitive import legacy_dict

RESOURCES = {
    "cpu_info": "{}",
    "disk_available_least": 90,
    "hypervisor_hostname": "src",
    "hypervisor_type": "QEMU",
    "hypervisor_version": 2000000,
    "local_gb": 100,
    "memory_mb": 4096,
    "numa_topology": None,
    "vcpus": 8,
    "more": "than a compute node has columns for",
}


@pytest.fixture
def node(cloud, table):
    return lambda: next(row for row in table(cloud, "compute_nodes") if row["hypervisor_hostname"] == "src")


@pytest.fixture
def tracker(cloud, inside, mocker):
    mocker.patch.object(inside.driver, "get_available_resource", return_value=RESOURCES)
    return inside._get_resource_tracker("src")


def used(node):
    columns = ("memory_mb_used", "free_ram_mb", "local_gb_used", "free_disk_gb", "vcpus_used", "running_vms")
    return tuple(node[column] for column in (*columns, "current_workload"))


def test_an_empty_node_has_all_that_the_driver_has(cloud, tracker, node):
    tracker.update_available_resource(cloud.context)
    row = node()
    assert {name: row[name] for name in ("memory_mb", "local_gb", "vcpus", "disk_available_least")} == {
        "memory_mb": 4096,
        "local_gb": 100,
        "vcpus": 8,
        "disk_available_least": 90,
    }
    assert used(row) == (0, 4096, 0, 100, 0, 0, 0)


def test_every_instance_on_the_node_is_counted(cloud, tracker, node):
    cloud.boot("src", memory_mb=512, root_gb=10)
    busy = cloud.boot("src", memory_mb=1024, root_gb=20)
    cloud.boot("dst", memory_mb=2048)
    cloud.update_server(busy, ephemeral_gb=5, vcpus=2, task_state="migrating")
    tracker.update_available_resource(cloud.context)
    assert used(node()) == (1536, 2560, 35, 65, 3, 2, 1)


def test_it_counts_anew_and_not_on_top(cloud, tracker, node):
    cloud.boot("src")
    tracker.update_available_resource(cloud.context)
    once = used(node())
    tracker.update_available_resource(cloud.context)
    assert used(node()) == once


def test_one_instance_is_counted_anew(cloud, tracker, node):
    server = cloud.boot("src")
    cloud.update_server(server, task_state="migrating")
    tracker.update_available_resource(cloud.context)
    assert node()["current_workload"] == 1
    tracker.update_usage(cloud.context, {**legacy_dict(server), "task_state": None, "memory_mb": 256}.__getitem__)
    assert (node()["current_workload"], node()["memory_mb_used"]) == (0, 256)


def test_an_instance_that_is_not_the_nodes_changes_nothing(cloud, tracker, steps):
    tracker.update_available_resource(cloud.context)
    cloud.trace.effects.clear()
    tracker.update_usage(cloud.context, legacy_dict(cloud.boot("dst")).__getitem__)
    assert steps(cloud) == []


@pytest.fixture
def larger(cloud, rows):
    return rows(cloud, db.flavor_get_by_flavor_id, cloud.add_flavor("m1.large", memory_mb=1024, vcpus=2, root_gb=3))


@pytest.fixture
def coming(cloud, larger):
    """A server of another host that is to be resized to this one; the object of it that a claim gets."""
    server = cloud.boot("dst")
    flavors.save_flavor_info(server.system_metadata, larger.__getitem__, "new_")
    return server


@pytest.fixture
def as_on_path(on_legacy, larger):
    return larger if on_legacy else Flavor(**{name: larger[name] for name in flavors.PROPERTIES})


@pytest.fixture
def in_path(inside):
    """The test runs in the work item that resizes."""
    with scope("remaining_instance_attr"):
        yield


def test_a_resize_holds_what_it_will_need(cloud, tracker, node, coming, as_on_path, in_path, table):
    cloud.boot("src")
    tracker.update_available_resource(cloud.context)
    with tracker.resize_claim(cloud.context, coming, as_on_path, {"memory_mb": 4096, "disk_gb": 100}):
        assert used(node()) == (1536, 2560, 4, 96, 3, 1, 0)
    (row,) = table(cloud, "migrations")
    assert (row["source_compute"], row["dest_compute"], row["status"]) == ("dst", "src", "pre-migrating")
    assert (row["old_instance_type_id"], row["new_instance_type_id"]) == (1, 2)


def test_a_resize_that_fails_holds_nothing(cloud, tracker, node, coming, as_on_path, in_path):
    tracker.update_available_resource(cloud.context)
    with pytest.raises(RuntimeError), tracker.resize_claim(cloud.context, coming, as_on_path):
        raise RuntimeError("the source is not there")
    assert used(node()) == (0, 4096, 0, 100, 0, 0, 0)


def test_a_resize_does_not_get_what_another_one_holds(cloud, tracker, coming, as_on_path, in_path, table):
    tracker.update_available_resource(cloud.context)
    limits = {"memory_mb": 2047}
    with (
        tracker.resize_claim(cloud.context, coming, as_on_path, limits),
        pytest.raises(exceptions.ComputeResourcesUnavailable, match=r"Free memory 1023.00 MB < requested 1024 MB"),
        tracker.resize_claim(cloud.context, coming, as_on_path, limits),
    ):
        pass
    assert len(table(cloud, "migrations")) == 1


def test_nothing_is_held_on_a_node_that_was_never_counted(cloud, tracker, coming, as_on_path, in_path, steps):
    with tracker.resize_claim(cloud.context, coming, as_on_path) as migration:
        assert migration.dest_node == "src"
    assert "db conductor: update compute_nodes" not in steps(cloud)


def test_what_is_held_for_another_flavor_is_kept(cloud, tracker, node, coming, as_on_path, in_path):
    tracker.update_available_resource(cloud.context)
    with tracker.resize_claim(cloud.context, coming, as_on_path):
        tracker.drop_resize_claim(cloud.context, coming, {"id": 1})
        assert node()["memory_mb_used"] == 1024
        tracker.drop_resize_claim(cloud.context, coming, as_on_path)
        assert node()["memory_mb_used"] == 0


def test_nothing_is_claimed_on_a_node_that_was_never_counted(cloud, tracker, in_path, inside, on_legacy, steps):
    server = cloud.boot("dst")
    with tracker.instance_claim(cloud.context, legacy_dict(server) if on_legacy else server, {"memory_mb": 0}):
        assert cloud.refresh(server).host == "src"
    assert "db conductor: update compute_nodes" not in steps(cloud)
