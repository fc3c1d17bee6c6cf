"""Live migrations that take their time, and what happens to them under way."""

import dataclasses

import pytest

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.cloud.factories import fake_virt_driver
from fakevirt.driver.migration_job import MigrationSettings


class Slow:
    """A cloud with a guest of 512 MiB on the source, of which 64 are copied in a second.

    Args:
        **settings: How it is copied besides.
    """

    def __init__(self, **settings):
        self.settings = MigrationSettings(**{"bandwidth": 64, "completion_timeout": 0, **settings})
        self.naps = []
        self.under_way = {}

    def __enter__(self):
        self.cloud = Cloud(driver=self._driver).__enter__()
        self.server = self.cloud.boot("src", volumes=1)
        self.src, self.dst = (self.cloud.host(host).hypervisor for host in ("src", "dst"))
        self.src.live_migration = self.settings
        self.domain = self.src.domains[self.server.name]
        return self

    def __exit__(self, *error):
        self.cloud.__exit__(*error)

    @property
    def job(self):
        return self.src.jobs[self.server.name]

    @property
    def took(self):
        return (self.cloud.clock.now - self.cloud.epoch).total_seconds()

    def migrate(self):
        """Move the guest; what is to happen under way happens before the nap of that number."""
        self.cloud.live_migrate(self.server, to="dst")
        return [name for name, host in (("src", self.src), ("dst", self.dst)) if self.server.name in host.domains]

    def _driver(self, parts):
        def sleep(seconds, or_until):
            self.under_way.pop(len(self.naps), lambda: None)()
            self.naps.append(seconds)
            parts.sleep(seconds, or_until)

        return fake_virt_driver(dataclasses.replace(parts, sleep=sleep))


@pytest.fixture
def slow():
    with Slow() as slow:
        yield slow


def test_memory_takes_its_time(slow):
    assert slow.migrate() == ["dst"]
    assert (slow.naps, slow.took) == ([8], 8)
    assert slow.src.jobs == {}


def test_what_is_written_meanwhile_takes_more(slow):
    slow.domain.dirty_rate = 32
    assert slow.migrate() == ["dst"]
    # Rounds of half the length each, and half a second at the end in which the guest stands still.
    assert slow.naps == [8, 4, 2, 1, 0.5]
    assert slow.dst.domains[slow.server.name].power_state == states.RUNNING


def test_without_a_bandwidth_nothing_waits():
    with Slow(bandwidth=None) as slow:
        assert slow.migrate() == ["dst"]
        assert (slow.naps, slow.took) == ([], 0)


def test_disks_that_are_copied_take_more():
    with Slow() as slow:
        slow.cloud.__exit__(None, None, None)
        slow.cloud = Cloud(driver=slow._driver, shared_storage=False).__enter__()
        slow.server = slow.cloud.boot("src")
        slow.src, slow.dst = (slow.cloud.host(host).hypervisor for host in ("src", "dst"))
        slow.src.live_migration = slow.settings
        slow.cloud.live_migrate(slow.server, to="dst", block_migration=True)
        assert slow.naps == [1, 8]
        assert list(slow.dst.domains) == [slow.server.name]


def test_an_operator_may_abort_it(slow):
    slow.domain.dirty_rate = 64
    slow.under_way[3] = lambda: slow.job.abort()
    assert slow.migrate() == ["src"]
    assert slow.domain.power_state == states.RUNNING
    assert len(slow.naps) == 4
    assert slow.cloud.refresh(slow.server).task_state is None


def test_an_operator_may_force_it(slow):
    slow.domain.dirty_rate = 64
    slow.under_way[3] = lambda: slow.job.force_complete()
    assert slow.migrate() == ["dst"]
    assert slow.dst.domains[slow.server.name].power_state == states.RUNNING


def test_it_fails_when_patience_ends():
    with Slow(completion_timeout=10) as slow:
        slow.domain.dirty_rate = 64
        assert slow.migrate() == ["src"]
        assert slow.took == 20


def test_in_post_copy_the_guest_runs_on_the_destination_before_its_memory_is_there():
    with Slow(permit_post_copy=True, completion_timeout=10, timeout_action="force_complete") as slow:
        slow.domain.dirty_rate = 64
        where = []
        slow.under_way[3] = lambda: where.append((slow.job.phase, list(slow.src.domains), list(slow.dst.domains)))
        assert slow.migrate() == ["dst"]
        assert where == [("post-copy", [], [slow.server.name])]
        assert slow.took == 28


@pytest.mark.parametrize("stop", ["power_off", "reboot"])
def test_a_guest_that_stops_or_boots_under_way_stays(slow, stop):
    driver = slow.cloud.host("src").driver
    arguments = {"power_off": (slow.server,), "reboot": (slow.cloud.context, slow.server, [], "HARD")}[stop]
    slow.domain.dirty_rate = 64
    slow.under_way[2] = lambda: getattr(driver, stop)(*arguments)
    assert slow.migrate() == ["src"]
    assert len(slow.naps) == 3


def test_a_destination_that_lacks_something_is_not_begun_with(slow):
    slow.dst.memory_mb = 0
    slow.migrate()
    assert slow.naps == []


def test_what_the_destination_loses_under_way_is_missing_at_the_end(slow):
    slow.under_way[0] = lambda: slow.dst.connected_volumes.clear()
    assert slow.migrate() == ["src"]
    assert slow.naps == [8]


def test_a_guest_moves_once_at_a_time(slow):
    def again():
        with (
            pytest.raises(exceptions.MigrationError, match="already"),
            slow.src.migrating(slow.server.name, slow.dst, copy_disks=False),
        ):
            pass

    slow.under_way[0] = again
    assert slow.migrate() == ["dst"]
