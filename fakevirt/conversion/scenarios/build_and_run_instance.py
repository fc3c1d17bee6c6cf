"""Servers built by build_and_run_instance, which the conductor casts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.settings import Settings

_BUILD = frozenset({"run_instance", "compute_utils"})
_BLANK = {
    "source_type": "blank",
    "destination_type": "volume",
    "device_type": "disk",
    "volume_size": 1,
    "delete_on_termination": True,
}


def _becoming(cloud: Cloud, task_state: str) -> Callable[[], None]:
    """Return what sets the task state of the server that is being built."""
    return lambda: cloud.update_server(cloud.server("server-1"), task_state=task_state)


def _deleted(cloud: Cloud) -> Callable[[], None]:
    """Return what deletes the server that is being built."""
    return lambda: cloud.forget(cloud.server("server-1"))


def _cannot_spawn() -> Exception:
    return RuntimeError("qemu does not start")


@scenario(enters=_BUILD, in_upgrades=True)
def built_through_the_conductor(cloud: Cloud) -> None:
    """The conductor chooses a host, which builds a server with a volume on the network that its owner wants."""
    (network,) = cloud.network.networks
    cloud.create_server(
        through_conductor=True, requested_networks=[(network, None, None, None)], block_devices=[_BLANK]
    )


@scenario(enters=_BUILD, version_cap="icehouse")
def built_through_the_conductor_on_an_older_host(cloud: Cloud) -> None:
    """A host of the cloud knows no network requests: it gets tuples."""
    (network,) = cloud.network.networks
    cloud.create_server(through_conductor=True, requested_networks=[(network, None, None, None)])


@scenario(enters=_BUILD)
def gone_before_the_conductors_build(cloud: Cloud) -> None:
    """The server is deleted before the host hears of it: nothing is done."""
    cloud.faults.interfere("rpc", "build_and_run_instance", _deleted(cloud))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def going_while_the_conductors_build_spawns(cloud: Cloud) -> None:
    """A request to delete the server comes while it is being spawned."""
    cloud.faults.interfere("driver", "spawn", _becoming(cloud, states.DELETING))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def going_before_the_conductors_build_asks_for_ports(cloud: Cloud) -> None:
    """A request to delete the server comes before its ports are asked for."""
    cloud.faults.interfere("driver", "macs_for_instance", _becoming(cloud, states.DELETING))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def another_task_before_the_conductors_build_asks_for_ports(cloud: Cloud) -> None:
    """Something else is being done with the server before its ports are asked for: the build ends for good."""
    cloud.faults.interfere("driver", "macs_for_instance", _becoming(cloud, states.REBUILDING))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def gone_while_the_conductors_build_names_disks(cloud: Cloud) -> None:
    """The server is deleted while its disks are being named."""
    cloud.faults.interfere("driver", "default_device_names_for_instance", _deleted(cloud))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def gone_while_the_conductors_build_spawns(cloud: Cloud) -> None:
    """The server is deleted while it is being spawned."""
    cloud.faults.interfere("driver", "spawn", _deleted(cloud))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_gets_no_macs(cloud: Cloud) -> None:
    """The driver has no MAC addresses to give: no other host is tried."""
    cloud.faults.fail("driver", "macs_for_instance", with_=lambda: RuntimeError("no MAC is left"))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_gets_no_volume(cloud: Cloud) -> None:
    """The volume cannot be made, and the ports cannot be given back: no other host is tried."""
    cloud.faults.fail("volume", "create", with_=lambda: exceptions.OverQuota(overs="volumes"))
    cloud.faults.fail("network", "deallocate_for_instance", with_=exceptions.NetworkNotFound)
    cloud.create_server(through_conductor=True, block_devices=[_BLANK])


@scenario(enters=_BUILD)
def conductors_build_gets_no_address(cloud: Cloud) -> None:
    """There is no address left: no other host is tried, and the volume that goes with the server is deleted."""
    cloud.faults.fail("network", "allocate_for_instance", with_=exceptions.NoMoreNetworks)
    cloud.create_server(through_conductor=True, block_devices=[_BLANK])


@scenario(enters=_BUILD)
def conductors_build_gets_no_interface(cloud: Cloud) -> None:
    """The VIF cannot be plugged: no other host is tried."""
    cloud.faults.fail("driver", "spawn", with_=exceptions.VirtualInterfaceCreateException)
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_of_an_unfit_image(cloud: Cloud) -> None:
    """The image does not fit the flavor: no other host is tried."""
    cloud.faults.fail("driver", "spawn", with_=exceptions.FlavorDiskTooSmall)
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_goes_to_another_host(cloud: Cloud) -> None:
    """The guest does not start: another host builds it with the ports that it has."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_goes_to_another_host_without_its_ports(cloud: Cloud) -> None:
    """The guest does not start, and the driver wants the ports given back before another host tries."""
    driver: Any = cloud.host("dst").driver
    driver.deallocate_networks_on_reschedule = lambda instance: True
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD, settings=Settings(scheduler_max_attempts=2))
def conductors_build_fails_everywhere(cloud: Cloud) -> None:
    """The guest starts nowhere: after the last attempt the conductor sets the instance to error."""
    for nth in (1, 2):
        cloud.faults.fail("driver", "spawn", with_=_cannot_spawn, nth=nth)
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_fails_on_the_host_that_was_chosen(cloud: Cloud) -> None:
    """The guest does not start on the host that its owner wants: no other is tried."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.create_server(host="src", through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_cannot_be_cleaned_up(cloud: Cloud) -> None:
    """The guest does not start and cannot be taken off the host: no other host is tried."""
    cloud.faults.fail("driver", "spawn", with_=_cannot_spawn)
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("the guest hangs"))
    cloud.create_server(through_conductor=True)


@scenario(enters=_BUILD)
def conductors_build_refused_by_the_claim(cloud: Cloud) -> None:
    """Another server takes the memory that the scheduler has counted on: the build goes to another host."""
    cloud.faults.interfere("rpc", "build_and_run_instance", lambda: cloud.create_server(host="dst", memory_mb=32768))
    cloud.create_server(through_conductor=True)
