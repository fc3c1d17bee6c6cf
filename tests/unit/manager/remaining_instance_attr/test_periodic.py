"""Periodic tasks that look after instances, on both call paths."""

import datetime

import pytest

from fakevirt.settings import Settings


def test_what_was_deleted_at_an_unknown_time_was_deleted_long_ago(cloud, inside, as_sent):
    assert inside._deleted_old_enough(as_sent(cloud.boot("src")), 60)


@pytest.mark.parametrize(("seconds", "old_enough"), [(60, False), (61, True)])
def test_time_tells_whether_something_was_deleted_long_ago(cloud, inside, as_sent, seconds, old_enough):
    server = cloud.boot("src")
    server.deleted_at = cloud.clock.now - datetime.timedelta(seconds=seconds)
    assert inside._deleted_old_enough(as_sent(server), 60) is old_enough


def test_a_host_without_stuck_reboots_tells_its_driver_of_none(build):
    cloud = build(settings=Settings(reboot_timeout=60))
    cloud.boot("src")
    cloud.run_periodic_task("src", "_poll_rebooting_instances")
    (effect,) = cloud.trace.on("driver")
    assert (effect.operation, effect.arguments) == ("poll_rebooting_instances", {"timeout": 60, "instances": []})


def test_comparing_power_states_leaves_no_mark_behind(cloud, src):
    cloud.boot("src")
    cloud.faults.fail("driver", "get_info", with_=RuntimeError)
    cloud.run_periodic_task("src", "_sync_power_states")
    assert src.syncs_in_progress == set()
