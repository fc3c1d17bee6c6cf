"""Clouds of several releases, and their upgrade."""

import pytest

from fakevirt.cloud import Cloud
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError


def messages(cloud, method):
    """Return version and form of the instance of every message that called a method."""
    sent = [effect for effect in cloud.trace.on("rpc") if effect.operation == method]
    return [(e.details["version"], type(e.arguments["instance"]).__name__) for e in sent]


@pytest.mark.parametrize(
    ("conductor", "src", "dst", "sent"),
    [
        ("juno", "juno", "juno", ("3.26", "Entity")),
        ("juno", "icehouse", "juno", ("3.0", "dict")),
        ("juno", "juno", "icehouse", ("3.0", "dict")),
        ("kilo", "kilo", "juno", ("3.26", "Entity")),
    ],
)
def test_clients_send_what_the_oldest_host_takes(conductor, src, dst, sent):
    with Cloud(conductor=conductor, hosts={"src": src, "dst": dst}) as cloud:
        server = cloud.boot("src")
        cloud.live_migrate(server, to="dst")
        assert messages(cloud, "live_migration") == [sent]
        assert cloud.refresh(server).host == "dst"


def test_a_message_that_a_host_cannot_take_is_refused_by_oslo():
    with Cloud(conductor="juno", hosts={"src": "icehouse", "dst": "juno"}, version_cap="juno") as cloud:
        server = cloud.boot("src", volumes=1)
        (volume,) = cloud.attached_volumes(server)
        cloud.detach_volume(server, volume)
        (refused,) = [effect for effect in cloud.trace.on("rpc") if effect.operation == "detach_volume"]
        assert (refused.details["version"], refused.outcome.failure.kind) == ("3.25", "UnsupportedVersion")
        assert cloud.attached_volumes(server) == [volume]


def test_the_conductor_is_of_the_newest_release_unless_it_is_said_otherwise():
    with Cloud(hosts={"src": "juno", "dst": "kilo"}) as cloud:
        assert cloud.conductor_release.name == "kilo"


@pytest.mark.parametrize("arguments", [{"conductor": "essex"}, {"hosts": {"src": "essex"}}, {"version_cap": "essex"}])
def test_an_unknown_release_is_refused(arguments):
    with pytest.raises(UsageError, match="'essex'"):
        Cloud(**arguments)


def test_an_upgraded_host_keeps_its_guests_and_takes_newer_messages():
    with Cloud(conductor="juno", hosts={"src": "icehouse", "dst": "juno"}) as cloud:
        server = cloud.boot("src")
        cloud.upgrade_host("src", "juno")
        assert list(cloud.host("src").hypervisor.domains) == [server.name]
        cloud.live_migrate(server, to="dst")
        assert messages(cloud, "live_migration") == [("3.26", "Entity")]


def test_an_upgraded_conductor_serves_hosts_of_the_release_before():
    with Cloud(hosts={"src": "juno", "dst": "juno"}) as cloud:
        cloud.upgrade_conductor("kilo")
        server = cloud.boot("src")
        cloud.live_migrate(server, to="dst")
        assert cloud.refresh(server).host == "dst"


def test_once_nothing_is_pinned_kilo_sends_the_next_major_version():
    with Cloud(hosts={"src": "kilo", "dst": "kilo"}) as cloud:
        server = cloud.boot("src")
        cloud.pin(None)
        cloud.live_migrate(server, to="dst")
        versions = {e.details["version"] for e in cloud.trace.on("rpc") if e.arguments["server"] in ("src", "dst")}
        assert versions == {"4.0"}
        assert cloud.refresh(server).host == "dst"


def test_what_is_not_pinned_is_refused_by_a_host_that_is_too_old():
    with Cloud(conductor="kilo", hosts={"src": "juno", "dst": "kilo"}, version_cap=None) as cloud:
        cloud.reboot(cloud.boot("src"))
        (refused,) = [effect for effect in cloud.trace.on("rpc") if effect.operation == "reboot_instance"]
        assert refused.outcome.failure.kind == "UnsupportedVersion"


@pytest.mark.parametrize(
    ("release", "sent"), [("current", ("4.4", "Entity")), ("juno", ("3.0", "dict")), ("kilo", ("3.0", "dict"))]
)
def test_rules_go_as_objects_only_where_that_is_converted(release, sent):
    with Cloud(hosts={"src": release}) as cloud:
        cloud.change_rules(cloud.add_security_group("web", cloud.boot("src")))
        assert messages(cloud, "refresh_instance_security_rules") == [sent]


def test_a_legacy_host_older_than_the_conductor_goes_on_without_what_it_does_not_understand():
    with Cloud(plan=ConversionPlan.legacy(), conductor="kilo", hosts={"src": "juno"}) as cloud:
        cloud.boot("src")
        failed = [effect for effect in cloud.trace.on("manager") if effect.operation == "update_available_resource"]
        assert {effect.outcome.failure.message for effect in failed} == {"'compute_node'"}
        # As a call of the method would be recorded: what looks through a trace asks which path it took.
        assert {effect.details["path"] for effect in failed} == {"legacy"}
