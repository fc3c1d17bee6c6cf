"""Questions to the trace of a cloud."""

import pytest

from fakevirt import Cloud, states


@pytest.fixture
def trace():
    """What a live migration with a volume leaves."""
    with Cloud() as cloud:
        cloud.live_migrate(cloud.boot("src", volumes=1), to="dst")
        return cloud.trace


def test_calls_are_found_by_their_method(trace):
    (call,) = trace.driver.calls("unfilter_instance")
    assert (call.channel, call.operation, call.service) == ("driver", "unfilter_instance", "src")


def test_calls_are_found_by_the_host_that_made_them(trace):
    hosts = {call.service for call in trace.driver.calls(service="dst")}
    assert hosts == {"dst"}
    assert trace.driver.calls("unfilter_instance", service="dst") == []


def test_every_boundary_has_its_channel(trace):
    crossed = {effect.channel for effect in trace}
    assert crossed >= {"driver", "db", "rpc", "conductor", "manager", "network", "volume", "notifier"}
    for channel in crossed:
        assert getattr(trace, channel).calls() == trace.on(channel)


def test_the_values_of_a_column_are_told_in_order(trace):
    assert trace.db.changes("instances", "task_state") == [states.MIGRATING, None]
    assert trace.db.changes("instances", "progress") == []


def test_the_changes_of_a_table_are_told_with_all_their_values(trace):
    changes = trace.db.changes("instances")
    assert [values["host"] for values in changes if "host" in values] == ["dst"]
    assert trace.db.changes("instance_groups") == []


def test_a_channel_is_shown_in_one_line(trace):
    assert repr(trace.db) == f"<{len(trace.on('db'))} effects on db>"
