"""Servers that are rebooted, suspended, deleted and unshelved."""

from __future__ import annotations

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.settings import Settings

#: What every request that the API makes passes through: it is an action of the instance's.
_ACTION = frozenset({"remaining_instance_attr", "compute_utils"})


@scenario(enters=_ACTION)
def rebooted_softly(cloud: Cloud) -> None:
    """The guest restarts by itself: its networks and volumes are left alone."""
    cloud.reboot(cloud.boot("src", volumes=1))


@scenario(enters=_ACTION, in_upgrades=True)
def rebooted_hard(cloud: Cloud) -> None:
    """The guest's plug is pulled: its networks and volumes are set up anew."""
    cloud.reboot(cloud.boot("src", volumes=2), hard=True)


@scenario(enters=_ACTION)
def stuck_reboot_taken_over(cloud: Cloud) -> None:
    """A soft reboot has begun and never ended: a hard one takes its place."""
    server = cloud.boot("src")
    cloud.update_server(server, task_state=states.REBOOT_STARTED)
    cloud.reboot(server, hard=True)


@scenario(enters=_ACTION)
def rebooted_although_it_is_off(cloud: Cloud) -> None:
    """The guest has stopped by itself: a warning tells of it, and it is started."""
    server = cloud.boot("src")
    cloud.host("src").hypervisor.stop(cloud.host("src").hypervisor.lookup(server.name))
    cloud.reboot(server)


@scenario(enters=_ACTION)
def rescued_while_the_reboot_is_on_its_way(cloud: Cloud) -> None:
    """The server is rescued by the time that its host hears of the reboot: it stays so."""
    server = cloud.boot("src")
    cloud.faults.interfere("rpc", "reboot_instance", lambda: cloud.update_server(server, vm_state=states.RESCUED))
    cloud.reboot(server)


@scenario(enters=_ACTION)
def reboot_preempted(cloud: Cloud) -> None:
    """The server is being deleted by the time that its host hears of the reboot: nothing is rebooted."""
    server = cloud.boot("src")
    cloud.faults.interfere("rpc", "reboot_instance", lambda: cloud.update_server(server, task_state=states.DELETING))
    cloud.reboot(server)


@scenario(enters=_ACTION)
def reboot_fails_and_the_guest_runs_on(cloud: Cloud) -> None:
    """The driver fails and the guest runs on: the server is active, with a fault."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "reboot", with_=lambda: RuntimeError("the guest does not listen"))
    cloud.reboot(server)


@scenario(enters=_ACTION)
def reboot_fails_and_the_guest_is_off(cloud: Cloud) -> None:
    """The driver has stopped the guest and cannot start it: the server is in error."""
    server = cloud.boot("src")
    _fail_when_off(cloud, server.name, "reboot")
    cloud.reboot(server, hard=True)


@scenario(enters=_ACTION)
def reboot_fails_and_the_server_is_gone(cloud: Cloud) -> None:
    """The guest is off and the server's row deleted when the driver fails: there is nothing to set to error."""
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "reboot", lambda: cloud.forget(server))
    _fail_when_off(cloud, server.name, "reboot")
    cloud.reboot(server, hard=True)


@scenario(enters=_ACTION)
def server_gone_while_it_reboots(cloud: Cloud) -> None:
    """The server's row is deleted while the guest restarts: a warning tells of it."""
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "reboot", lambda: cloud.forget(server))
    cloud.reboot(server)


@scenario(enters=_ACTION | {"detach_volume"})
def rebooted_without_a_failed_volume(cloud: Cloud) -> None:
    """One of two volumes has failed: it is detached before the guest boots."""
    server = cloud.boot("src", volumes=2)
    cloud.host("src").hypervisor.failed_volumes.add(cloud.attached_volumes(server)[0])
    cloud.reboot(server, hard=True)


@scenario(enters=_ACTION, in_upgrades=True)
def suspended(cloud: Cloud) -> None:
    """The guest's memory is saved: the server is suspended, and remembers what it was."""
    cloud.suspend(cloud.boot("src"))


@scenario(enters=_ACTION)
def suspend_not_supported(cloud: Cloud) -> None:
    """The driver cannot suspend: the server is what it was before."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "suspend", with_=NotImplementedError)
    cloud.suspend(server)


@scenario(enters=_ACTION)
def suspend_fails(cloud: Cloud) -> None:
    """The driver cannot save the guest's memory: the server is in error."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "suspend", with_=lambda: RuntimeError("no space left"))
    cloud.suspend(server)


@scenario(enters=_ACTION, settings=Settings(vnc_enabled=True), in_upgrades=True)
def server_deleted(cloud: Cloud) -> None:
    """The server goes with its port, its console's token and one of its volumes; the other volume is detached."""
    server = cloud.boot("src", volumes=2)
    cloud.boot("src")
    cloud.delete_volume_with_server(server, cloud.attached_volumes(server)[0])
    cloud.consoleauth.authorize_console(cloud.context, "token", "novnc", "src", 5900, None, server.uuid)
    cloud.delete(server)


@scenario(enters=_ACTION)
def soft_deleted_server_deleted(cloud: Cloud) -> None:
    """The server was soft-deleted, which gave its quota back: that is not done once more."""
    server = cloud.boot("src")
    cloud.update_server(server, vm_state=states.SOFT_DELETED)
    cloud.delete(server)


@scenario(enters=_ACTION)
def server_without_info_cache_not_deleted(cloud: Cloud) -> None:
    """The server's row has no info cache that could be deleted: the server is in error."""
    cloud.delete(cloud.boot("src", info_cache=False))


@scenario(enters=_ACTION)
def delete_fails_in_the_driver(cloud: Cloud) -> None:
    """The driver cannot destroy the guest: the server is in error, and its port given back."""
    server = cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("device is busy"))
    cloud.delete(server)


@scenario(enters=_ACTION)
def server_that_does_not_power_off_not_deleted(cloud: Cloud) -> None:
    """The guest cannot be powered off: the server is in error, and keeps its port."""
    server = cloud.boot("src", volumes=1)
    failure = exceptions.InstancePowerOffFailure(reason="the guest does not answer")
    cloud.faults.fail("driver", "destroy", with_=lambda: failure)
    cloud.delete(server)


@scenario(enters=_ACTION)
def server_deleted_after_its_volume(cloud: Cloud) -> None:
    """The volume service knows one of the volumes no more: that one needs no disconnecting."""
    server = cloud.boot("src", volumes=2)
    gone = exceptions.VolumeNotFound(volume_id=cloud.attached_volumes(server)[0])
    cloud.faults.fail("volume", "terminate_connection", with_=lambda: gone)
    cloud.delete(server)


@scenario(enters=_ACTION)
def delete_fails_in_the_network_service(cloud: Cloud) -> None:
    """The network service cannot take the port back: the server is in error, and its guest gone."""
    server = cloud.boot("src")
    cloud.faults.fail("network", "deallocate_for_instance", with_=lambda: RuntimeError("no answer"))
    cloud.delete(server)


@scenario(enters=_ACTION)
def volume_not_deleted_with_its_server(cloud: Cloud) -> None:
    """The volume that is to go with the server cannot be deleted: the server goes all the same."""
    server = cloud.boot("src", volumes=1)
    cloud.delete_volume_with_server(server, cloud.attached_volumes(server)[0])
    cloud.faults.fail("volume", "delete", with_=lambda: exceptions.InvalidVolume(reason="it has a snapshot"))
    cloud.delete(server)


@scenario(enters=_ACTION)
def server_gone_while_it_is_deleted(cloud: Cloud) -> None:
    """Someone else has deleted the server's row by the time that the guest is gone: there is no more to do."""
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "destroy", lambda: cloud.forget(server))
    cloud.delete(server)


@scenario(enters=_ACTION)
def shelved_server_started(cloud: Cloud) -> None:
    """The server was shelved and is on its host still: it is started, and its image deleted."""
    server = cloud.boot("src", volumes=1)
    cloud.shelve(server)
    cloud.unshelve(server)


@scenario(enters=_ACTION, in_upgrades=True)
def shelved_server_built_anew(cloud: Cloud) -> None:
    """The server is on no host any more: it is built of its image, with its volume and its port."""
    server = cloud.boot("src", volumes=1)
    cloud.shelve(server, offloaded=True)
    cloud.unshelve(server)


@scenario(enters=_ACTION)
def shelved_server_built_of_its_volume(cloud: Cloud) -> None:
    """The server boots from a volume, of which there is no image: it is built of that."""
    server = cloud.boot("src", volumes=1, boot_from_volume=True)
    cloud.shelve(server, offloaded=True)
    cloud.unshelve(server)


@scenario(enters=_ACTION)
def shelved_server_not_built(cloud: Cloud) -> None:
    """The driver cannot build the guest: the server stays shelved, with its key and as one of its own image."""
    server = cloud.boot("src")
    cloud.update_server(server, key_data="ssh-rsa of its owner")
    cloud.shelve(cloud.refresh(server), offloaded=True)
    cloud.faults.fail("driver", "spawn", with_=lambda: RuntimeError("no such format"))
    cloud.unshelve(server)


def _fail_when_off(cloud: Cloud, name: str, operation: str) -> None:
    """Let the driver stop a guest and fail then."""
    hypervisor = cloud.host("src").hypervisor
    cloud.faults.interfere("driver", operation, lambda: hypervisor.stop(hypervisor.lookup(name)))
    cloud.faults.fail("driver", operation, with_=lambda: exceptions.InsufficientFreeMemory(uuid=name))
