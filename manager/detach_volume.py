"""detach_volume: take a volume from an instance. Cast by the API.

What changed: the instance was a dict and is an object (compute RPC 3.25).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_fault
from fakevirt.objects.block_device import BlockDeviceMapping

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("detach_volume")
@reverts_task_state
@wrap_instance_fault
def legacy(manager: ComputeManager, context: RequestContext, volume_id: str, instance: Any) -> None:
    bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
    counters = _count(manager, instance["name"], bdm)
    if counters is not None:
        manager._update_volume_usage(context, volume_id, instance, counters, update_totals=True)
    _detach(manager, context, instance, bdm)


@object_compat
@wrap_exception("detach_volume")
@reverts_task_state
@wrap_instance_fault
def objects(manager: ComputeManager, context: RequestContext, volume_id: str, instance: Instance) -> None:
    bdm = BlockDeviceMapping.get_by_volume_id(context, volume_id)
    counters = _count(manager, instance.name, bdm)
    if counters is not None:
        manager._update_volume_usage(context, volume_id, instance, counters, update_totals=True)
    _detach(manager, context, instance, bdm)


def _count(manager: ComputeManager, name: str, bdm: BlockDeviceMapping) -> tuple[int, int, int, int] | None:
    """Return read requests, read bytes, write requests and written bytes; None if they are not wanted or not known."""
    if manager.settings.volume_usage_poll_interval <= 0:
        return None
    try:
        stats = manager.driver.block_stats(name, bdm.device_name.removeprefix("/dev/"))
    except NotImplementedError:
        return None
    if not stats:
        return None
    reads, read_bytes, writes, write_bytes, _ = stats
    return reads, read_bytes, writes, write_bytes


def _detach(manager: ComputeManager, context: RequestContext, instance: Any, bdm: BlockDeviceMapping) -> None:
    manager._driver_detach_volume(context, instance, bdm)
    connector = manager.driver.get_volume_connector(instance)
    manager.volume_api.terminate_connection(context, bdm.volume_id, connector)
    manager.volume_api.detach(context.elevated(), bdm.volume_id)
    bdm.destroy()
    manager._notify_about_instance_usage(
        context, instance, "volume.detach", extra_usage_info={"volume_id": bdm.volume_id}
    )
