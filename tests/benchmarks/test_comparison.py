"""A comparison of a live migration, and its two runs with nothing recorded and nothing compared."""

import time

import pytest

from fakevirt.cloud import Cloud
from fakevirt.conversion.check import compare_scenario, uncollected
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan

PLANS = (ConversionPlan.legacy(), ConversionPlan.objects())
ROUNDS = {"rounds": 50, "warmup_rounds": 5}


def run(scenario):
    """Run a scenario on both call paths and look at nothing."""
    with uncollected():
        for plan in PLANS:
            with Cloud(plan=plan, **scenario.cloud) as cloud, cloud.trace.muted():
                scenario.request(cloud)


def compare(scenario):
    return compare_scenario(scenario, ConversionPlan.objects())


@pytest.mark.parametrize("name", ["shared_storage", "shared_storage_one_volume", "block_migration"])
def test_comparison(benchmark, measured, name):
    scenario = SCENARIOS[name]
    seconds = {run: [], compare: []}

    def both():
        # In turns: what the machine does besides befalls both.
        for function, taken in seconds.items():
            start = time.perf_counter()
            function(scenario)
            taken.append(time.perf_counter() - start)

    benchmark.group = f"two clouds, and a live migration in each ({name})"
    benchmark.pedantic(both, **ROUNDS)
    measured("bare runs", seconds=seconds[run])
    measured("comparison", 30e-3, times=1.25, seconds=seconds[compare])
