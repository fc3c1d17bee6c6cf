"""Requests for what a project's own manager can do besides."""

import pytest

from fakevirt import Cloud
from fakevirt.manager.compute import ComputeManager
from fakevirt.usage_error import UsageError


class Manager(ComputeManager):
    def name_of(self, context, instance, suffix):
        return f"{type(instance).__name__} {instance.uuid} on {self.host}{suffix}"

    def refuse(self, context):
        raise ValueError("no")


@pytest.fixture
def cloud():
    with Cloud(manager=Manager) as cloud:
        yield cloud


def test_a_call_carries_objects_and_returns_what_the_method_returns(cloud):
    server = cloud.boot("src")
    assert cloud.call("dst", "name_of", instance=server, suffix="!") == f"Instance {server.uuid} on dst!"


def test_a_call_raises_what_the_method_raises(cloud):
    with pytest.raises(ValueError, match=r"^no"):
        cloud.call("src", "refuse")


def test_a_cast_does_not_wait(cloud):
    cloud.cast("src", "refuse")
    (sent,) = cloud.trace.rpc.calls("refuse")
    assert sent.arguments["server"] == "src"


def test_a_version_that_the_hosts_do_not_take_is_not_sent(cloud):
    with pytest.raises(Exception, match=r"exceeded the cap|version cap") as refused:
        cloud.call("src", "refuse", version="3.99")
    assert type(refused.value).__name__ == "RPCVersionCapError"


def test_there_must_be_such_a_host(cloud):
    with pytest.raises(UsageError, match="'elsewhere' is none of them"):
        cloud.cast("elsewhere", "refuse")
