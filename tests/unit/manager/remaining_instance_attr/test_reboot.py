"""reboot_instance, on both call paths."""

import pytest
from oslo_serialization import jsonutils

from fakevirt import states
from fakevirt.db import api as db


@pytest.fixture
def task_states(cloud):
    """Return the task states that the server had, in order."""

    def task_states():
        updates = [e.arguments["values"] for e in cloud.trace.on("db") if e.operation == "update instances"]
        return [values["task_state"] for values in updates if "task_state" in values]

    return task_states


@pytest.mark.parametrize(
    ("hard", "through"),
    [
        (False, [states.REBOOTING, states.REBOOT_PENDING, states.REBOOT_STARTED, None]),
        (True, [states.REBOOTING_HARD, states.REBOOT_PENDING_HARD, states.REBOOT_STARTED_HARD, None]),
    ],
)
def test_a_reboot_is_asked_for_then_pending_then_started(cloud, task_states, arguments, hard, through):
    server = cloud.boot("src")
    cloud.reboot(server, hard=hard)
    assert task_states() == through
    assert arguments(cloud, "driver", "reboot")["reboot_type"] == ("HARD" if hard else "SOFT")
    assert cloud.refresh(server).vm_state == states.ACTIVE


def test_the_guest_gets_another_process(cloud):
    server = cloud.boot("src")
    domain = cloud.host("src").hypervisor.lookup(server.name)
    before = domain.id
    cloud.reboot(server)
    assert domain.id != before


def test_a_rescued_server_stays_rescued(cloud):
    server = cloud.boot("src")
    cloud.faults.interfere("rpc", "reboot_instance", lambda: cloud.update_server(server, vm_state=states.RESCUED))
    cloud.reboot(server)
    assert cloud.refresh(server).vm_state == states.RESCUED


def test_a_failure_that_the_guest_survives_is_told_of_and_noted(cloud, table):
    server = cloud.boot("src")
    cloud.faults.fail("driver", "reboot", with_=RuntimeError)
    cloud.reboot(server)
    told = [m.event_type for m in cloud.notifier.messages if "reboot" in m.event_type]
    assert told == ["compute.instance.reboot.start", "compute.instance.reboot.error", "compute.instance.reboot.end"]
    assert len(table(cloud, "instance_faults")) == 1
    assert cloud.refresh(server).vm_state == states.ACTIVE


def test_a_failure_that_the_guest_does_not_survive_is_an_error(cloud):
    server = cloud.boot("src")
    hypervisor = cloud.host("src").hypervisor
    hypervisor.stop(hypervisor.lookup(server.name))
    cloud.faults.fail("driver", "reboot", with_=RuntimeError)
    cloud.reboot(server)
    failed = cloud.refresh(server)
    assert (failed.vm_state, failed.task_state, failed.power_state) == (states.ERROR, None, states.SHUTDOWN)


def test_a_volume_that_has_failed_is_detached(cloud):
    server = cloud.boot("src", volumes=2)
    failed, working = cloud.attached_volumes(server)
    cloud.host("src").hypervisor.failed_volumes.add(failed)
    cloud.reboot(server, hard=True)
    assert cloud.attached_volumes(server) == [working]
    assert cloud.volumes.volumes[failed].status == "available"


def test_a_device_without_a_volume_is_none_to_detach(cloud, rows):
    server = cloud.boot("src", volumes=1)
    (volume_id,) = cloud.attached_volumes(server)
    (bdm,) = rows(cloud, db.block_device_mapping_get_all_by_instance, server.uuid)
    connection_info = jsonutils.dumps({"serial": volume_id, "data": {}})
    rows(cloud, db.block_device_mapping_update, bdm.id, {"connection_info": connection_info}, legacy=False)
    cloud.host("src").hypervisor.failed_volumes.add(volume_id)
    cloud.reboot(server, hard=True)
    assert cloud.attached_volumes(server) == [volume_id]
