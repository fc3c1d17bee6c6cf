"""Clouds with managers and drivers of a project's own."""

import pytest

from fakevirt import Cloud
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.interface import ComputeDriver
from fakevirt.manager.compute import ComputeManager
from fakevirt.usage_error import UsageError


class Handing:
    """A driver that derives from nothing and hands everything on."""

    def __init__(self, parts):
        self._driver = FakeVirtDriver(parts.hypervisor, peers=parts.peers, image_api=parts.image_api)

    def __getattr__(self, name):
        return getattr(self._driver, name)


class Quiet(ComputeManager):
    """A manager that never deletes a compute node."""

    def update_available_resource(self, context):
        self._track_available_nodes(context)


def test_each_host_has_a_driver_of_the_factory():
    with Cloud(driver=Handing) as cloud:
        server = cloud.boot("src", volumes=1)
        cloud.live_migrate(server, to="dst")
        assert cloud.refresh(server).host == "dst"
        assert all(isinstance(cloud.host(name).driver, Handing) for name in ("src", "dst"))
    assert [call.service for call in cloud.trace.driver.calls("unfilter_instance")] == ["src"]


def test_each_host_has_a_manager_of_the_factory():
    with Cloud(manager=Quiet) as cloud:
        cloud.add_compute_node("src", "gone-node")
        cloud.live_migrate(cloud.boot("src"), to="dst")
        assert "gone-node" in {row["hypervisor_hostname"] for row in cloud.state()["table compute_nodes"]}


def test_a_host_that_is_upgraded_keeps_its_driver_and_gets_a_manager_of_the_factory():
    with Cloud(hosts={"src": "icehouse", "dst": "icehouse"}, manager=Quiet, driver=Handing) as cloud:
        driver, manager = cloud.host("src").driver, cloud.host("src").manager
        cloud.upgrade_conductor("juno")
        cloud.upgrade_host("src", "juno")
        assert cloud.host("src").driver is driver
        assert cloud.host("src").manager is not manager
        assert isinstance(cloud.host("src").manager, Quiet)


@pytest.mark.parametrize(
    ("argument", "missing"),
    [("driver", "attach_interface"), ("manager", "build_and_run_instance")],
)
def test_what_lacks_a_method_is_refused_with_the_name_of_the_method(argument, missing):
    with pytest.raises(UsageError) as refused, Cloud(**{argument: lambda parts: object()}):
        pass
    interface = ComputeDriver if argument == "driver" else ComputeManager
    lines = str(refused.value).splitlines()
    assert lines[0] == f"expected:     what has the methods of {interface.__name__}"
    assert lines[1].startswith(f"happened:     object has no {missing}, nor ")
    assert lines[2] == f"where:        Cloud({argument}=…)"
    assert lines[3].endswith(f"or derive from {interface.__module__}.{interface.__name__}")


@pytest.mark.parametrize("argument", ["driver", "manager"])
def test_what_makes_nothing_is_refused(argument):
    with pytest.raises(UsageError, match=rf"(?s){argument}=7.*Cloud\({argument}=…\)"):
        Cloud(**{argument: 7})
