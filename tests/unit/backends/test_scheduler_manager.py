"""The scheduler's own service."""

import pytest

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


def sent_to_hosts(cloud):
    return [e.arguments["server"] for e in cloud.trace.on("rpc") if e.operation == "run_instance"][1:]


def test_it_tells_what_it_does_and_lets_the_host_build(cloud):
    cloud.create_server()
    told = [m.event_type for m in cloud.notifier.messages if m.event_type.startswith("scheduler.")]
    assert told == [f"scheduler.run_instance.{event}" for event in ("start", "scheduled", "end")]
    assert sent_to_hosts(cloud) == ["dst"]


def test_a_host_gets_the_instance_as_the_row_is_then(cloud):
    cloud.create_server()
    (to_host,) = [e for e in cloud.trace.on("rpc") if e.arguments.get("instance") is not None]
    sent = to_host.arguments["instance"].fields
    assert (sent["host"], sent["node"], sent["scheduled_at"] is None) == (None, None, False)


def test_a_server_that_no_host_takes_goes_to_error(cloud):
    server = cloud.refresh(cloud.create_server(memory_mb=1 << 30))
    assert (server.vm_state, server.task_state) == (states.ERROR, None)
    assert sent_to_hosts(cloud) == []
    (fault,) = cloud.state()["table instance_faults"]
    assert fault["message"].startswith("No valid host was found")
    (told,) = [m for m in cloud.notifier.messages if m.event_type == "scheduler.run_instance"]
    assert (told.priority, told.publisher_id) == ("ERROR", "scheduler.scheduler")


def test_a_choice_that_fails_is_a_failed_event_of_the_action(cloud):
    cloud.faults.fail("scheduler", "select_destinations", with_=RuntimeError)
    cloud.create_server()
    (event,) = cloud.state()["table instance_actions_events"]
    assert (event["event"], event["result"], event["traceback"] is None) == ("schedule", "Error", False)


def test_a_server_that_was_deleted_meanwhile_is_sent_nowhere(cloud):
    cloud.faults.interfere("scheduler", "select_destinations", lambda: cloud.forget(cloud.server("server-1")))
    server = cloud.create_server()
    assert sent_to_hosts(cloud) == []
    with pytest.raises(exceptions.InstanceNotFound):
        cloud.refresh(server)
