"""Hosts whose compute service starts: what it finds unfinished, and whose guests it still has."""

from __future__ import annotations

import functools

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.objects.instance import Instance
from fakevirt.settings import Settings

#: What every start passes through: the host's instances are brought up, then its resources are counted.
_IDLE = frozenset({"remaining_instance_attr", "delete_orphan_compute_nodes"})
_START = _IDLE | {"compute_utils"}
_RESUME = Settings(resume_guests_state_on_host_boot=True)


@scenario(enters=_START, in_upgrades=True)
def host_started(cloud: Cloud) -> None:
    """One guest runs and one is off: the VIFs of both are plugged, the rules of the first put in place."""
    cloud.boot("src", volumes=1)
    _stop(cloud, cloud.boot("src"))
    cloud.restart("src")


@scenario(enters=_IDLE)
def settled_servers_left_alone(cloud: Cloud) -> None:
    """One server is soft-deleted and one in error: nothing is done with them."""
    cloud.update_server(cloud.boot("src"), vm_state=states.SOFT_DELETED)
    cloud.update_server(cloud.boot("src"), vm_state=states.ERROR)
    cloud.restart("src")


@scenario(enters=_START, settings=Settings(vnc_enabled=True))
def partial_deletion_completed(cloud: Cloud) -> None:
    """The server's guest is gone and its row is still there: that is deleted now, as another one was before."""
    server = cloud.boot("src", volumes=1)
    cloud.delete(cloud.boot("src"))
    cloud.update_server(server, vm_state=states.DELETED)
    cloud.restart("src")


@scenario(enters=_START, settings=Settings(vnc_enabled=True))
def partial_deletion_not_completed(cloud: Cloud) -> None:
    """The server's tokens cannot be deleted with it: the host starts all the same."""
    cloud.update_server(cloud.boot("src"), vm_state=states.DELETED)
    cloud.faults.fail("consoleauth", "delete_tokens_for_instance", with_=lambda: RuntimeError("no answer"))
    cloud.restart("src")


@scenario(enters=_IDLE)
def interrupted_builds_given_up(cloud: Cloud) -> None:
    """Servers were being built and rebuilt: they are in error."""
    cloud.interrupt(cloud.boot("src"), "create", vm_state=states.BUILDING)
    cloud.interrupt(cloud.boot("src"), "create", task_state=states.SPAWNING)
    cloud.interrupt(cloud.boot("src"), "rebuild", task_state=states.REBUILD_SPAWNING)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_snapshots_given_up(cloud: Cloud) -> None:
    """Images of two servers were being made, and what one left cannot be removed: both servers are free again."""
    for _ in range(2):
        cloud.interrupt(cloud.boot("src"), "createImage", task_state=states.IMAGE_UPLOADING)
    cloud.faults.fail("driver", "post_interrupted_snapshot_cleanup", with_=lambda: RuntimeError("device is busy"))
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_deletion_done_once_more(cloud: Cloud) -> None:
    """The server was being deleted: it is deleted now."""
    cloud.interrupt(cloud.boot("src", volumes=1), "delete", task_state=states.DELETING)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_deletion_fails_once_more(cloud: Cloud) -> None:
    """The server was being deleted and its guest cannot be destroyed: it is in error."""
    cloud.interrupt(cloud.boot("src"), "delete", task_state=states.DELETING)
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("device is busy"))
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_reboots_asked_for_once_more(cloud: Cloud) -> None:
    """Reboots had not come to their ends: each is asked for once more; a hard one in place of a soft one is refused."""
    for task_state in (states.REBOOT_PENDING, states.REBOOT_PENDING_HARD):
        cloud.interrupt(cloud.boot("src"), "reboot", task_state=task_state)
    for task_state in (states.REBOOT_PENDING, states.REBOOT_STARTED_HARD):
        server = cloud.boot("src")
        cloud.interrupt(server, "reboot", task_state=task_state)
        _stop(cloud, server)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_reboot_that_came_to_its_end(cloud: Cloud) -> None:
    """A reboot was under way, and the guest runs: the server is active."""
    server = cloud.boot("src", volumes=1)
    cloud.interrupt(server, "reboot", task_state=states.REBOOT_STARTED_HARD)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_stop_and_start_done_once_more(cloud: Cloud) -> None:
    """One server was to be stopped and one to be started: that is done now."""
    cloud.interrupt(cloud.boot("src"), "stop", task_state=states.POWERING_OFF)
    server = cloud.boot("src", volumes=1)
    cloud.interrupt(server, "start", vm_state=states.STOPPED, task_state=states.POWERING_ON)
    _stop(cloud, server)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_stop_and_start_fail_once_more(cloud: Cloud) -> None:
    """One server was to be stopped and one to be started, and neither can be: the host starts all the same."""
    cloud.interrupt(cloud.boot("src"), "stop", task_state=states.POWERING_OFF)
    server = cloud.boot("src")
    cloud.interrupt(server, "start", vm_state=states.STOPPED, task_state=states.POWERING_ON)
    for operation in ("power_off", "power_on"):
        cloud.faults.fail("driver", operation, with_=lambda: RuntimeError("device is busy"))
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_resizes_reverted(cloud: Cloud) -> None:
    """Two servers were on their way to another host, one of them stopped: both are here again as they were."""
    for old_vm_state in (states.ACTIVE, states.STOPPED):
        server = cloud.boot("src")
        system_metadata = {**server.system_metadata, "old_vm_state": old_vm_state}
        cloud.interrupt(server, "resize", task_state=states.RESIZE_MIGRATING, system_metadata=system_metadata)
        _stop(cloud, server)
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_resize_not_reverted(cloud: Cloud) -> None:
    """A server was on its way to another host and cannot be brought back: it is free again, and off."""
    server = cloud.boot("src")
    cloud.interrupt(server, "resize", vm_state=states.ERROR, task_state=states.RESIZE_MIGRATING)
    _stop(cloud, server)
    cloud.faults.fail("driver", "finish_revert_migration", with_=lambda: RuntimeError("no such disk"))
    cloud.restart("src")


@scenario(enters=_START)
def interrupted_live_migration_given_up(cloud: Cloud) -> None:
    """A server was migrating, and its guest is still here: it is free again."""
    cloud.interrupt(cloud.boot("src"), "live-migration", task_state=states.MIGRATING)
    cloud.restart("src")


@scenario(enters=_START, settings=_RESUME)
def guests_resumed(cloud: Cloud) -> None:
    """The host has booted: the guest that was running is started, with its volume."""
    _stop(cloud, cloud.boot("src", volumes=1))
    cloud.restart("src")


@scenario(enters=_START, settings=_RESUME)
def guests_not_resumed(cloud: Cloud) -> None:
    """The host has booted, and the driver starts neither guest: the one that it fails to start is in error."""
    for _ in range(2):
        _stop(cloud, cloud.boot("src"))
    cloud.faults.fail("driver", "resume_state_on_host_boot", with_=NotImplementedError)
    cloud.faults.fail("driver", "resume_state_on_host_boot", with_=lambda: RuntimeError("device is busy"), nth=2)
    cloud.restart("src")


@scenario(enters=_START)
def host_started_with_a_driver_that_does_less(cloud: Cloud) -> None:
    """The driver neither plugs VIFs nor has rules: that is a warning and no error."""
    cloud.boot("src")
    for operation in ("plug_vifs", "ensure_filtering_rules_for_instance"):
        cloud.faults.fail("driver", operation, with_=NotImplementedError)
    cloud.restart("src")


@scenario(enters=frozenset({"remaining_instance_attr", "compute_utils"}), settings=Settings(defer_iptables_apply=True))
def host_not_started(cloud: Cloud) -> None:
    """VIFs cannot be plugged: the service does not start, and the rules that were put off are applied."""
    cloud.boot("src")
    cloud.faults.fail("driver", "plug_vifs", with_=lambda: RuntimeError("no bridge"))
    cloud.restart("src")


@scenario(enters=_IDLE)
def evacuated_guests_destroyed(cloud: Cloud) -> None:
    """The servers were evacuated to a host that sees the same disks: only their guests are destroyed."""
    for _ in range(2):
        _evacuate(cloud, cloud.boot("src", volumes=1))
    cloud.restart("src")


@scenario(enters=_IDLE, version_cap="icehouse")
def evacuated_guest_destroyed_by_an_old_node(cloud: Cloud) -> None:
    """A host is of an older release: the other one is asked with a dict."""
    _evacuate(cloud, cloud.boot("src"))
    cloud.restart("src")


@scenario(enters=_IDLE, shared_storage=False)
def evacuated_guest_destroyed_with_its_disks(cloud: Cloud) -> None:
    """The server was evacuated to a host that has disks of its own: the ones here are removed."""
    _evacuate(cloud, cloud.boot("src"))
    cloud.restart("src")


@scenario(enters=_IDLE)
def evacuated_guests_destroyed_without_a_check(cloud: Cloud) -> None:
    """A driver that cannot check shares nothing; a directory that is gone and a check that fails keep the disks."""
    servers = [cloud.boot("src") for _ in range(3)]
    for server in servers:
        _evacuate(cloud, server)
    cloud.faults.fail("driver", "check_instance_shared_storage_local", with_=NotImplementedError)
    cloud.faults.fail("driver", "check_instance_shared_storage_remote", with_=lambda: RuntimeError("no such path"))
    cloud.host("src").hypervisor.instances_path.directories.pop(servers[0].uuid)
    cloud.restart("src")


@scenario(enters=_IDLE)
def evacuated_guest_whose_server_is_deleted(cloud: Cloud) -> None:
    """One server is deleted while the guest of the other is destroyed: its disks go in any case."""
    deleted_meanwhile, evacuated = cloud.boot("src"), cloud.boot("src")
    for server in (deleted_meanwhile, evacuated):
        _evacuate(cloud, server)
    cloud.faults.interfere("driver", "destroy", functools.partial(cloud.forget, deleted_meanwhile))
    cloud.restart("src")


@scenario(enters=_IDLE)
def guests_on_their_way_left_alone(cloud: Cloud) -> None:
    """One server is migrating and one is resized: their guests are not destroyed."""
    for values in ({"task_state": states.RESIZE_MIGRATED}, {"vm_state": states.RESIZED}):
        server = cloud.boot("src")
        _evacuate(cloud, server)
        cloud.update_server(server, **values)
    cloud.restart("src")


def _stop(cloud: Cloud, server: Instance) -> None:
    """Stop a guest, as a host does that loses its power."""
    hypervisor = cloud.host("src").hypervisor
    hypervisor.stop(hypervisor.lookup(server.name))


def _evacuate(cloud: Cloud, server: Instance) -> None:
    """Let a server be another host's, with its guest left behind."""
    cloud.update_server(server, host="dst", node="dst")
