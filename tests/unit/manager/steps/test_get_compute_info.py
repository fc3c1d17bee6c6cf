"""_get_compute_info, on both call paths: the compute node of a host."""

import pytest

from fakevirt import exceptions, services


@pytest.mark.parametrize("host", ["src", "dst"])
def test_it_is_the_hosts_node_in_the_form_of_the_path(cloud, inside, on_legacy, host):
    node = inside._get_compute_info(cloud.context, host)
    assert isinstance(node, dict) is on_legacy
    assert (node["hypervisor_hostname"] if on_legacy else node.hypervisor_hostname) == host


def test_of_several_nodes_it_is_the_first(cloud, inside, on_legacy):
    cloud.add_compute_node("src", "second")
    node = inside._get_compute_info(cloud.context, "src")
    assert (node["id"] if on_legacy else node.id) == 1


@pytest.mark.parametrize("release", ["juno", "kilo"])
def test_a_service_without_nodes_is_not_found_in_any_release(build, release):
    cloud = build(hosts={"src": release})
    cloud.remove_compute_nodes("src")
    manager = cloud.host("src").manager
    with services.running_as(manager.service), pytest.raises(exceptions.NotFound, match="Host src not found") as raised:
        manager._get_compute_info(cloud.context, "src")
    assert type(raised.value) is exceptions.NotFound


def test_a_host_without_a_service_is_not_found_either(cloud, inside):
    with pytest.raises(exceptions.ComputeHostNotFound, match="nowhere"):
        inside._get_compute_info(cloud.context, "nowhere")


def test_it_is_one_question_to_the_conductor(cloud, inside, on_legacy):
    inside._get_compute_info(cloud.context, "src")
    asked = "service_get_all_by" if on_legacy else "object_class_action_versions Service.get_by_compute_host"
    assert [effect.operation for effect in cloud.trace.on("conductor")] == [asked]
