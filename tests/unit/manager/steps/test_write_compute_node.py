"""The resource tracker's write, on both call paths: the row of a compute node."""

import pytest


@pytest.fixture
def values(cloud):
    def values(nodename="src", **updates):
        resources = {"memory_mb": 2048, "local_gb": 100, "vcpus": 4, "memory_mb_used": 0, "local_gb_used": 0}
        more = {"vcpus_used": 0, "hypervisor_type": "QEMU", "hypervisor_version": 1, "cpu_info": "{}"}
        return {"hypervisor_hostname": nodename, **resources, **more, **updates}

    return values


@pytest.fixture
def read(on_legacy):
    return lambda node, name: node[name] if on_legacy else getattr(node, name)


@pytest.fixture
def names(cloud, table):
    return lambda: [row["hypervisor_hostname"] for row in table(cloud, "compute_nodes") if not row["deleted"]]


def test_the_hosts_node_of_that_name_is_updated(cloud, inside, values, read, names, steps):
    node = inside._write_compute_node(cloud.context, None, values(memory_mb=1024))
    assert (read(node, "id"), read(node, "memory_mb")) == (1, 1024)
    assert names() == ["src", "dst"]
    assert steps(cloud) == ["db conductor: update compute_nodes"]


def test_a_node_that_is_not_there_is_inserted_for_the_hosts_service(cloud, inside, values, read, names, steps, table):
    node = inside._write_compute_node(cloud.context, None, values("second"))
    assert read(node, "hypervisor_hostname") == "second"
    assert names() == ["src", "dst", "second"]
    assert table(cloud, "compute_nodes")[-1]["service_id"] == 1
    assert steps(cloud) == ["db conductor: insert compute_nodes"]


def test_another_hosts_node_of_that_name_is_not_taken(cloud, inside, values, names):
    inside._write_compute_node(cloud.context, None, values("dst"))
    assert names() == ["src", "dst", "dst"]


def test_a_node_that_is_known_is_not_looked_for_again(cloud, inside, values, read):
    node = inside._write_compute_node(cloud.context, None, values())
    cloud.trace.effects.clear()
    again = inside._write_compute_node(cloud.context, node, values(vcpus_used=3))
    assert read(again, "vcpus_used") == 3
    assert len(cloud.trace.on("conductor")) == 1


def test_it_has_the_form_of_the_worked_example_whatever_work_item_runs(cloud, inside, values, on_legacy):
    assert isinstance(inside._write_compute_node(cloud.context, None, values()), dict) is on_legacy
