"""notify_usage_exists, on both call paths: the notification ``compute.instance.exists``."""

import pytest

from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def exists(cloud, src, as_sent):
    """Tell that a server is there and return what was told."""

    def exists(**arguments):
        src._notify_usage_exists(cloud.context, as_sent(cloud.boot("src")), **arguments)
        return cloud.notifier.messages[-1]

    return exists


def test_the_conductor_tells_it_on_the_legacy_path_and_the_host_on_the_object_path(exists, on_legacy):
    message = exists()
    assert (message.event_type, message.priority) == ("compute.instance.exists", "INFO")
    assert message.publisher_id == ("conductor.conductor" if on_legacy else "compute.src")


@pytest.mark.parametrize(("current_period", "ending"), [(False, "2014-04-01 00:00:00"), (True, "2014-04-17 12:00:00")])
def test_it_is_told_for_a_period(exists, current_period, ending):
    assert exists(current_period=current_period).payload["audit_period_ending"] == ending


def test_more_can_be_told(exists):
    payload = exists(
        system_metadata={"instance_type_name": "m1.large"}, extra_usage_info={"image_name": "cirros"}
    ).payload
    assert (payload["instance_type"], payload["image_name"]) == ("m1.large", "cirros")


def test_a_dict_that_meets_the_object_path_becomes_an_object(build_with):
    cloud = build_with(ConversionPlan.objects())
    server = cloud.boot("src")
    cloud.host("src").manager._notify_usage_exists(cloud.context, legacy_dict(server))
    assert cloud.notifier.messages[-1].payload["instance_id"] == server.uuid
