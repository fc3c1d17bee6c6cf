"""What a live migration costs beside many other instances: the limit is one and a half times what it costs alone."""

import itertools
import time

import pytest

from fakevirt.cloud import Cloud

SIZES = [(0, 0), (10, 500), (100, 5_000), (1_000, 50_000)]


@pytest.mark.benchmark(group="a live migration and the state that it leaves, in clouds of several sizes")
@pytest.mark.parametrize(("hosts", "instances"), SIZES)
def test_live_migration(benchmark, measured, sizes, hosts, instances):
    with Cloud() as cloud:
        start = time.perf_counter()
        cloud.populate(hosts=hosts, instances=instances)
        populating = time.perf_counter() - start
        server = cloud.boot("src", volumes=1)
        destinations = itertools.cycle(["dst", "src"])

        def migrate():
            cloud.live_migrate(cloud.refresh(server), to=next(destinations))
            cloud.state()

        benchmark.pedantic(migrate, setup=cloud.trace.effects.clear, rounds=50, warmup_rounds=5)
    sizes.append((instances, min(benchmark.stats.stats.data), populating))
    measured(f"beside {instances:,} instances on {hosts:,} hosts", times=1.5 if hosts else None)
    assert populating <= 15
