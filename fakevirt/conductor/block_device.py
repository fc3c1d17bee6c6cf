"""Block device mappings in the format that Nova had before Havana."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_KEPT = (
    "id",
    "instance_uuid",
    "created_at",
    "updated_at",
    "deleted_at",
    "deleted",
    "device_name",
    "delete_on_termination",
    "snapshot_id",
    "volume_id",
    "volume_size",
    "no_device",
    "connection_info",
)


def legacy_mapping(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with a ``virtual_name`` in place of source, destination and device types.

    Ephemeral disks are numbered in order. An image on a local disk has no place in that format and is left out.

    Args:
        rows: Primitives of block device mappings.
    """
    mapping = []
    ephemerals = 0
    for row in rows:
        virtual_name = None
        if row["source_type"] == "blank" and row["guest_format"] == "swap":
            virtual_name = "swap"
        elif row["source_type"] == "blank":
            virtual_name = f"ephemeral{ephemerals}"
            ephemerals += 1
        elif row["source_type"] == "image" and row["destination_type"] != "volume" and not row["no_device"]:
            continue
        mapping.append({**{name: row[name] for name in _KEPT}, "virtual_name": virtual_name})
    return mapping
