"""Block device mappings as a driver takes them (``block_device_info``): the mappings are objects on both paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oslo_serialization import jsonutils

from fakevirt.objects.block_device import BlockDeviceMapping

#: What a volume can be made from, in the order in which the volumes of an instance are attached.
SOURCES = ("volume", "snapshot", "image", "blank")


def is_swap(bdm: BlockDeviceMapping) -> bool:
    """Tell whether it is a local swap disk."""
    return _is_blank_and_local(bdm) and bdm.guest_format == "swap"


def is_ephemeral(bdm: BlockDeviceMapping) -> bool:
    """Tell whether it is a local disk that is empty at first."""
    return _is_blank_and_local(bdm) and bdm.guest_format != "swap"


def is_volume(bdm: BlockDeviceMapping) -> bool:
    """Tell whether a volume is behind it, or will be."""
    return not bdm.no_device and bdm.is_volume and bdm.source_type in SOURCES


def block_device_info(
    root_device_name: str | None, bdms: Iterable[BlockDeviceMapping], volumes: Iterable[BlockDeviceMapping]
) -> dict[str, Any]:
    """Return what a driver is told.

    Args:
        root_device_name: The name of the root device.
        bdms: The mappings of the instance.
        volumes: Those of them that are volumes and to be told of.
    """
    bdms = list(bdms)
    swaps = [
        {"device_name": bdm.device_name, "swap_size": bdm.volume_size or 0, "disk_bus": bdm.disk_bus}
        for bdm in bdms
        if is_swap(bdm)
    ]
    return {
        "root_device_name": root_device_name,
        "swap": swaps[-1] if swaps else None,
        "ephemerals": [_ephemeral(bdm) for bdm in bdms if is_ephemeral(bdm)],
        "block_device_mapping": [_volume(bdm) for bdm in volumes],
    }


def _is_blank_and_local(bdm: BlockDeviceMapping) -> bool:
    return not bdm.no_device and bdm.source_type == "blank" and bdm.destination_type == "local"


def _ephemeral(bdm: BlockDeviceMapping) -> dict[str, Any]:
    return {
        "device_name": bdm.device_name,
        "size": bdm.volume_size or 0,
        "disk_bus": bdm.disk_bus,
        "device_type": bdm.device_type,
        "guest_format": bdm.guest_format,
    }


def _volume(bdm: BlockDeviceMapping) -> dict[str, Any]:
    return {
        "mount_device": bdm.device_name,
        "boot_index": bdm.boot_index,
        "disk_bus": bdm.disk_bus,
        "device_type": bdm.device_type,
        "guest_format": bdm.guest_format,
        "delete_on_termination": bdm.delete_on_termination,
        "connection_info": jsonutils.loads(bdm.connection_info),
    }
