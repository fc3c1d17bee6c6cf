"""What a probe adds to a call: the limit is 20 µs over the bare call."""

import timeit

import pytest

from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.probe import probe
from fakevirt.instrument.trace import Trace

LIMIT = 20e-6


class Driver:
    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        return {"volumes": []}


@pytest.fixture
def arguments():
    volumes = [{"mount_device": f"/dev/vd{letter}", "connection_info": {"serial": letter}} for letter in "bc"]
    return "ctx", "guest", {"root_device_name": "/dev/vda", "block_device_mapping": volumes}, {"is_volume_backed": True}


@pytest.fixture
def probed():
    return probe(Driver(), "driver", Trace(), FaultPlan(), service="src")


def test_bare_call(benchmark, arguments):
    benchmark(Driver().post_live_migration, *arguments)


def test_probed_call(benchmark, probed, arguments):
    benchmark(probed.post_live_migration, *arguments)


def test_a_probe_adds_less_than_its_limit(probed, arguments):
    def best(call):
        return min(timeit.repeat(lambda: call(*arguments), number=1000, repeat=7)) / 1000

    assert best(probed.post_live_migration) - best(Driver().post_live_migration) < LIMIT
