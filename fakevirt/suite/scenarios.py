"""What the suite's tests of scenarios share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakevirt.conversion.check import ConversionError
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.plans import in_order
from fakevirt.conversion.scenarios import SCENARIOS, Scenario, scenario_named
from fakevirt.suite.requirements import Requirements
from fakevirt.testing import additions
from fakevirt.testing.checker import ConversionChecker


def parametrize(metafunc: pytest.Metafunc, chosen: Callable[[Scenario], bool] = lambda scenario: True) -> None:
    """Run a test once for each scenario, the project's own included."""
    additions.declare_scenarios(metafunc.config)
    scenarios = [scenario for scenario in SCENARIOS.values() if chosen(scenario)]
    metafunc.parametrize("scenario", scenarios, ids=[scenario.name for scenario in scenarios])


def entered(scenario: Scenario) -> str:
    """Return the work item that stands first among those that a scenario enters."""
    return in_order(scenario.enters)[0]


def skip_if_left_out(scenario: Scenario, requirements: Requirements) -> None:
    """Skip the test of a scenario that is not asked for."""
    for name in requirements.left_out:
        scenario_named(name)
    if scenario.name in requirements.left_out:
        pytest.skip(requirements.left_out[scenario.name])


def skip_if_unsupported(comparison: Comparison, requirements: Requirements) -> None:
    """Skip the test of a scenario that fails and comes to a method which the driver need not have."""
    for observation in (comparison.legacy, comparison.objects):
        for effect in observation.trace.on("driver"):
            if effect.operation in requirements.unsupported:
                pytest.skip(f"the driver has no {effect.operation}: {requirements.unsupported[effect.operation]}")


def skip_unless_comparable(conversion: ConversionChecker, scenario: Scenario, requirements: Requirements) -> None:
    """Skip the test of a scenario that fails with everything converted, without faults and upgrades already."""
    skip_if_left_out(scenario, requirements)
    try:
        conversion.check(entered(scenario), scenario.name)
    except ConversionError:
        pytest.skip("it fails with everything converted already: see TestWorkItems")
