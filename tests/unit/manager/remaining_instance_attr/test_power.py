"""Guests that are stopped, rescued and unrescued, on both call paths."""

import pytest

from fakevirt import exceptions, states


@pytest.fixture
def told(cloud):
    """Return the types of notifications but for updates."""
    return lambda: [m.event_type for m in cloud.notifier.messages if m.event_type != "compute.instance.update"]


@pytest.fixture
def stop(cloud, src, start_action):
    """Stop a server whose row has these values, as the API casts it."""

    def stop(**values):
        server = start_action(cloud, cloud.boot("src"))
        cloud.update_server(server, **values)
        src.stop_instance(cloud.context, cloud.refresh(server))
        return cloud.refresh(server)

    return stop


def test_a_stopped_instance_is_off(cloud, stop, told, arguments):
    server = stop(task_state=states.POWERING_OFF)
    assert (server.vm_state, server.task_state, server.power_state) == (states.STOPPED, None, states.SHUTDOWN)
    assert told() == ["compute.instance.power_off.start", "compute.instance.power_off.end"]
    power_off = arguments(cloud, "driver", "power_off")
    assert (power_off["timeout"], power_off["retry_interval"]) == (60, 10)


def test_an_instance_that_runs_must_be_expected_to_stop(stop):
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        stop(task_state=None)


def test_an_instance_that_is_off_already_need_not_be(cloud, src, start_action):
    server = start_action(cloud, cloud.boot("src"))
    cloud.host("src").hypervisor.lookup(server.name).power_state = states.SHUTDOWN
    src.stop_instance(cloud.context, cloud.refresh(server))
    assert cloud.refresh(server).vm_state == states.STOPPED


def test_a_rescued_instance_is_told_of_as_there_before_its_state_changes(cloud, told):
    server = cloud.boot("src")
    cloud.clock.advance(60)
    cloud.rescue(server)
    assert told() == ["compute.instance.rescue.start", "compute.instance.exists", "compute.instance.rescue.end"]
    rescued = cloud.refresh(server)
    assert (rescued.vm_state, rescued.task_state) == (states.RESCUED, None)
    assert rescued.launched_at.replace(tzinfo=None) == cloud.clock.now


def test_a_password_is_made_up_unless_one_is_given(cloud, arguments):
    cloud.rescue(cloud.boot("src"), rescue_password="secret")
    assert arguments(cloud, "driver", "rescue")["rescue_password"] == "secret"
    cloud.trace.effects.clear()
    cloud.rescue(cloud.boot("src"))
    assert len(arguments(cloud, "driver", "rescue")["rescue_password"]) == 12


def test_what_goes_wrong_in_the_driver_is_a_failed_rescue(cloud, table):
    cloud.faults.fail("driver", "rescue", with_=lambda: RuntimeError("no such image"))
    server = cloud.boot("src")
    cloud.rescue(server)
    (fault,) = table(cloud, "instance_faults")
    assert fault["message"].endswith("cannot be rescued: Driver Error: no such image")
    assert (cloud.refresh(server).vm_state, cloud.refresh(server).task_state) == (states.ACTIVE, None)
