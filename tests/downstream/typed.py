"""A typed project: what it says of fakevirt is what fakevirt's types say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fakevirt import Cloud, ConversionPlan, WorkItem, both_call_paths
from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory
from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.check import check
from fakevirt.conversion.comparison import Verdict
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.fixtures.cloud import CloudFixture
from fakevirt.instrument.trace import Effect
from fakevirt.manager.compute import ComputeManager
from fakevirt.objects import Instance
from fakevirt.suite import Requirements


class Driver(FakeVirtDriver):
    def __init__(self, parts: DriverParts) -> None:
        super().__init__(parts.hypervisor, peers=parts.peers)


class Manager(ComputeManager):
    def name_of(self, context: Any, instance: Instance) -> str:
        name: str = instance.name
        return name


MANAGER: ManagerFactory = Manager
DRIVER: DriverFactory = Driver
REQUIREMENTS = Requirements(unsupported={"rescue": "there are no images for that"})


def pytest_fakevirt_work_items() -> Iterable[WorkItem]:
    return [WorkItem("leases", "Leases of servers")]


def pytest_fakevirt_allowances() -> Iterable[Allowance]:
    return [Allowance("db", "written again", operation="update instances", field="arguments.values.host")]


def pytest_fakevirt_dict_forms() -> Mapping[str, Iterable[str]]:
    return {"Lease": {"server", "days"}}


@both_call_paths(shared_storage=True)
def test_a_guest_moves(cloud: Cloud) -> None:
    server: Instance = cloud.boot("src", volumes=1)
    cloud.live_migrate(server, to="dst")
    calls: list[Effect] = cloud.trace.driver.calls("unfilter_instance")
    assert [call.service for call in calls] == ["src"]


def test_a_scenario_is_the_same() -> None:
    comparison = check("live_migration", "shared_storage", plan=ConversionPlan.only("live_migration"), manager=MANAGER)
    verdict: Verdict = comparison.verdict
    assert verdict.passes


def test_a_fixture() -> None:
    with CloudFixture(manager=MANAGER, driver=DRIVER) as fixture:
        cloud: Cloud = fixture.cloud
        assert cloud.host("src").hypervisor.hostname == "src"
