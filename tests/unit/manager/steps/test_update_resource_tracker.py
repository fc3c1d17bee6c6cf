"""_update_resource_tracker, on both paths: whose instances are counted."""

import pytest

from fakevirt.manager.plan import CallPath
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def server(cloud):
    return cloud.boot("src")


@pytest.fixture
def counted(cloud, inside):
    """Count a server with other values, in the form of the path."""

    def counted(server, **values):
        for name, value in values.items():
            setattr(server, name, value)
        legacy = cloud.plan.path_of("live_migration") is CallPath.LEGACY
        inside._update_resource_tracker(cloud.context, legacy_dict(server) if legacy else server)

    return counted


def test_an_instance_of_the_host_is_counted_anew(cloud, counted, server, steps):
    counted(server, memory_mb=256)
    assert steps(cloud) == ["driver src: node_is_available", "db conductor: update compute_nodes"]
    assert cloud.state()["table compute_nodes"][0]["memory_mb_used"] == 256


def test_an_instance_on_another_host_is_not_counted(cloud, counted, server, steps):
    counted(server, host="dst")
    assert steps(cloud) == []


def test_an_instance_on_a_node_that_the_driver_has_not_is_not_counted(cloud, counted, server, steps):
    counted(server, node="gone")
    assert steps(cloud) == ["driver src: node_is_available"]
