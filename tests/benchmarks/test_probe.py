"""What it takes to call a driver's method through a probe, and through unittest.mock's autospec."""

import copy
from unittest import mock

import pytest

from fakevirt import services
from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe
from fakevirt.instrument.trace import Trace
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict

LIMIT = 5e-6
BLOCK_DEVICE_INFO = {
    "root_device_name": "/dev/vda",
    "block_device_mapping": [
        {"mount_device": f"/dev/vd{letter}", "connection_info": {"serial": letter}} for letter in "bc"
    ],
}
FORMS = {
    "text": "a uuid in place of the instance",
    "columns": "an Instance with its columns",
    "object": "an Instance with everything joined",
    "legacy": "a legacy dict with everything joined",
}

pytestmark = pytest.mark.benchmark(group="a call of a driver's method")


class Driver(ComputeDriver):
    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        pass


@pytest.fixture(scope="module")
def instances():
    """Return a server as drivers get it."""
    with Cloud() as cloud:
        server = cloud.boot("src")
        with services.running_as(cloud.host("src").service):
            columns = Instance.get_by_uuid(cloud.context, server.uuid, expected_attrs=[])
    return {"text": server.uuid, "columns": columns, "object": server, "legacy": legacy_dict(server)}


def call(driver, instance):
    context = RequestContext(user_id="user", project_id="project")
    return lambda: driver.post_live_migration(context, instance, BLOCK_DEVICE_INFO, {"is_volume_backed": True})


def rounds(forget):
    # What is recorded stays: a trace of a million effects would measure the garbage collector.
    return {"setup": forget, "rounds": 200, "warmup_rounds": 5}


def many(called):
    def hundred():
        for _ in range(100):
            called()

    return hundred


def per_call(benchmark):
    return [seconds / 100 for seconds in benchmark.stats.stats.data]


@pytest.mark.parametrize("form", FORMS)
def test_through_a_probe(benchmark, measured, instances, form):
    trace = Trace()
    probed = probe(Driver(None), "driver", trace, FaultPlan(), service="src")
    benchmark.pedantic(many(call(probed, instances[form])), **rounds(trace.effects.clear))
    measured(f"probe, {FORMS[form]}", LIMIT, seconds=per_call(benchmark))


def test_of_an_autospec(benchmark, measured, instances):
    driver = mock.create_autospec(Driver, instance=True)
    benchmark.pedantic(many(call(driver, instances["object"])), **rounds(driver.reset_mock))
    measured("`create_autospec`, which takes no snapshot", seconds=per_call(benchmark))


@pytest.mark.parametrize("form", ["text", "object"])
def test_of_an_autospec_that_keeps_what_arguments_were(benchmark, measured, instances, form):
    driver = mock.create_autospec(Driver, instance=True)
    kept = []
    # As unittest.mock's documentation has it, "Coping with mutable arguments".
    driver.post_live_migration.side_effect = lambda *args, **kwargs: kept.append(copy.deepcopy((args, kwargs)))

    def forget():
        driver.reset_mock()
        kept.clear()

    benchmark.pedantic(many(call(driver, instances[form])), **rounds(forget))
    measured(f"`create_autospec` that copies its arguments, {FORMS[form]}", seconds=per_call(benchmark))


def test_bare(benchmark, measured, instances):
    benchmark.pedantic(many(call(Driver(None), instances["object"])), **rounds(lambda: None))
    measured("bare", seconds=per_call(benchmark))
