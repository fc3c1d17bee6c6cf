"""Rolling upgrades."""

from __future__ import annotations

import itertools

import pytest

from fakevirt import releases
from fakevirt.conversion.scenarios import Scenario
from fakevirt.suite.requirements import Requirements
from fakevirt.suite.scenarios import entered, parametrize, skip_unless_comparable
from fakevirt.testing.checker import ConversionChecker


class TestReleases:
    """The object path survives a rolling upgrade."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run it for each scenario that is meant for upgrades, and for each release and the next."""
        if "scenario" in metafunc.fixturenames:
            parametrize(metafunc, lambda scenario: scenario.in_upgrades)
        if "upgrade" in metafunc.fixturenames:
            upgrades = list(itertools.pairwise(release.name for release in releases.registered()))
            metafunc.parametrize("upgrade", upgrades, ids=[f"{old} to {new}" for old, new in upgrades])

    def test_a_work_item_ends_in_every_mix_of_releases_as_without_an_upgrade(
        self, conversion: ConversionChecker, fakevirt_requirements: Requirements, scenario: Scenario
    ) -> None:
        """Whatever the releases of conductor, source and destination, the object path ends alike."""
        __tracebackhide__ = True
        skip_unless_comparable(conversion, scenario, fakevirt_requirements)
        assert conversion.check_upgrades(entered(scenario), scenario.name).passes

    def test_every_step_of_an_upgrade_ends_as_without_one(
        self, conversion: ConversionChecker, upgrade: tuple[str, str]
    ) -> None:
        """While a cloud is upgraded, servers are created, migrated, resized and deleted in it."""
        __tracebackhide__ = True
        assert conversion.rehearse(*upgrade).passes
