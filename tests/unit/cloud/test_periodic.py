"""Periodic tasks, and what they are there for."""

import pytest

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.settings import Settings
from fakevirt.usage_error import UsageError


@pytest.fixture
def cloud():
    with Cloud(hosts=["src"], settings=Settings(rescue_timeout=60)) as cloud:
        yield cloud


def test_a_task_of_a_host_runs_at_once(cloud):
    server = cloud.boot("src")
    cloud.host("src").hypervisor.lookup(server.name).power_state = states.SHUTDOWN
    cloud.run_periodic_task("src", "_sync_power_states")
    assert (cloud.refresh(server).vm_state, cloud.refresh(server).power_state) == (states.STOPPED, states.SHUTDOWN)


def test_only_a_host_that_is_there_has_tasks(cloud):
    with pytest.raises(UsageError, match="'dst'"):
        cloud.run_periodic_task("dst", "_sync_power_states")


def test_what_a_task_looks_at_grows_old_with_the_clock(cloud):
    server = cloud.boot("src")
    cloud.rescue(server)
    assert cloud.refresh(server).vm_state == states.RESCUED
    for seconds, vm_state in ((60, states.RESCUED), (1, states.ACTIVE)):
        cloud.clock.advance(seconds)
        cloud.run_periodic_task("src", "_poll_rescued_instances")
        assert cloud.refresh(server).vm_state == vm_state


def test_a_forgotten_server_is_gone_and_its_guest_is_not(cloud):
    server = cloud.boot("src")
    cloud.forget(server)
    assert list(cloud.trace) == []
    with pytest.raises(exceptions.InstanceNotFound):
        cloud.refresh(server)
    assert server.name in cloud.host("src").hypervisor.domains


def test_a_server_that_is_not_rescued_is_not_unrescued(cloud):
    with pytest.raises(exceptions.InstanceInvalidState, match="Cannot unrescue"):
        cloud.unrescue(cloud.boot("src"))
