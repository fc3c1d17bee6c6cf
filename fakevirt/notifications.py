"""Notifications about instances: the usage payload, and ``compute.instance.update`` when a row changes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oslo_utils import timeutils

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.flavors import flavor_text
from fakevirt.metadata import metadata_to_dict


def remembered_image(system_metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an instance's system metadata keep of its image."""
    return {name.removeprefix("image_"): value for name, value in system_metadata.items() if name.startswith("image_")}


def cached_network_info(instance: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the VIFs that a dict of an instance carries with it, as JSON or as they are."""
    info_cache = instance["info_cache"] or {}
    network_info = info_cache.get("network_info") or []
    return json.loads(network_info) if isinstance(network_info, str) else list(network_info)


def usage_payload(
    read: Callable[[str], Any],
    network_info: Iterable[Mapping[str, Any]] | None = None,
    system_metadata: Mapping[str, Any] | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """Return what every notification about an instance tells of it (Juno's keys).

    Args:
        read: Returns a field of the instance: ``instance.__getitem__`` of a dict or row, ``getattr`` of an object.
        network_info: The VIFs; their fixed addresses are added when given.
        system_metadata: Used in place of the instance's own.
        **extra: Added to the payload as they are.
    """
    if system_metadata is None:
        system_metadata = metadata_to_dict(read("system_metadata"))

    def read_flavor(name: str) -> str:
        kept = {"system_metadata": system_metadata}
        return flavor_text(lambda field: kept[field] if field in kept else read(field), name) or ""

    service = services.current()
    endpoint = service.settings.glance_endpoint if service else ""
    payload = {
        "tenant_id": read("project_id"),
        "user_id": read("user_id"),
        "instance_id": read("uuid"),
        "display_name": read("display_name"),
        "reservation_id": read("reservation_id"),
        "hostname": read("hostname"),
        "instance_type": read_flavor("name"),
        "instance_type_id": read("instance_type_id"),
        "instance_flavor_id": read_flavor("flavorid"),
        "architecture": read("architecture"),
        "memory_mb": read("memory_mb"),
        "disk_gb": read("root_gb") + read("ephemeral_gb"),
        "vcpus": read("vcpus"),
        "root_gb": read("root_gb"),
        "ephemeral_gb": read("ephemeral_gb"),
        "host": read("host"),
        "node": read("node"),
        "availability_zone": read("availability_zone"),
        "cell_name": read("cell_name") or "",
        "created_at": str(read("created_at")),
        "terminated_at": _time(read("terminated_at")),
        "deleted_at": _time(read("deleted_at")),
        "launched_at": _time(read("launched_at")),
        "image_ref_url": f"{endpoint}/images/{read('image_ref')}",
        "os_type": read("os_type"),
        "kernel_id": read("kernel_id"),
        "ramdisk_id": read("ramdisk_id"),
        "state": read("vm_state"),
        "state_description": read("task_state") or "",
        # Nova tells no progress as an empty text.
        "progress": read("progress") or "",
        "access_ip_v4": _address(read("access_ip_v4")),
        "access_ip_v6": _address(read("access_ip_v6")),
        "image_meta": remembered_image(system_metadata),
        "metadata": metadata_to_dict(read("metadata")),
    }
    if network_info is not None:
        payload["fixed_ips"] = [
            {**address, "vif_mac": vif["address"], "label": vif["network"]["label"]}
            for vif in network_info
            for subnet in vif["network"]["subnets"]
            for address in subnet["ips"]
        ]
    return {**payload, **extra}


def usage_exists_payload(
    read: Callable[[str], Any],
    current_period: bool = False,
    system_metadata: Mapping[str, Any] | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """Return what ``compute.instance.exists`` tells of an instance: the usage payload and its audit period.

    Args:
        read: Returns a field of the instance, as for :func:`usage_payload`.
        current_period: Tell it for the audit period that is under way, not for the one before.
        system_metadata: Used in place of the instance's own.
        **extra: Added to the payload as they are.
    """
    begin, end = audit_period_bounds(current_period)
    return usage_payload(
        read,
        system_metadata=system_metadata,
        **{"audit_period_beginning": str(begin), "audit_period_ending": str(end), "bandwidth": {}, **extra},
    )


def audit_period_bounds(current_period: bool = False) -> tuple[datetime.datetime, datetime.datetime]:
    """Return when the last audit period that is over, a month, began and ended; of the current one that is until now.

    Args:
        current_period: Return the current one.
    """
    now = timeutils.utcnow()
    # At midnight of the first day the month is not over yet for Nova.
    end = (now - datetime.timedelta.resolution).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if current_period:
        return end, now
    return (end - datetime.timedelta.resolution).replace(day=1, hour=0, minute=0, second=0, microsecond=0), end


def volume_usage_payload(read: Callable[[str], Any]) -> dict[str, Any]:
    """Return what ``volume.usage`` tells of a volume: its totals and what was counted since.

    Args:
        read: Returns a field of the usage, as for :func:`usage_payload`.
    """
    refreshed = [time for time in (read("tot_last_refreshed"), read("curr_last_refreshed")) if time]
    return {
        "volume_id": read("volume_id"),
        "tenant_id": read("project_id"),
        "user_id": read("user_id"),
        "availability_zone": read("availability_zone"),
        "instance_id": read("instance_uuid"),
        "last_refreshed": str(max(refreshed)),
        **{
            name: read(f"tot_{name}") + read(f"curr_{name}")
            for name in ("reads", "read_bytes", "writes", "write_bytes")
        },
    }


def send_update(
    context: RequestContext,
    old_instance: Any,
    new_instance: Any,
    service: str | None = None,
    host: str | None = None,
) -> None:
    """Tell that an instance's row changed, if the configuration wants it told.

    Args:
        context: The request that changed it.
        old_instance: The row before.
        new_instance: The row after, with metadata and system_metadata.
        service: The publisher's name; objects send none, and Juno formats that as ``None``.
        host: The publisher's host; the running service's unless given.
    """
    running = services.current()
    if running is None or running.notifier is None or not running.settings.notify_on_state_change:
        return
    state_changed = old_instance["vm_state"] != new_instance["vm_state"] or (
        running.settings.notify_on_state_change == "vm_and_task_state"
        and old_instance["task_state"] != new_instance["task_state"]
    )
    # Without a change of state both halves of the payload tell the present one.
    before = old_instance if state_changed else new_instance
    begin, end = audit_period_bounds(current_period=True)
    payload = usage_payload(
        new_instance.__getitem__,
        old_state=before["vm_state"],
        old_task_state=before["task_state"],
        new_task_state=new_instance["task_state"],
        audit_period_beginning=begin,
        audit_period_ending=end,
        bandwidth={},
    )
    if old_instance["display_name"] != new_instance["display_name"]:
        payload["old_display_name"] = old_instance["display_name"]
    running.notifier.info(
        context,
        "compute.instance.update",
        payload,
        publisher_id=f"{service}.{host or running.host}",
    )


def _time(value: datetime.datetime | str | None) -> str:
    """Return a time as Nova writes it; in a dict it is a text already."""
    if isinstance(value, datetime.datetime):
        return value.strftime(timeutils.PERFECT_TIME_FORMAT)
    return value or ""


def _address(value: Any) -> str | None:
    return None if value is None else str(value)
