"""_default_block_device_names: every disk gets a device name, and the instance that of its root disk.

What changed: the legacy path assigns by subscript and writes through ``_instance_update``; the object path assigns and
saves. The mappings are objects on both paths (Icehouse).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.block_device import DEFAULT_ROOT_DEV_NAME, get_next_device_name
from fakevirt.context import RequestContext
from fakevirt.manager.block_devices import is_ephemeral, is_swap, is_volume
from fakevirt.manager.compute_utils.device_names import default_device_names_for_instance
from fakevirt.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    image_meta: dict[str, Any],
    block_devices: BlockDeviceMappingList,
) -> None:
    root_bdm = block_devices.root_bdm()
    if root_bdm is None:
        return
    root_device_name = _root_device_name(manager, instance, instance["root_device_name"], image_meta, root_bdm)
    if root_bdm.device_name or not instance["root_device_name"]:
        instance["root_device_name"] = root_device_name
        manager._instance_update(context, instance["uuid"], root_device_name=root_device_name)
    _name_devices(manager, instance, root_device_name, root_bdm, block_devices)


def objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image_meta: dict[str, Any],
    block_devices: BlockDeviceMappingList,
) -> None:
    root_bdm = block_devices.root_bdm()
    if root_bdm is None:
        return
    root_device_name = _root_device_name(manager, instance, instance.root_device_name, image_meta, root_bdm)
    if root_bdm.device_name or not instance.root_device_name:
        instance.root_device_name = root_device_name
        instance.save()
    _name_devices(manager, instance, root_device_name, root_bdm, block_devices)


def _root_device_name(
    manager: ComputeManager,
    instance: Any,
    of_instance: str | None,
    image_meta: dict[str, Any],
    root_bdm: BlockDeviceMapping,
) -> str:
    known: str | None = root_bdm.device_name or of_instance
    if known:
        return known
    try:
        return manager.driver.default_root_device_name(instance, image_meta, root_bdm)
    except NotImplementedError:
        return get_next_device_name([], DEFAULT_ROOT_DEV_NAME)


def _name_devices(
    manager: ComputeManager,
    instance: Any,
    root_device_name: str,
    root_bdm: BlockDeviceMapping,
    block_devices: BlockDeviceMappingList,
) -> None:
    if not root_bdm.device_name:
        root_bdm.device_name = root_device_name
        root_bdm.save()
    lists = [[bdm for bdm in block_devices if wanted(bdm)] for wanted in (is_ephemeral, is_swap, is_volume)]
    try:
        manager.driver.default_device_names_for_instance(instance, root_device_name, *lists)
    except NotImplementedError:
        default_device_names_for_instance(root_device_name, *lists)
