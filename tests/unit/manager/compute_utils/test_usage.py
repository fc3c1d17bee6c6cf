"""notify_about_instance_usage, on both call paths: the notification ``compute.instance.<event>``."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict


@pytest.fixture
def notify(cloud, src, as_sent):
    """Send a notification about a server and return it."""

    def notify(event_suffix="run", **kwargs):
        src._notify_about_instance_usage(cloud.context, as_sent(cloud.boot("src")), event_suffix, **kwargs)
        return cloud.notifier.messages[-1]

    return notify


def test_it_is_the_hosts_and_bears_the_events_name(notify):
    message = notify("live_migration.pre.start")
    assert message.event_type == "compute.instance.live_migration.pre.start"
    assert (message.publisher_id, message.priority) == ("compute.src", "INFO")


def test_it_tells_of_the_instance(cloud, notify):
    payload = notify().payload
    assert cloud.names[payload["instance_id"]] == "server-1"
    assert (payload["host"], payload["state"], payload["instance_type"]) == ("src", "active", "m1.small")
    assert payload["metadata"] == {"role": "guest"}


def test_addresses_are_told_where_network_information_is_given(cloud, notify):
    assert "fixed_ips" not in notify().payload
    assert notify(network_info=[]).payload["fixed_ips"] == []
    (address,) = notify(network_info=cloud.boot("src").info_cache.network_info).payload["fixed_ips"]
    assert address["vif_mac"] in str(cloud.network.to_primitive())


def test_system_metadata_that_is_given_takes_the_place_of_the_instances(notify):
    payload = notify(system_metadata={"instance_type_name": "m1.large"}).payload
    assert (payload["instance_type"], payload["image_meta"]) == ("m1.large", {})


def test_more_can_be_told(notify):
    assert (
        notify(extra_usage_info={"image_name": "cirros", "host": "override"}).payload.items()
        >= {
            "image_name": "cirros",
            "host": "override",
        }.items()
    )


@pytest.mark.parametrize(("suffix", "priority"), [("create.error", "ERROR"), ("error.start", "INFO")])
def test_an_event_that_ends_in_error_is_one(notify, suffix, priority):
    assert notify(suffix).priority == priority


def test_a_fault_is_told_as_in_the_notification_of_an_error(notify):
    payload = notify("create.error", fault=exceptions.MigrationError(reason="what")).payload
    assert payload["exception"].kind == "MigrationError"
    assert (payload["message"], payload["code"]) == ("Migration error: what", 500)


def test_without_a_fault_none_is_told(notify):
    assert not {"exception", "message", "code"} & notify().payload.keys()


def test_the_legacy_path_reads_by_subscript_and_the_object_path_by_attribute(build_with):
    for plan, accesses in ((ConversionPlan.legacy(), True), (ConversionPlan.objects(), False)):
        cloud = build_with(plan)
        server = cloud.boot("src")
        cloud.host("src").manager._notify_about_instance_usage(cloud.context, server, "run")
        assert bool(cloud.trace.on("dict_access")) is accesses


def test_a_dict_that_meets_the_object_path_becomes_an_object(build_with):
    cloud = build_with(ConversionPlan.objects())
    server = cloud.boot("src")
    cloud.host("src").manager._notify_about_instance_usage(cloud.context, legacy_dict(server), "run", network_info=[])
    assert cloud.notifier.messages[-1].payload["instance_id"] == server.uuid
