"""get_device_name_for_instance: the name of a device that is to be attached, made up or checked.

What changed: the names that an instance's row has are read as attributes (Kilo).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fakevirt.block_device import DEFAULT_ROOT_DEV_NAME, get_next_device_name

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.block_device import BlockDeviceMapping
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, instance: Any, bdms: Iterable[BlockDeviceMapping], device: str | None) -> str:
    return _device_name(
        instance["root_device_name"],
        instance["default_ephemeral_device"],
        instance["default_swap_device"],
        bdms,
        device,
    )


def objects(manager: ComputeManager, instance: Instance, bdms: Iterable[BlockDeviceMapping], device: str | None) -> str:
    return _device_name(
        instance.root_device_name, instance.default_ephemeral_device, instance.default_swap_device, bdms, device
    )


def _device_name(
    root: str | None,
    ephemeral: str | None,
    swap: str | None,
    bdms: Iterable[BlockDeviceMapping],
    device: str | None,
) -> str:
    if root is None:
        # Nova then looks at nothing else, whatever is attached.
        return get_next_device_name([DEFAULT_ROOT_DEV_NAME], DEFAULT_ROOT_DEV_NAME, device)
    blanks = [bdm for bdm in bdms if bdm.source_type == "blank" and not bdm.is_volume]
    swaps = [bdm.device_name for bdm in blanks if bdm.guest_format == "swap"]
    ephemerals = [bdm.device_name for bdm in blanks if bdm.guest_format != "swap"]
    in_use = [
        root,
        *(bdm.device_name for bdm in bdms if bdm.is_volume),
        *(ephemerals or [ephemeral]),
        *(swaps or [swap]),
    ]
    return get_next_device_name([name for name in in_use if name], root, device)
