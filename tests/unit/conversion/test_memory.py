"""However many comparisons a process makes, it keeps nothing of them."""

import gc
import logging

import pytest

from fakevirt.conversion import check
from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan

COMPARISONS = 10


@pytest.fixture(autouse=True)
def no_logs():
    """Pytest keeps what a test logs, with the frames of exceptions, for its report."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def objects_kept(comparisons):
    """Return how many objects more there are after a number of comparisons than before."""

    def count():
        gc.collect()
        return len(gc.get_objects())

    scenarios = [SCENARIOS["shared_storage"], SCENARIOS["refused_by_the_source"]]
    # What is made once is made by then.
    for scenario in scenarios * 3:
        compare_scenario(scenario, ConversionPlan.objects())
    before = count()
    for number in range(comparisons):
        compare_scenario(scenarios[number % 2], ConversionPlan.objects())
    return count() - before


def test_nothing_of_a_comparison_is_kept():
    # What the interpreter keeps of classes, in weak references, comes by and by and not with each comparison.
    assert objects_kept(COMPARISONS) < 50 * COMPARISONS


def test_a_comparison_that_is_kept_is_seen(monkeypatch):
    kept = []
    compare = check.compare

    def keeping(*arguments, **options):
        kept.append(compare(*arguments, **options))
        return kept[-1]

    monkeypatch.setattr(check, "compare", keeping)
    assert objects_kept(COMPARISONS) > 1000 * COMPARISONS
