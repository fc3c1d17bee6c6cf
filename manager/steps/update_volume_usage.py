"""The usage of a volume: what the hypervisor counted, written and told.

What changed: it went through the conductor (``vol_usage_update``), which told of it too; the object path saves a
``VolumeUsage`` and tells itself (Liberty).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.objects.volume_usage import VolumeUsage

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(
    manager: ComputeManager,
    context: RequestContext,
    volume_id: str,
    instance: Any,
    counters: tuple[int, int, int, int],
    update_totals: bool = False,
) -> None:
    reads, read_bytes, writes, write_bytes = counters
    manager.conductor_api.vol_usage_update(
        context, volume_id, reads, read_bytes, writes, write_bytes, instance, update_totals=update_totals
    )


def objects(
    manager: ComputeManager,
    context: RequestContext,
    volume_id: str,
    instance: Instance,
    counters: tuple[int, int, int, int],
    update_totals: bool = False,
) -> None:
    reads, read_bytes, writes, write_bytes = counters
    usage = VolumeUsage(
        context,
        volume_id=volume_id,
        instance_uuid=instance.uuid,
        project_id=instance.project_id,
        user_id=instance.user_id,
        availability_zone=instance.availability_zone,
        curr_reads=reads,
        curr_read_bytes=read_bytes,
        curr_writes=writes,
        curr_write_bytes=write_bytes,
    )
    usage.save(update_totals=update_totals)
    manager._notify_about_volume_usage(context, usage)
