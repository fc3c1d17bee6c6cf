"""The model of a live migration's progress."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakevirt import exceptions, states
from fakevirt.driver.domain import Domain
from fakevirt.driver.migration_job import MigrationJob, MigrationSettings
from fakevirt.instrument.determinism import Clock
from fakevirt.usage_error import UsageError


@pytest.fixture
def domain():
    return Domain("guest", "uuid", memory_mb=1024, vcpus=1, id=7, power_state=states.RUNNING)


def job_of(domain, *, dirty_rate=0, disk_mb=0, **settings):
    domain.dirty_rate = dirty_rate
    return MigrationJob(domain, MigrationSettings(**{"bandwidth": 128, **settings}), [disk_mb] if disk_mb else [])


def ended(job, *, limit=1000):
    """Return how long a job takes until it has ended; a job that does not end is given up."""
    steps = 0
    while job.is_under_way and steps < limit:
        job.advance(job.due)
        steps += 1
    return job.elapsed


def test_memory_that_nobody_writes_to_is_copied_once(domain):
    job = job_of(domain)
    assert ended(job) == pytest.approx(1024 / 128)
    assert (job.phase, job.memory_processed, job.rounds) == ("completed", 1024, 1)


def test_disks_are_copied_first(domain):
    job = job_of(domain, disk_mb=256)
    job.advance(1)
    assert (job.disk_processed, job.disk_remaining, job.memory_remaining) == (128, 128, 1024)
    assert ended(job) == pytest.approx((256 + 1024) / 128)


@pytest.mark.parametrize("disk_mb", [0, 256])
def test_however_much_time_passes_at_once_it_is_through_when_it_is(domain, disk_mb):
    job = job_of(domain, disk_mb=disk_mb, dirty_rate=64)
    job.advance(math.inf)
    assert job.phase == "completed"
    assert job.elapsed == pytest.approx(15.5 + disk_mb / 128)


def test_what_the_guest_has_written_is_copied_again_until_it_can_stand_still_for_the_rest(domain):
    # 8 s and 512 MiB written, 4 s and 256, 2 s and 128, 1 s and 64, which take half a second.
    job = job_of(domain, dirty_rate=64, downtime=0.5)
    assert ended(job) == pytest.approx(8 + 4 + 2 + 1 + 0.5)
    assert (job.rounds, job.memory_processed) == (4, 1024 + 512 + 256 + 128 + 64)


def test_a_guest_stands_still_at_the_end_and_goes_on_then(domain):
    job = job_of(domain, dirty_rate=64)
    job.advance(15.2)
    assert (job.phase, domain.power_state) == ("stopped", states.POWER_PAUSED)
    job.advance(0.3)
    assert (job.phase, domain.power_state) == ("completed", states.RUNNING)


def test_a_guest_that_was_paused_writes_nothing_and_stays_paused(domain):
    domain.power_state = states.POWER_PAUSED
    job = job_of(domain, dirty_rate=1000)
    assert ended(job) == pytest.approx(8)
    assert domain.power_state == states.POWER_PAUSED


def test_a_guest_that_writes_as_fast_as_is_copied_never_arrives(domain):
    job = job_of(domain, dirty_rate=128, completion_timeout=0)
    ended(job, limit=500)
    assert job.is_under_way
    assert job.rounds == 500
    assert job.progress < 100


def test_a_guest_that_is_slowed_down_arrives(domain):
    job = job_of(domain, dirty_rate=160, completion_timeout=0, permit_auto_converge=True)
    ended(job)
    assert job.phase == "completed"
    assert job.throttle > 0.2


def test_patience_ends_with_an_abort(domain):
    job = job_of(domain, dirty_rate=128, completion_timeout=30)
    # A guest of 1 GiB is given as much time as one of 2.
    assert ended(job) == pytest.approx(60)
    assert (job.phase, domain.power_state) == ("aborted", states.RUNNING)


def test_a_guest_with_disks_to_be_copied_is_given_more_time(domain):
    job = job_of(domain, dirty_rate=128, disk_mb=4096, completion_timeout=30)
    assert ended(job) == pytest.approx(180)


def test_each_disk_counts_as_2_gib_at_least(domain):
    domain.dirty_rate = 128
    settings = MigrationSettings(bandwidth=128, completion_timeout=30)
    # 2 GiB of memory, and 2, 2 and 4 of disks.
    assert ended(MigrationJob(domain, settings, [64, 2048, 4096])) == pytest.approx(300)
    assert MigrationJob(domain, settings, [64, 2048, 4096]).disk_total == 6208


def test_patience_ends_with_the_guest_standing_still_until_it_has_arrived(domain):
    job = job_of(domain, dirty_rate=128, completion_timeout=30, timeout_action="force_complete")
    job.advance(60.1)
    assert (job.phase, domain.power_state) == ("stopped", states.POWER_PAUSED)
    ended(job)
    assert (job.phase, domain.power_state) == ("completed", states.RUNNING)


def test_a_guest_that_is_forced_runs_on_the_destination_where_that_is_permitted(domain):
    job = job_of(domain, dirty_rate=128, permit_post_copy=True)
    job.advance(4)
    job.force_complete()
    assert (job.phase, domain.power_state, job.memory_remaining) == ("post-copy", states.RUNNING, 1024)
    with pytest.raises(exceptions.MigrationError, match="post-copy"):
        job.abort()
    assert ended(job) == pytest.approx(4 + 8)
    assert job.phase == "completed"


def test_a_guest_that_stands_still_goes_on_when_its_migration_is_aborted(domain):
    job = job_of(domain, dirty_rate=128)
    job.force_complete()
    job.abort()
    assert (job.phase, domain.power_state) == ("aborted", states.RUNNING)


@pytest.fixture
def clock():
    return Clock()


def job_on(clock, domain, **settings):
    """Return a job on a clock: a guest of 1 GiB that writes 64 MiB in a second, of which 128 are copied."""
    domain.dirty_rate = 64
    return MigrationJob(domain, MigrationSettings(bandwidth=128, **settings), [256], now=clock.seconds)


def test_in_the_middle_of_a_round_it_tells_how_far_it_has_come(domain, clock):
    job = job_on(clock, domain)
    clock.advance(1)
    assert (job.elapsed, job.disk_remaining, job.disk_processed) == (1, 128, 128)
    clock.advance(5)
    assert (job.elapsed, job.memory_processed, job.memory_remaining, job.progress) == (6, 512, 768, 25)
    assert job.due == 4
    clock.advance(4.5)
    assert (job.rounds, job.elapsed, job.memory_processed, job.memory_remaining) == (1, 10.5, 1088, 480)


@pytest.mark.parametrize("passed", [0.5, 2.25, 9.9, 13])
@pytest.mark.parametrize("permit_post_copy", [False, True])
def test_one_that_is_forced_takes_what_is_left_from_then_on(domain, clock, passed, permit_post_copy):
    job = job_on(clock, domain, permit_post_copy=permit_post_copy)
    clock.advance(passed)
    job.force_complete()
    left = (job.disk_remaining + job.memory_remaining) / 128
    assert job.due <= left
    clock.advance(left - 0.01)
    assert job.is_under_way
    clock.advance(0.02)
    assert job.phase == "completed"


def test_one_that_is_aborted_takes_no_time_from_then_on(domain, clock):
    job = job_on(clock, domain)
    clock.advance(7.3)
    job.abort()
    clock.advance(10)
    assert (job.phase, job.elapsed, job.memory_remaining) == ("aborted", 7.3, pytest.approx(1024 - 5.3 * 64))


def test_what_has_ended_on_the_clock_is_not_given_up(domain, clock):
    job = job_on(clock, domain)
    clock.advance(100)
    job.abort()
    assert job.phase == "completed"


def test_a_guest_that_has_booted_since_is_not_kept_from_running(domain):
    job = job_of(domain)
    domain.id = 8
    job.force_complete()
    assert domain.power_state == states.RUNNING


def test_what_has_ended_stays_as_it_is(domain):
    job = job_of(domain)
    ended(job)
    job.abort()
    job.force_complete()
    assert job.phase == "completed"


def test_a_guest_that_has_booted_since_is_another(domain):
    job = job_of(domain)
    assert job.is_of_this_process
    domain.id = 8
    assert not job.is_of_this_process


def test_without_a_bandwidth_no_time_passes(domain):
    job = job_of(domain, bandwidth=None, disk_mb=1024, dirty_rate=1000)
    assert job.due == 0
    job.advance(0)
    assert (job.phase, job.elapsed) == ("completed", 0)


@pytest.mark.parametrize("bandwidth", [0, -1])
def test_a_bandwidth_at_which_nothing_arrives_is_refused(bandwidth):
    with pytest.raises(UsageError, match="more than 0"):
        MigrationSettings(bandwidth=bandwidth)


@given(
    memory_mb=st.integers(64, 65536),
    disk_mb=st.integers(0, 65536),
    bandwidth=st.integers(1, 10_000),
    slower=st.floats(0, 0.99),
    cut=st.lists(st.floats(0, 100), max_size=20),
)
def test_a_guest_that_writes_slower_than_is_copied_arrives_in_the_time_that_this_takes(
    memory_mb, disk_mb, bandwidth, slower, cut
):
    """However often somebody looks, and never longer than the sum of ever shorter rounds."""
    looked_at, left_alone = (
        job_of(
            Domain("guest", "uuid", memory_mb=memory_mb, vcpus=1, id=7, power_state=states.RUNNING),
            bandwidth=bandwidth,
            dirty_rate=slower * bandwidth,
            disk_mb=disk_mb,
            completion_timeout=0,
        )
        for _ in range(2)
    )
    for seconds in cut:
        looked_at.advance(seconds)
        assert 0 <= looked_at.memory_remaining <= memory_mb
        assert 0 <= looked_at.progress <= 100
    assert ended(looked_at, limit=10_000) == pytest.approx(ended(left_alone, limit=10_000), rel=1e-6, abs=1e-6)
    assert left_alone.phase == "completed"
    longest = disk_mb / bandwidth + memory_mb / bandwidth / (1 - slower) + 1
    assert left_alone.elapsed <= longest or math.isclose(left_alone.elapsed, longest)
