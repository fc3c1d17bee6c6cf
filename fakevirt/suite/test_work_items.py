"""Every scenario on both call paths."""

from __future__ import annotations

import pytest

from fakevirt.conversion.check import ConversionError
from fakevirt.conversion.scenarios import Scenario
from fakevirt.suite.requirements import Requirements
from fakevirt.suite.scenarios import entered, parametrize, skip_if_left_out, skip_if_unsupported
from fakevirt.testing.checker import ConversionChecker


class TestWorkItems:
    """Every work item does the same on the legacy and on the object call path."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run it for each scenario."""
        parametrize(metafunc)

    def test_both_call_paths_do_the_same(
        self, conversion: ConversionChecker, fakevirt_requirements: Requirements, scenario: Scenario
    ) -> None:
        """Everything converted, a scenario has the effects that it has with nothing converted."""
        __tracebackhide__ = True
        skip_if_left_out(scenario, fakevirt_requirements)
        try:
            comparison = conversion.check(entered(scenario), scenario.name)
        except ConversionError as error:
            skip_if_unsupported(error.comparison, fakevirt_requirements)
            raise
        assert comparison.verdict.passes
