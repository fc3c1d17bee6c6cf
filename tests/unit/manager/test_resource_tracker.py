"""The resource tracker keeps a compute node's row in step with the driver and the instances on the node."""

import pytest

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
