"""suspend_instance, on both call paths."""

import pytest

from fakevirt import states


def test_a_suspended_server_remembers_what_it_was(cloud):
    server = cloud.boot("src")
    cloud.suspend(server)
    suspended = cloud.refresh(server)
    assert (suspended.vm_state, suspended.task_state) == (states.SUSPENDED, None)
    assert suspended.system_metadata["old_vm_state"] == states.ACTIVE
    assert cloud.host("src").hypervisor.lookup(server.name).saved


@pytest.mark.parametrize(("error", "vm_state"), [(NotImplementedError, states.ACTIVE), (RuntimeError, states.ERROR)])
def test_a_server_that_cannot_be_suspended_is_as_before_or_in_error(cloud, error, vm_state):
    server = cloud.boot("src")
    cloud.faults.fail("driver", "suspend", with_=error)
    cloud.suspend(server)
    assert (cloud.refresh(server).vm_state, cloud.refresh(server).task_state) == (vm_state, None)
    assert not cloud.host("src").hypervisor.lookup(server.name).saved
