"""Which database a world has is nothing that its traces show."""

import pytest

from fakevirt.conversion.check import run
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan

PLANS = {"legacy": ConversionPlan.legacy(), "objects": ConversionPlan.objects()}


def steps(scenario, plan, **database):
    observation = run(scenario.with_cloud(**database), plan)
    return [(effect.channel, effect.operation, effect.service, effect.content) for effect in observation.effects]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_leaves_the_trace_that_it_leaves_in_memory(url, name, plan):
    scenario = SCENARIOS[name]
    assert steps(scenario, PLANS[plan], database_url=url) == steps(scenario, PLANS[plan])
