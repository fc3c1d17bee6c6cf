"""update_available_resource, on both call paths: compute nodes that the driver no longer knows are deleted."""

import pytest

from fakevirt import exceptions
from fakevirt.context import admin_context
from fakevirt.db import api as db


@pytest.fixture
def update(cloud, src):
    return lambda: src.update_available_resource(admin_context())


@pytest.fixture
def nodes(cloud, table):
    """Return the names of compute nodes: those that are there, or those that were deleted."""
    return lambda *, deleted=False: [
        node["hypervisor_hostname"] for node in table(cloud, "compute_nodes") if bool(node["deleted"]) is deleted
    ]


def test_a_node_that_the_driver_does_not_know_is_soft_deleted(cloud, update, nodes, steps):
    cloud.add_compute_node("src", "gone")
    update()
    assert (nodes(), nodes(deleted=True)) == (["src", "dst"], ["gone"])
    assert steps(cloud) == [
        "driver src: get_available_nodes",
        "driver src: get_available_resource",
        "db conductor: update compute_nodes",
        "db conductor: update compute_nodes",
    ]


def test_each_orphan_is_told_in_the_log(cloud, update, nodes, caplog):
    caplog.set_level("INFO")
    cloud.add_compute_node("src", "gone")
    cloud.add_compute_node("src", "gone-too")
    update()
    assert nodes(deleted=True) == ["gone", "gone-too"]
    assert caplog.messages.count("Deleting orphan compute node 3") == 1
    assert caplog.messages.count("Deleting orphan compute node 4") == 1


def test_nodes_of_another_host_are_left_alone(cloud, update, nodes):
    cloud.add_compute_node("dst", "gone")
    update()
    assert (nodes(), nodes(deleted=True)) == (["src", "dst", "gone"], [])


def test_a_node_that_the_driver_has_and_the_database_has_not_is_inserted(cloud, update, nodes):
    cloud.remove_compute_nodes("src")
    update()
    assert sorted(nodes()) == ["dst", "src"]


def test_every_node_of_the_driver_is_tracked(cloud, update, nodes, mocker):
    driver = cloud.host("src").driver
    resources = driver.get_available_resource("src")
    mocker.patch.object(driver, "get_available_nodes", return_value=["b", "a"])
    mocker.patch.object(driver, "get_available_resource", new=lambda node: {**resources, "hypervisor_hostname": node})
    update()
    assert (nodes(), nodes(deleted=True)) == (["dst", "a", "b"], ["src"])


def test_it_goes_through_raw_conductor_methods_on_the_legacy_path_only(cloud, update, on_legacy):
    cloud.add_compute_node("src", "gone")
    update()
    raw = [e.operation for e in cloud.trace.on("conductor") if not e.operation.startswith("object_")]
    expected = [
        "migration_get_in_progress_by_host_and_node",
        "service_get_all_by",
        "compute_node_update",
        "service_get_all_by",
        "compute_node_delete",
    ]
    assert raw == (expected if on_legacy else [])


def test_a_node_that_someone_else_deletes_at_the_same_time_is_not_found(cloud, update, on_legacy):
    cloud.add_compute_node("src", "gone")
    operation = "compute_node_delete" if on_legacy else "object_action ComputeNode.destroy"
    cloud.faults.interfere("conductor", operation, lambda: cloud.remove_compute_nodes("src"))
    with pytest.raises(exceptions.ComputeHostNotFound):
        update()


def test_a_host_without_a_service_is_not_found(cloud, update, rows, table):
    for service in table(cloud, "services"):
        rows(cloud, db.service_destroy, service["id"])
    with pytest.raises(exceptions.ComputeHostNotFound):
        update()
