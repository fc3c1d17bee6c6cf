"""Requests that are under way at the same time."""

import random
import threading

import pytest

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.known import KNOWN, in_time
from fakevirt.conversion.scenarios import Scenario
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.migration_job import MigrationSettings
from fakevirt.instrument.determinism import Clock
from fakevirt.instrument.turns import Turns
from fakevirt.manager.locks import in_turns, instance_lock
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

SEEDS = range(12)


def slowly(cloud):
    """Let guests of the source take half a minute to move."""
    hypervisor = cloud.host("src").hypervisor
    hypervisor.live_migration = MigrationSettings(bandwidth=32)
    for domain in hypervisor.domains.values():
        domain.dirty_rate = 16


def compared(request):
    """Compare both call paths, whichever work items the legacy one enters."""
    scenario = Scenario("request", request, enters=frozenset())
    legacy = run(scenario, ConversionPlan.legacy())
    comparison = compare(
        legacy, run(scenario, ConversionPlan.objects()), known=KNOWN, allow=(), entering=legacy.entered
    )
    assert comparison.not_compared is None
    return comparison


def two_migrations(seed):
    """Return the order of the drivers' calls, where the guests are in the end, and what the requests have raised."""
    with Cloud() as cloud:
        first, second = cloud.boot("src"), cloud.boot("src")
        slowly(cloud)
        raised = cloud.interleave(
            lambda: cloud.live_migrate(first, to="dst"), lambda: cloud.live_migrate(second, to="dst"), seed=seed
        )
        calls = [(effect.operation, str(effect.arguments)) for effect in cloud.trace.driver.calls()]
        return calls, sorted(cloud.host("dst").hypervisor.domains), raised, cloud.clock.now - cloud.epoch


@pytest.mark.parametrize("seed", SEEDS)
def test_two_guests_move_at_the_same_time(seed):
    _, there, raised, took = two_migrations(seed)
    assert raised == [None, None]
    assert there == ["instance-00000001", "instance-00000002"]
    # Each takes 31.5 s by itself.
    assert 31.5 <= took.total_seconds() <= 63


def test_the_seed_says_in_which_order():
    orders = [two_migrations(seed) for seed in SEEDS]
    assert orders == [two_migrations(seed) for seed in SEEDS]
    assert len({str(calls) for calls, *_ in orders}) > len(SEEDS) / 2
    assert any(took.total_seconds() < 60 for *_, took in orders)


def test_a_guest_that_is_deleted_on_its_way_is_nowhere():
    ends = set()
    for seed in range(40):
        with Cloud() as cloud:
            server = cloud.boot("src", volumes=1)
            slowly(cloud)
            migration, deletion = cloud.interleave(
                lambda: cloud.live_migrate(server, to="dst"),  # noqa: B023
                lambda: cloud.delete(server),  # noqa: B023
                seed=seed,
            )
            assert deletion is None
            assert not any(server.name in cloud.host(host).hypervisor.domains for host in ("src", "dst"))
            ends.add(type(migration).__name__)
    assert len(ends) > 2


def migration_and(request, seed):
    """Return the order of the drivers' calls, where the guest is in the end, what was raised and how long it took."""
    with Cloud() as cloud:
        server = cloud.boot("src", volumes=1)
        slowly(cloud)
        raised = cloud.interleave(
            lambda: cloud.live_migrate(server, to="dst"), lambda: request(cloud, server), seed=seed
        )
        calls = [(effect.service, effect.operation) for effect in cloud.trace.driver.calls()]
        hosts = [host for host in ("src", "dst") if server.name in cloud.host(host).hypervisor.domains]
        return calls, hosts, [type(error).__name__ for error in raised], cloud.clock.now - cloud.epoch


@pytest.mark.parametrize("request_", [Cloud.delete, Cloud.reboot], ids=["delete", "reboot"])
def test_the_seed_says_how_a_migration_and_another_request_go(request_):
    runs = [migration_and(request_, seed) for seed in SEEDS]
    assert runs == [migration_and(request_, seed) for seed in SEEDS]
    assert len({str(run) for run in runs}) > 1


def test_a_guest_that_reboots_on_its_way_is_on_one_host():
    ends = [migration_and(Cloud.reboot, seed) for seed in SEEDS]
    assert all(len(hosts) == 1 for _, hosts, *_ in ends)
    assert {tuple(hosts) for _, hosts, *_ in ends} == {("src",), ("dst",)}


@pytest.mark.parametrize("other", ["delete", "live_migrate", "detach_volume", "reboot"])
@pytest.mark.parametrize("seed", range(4))
def test_requests_come_to_the_same_on_both_call_paths(seed, other):
    def race(cloud):
        server, another = cloud.boot("src", volumes=1), cloud.boot("src")
        slowly(cloud)
        requests = {
            "delete": lambda: cloud.delete(server),
            "live_migrate": lambda: cloud.live_migrate(another, to="dst"),
            "reboot": lambda: cloud.reboot(server),
            "detach_volume": lambda: cloud.detach_volume(server, *cloud.attached_volumes(server)),
        }
        cloud.interleave(lambda: cloud.live_migrate(server, to="dst"), requests[other], seed=seed)

    comparison = compared(race)
    assert comparison.verdict in (Verdict.SAME, Verdict.ALLOWED), comparison.divergences


def at_second(moment, act, *, seed, **settings):
    """Move a guest of 512 MiB, of which 32 are copied in a second, and do something with its job at some second.

    Returns:
        How long it took from then on, the job as it was then, and where the guest is in the end.
    """
    with Cloud() as cloud:
        server, hypervisor = cloud.boot("src"), cloud.host("src").hypervisor
        hypervisor.live_migration = MigrationSettings(bandwidth=32, completion_timeout=0, **settings)
        hypervisor.domains[server.name].dirty_rate = 40
        told, clock = [], cloud.clock

        def meanwhile():
            cloud.wait_for(lambda: server.name in hypervisor.jobs)
            job = hypervisor.jobs[server.name]
            began = clock.seconds() - job.elapsed
            cloud.sleep(moment)
            told.append((clock.seconds(), clock.seconds() - began, job.elapsed, job.memory_remaining, job.progress))
            act(job)

        raised = cloud.interleave(lambda: cloud.live_migrate(server, to="dst"), meanwhile, seed=seed)
        assert raised[1] is None
        ((now, passed, *as_told),) = told
        return clock.seconds() - now, passed, as_told, cloud.refresh(server).host


@pytest.mark.parametrize("moment", [5, 10.3, 33])
@pytest.mark.parametrize("seed", range(3))
def test_a_migration_that_is_forced_takes_what_is_left_from_then_on(seed, moment):
    took, passed, (elapsed, remaining, _), host = at_second(moment, lambda job: job.force_complete(), seed=seed)
    assert elapsed == pytest.approx(passed)
    assert (took, host) == (pytest.approx(remaining / 32, abs=1e-5), "dst")


def test_a_migration_in_post_copy_begins_with_it_when_it_is_forced():
    took, _, (_, remaining, _), host = at_second(21, lambda job: job.force_complete(), seed=1, permit_post_copy=True)
    assert (took, host) == (pytest.approx(remaining / 32, abs=1e-5), "dst")


@pytest.mark.parametrize("moment", [5, 10.3, 33])
@pytest.mark.parametrize("seed", range(3))
def test_a_migration_that_is_aborted_ends_then(seed, moment):
    took, _, _, host = at_second(moment, lambda job: job.abort(), seed=seed)
    assert (took, host) == (0, "src")


def test_a_job_tells_how_far_it_is_in_the_middle_of_a_round():
    _, passed, told, _ = at_second(4, lambda job: job.abort(), seed=0)
    # The whole memory was to be copied, and less than that has been written since.
    assert told == [pytest.approx(passed), pytest.approx(512), 0]


@pytest.mark.parametrize("seconds", [1 / 3, 1 / 7, 1e-7])
def test_rounds_that_end_between_two_steps_of_the_clock_end(seconds):
    with Cloud() as cloud:
        server, hypervisor = cloud.boot("src"), cloud.host("src").hypervisor
        hypervisor.live_migration = MigrationSettings(bandwidth=512 / seconds)
        cloud.live_migrate(server, to="dst")
        assert cloud.refresh(server).host == "dst"
        assert (cloud.clock.now - cloud.epoch).total_seconds() == pytest.approx(seconds, abs=1e-6)


def test_a_path_that_differs_while_others_go_on_is_seen(monkeypatch):
    def race(cloud):
        first, second = cloud.boot("src"), cloud.boot("src")
        slowly(cloud)
        cloud.interleave(
            lambda: cloud.live_migrate(first, to="dst"), lambda: cloud.live_migrate(second, to="dst"), seed=2
        )

    assert compared(race).verdict is Verdict.SAME
    unfilter, calls = FakeVirtDriver.unfilter_instance, []

    def without_the_last_one(driver, instance, network_info):
        calls.append(instance)
        if len(calls) < 4:
            unfilter(driver, instance, network_info)

    monkeypatch.setattr(FakeVirtDriver, "unfilter_instance", without_the_last_one)
    comparison = compared(race)
    assert comparison.verdict is Verdict.DIVERGED
    assert {difference.channel for difference in comparison.divergences} == {"state"}


def test_who_waits_for_a_lock_lets_its_holder_go_on():
    turns, done = Turns(Clock(), random.Random(1)), []

    def work(name):
        with instance_lock("uuid"):
            done.append(f"{name} begins")
            turns.sleep(1)
            with instance_lock("uuid"):
                done.append(f"{name} ends")

    with in_turns(turns.wait_for):
        assert turns.run([lambda: work("one"), lambda: work("two"), lambda: work("three")]) == [None] * 3
    assert [step.partition(" ")[2] for step in done] == ["begins", "ends"] * 3
    assert len({step.partition(" ")[0] for step in done}) == 3


def test_requests_that_wait_for_each_other_are_told():
    def work(turns, first, second):
        with instance_lock(first):
            turns.sleep(1)
            with instance_lock(second):
                pass

    told = []
    for seed in range(10):
        turns = Turns(Clock(), random.Random(seed))
        with in_turns(turns.wait_for):
            try:
                turns.run([lambda: work(turns, "a", "b"), lambda: work(turns, "b", "a")])  # noqa: B023
            except UsageError as error:
                told.append(str(error))
    assert told
    assert "2 wait for each other" in told[0]


def test_a_cloud_does_not_wait_for_others_where_there_are_none():
    with Cloud() as cloud:
        cloud.wait_for(lambda: False)
        cloud.sleep(5)
        assert (cloud.clock.now - cloud.epoch).total_seconds() == 5


def test_outside_of_requests_time_just_passes():
    clock = Clock()
    turns = Turns(clock, random.Random(0))
    before = clock.now
    turns.sleep(5)
    turns.wait_for(lambda: False)
    assert (clock.now - before).total_seconds() == 5


def test_requests_are_not_interleaved_within_requests():
    with Cloud() as cloud:
        (raised,) = cloud.interleave(lambda: cloud.interleave(lambda: None))
        assert isinstance(raised, UsageError)
        assert cloud.interleave(lambda: None) == [None]


def test_no_threads_are_left(monkeypatch):
    with Cloud() as cloud:
        server = cloud.boot("src")
        before = threading.active_count()
        (raised,) = cloud.interleave(lambda: cloud.live_migrate(server, to="dst"))
    assert raised is None
    assert threading.active_count() == before


def test_a_migration_that_takes_too_long_is_rolled_back_on_both_call_paths():
    def migrate(cloud):
        server = cloud.boot("src", volumes=1)
        hypervisor = cloud.host("src").hypervisor
        hypervisor.live_migration = MigrationSettings(bandwidth=32, completion_timeout=60)
        hypervisor.domains[server.name].dirty_rate = 64
        cloud.live_migrate(server, to="dst")
        assert hypervisor.domains[server.name].power_state == states.RUNNING
        assert (cloud.clock.now - cloud.epoch).total_seconds() == 120

    comparison = compared(migrate)
    assert comparison.verdict is Verdict.ALLOWED, comparison.divergences
    assert set(in_time.ALLOWANCES) <= comparison.used
