"""Block device mappings and volume usage."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import timeutils
from sqlalchemy import bindparam, or_, select

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import BlockDeviceMapping, VolumeUsage
from fakevirt.db.query import find, find_all, insert_row, rows, soft_delete, update_row

_COUNTS = ("reads", "read_bytes", "writes", "write_bytes")
_REFRESHED_AFTER = (
    select(VolumeUsage.__table__)
    .where(
        or_(
            VolumeUsage.tot_last_refreshed.is_(None),
            VolumeUsage.tot_last_refreshed > bindparam("begin"),
            VolumeUsage.curr_last_refreshed.is_(None),
            VolumeUsage.curr_last_refreshed > bindparam("begin"),
        )
    )
    .order_by(VolumeUsage.id)
)


def block_device_mapping_create(
    context: RequestContext, values: Mapping[str, Any], legacy: bool = True
) -> BlockDeviceMapping:
    """Insert a block device mapping.

    Args:
        context: The request.
        values: Its columns.
        legacy: The values are in the format before Havana: source and destination follow from snapshot or volume id.
    """
    with transaction() as connection:
        return insert_row(connection, BlockDeviceMapping, _columns(values, legacy))


def block_device_mapping_update(
    context: RequestContext, bdm_id: int, values: Mapping[str, Any], legacy: bool = True
) -> BlockDeviceMapping | None:
    """Write columns of a block device mapping and return it, or None when there is none."""
    with transaction() as connection:
        bdm = find(connection, context, BlockDeviceMapping, id=bdm_id)
        return None if bdm is None else update_row(connection, bdm, _columns(values, legacy))


def block_device_mapping_destroy(context: RequestContext, bdm_id: int) -> None:
    """Soft-delete a block device mapping."""
    with transaction() as connection:
        soft_delete(connection, find_all(connection, context, BlockDeviceMapping, id=bdm_id))


def block_device_mapping_get_all_by_instance(
    context: RequestContext, instance_uuid: str, use_slave: bool = False
) -> list[BlockDeviceMapping]:
    """Return the block device mappings of an instance."""
    with transaction() as connection:
        return find_all(connection, context, BlockDeviceMapping, instance_uuid=instance_uuid)


def block_device_mapping_get_by_volume_id(
    context: RequestContext, volume_id: str, columns_to_join: Iterable[str] | None = None
) -> BlockDeviceMapping | None:
    """Return the block device mapping of a volume, or None; ``instance`` and what it leads to can be joined."""
    with transaction() as connection:
        return find(connection, context, BlockDeviceMapping, columns_to_join or (), volume_id=volume_id)


def vol_usage_update(
    context: RequestContext,
    id: str,
    rd_req: int,
    rd_bytes: int,
    wr_req: int,
    wr_bytes: int,
    instance_id: str,
    project_id: str | None,
    user_id: str | None,
    availability_zone: str | None,
    update_totals: bool = False,
) -> VolumeUsage:
    """Write what the hypervisor counted for a volume.

    Args:
        context: The request.
        id: The volume's id.
        rd_req: Read requests since the guest started.
        rd_bytes: Bytes read since then.
        wr_req: Write requests since then.
        wr_bytes: Bytes written since then.
        instance_id: The instance's uuid.
        project_id: The instance's project.
        user_id: The instance's user.
        availability_zone: The instance's availability zone.
        update_totals: Add the counts to the totals and set the current ones to zero: the volume is being detached.
            Counts below the current ones mean that the guest restarted, and the current ones are added as well.
    """
    counts = dict(zip(_COUNTS, (rd_req, rd_bytes, wr_req, wr_bytes), strict=True))
    owner = {
        "instance_uuid": instance_id,
        "project_id": project_id,
        "user_id": user_id,
        "availability_zone": availability_zone,
    }
    which = "tot" if update_totals else "curr"
    refreshed = {f"{which}_last_refreshed": timeutils.utcnow()}
    with transaction() as connection:
        usage = find(connection, context.elevated(read_deleted="yes"), VolumeUsage, volume_id=id)
        if usage is None:
            values = {f"{which}_{name}": count for name, count in counts.items()}
            return insert_row(connection, VolumeUsage, {"volume_id": id, **owner, **refreshed, **values})
        return update_row(connection, usage, {**owner, **refreshed, **_counted(usage, counts, update_totals)})


def vol_get_usage_by_time(context: RequestContext, begin: datetime.datetime) -> list[VolumeUsage]:
    """Return the usage of volumes that was refreshed after ``begin``, or never."""
    with transaction() as connection:
        return rows(connection, VolumeUsage, _REFRESHED_AFTER, (), {"begin": begin})


def _counted(usage: VolumeUsage, counts: Mapping[str, int], update_totals: bool) -> dict[str, int]:
    restarted = any(count < usage[f"curr_{name}"] for name, count in counts.items())
    values: dict[str, int] = {}
    for name, count in counts.items():
        added = (usage[f"curr_{name}"] if restarted else 0) + (count if update_totals else 0)
        if restarted or update_totals:
            values[f"tot_{name}"] = usage[f"tot_{name}"] + added
        values[f"curr_{name}"] = 0 if update_totals else count
    return values


def _columns(values: Mapping[str, Any], legacy: bool) -> dict[str, Any]:
    columns = dict(values)
    if columns.get("volume_size") == "":
        del columns["volume_size"]
    if not legacy:
        return columns
    virtual_name = columns.pop("virtual_name", None)
    if virtual_name == "swap" or (virtual_name or "").startswith("ephemeral"):
        columns.update(source_type="blank", destination_type="local", delete_on_termination=True)
        columns["guest_format"] = "swap" if virtual_name == "swap" else None
    elif columns.get("snapshot_id"):
        columns.update(source_type="snapshot", destination_type="volume")
    elif columns.get("volume_id"):
        columns.update(source_type="volume", destination_type="volume")
    return columns
