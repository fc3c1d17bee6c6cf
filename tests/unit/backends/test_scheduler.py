"""The scheduler chooses the host with the most free memory among those that fit."""

import pytest

from fakevirt import exceptions, services
from fakevirt.cloud import Cloud
from fakevirt.db import api as db

SPEC = {"instance_type": {"memory_mb": 512, "root_gb": 1, "ephemeral_gb": 0}, "instance_uuids": ["one"]}


@pytest.fixture
def cloud():
    with Cloud(hosts=("a", "b", "c")) as cloud:
        yield cloud


def chosen(cloud, spec=SPEC, **filter_properties):
    return [d["host"] for d in cloud.scheduler.select_destinations(cloud.context, spec, filter_properties)]


def test_the_first_by_name_is_taken_among_equals(cloud):
    assert chosen(cloud) == ["a"]
    assert cloud.scheduler.to_primitive() == [["one", "a"]]


def test_the_host_with_the_most_free_memory_is_taken(cloud):
    cloud.boot("a")
    assert chosen(cloud) == ["b"]


def test_a_host_that_was_tried_is_not_taken_again(cloud):
    assert chosen(cloud, retry={"num_attempts": 1, "hosts": [["a", "a"]]}) == ["b"]


def test_hosts_are_forced_and_ignored(cloud):
    assert chosen(cloud, force_hosts=["c"]) == ["c"]
    assert chosen(cloud, ignore_hosts=["a", "b"]) == ["c"]


def test_a_host_whose_service_is_disabled_is_not_taken(cloud):
    with services.running_as(cloud.scheduler.service):
        service = db.service_get_by_compute_host(cloud.context, "a")
        db.service_update(cloud.context, service.id, {"disabled": True})
    assert chosen(cloud) == ["b"]


def test_each_instance_of_a_request_has_a_host(cloud):
    assert chosen(cloud, SPEC | {"instance_uuids": ["one", "two", "three", "four"]}) == ["a", "b", "c", "a"]


@pytest.mark.parametrize("wanted", [{"memory_mb": 1 << 30}, {"root_gb": 1 << 30}])
def test_no_host_is_valid_that_is_too_small(cloud, wanted):
    with pytest.raises(exceptions.NoValidHost):
        chosen(cloud, SPEC | {"instance_type": SPEC["instance_type"] | wanted})
