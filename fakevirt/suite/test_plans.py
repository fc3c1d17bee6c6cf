"""Every scenario with a part of the work items converted."""

from __future__ import annotations

import pytest

from fakevirt.conversion.scenarios import Scenario
from fakevirt.suite.requirements import Requirements
from fakevirt.suite.scenarios import entered, parametrize, skip_unless_comparable
from fakevirt.testing.checker import ConversionChecker


class TestPlans:
    """Work items can be converted one at a time."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run it for each scenario in which more than one work item meet."""
        parametrize(metafunc, lambda scenario: len(scenario.enters) > 1)

    def test_each_work_item_may_be_converted_first_or_last(
        self, conversion: ConversionChecker, fakevirt_requirements: Requirements, scenario: Scenario
    ) -> None:
        """One work item converted, or all but one, a scenario has the effects that it has with nothing converted."""
        __tracebackhide__ = True
        skip_unless_comparable(conversion, scenario, fakevirt_requirements)
        assert conversion.check_plans(entered(scenario), scenario.name).findings
