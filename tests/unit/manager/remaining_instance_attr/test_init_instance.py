"""_init_instance, on both call paths."""

import pytest

from fakevirt import states
from fakevirt.settings import Settings


@pytest.fixture
def left(cloud):
    """Start a host that has a server with these values; return the server as it is then."""

    def left(*, off=False, **values):
        server = cloud.boot("src")
        cloud.interrupt(server, "some action", **values)
        if off:
            hypervisor = cloud.host("src").hypervisor
            hypervisor.stop(hypervisor.lookup(server.name))
        cloud.restart("src")
        return cloud.refresh(server)

    return left


@pytest.mark.parametrize(
    "values",
    [
        {"vm_state": states.BUILDING},
        *({"task_state": s} for s in (states.SCHEDULING, states.BLOCK_DEVICE_MAPPING, states.NETWORKING)),
        *({"task_state": s} for s in (states.SPAWNING, states.REBUILDING, states.REBUILD_BLOCK_DEVICE_MAPPING)),
        {"vm_state": states.STOPPED, "task_state": states.REBUILD_SPAWNING},
    ],
    ids=str,
)
def test_what_was_being_built_is_in_error(left, values):
    assert (left(**values).vm_state, left(**values).task_state) == (states.ERROR, None)


@pytest.mark.parametrize(
    "task_state",
    [
        *(states.IMAGE_SNAPSHOT_PENDING, states.IMAGE_PENDING_UPLOAD, states.IMAGE_UPLOADING, states.IMAGE_SNAPSHOT),
        *(states.MIGRATING, states.REBOOT_STARTED, states.REBOOT_STARTED_HARD),
    ],
)
def test_what_came_to_nothing_or_to_its_end_leaves_the_server_free(left, task_state):
    server = left(task_state=task_state)
    assert (server.vm_state, server.task_state) == (states.ACTIVE, None)


@pytest.mark.parametrize(
    ("task_state", "vm_state", "off", "reboot_type"),
    [
        (states.REBOOT_PENDING, states.ACTIVE, False, "SOFT"),
        (states.REBOOT_PENDING, states.ACTIVE, True, "HARD"),
        (states.REBOOT_PENDING_HARD, states.STOPPED, True, "HARD"),
        (states.REBOOT_PENDING_HARD, states.ACTIVE, False, "HARD"),
        (states.REBOOT_STARTED, states.ACTIVE, True, "HARD"),
    ],
)
def test_a_reboot_is_asked_for_once_more(cloud, left, arguments, task_state, vm_state, off, reboot_type):
    left(off=off, task_state=task_state, vm_state=vm_state)
    assert arguments(cloud, "rpc", "reboot_instance")["reboot_type"] == reboot_type


@pytest.mark.parametrize(
    ("task_state", "off", "afterwards"),
    [
        (states.REBOOT_PENDING, False, None),
        (states.REBOOT_PENDING_HARD, False, None),
        (states.REBOOT_STARTED_HARD, True, None),
        # A hard reboot does not expect what a soft one has left (Juno, and the releases after it).
        (states.REBOOT_STARTED, True, states.REBOOT_STARTED),
    ],
)
def test_it_is_done_unless_it_was_of_the_other_type(left, task_state, off, afterwards):
    assert left(off=off, task_state=task_state).task_state == afterwards


def test_a_soft_reboot_of_a_server_that_is_not_active_is_not(cloud, left):
    left(task_state=states.REBOOT_PENDING, vm_state=states.PAUSED)
    assert [e for e in cloud.trace.on("driver") if e.operation == "reboot"] == []


@pytest.mark.parametrize(
    ("task_state", "off", "vm_state"),
    [(states.POWERING_OFF, False, states.STOPPED), (states.POWERING_ON, True, states.ACTIVE)],
)
def test_a_server_that_was_to_be_stopped_or_started_is(left, task_state, off, vm_state):
    assert left(off=off, task_state=task_state).vm_state == vm_state


@pytest.mark.parametrize("old_vm_state", [states.ACTIVE, states.STOPPED, None])
def test_a_resize_that_had_begun_is_reverted_to_what_the_guest_was(cloud, left, arguments, old_vm_state):
    system_metadata = {"old_vm_state": old_vm_state} if old_vm_state else {}
    server = left(off=True, task_state=states.RESIZE_MIGRATING, system_metadata=system_metadata)
    assert server.task_state is None
    assert arguments(cloud, "driver", "finish_revert_migration")["power_on"] is (old_vm_state != states.STOPPED)


@pytest.mark.parametrize("resume", [True, False])
def test_a_guest_that_was_running_is_started_if_that_is_wanted(build, resume):
    cloud = build(settings=Settings(resume_guests_state_on_host_boot=resume))
    server = cloud.boot("src")
    domain = cloud.host("src").hypervisor.lookup(server.name)
    cloud.host("src").hypervisor.stop(domain)
    cloud.restart("src")
    assert domain.active is resume


def test_where_a_reboot_came_to_its_end_the_legacy_path_goes_on_with_a_dict(cloud, left, arguments, form, form_of):
    left(task_state=states.REBOOT_STARTED)
    for operation in ("plug_vifs", "ensure_filtering_rules_for_instance"):
        assert form_of(arguments(cloud, "driver", operation)["instance"]) == form


def test_a_server_that_is_half_deleted_is_told_of_with_all_that_it_was(cloud, left):
    server = cloud.boot("src", volumes=1)
    cloud.update_server(server, vm_state=states.DELETED)
    cloud.restart("src")
    (told,) = [m for m in cloud.notifier.messages if m.event_type == "compute.instance.delete.end"]
    assert (told.payload["instance_type"], told.payload["metadata"]) == ("m1.small", {"role": "guest"})
    assert cloud.attached_volumes(server) == []
