"""The blueprint expects no performance impact: what each work item costs on either call path."""

import contextlib
import time

import pytest
from benchmarks.conftest import Paths
from sqlalchemy import Engine, event

from fakevirt import services
from fakevirt.conversion.check import run
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names

PLANS = (ConversionPlan.legacy(), ConversionPlan.objects())
#: Some work items are entered by a hundred scenarios.
MOST = 10
ROUNDS = 4


@contextlib.contextmanager
def queries():
    """Return a list with an entry for each statement of a service that is observed."""
    seen = []

    def note(*_):
        service = services.current()
        if service is not None and not service.trace.is_muted:
            seen.append(service.host)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def seconds(scenario, plan):
    start = time.perf_counter()
    run(scenario, plan)
    return time.perf_counter() - start


def per_scenario(scenarios, plan):
    """Return how many queries and round trips there are to a scenario, and how many bytes are sent."""
    with queries() as seen:
        traces = [run(scenario, plan).trace for scenario in scenarios]
    sent = sum(effect.details["size"] for trace in traces for effect in trace.on("rpc", "conductor"))
    round_trips = sum(len(trace.on("conductor")) for trace in traces)
    return [number / len(scenarios) for number in (len(seen), round_trips, sent)]


@pytest.mark.parametrize("work_item", item_names())
def test_work_item(paths, work_item):
    scenarios = [scenario for scenario in SCENARIOS.values() if work_item in scenario.enters][:MOST]
    # In turns: what the machine does besides befalls both.
    taken = [[[seconds(scenario, plan) for plan in PLANS] for _ in range(ROUNDS)] for scenario in scenarios]
    least = [sum(min(rounds[path] for rounds in times) for times in taken) / len(taken) for path in range(len(PLANS))]
    numbers = zip(*(per_scenario(scenarios, plan) for plan in PLANS), strict=True)
    paths.append(Paths(work_item, len(scenarios), tuple(least), *numbers))
