"""Volumes detached from a server."""

from __future__ import annotations

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.settings import Settings

_DETACH = frozenset({"detach_volume", "compute_utils"})


@scenario(enters=_DETACH)
def volume_detached(cloud: Cloud) -> None:
    """One of two volumes is detached, its usage not polled."""
    server = cloud.boot("src", volumes=2)
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH, settings=Settings(volume_usage_poll_interval=60), in_upgrades=True)
def volume_detached_with_usage(cloud: Cloud) -> None:
    """Usage is polled: what the guest read and wrote is added to the volume's totals."""
    server = cloud.boot("src", volumes=1)
    cloud.host("src").hypervisor.lookup(server.name).block_io["vdb"] = [2, 1024, 3, 4096, 0]
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH)
def last_volume_detached(cloud: Cloud) -> None:
    """The only volume is detached: the server is left with its root disk."""
    server = cloud.boot("src", volumes=1)
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH)
def encrypted_volume_detached(cloud: Cloud) -> None:
    """The volume is encrypted: the driver is told how."""
    server = cloud.boot("src", volumes=1, encrypted=True)
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH)
def detach_fails_in_the_driver(cloud: Cloud) -> None:
    """The guest does not let go of the volume: it stays in use, and the instance is free again."""
    server = cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "detach_volume", with_=lambda: exceptions.DeviceIsBusy(device="vdb"))
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH, version_cap="icehouse")
def detach_fails_with_an_old_node(cloud: Cloud) -> None:
    """A host is of an older release: the task state is set back on what came as a dict."""
    server = cloud.boot("src", volumes=1)
    cloud.update_server(server, task_state=states.DELETING)
    cloud.faults.fail("driver", "detach_volume", with_=lambda: exceptions.DeviceIsBusy(device="vdb"))
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH)
def volume_detached_from_an_unknown_guest(cloud: Cloud) -> None:
    """The hypervisor has no such guest: the volume is disconnected all the same."""
    server = cloud.boot("src", volumes=1)
    hypervisor = cloud.host("src").hypervisor
    del hypervisor.domains[server.name]
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH, settings=Settings(volume_usage_poll_interval=60))
def volume_detached_by_a_driver_without_counters(cloud: Cloud) -> None:
    """Usage is polled, and the driver does not count: there is none to tell."""
    server = cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "block_stats", with_=NotImplementedError)
    cloud.detach_volume(server, cloud.attached_volumes(server)[0])


@scenario(enters=_DETACH)
def root_volume_refused(cloud: Cloud) -> str:
    """The API refuses to detach the root volume, and detaches the other one."""
    server = cloud.boot("src", volumes=2, boot_from_volume=True)
    root, data = cloud.attached_volumes(server)
    try:
        cloud.detach_volume(server, root)
    except exceptions.InvalidVolume as error:
        refusal = str(error)
    cloud.detach_volume(server, data)
    return refusal
