"""Builds as the conductor sees them."""

import pytest

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.settings import Settings


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


def builds(cloud):
    return [e.arguments for e in cloud.trace.on("rpc") if e.operation == "build_and_run_instance"]


def test_a_host_is_told_what_was_asked_for_and_where_it_was_tried(cloud):
    cloud.create_server(through_conductor=True)
    (build,) = builds(cloud)
    assert (build["server"], build["node"]) == ("dst", "dst")
    assert build["filter_properties"]["retry"] == {"num_attempts": 1, "hosts": [["dst", "dst"]]}
    assert build["limits"] == build["filter_properties"]["limits"]
    assert build["block_device_mapping"].form == "object"


def test_a_server_that_no_host_takes_goes_to_error(cloud):
    server = cloud.refresh(cloud.create_server(through_conductor=True, memory_mb=1 << 30))
    assert (server.vm_state, server.task_state) == (states.ERROR, None)
    assert builds(cloud) == []
    (told,) = [m for m in cloud.notifier.messages if m.event_type == "scheduler.run_instance"]
    assert (told.priority, told.publisher_id) == ("ERROR", "scheduler.conductor")


def test_a_server_that_was_deleted_meanwhile_is_sent_nowhere(cloud):
    cloud.faults.interfere("scheduler", "select_destinations", lambda: cloud.forget(cloud.server("server-1")))
    cloud.create_server(through_conductor=True)
    assert builds(cloud) == []


def test_attempts_end():
    with Cloud(settings=Settings(scheduler_max_attempts=2), hosts=("a", "b", "c")) as cloud:
        for nth in (1, 2):
            cloud.faults.fail("driver", "spawn", with_=lambda: RuntimeError("no"), nth=nth)
        server = cloud.refresh(cloud.create_server(through_conductor=True))
        assert server.vm_state == states.ERROR
        assert [build["server"] for build in builds(cloud)] == ["a", "b"]
        assert "max scheduling attempts 2" in cloud.state()["table instance_faults"][0]["message"]


def test_networks_of_an_older_caller_are_tuples(cloud, mocker):
    api = cloud._compute_task_api
    build = api.build_instances
    mocker.patch.object(
        api,
        "build_instances",
        new=lambda *args, **kwargs: build(*args[:6], args[6].as_tuples(), *args[7:], **kwargs),
    )
    (network,) = cloud.network.networks
    cloud.create_server(through_conductor=True, requested_networks=[(network, None, None, None)])
    (build_and_run,) = builds(cloud)
    assert build_and_run["requested_networks"].form == "object"
