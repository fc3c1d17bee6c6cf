"""refresh_instance_security_rules and its callers, on both call paths."""

import pytest
from oslo_concurrency import lockutils

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.manager import locks
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from fakevirt.rpc.security_group import SecurityGroupRPCAPI
from fakevirt.services import Service

import oslo_messaging as messaging  # isort: skip


@pytest.fixture(params=["legacy", "objects"])
def cloud(request):
    with Cloud(plan=getattr(ConversionPlan, request.param)()) as cloud:
        yield cloud


def refreshes(cloud, server):
    """Return how often the rules of a server were refreshed."""
    return cloud.host(server.host).hypervisor.filters[server.uuid].refreshes


def told(cloud):
    return [(e.operation, e.arguments["server"]) for e in cloud.trace.on("rpc")]


def test_every_host_refreshes_the_rules_of_its_own_members(cloud):
    members = [cloud.boot("src"), cloud.boot("dst"), cloud.boot("dst")]
    stranger = cloud.boot("src")
    cloud.change_rules(cloud.add_security_group("web", *members))
    assert [refreshes(cloud, server) for server in members] == [1, 1, 1]
    assert refreshes(cloud, stranger) == 0
    assert told(cloud) == [("refresh_instance_security_rules", host) for host in ("src", "dst", "dst")]


def test_nobody_is_told_of_an_instance_without_host(cloud):
    server = cloud.boot("src")
    cloud.update_server(server, host=None)
    cloud.change_rules(cloud.add_security_group("web", server))
    assert told(cloud) == []


def test_a_change_of_members_concerns_the_groups_that_let_them_in(cloud):
    one, both, none = cloud.boot("src"), cloud.boot("dst"), cloud.boot("src")
    clients = cloud.add_security_group("clients", none)
    cloud.add_security_group("web", one, both, lets_in=clients)
    cloud.add_security_group("db", both, lets_in=clients)
    cloud.change_members(clients)
    assert [refreshes(cloud, server) for server in (one, both, none)] == [1, 1, 0]


def test_a_group_that_nobody_lets_in_concerns_nobody(cloud):
    cloud.change_members(cloud.add_security_group("clients", cloud.boot("src")))
    assert told(cloud) == []


def test_an_unknown_group_is_refused(cloud):
    with pytest.raises(exceptions.SecurityGroupNotFound):
        cloud.change_rules(99)


def test_the_driver_is_called_under_the_lock_of_the_instance(cloud, mocker):
    lock = mocker.spy(lockutils, "lock")
    server = cloud.boot("src")
    cloud.change_rules(cloud.add_security_group("web", server))
    lock.assert_called_once_with(server.uuid, semaphores=locks._LOCKS)


def test_a_driver_without_security_groups_is_a_warning(cloud, caplog):
    group = cloud.add_security_group("web", cloud.boot("src"))
    cloud.faults.fail("driver", "refresh_instance_security_rules", with_=NotImplementedError)
    cloud.change_rules(group)
    assert "does not support security groups" in caplog.text
    assert cloud.trace.on("notifier") == []


def test_a_failure_is_notified_and_leaves_no_fault(cloud):
    group = cloud.add_security_group("web", cloud.boot("src"))
    cloud.faults.fail("driver", "refresh_instance_security_rules", with_=RuntimeError)
    cloud.change_rules(group)
    assert [effect.operation for effect in cloud.trace.on("notifier")] == ["refresh_instance_security_rules"]
    assert cloud.trace.on("db") == []


def test_the_legacy_path_sends_the_dict_of_a_row_and_the_object_path_an_object(cloud):
    cloud.change_rules(cloud.add_security_group("web", cloud.boot("src")))
    (message,) = cloud.trace.on("rpc")
    instance = message.arguments["instance"]
    if cloud.plan == ConversionPlan.legacy():
        assert (message.details["version"], "metadata" in instance) == ("3.0", False)
    else:
        assert (message.details["version"], instance.version) == ("4.4", "1.15")


def test_a_host_takes_the_dict_of_an_api_that_is_not_converted():
    with Cloud(plan=ConversionPlan.objects()) as cloud:
        server = cloud.boot("src")
        dict_without_metadata = {**legacy_dict(server)}
        del dict_without_metadata["metadata"], dict_without_metadata["system_metadata"]
        cloud.host("src").manager.refresh_instance_security_rules(cloud.context, instance=dict_without_metadata)
        (call,) = cloud.trace.on("driver")
        assert call.arguments["instance"].form == "object"
        assert refreshes(cloud, server) == 1


def test_an_old_host_gets_a_dict_of_the_object():
    with RPCFixture() as rpc:
        rpc.serve(Service("nova-compute", "src", rpc.trace), "compute", OldHost())
        context = RequestContext(user_id="user", project_id="project")
        instance = Instance(context, uuid="0b3f3c9e-7d3c-4b57-8b7a-2f8f1f1d6a01", id=1)
        SecurityGroupRPCAPI(rpc.transport, version_cap="juno").refresh_instance_security_rules(context, "src", instance)
        (message,) = rpc.trace.on("rpc")
        assert message.details["version"] == "3.0"
        assert message.arguments["instance"]["uuid"] == instance.uuid


class OldHost:
    target = messaging.Target(version="3.35")

    def refresh_instance_security_rules(self, context, instance):
        assert isinstance(instance, dict)
