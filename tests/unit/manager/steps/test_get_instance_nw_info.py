"""_get_instance_nw_info, on both call paths: ask the network service for an instance's VIFs."""

import pytest

from fakevirt.manager.steps import get_instance_nw_info
from fakevirt.objects import Instance

FETCHED = ["object_class_action_versions Instance.get_by_uuid"]


@pytest.fixture
def fetched(cloud):
    return lambda: [effect.operation for effect in cloud.trace.on("conductor")]


def test_it_is_what_the_network_service_has(cloud, inside, as_sent):
    (vif,) = inside._get_instance_nw_info(cloud.context, as_sent(cloud.boot("src")))
    assert vif["id"] in cloud.network.ports


def test_a_dict_is_fetched_again_and_an_object_is_used_as_it_is(cloud, inside, as_sent, fetched, on_legacy):
    inside._get_instance_nw_info(cloud.context, as_sent(cloud.boot("src")))
    assert fetched() == FETCHED * on_legacy


def test_the_network_service_gets_an_object_on_either_path(cloud, inside, as_sent, arguments, form_of):
    inside._get_instance_nw_info(cloud.context, as_sent(cloud.boot("src")))
    assert form_of(arguments(cloud, "network", "get_instance_nw_info")["instance"]) == "object"


@pytest.mark.parametrize("function", [get_instance_nw_info.legacy, get_instance_nw_info.objects])
def test_an_object_with_system_metadata_is_used_as_it_is(cloud, inside, fetched, function):
    assert function(inside, cloud.context, cloud.boot("src"))
    assert fetched() == []


@pytest.mark.parametrize("function", [get_instance_nw_info.legacy, get_instance_nw_info.objects])
def test_an_object_without_system_metadata_is_fetched_again(cloud, inside, fetched, function):
    server = cloud.boot("src")
    bare = Instance(cloud.context, uuid=server.uuid, system_metadata={})
    assert function(inside, cloud.context, bare)
    assert fetched() == FETCHED
