"""Devices that volumes are to be attached as."""

from __future__ import annotations

from typing import Any

from fakevirt import states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.objects.instance import Instance

_RESERVE = frozenset({"remaining_instance_attr", "compute_utils"})
_VOLUME = "3f0b6a52-8c1e-4a0e-9a2f-6d1f3f2f0c11"


def _blank(cloud: Cloud, server: Instance, device_name: str, **values: Any) -> None:
    cloud.add_mapping(
        server, source_type="blank", destination_type="local", volume_id=None, device_name=device_name, **values
    )


@scenario(enters=_RESERVE)
def device_reserved(cloud: Cloud) -> str:
    """The first device that is free is reserved: root disk, ephemeral disk, swap and a volume are in its way."""
    server = cloud.boot("src", volumes=1)
    _blank(cloud, server, "/dev/vdc")
    _blank(cloud, server, "/dev/vdd", guest_format="swap")
    return cloud.reserve_device(server, _VOLUME)


@scenario(enters=_RESERVE)
def device_reserved_next_to_defaults(cloud: Cloud) -> str:
    """The row names devices for an ephemeral disk and for swap: they are not free."""
    server = cloud.boot("src")
    cloud.update_server(server, default_ephemeral_device="/dev/vdb", default_swap_device="/dev/vdc")
    return cloud.reserve_device(server, _VOLUME)


@scenario(enters=_RESERVE)
def device_reserved_without_a_root_device(cloud: Cloud) -> str:
    """The row names no root device: devices are named as if it were an SCSI disk."""
    server = cloud.boot("src", volumes=1)
    cloud.update_server(server, root_device_name=None)
    return cloud.reserve_device(server, _VOLUME)


@scenario(enters=_RESERVE)
def wanted_device_reserved(cloud: Cloud) -> str:
    """A device is wanted under the name that another hypervisor would give it: it is reserved under this one's."""
    return cloud.reserve_device(cloud.boot("src", volumes=1), _VOLUME, "/dev/xvdf")


@scenario(enters=_RESERVE)
def wanted_device_in_use(cloud: Cloud) -> str:
    """The device that is wanted is in use: nothing is reserved, and the instance is free again."""
    server = cloud.boot("src", volumes=1)
    cloud.update_server(server, task_state=states.POWERING_ON)
    return cloud.reserve_device(server, _VOLUME, "/dev/vdb")


@scenario(enters=_RESERVE)
def wanted_device_is_no_device(cloud: Cloud) -> str:
    """What is wanted is no device at all."""
    return cloud.reserve_device(cloud.boot("src"), _VOLUME, "the second one")


@scenario(enters=_RESERVE, version_cap="icehouse")
def device_reserved_with_an_old_node(cloud: Cloud) -> str:
    """A host is of an older release: it returns the device's name, and the mapping is looked up."""
    return cloud.reserve_device(cloud.boot("src"), _VOLUME)
