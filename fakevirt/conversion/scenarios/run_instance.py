"""Servers built by run_instance, which the scheduler casts."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.settings import Settings

_BUILD = frozenset({"run_instance", "compute_utils"})
_VOLUME = {"destination_type": "volume", "device_type": "disk", "volume_size": 1}


def _being_deleted(cloud: Cloud) -> Callable[[], None]:
    """Return what sets the task state of the server that is being built, as a request to delete it does."""
    return lambda: cloud.update_server(cloud.server("server-1"), task_state=states.DELETING)


def _deleted(cloud: Cloud) -> Callable[[], None]:
    """Return what deletes the server that is being built."""
    return lambda: cloud.forget(cloud.server("server-1"))


def _cannot_spawn() -> Exception:
    return RuntimeError("qemu does not start")


@scenario(enters=_BUILD, in_upgrades=True)
def server_built(cloud: Cloud) -> None:
    """A server is built on the host that the scheduler has chosen."""
    cloud.create_server()


@scenario(enters=_BUILD)
def server_built_on_a_network_with_files(cloud: Cloud) -> None:
    """A server is built on the host and the network that its owner wants, with a file put into it."""
    (network,) = cloud.network.networks
    motd = base64.b64encode(b"welcome").decode()
    cloud.create_server(
        host="src", requested_networks=[(network, None, None, None)], injected_files=[("/etc/motd", motd)]
    )


@scenario(enters=_BUILD)
def server_built_with_every_kind_of_disk(cloud: Cloud) -> None:
    """Volumes are made of a snapshot, an image and nothing, one is there, and swap and an empty disk are local."""
    volume_id = cloud.add_volume()
    blank = {"source_type": "blank", "destination_type": "local", "volume_size": 1}
    cloud.volumes.seconds_to_create = 5
    cloud.create_server(
        block_devices=[
            _VOLUME | {"source_type": "blank"},
            _VOLUME | {"source_type": "image", "image_id": next(iter(cloud.images.images))},
            _VOLUME | {"source_type": "snapshot", "snapshot_id": cloud.add_volume_snapshot(volume_id)},
            _VOLUME | {"source_type": "volume", "volume_id": volume_id, "device_name": "/dev/sdx"},
            blank,
            blank | {"guest_format": "swap"},
            blank | {"no_device": True},
        ]
    )


@scenario(enters=_BUILD)
def server_built_from_a_volume(cloud: Cloud) -> None:
    """The root disk is a volume with a device name, which the instance takes over."""
    root = _VOLUME | {"source_type": "volume", "boot_index": 0, "device_name": "/dev/vda"}
    cloud.create_server(boot_from_volume=True, block_devices=[root | {"volume_id": cloud.add_volume()}])


@scenario(enters=_BUILD)
def server_built_without_a_root_disk(cloud: Cloud) -> None:
    """No disk is the one to boot from: none is given a name."""
    disk = _VOLUME | {"source_type": "volume", "device_name": "/dev/vdb"}
    cloud.create_server(boot_from_volume=True, block_devices=[disk | {"volume_id": cloud.add_volume()}])


@scenario(enters=_BUILD)
def server_built_with_the_root_device_of_its_image(cloud: Cloud) -> None:
    """The image names the root device, and the driver names the other disk."""
    cloud.create_server(root_device_name="/dev/vda", block_devices=[_VOLUME | {"source_type": "blank"}])


@scenario(enters=_BUILD)
def server_built_by_a_driver_that_names_no_devices(cloud: Cloud) -> None:
    """The driver leaves the names of devices to the manager."""
    for operation in ("default_root_device_name", "default_device_names_for_instance"):
        cloud.faults.fail("driver", operation, with_=NotImplementedError)
    blank = _VOLUME | {"source_type": "blank"}
    cloud.create_server(block_devices=[blank, blank | {"device_name": "/dev/sdb"}])


@scenario(enters=_BUILD, settings=Settings(default_access_ip_network_name="private"))
def server_built_with_access_addresses(cloud: Cloud) -> None:
    """The addresses on the network that is configured for that become the server's access addresses."""
    cloud.create_server()


@scenario(enters=_BUILD, settings=Settings(default_access_ip_network_name="elsewhere"))
def server_built_without_the_network_for_access(cloud: Cloud) -> None:
    """The server has no port on the network that is configured for access addresses."""
    cloud.create_server()


@scenario(enters=_BUILD, settings=Settings(default_access_ip_network_name="private"))
def server_built_with_an_access_address_of_its_owners(cloud: Cloud) -> None:
    """The owner has named an access address: it stays."""
    cloud.create_server(access_ip_v4="203.0.113.9")


@scenario(enters=_BUILD, settings=Settings(default_access_ip_network_name="private"))
def server_built_not_for_the_first_time(cloud: Cloud) -> None:
    """The server was built before: its access addresses are left alone."""
    cloud.create_server(is_first_time=False)


@scenario(enters=_BUILD, version_cap="icehouse")
def server_built_on_an_older_host(cloud: Cloud) -> None:
    """A host of the cloud takes no object: the scheduler sends the row's primitive."""
    cloud.create_server()


@scenario(enters=_BUILD)
def build_refused_since_the_guest_is_there(cloud: Cloud) -> None:
    """The hypervisor has a guest of that name already."""
    driver: Any = cloud.host("src").driver
    driver.instance_exists = lambda instance: True
    cloud.create_server(host="src")


@scenario(enters=_BUILD)
def build_refused_for_a_file_that_is_no_base64(cloud: Cloud) -> None:
    """A file to be put into the guest cannot be decoded: the instance goes to error."""
    cloud.create_server(injected_files=[("/etc/motd", "?")])


@scenario(enters=_BUILD)
def deleted_before_the_build(cloud: Cloud) -> None:
    """The server is deleted before the build begins: the build ends without a failure."""
    cloud.faults.interfere("driver", "instance_exists", _deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def being_deleted_before_the_build(cloud: Cloud) -> None:
    """A request to delete the server comes before the build begins."""
    cloud.faults.interfere("driver", "instance_exists", _being_deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def another_task_before_the_build(cloud: Cloud) -> None:
    """Something else is being done with the server before the build begins: that is left to go on."""
    other = states.REBUILDING
    cloud.faults.interfere(
        "driver", "instance_exists", lambda: cloud.update_server(cloud.server("server-1"), task_state=other)
    )
    cloud.create_server()


@scenario(enters=_BUILD)
def deleted_while_resources_are_claimed(cloud: Cloud) -> None:
    """The server is deleted just before its host is written."""
    cloud.faults.interfere("driver", "estimate_instance_overhead", _deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def being_deleted_before_its_ports_are_asked_for(cloud: Cloud) -> None:
    """A request to delete the server comes before its ports are asked for: there are none to give back."""
    cloud.faults.interfere("driver", "macs_for_instance", _being_deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def deleted_while_its_ports_are_made(cloud: Cloud) -> None:
    """The server is deleted while its ports are being made."""
    cloud.faults.interfere("network", "allocate_for_instance", _deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def deleted_while_its_disks_are_named(cloud: Cloud) -> None:
    """The server is deleted while its disks are being named."""
    cloud.faults.interfere("driver", "default_root_device_name", _deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def being_deleted_before_it_is_spawned(cloud: Cloud) -> None:
    """A request to delete the server comes before it is spawned, and its ports cannot be given back."""
    cloud.faults.interfere("driver", "get_volume_connector", _being_deleted(cloud))
    cloud.faults.fail("network", "deallocate_for_instance", with_=exceptions.NetworkNotFound)
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank"}])


@scenario(enters=_BUILD)
def being_deleted_while_it_is_spawned(cloud: Cloud) -> None:
    """A request to delete the server comes while it is being spawned."""
    cloud.faults.interfere("driver", "spawn", _being_deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def deleted_while_it_is_spawned(cloud: Cloud) -> None:
    """The server is deleted while it is being spawned: nothing is left to reschedule."""
    cloud.faults.interfere("driver", "spawn", _deleted(cloud))
    cloud.create_server()


@scenario(enters=_BUILD)
def another_task_while_it_is_built(cloud: Cloud) -> None:
    """Something else is being done with the server while it is being spawned."""
    other = states.REBUILDING
    cloud.faults.interfere("driver", "spawn", lambda: cloud.update_server(cloud.server("server-1"), task_state=other))
    cloud.create_server()


@scenario(enters=_BUILD, settings=Settings(network_allocate_retries=2))
def ports_made_at_the_second_attempt(cloud: Cloud) -> None:
    """The network service fails once and is asked again."""
    cloud.faults.fail("network", "allocate_for_instance", with_=lambda: RuntimeError("neutron is busy"))
    cloud.create_server()


@scenario(enters=_BUILD, settings=Settings(network_allocate_retries=2))
def ports_never_made(cloud: Cloud) -> None:
    """The network service fails at every attempt: the driver finds out, and another host is tried."""
    for nth in (1, 2, 3):
        cloud.faults.fail("network", "allocate_for_instance", with_=lambda: RuntimeError("neutron is busy"), nth=nth)
    cloud.create_server()


@scenario(enters=_BUILD)
def claim_refused(cloud: Cloud) -> None:
    """Another server takes the memory that the scheduler has counted on: the build goes to another host."""
    cloud.faults.interfere("driver", "instance_exists", lambda: cloud.create_server(host="dst", memory_mb=32768))
    cloud.create_server()


@scenario(enters=_BUILD)
def spawn_fails_and_another_host_builds(cloud: Cloud) -> None:
    """The guest does not start: its volumes that go with it are deleted, and another host builds it."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    volume = _VOLUME | {"source_type": "volume", "volume_id": cloud.add_volume()}
    cloud.create_server(block_devices=[volume])


@scenario(enters=_BUILD)
def spawn_fails_with_a_volume_that_goes_with_it(cloud: Cloud) -> None:
    """The guest does not start: the volume that goes with it is deleted, so that the next host has none to attach."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank", "delete_on_termination": True}])


@scenario(enters=_BUILD, settings=Settings(scheduler_max_attempts=2))
def spawn_fails_on_every_host(cloud: Cloud) -> None:
    """The guest starts nowhere: after the last attempt the scheduler sets the instance to error."""
    for nth in (1, 2):
        cloud.faults.fail("driver", "spawn", with_=_cannot_spawn, nth=nth)
    cloud.create_server()


@scenario(enters=_BUILD)
def spawn_fails_on_the_host_that_was_chosen(cloud: Cloud) -> None:
    """The guest does not start on the host that its owner wants: no other is tried."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.create_server(host="src")


@scenario(enters=_BUILD)
def rescheduling_fails(cloud: Cloud) -> None:
    """The guest does not start, and the scheduler cannot be reached: the first error is what is told."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.faults.fail("rpc", "run_instance", with_=lambda: ConnectionError("no route to the scheduler"), nth=3)
    cloud.create_server()


@scenario(enters=_BUILD)
def clean_up_fails(cloud: Cloud) -> None:
    """The guest does not start and cannot be taken off the host: no other host is tried."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("the guest hangs"))
    cloud.create_server()


@scenario(enters=_BUILD)
def volume_cannot_be_deleted_after_a_failure(cloud: Cloud) -> None:
    """The guest does not start and its volume cannot be deleted: no other host is tried."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.faults.fail("volume", "delete", with_=lambda: exceptions.InvalidVolume(reason="it has snapshots"))
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank", "delete_on_termination": True}])


@scenario(enters=_BUILD)
def interface_cannot_be_created(cloud: Cloud) -> None:
    """The VIF cannot be plugged: the instance goes to error at once."""
    cloud.faults.fail("driver", "spawn", with_=exceptions.VirtualInterfaceCreateException)
    cloud.create_server()


@scenario(enters=_BUILD)
def group_policy_violated(cloud: Cloud) -> None:
    """Two servers of a group that must not share a host were sent to one: the second goes to another host."""
    cloud.add_server_group("apart", "anti-affinity")
    cloud.boot("dst", memory_mb=4096)
    cloud.create_server(host="src", group="apart")
    cloud.create_server(group="apart")


@scenario(enters=_BUILD)
def group_policy_of_another_kind(cloud: Cloud) -> None:
    """Servers of the group are to share a host."""
    cloud.create_server(group=cloud.add_server_group("together", "affinity"))


@scenario(enters=_BUILD)
def volume_cannot_be_attached(cloud: Cloud) -> None:
    """The volume is in use elsewhere: the instance goes to error and gives its ports back."""
    volume_id = cloud.add_volume()
    cloud.volumes.reserve_volume(cloud.context, volume_id)
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "volume", "volume_id": volume_id}])


@scenario(enters=_BUILD)
def volumes_over_quota(cloud: Cloud) -> None:
    """The owner may have no more volumes, and the ports cannot be given back."""
    cloud.faults.fail("volume", "create", with_=lambda: exceptions.OverQuota(overs="volumes"))
    cloud.faults.fail("network", "deallocate_for_instance", with_=exceptions.NetworkNotFound)
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank"}])


@scenario(enters=_BUILD, settings=Settings(block_device_allocate_retries=1))
def volume_never_created(cloud: Cloud) -> None:
    """The volume is still being created when patience ends."""
    cloud.volumes.seconds_to_create = 3600
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank"}])


@scenario(enters=_BUILD)
def volume_created_in_error(cloud: Cloud) -> None:
    """The volume was created, and cannot be used."""

    def spoil() -> None:
        for volume in cloud.volumes.volumes.values():
            volume.status = "error"

    cloud.faults.interfere("volume", "get", spoil)
    cloud.create_server(block_devices=[_VOLUME | {"source_type": "blank"}])
