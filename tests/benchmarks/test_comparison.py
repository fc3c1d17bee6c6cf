"""Two clouds, both call paths: the limit is 60 ms."""

import pytest

from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan

LIMIT = 60e-3


@pytest.mark.parametrize("scenario", ["shared_storage", "shared_storage_one_volume", "block_migration"])
def test_comparison(benchmark, hold, scenario):
    benchmark.pedantic(compare_scenario, (SCENARIOS[scenario], ConversionPlan.objects()), rounds=50, warmup_rounds=5)
    hold(benchmark.stats.stats.data, LIMIT)
