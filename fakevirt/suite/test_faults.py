"""Every scenario under every fault."""

from __future__ import annotations

import pytest

from fakevirt.conversion.scenarios import Scenario
from fakevirt.suite.requirements import Requirements
from fakevirt.suite.scenarios import parametrize, skip_unless_comparable
from fakevirt.testing.checker import ConversionChecker


class TestFaults:
    """A fault has the same consequences on both call paths."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run it for each scenario."""
        parametrize(metafunc)

    def test_a_fault_has_the_same_consequences_on_both_call_paths(
        self, conversion: ConversionChecker, fakevirt_requirements: Requirements, scenario: Scenario
    ) -> None:
        """Every fault that can happen at a step happens there on both call paths, which then do the same."""
        __tracebackhide__ = True
        skip_unless_comparable(conversion, scenario, fakevirt_requirements)
        assert conversion.sweep(scenario=scenario.name).passes
