"""What a live migration costs beside many other instances: the limit is one and a half times what it costs alone."""

import contextlib
import itertools
import time

import pytest

from fakevirt.cloud import Cloud

SIZES = [(0, 0), (10, 500), (100, 5_000), (1_000, 50_000)]


class Populated:
    """A cloud with some hosts and instances, and what was measured in it, in seconds."""

    def __init__(self, cloud, hosts, instances):
        self.instances = instances
        self.name = f"beside {instances:,} instances on {hosts:,} hosts"
        start = time.perf_counter()
        cloud.populate(hosts=hosts, instances=instances)
        self.populating = time.perf_counter() - start
        self.taken = []
        self._cloud = cloud
        self._server = cloud.boot("src", volumes=1)
        self._destinations = itertools.cycle(["dst", "src"])

    def migrate(self):
        self._cloud.trace.effects.clear()
        start = time.perf_counter()
        self._cloud.live_migrate(self._cloud.refresh(self._server), to=next(self._destinations))
        self._cloud.state()
        self.taken.append(time.perf_counter() - start)


@pytest.mark.benchmark(group="a live migration and the state that it leaves, in clouds of several sizes")
def test_live_migration(benchmark, measured, sizes):
    with contextlib.ExitStack() as worlds:
        clouds = [Populated(worlds.enter_context(Cloud()), *size) for size in SIZES]

        def all_of_them():
            # In turns: what the machine does besides befalls all.
            for cloud in clouds:
                cloud.migrate()

        benchmark.pedantic(all_of_them, rounds=50, warmup_rounds=5)
    sizes += [(cloud.instances, min(cloud.taken), cloud.populating) for cloud in clouds]
    for cloud in clouds:
        measured(cloud.name, times=1.5 if cloud.instances else None, seconds=cloud.taken)
    assert clouds[-1].populating <= 15
