"""Complete rows as plain values: every column of a table, with the defaults of a running, healthy cloud.

The values go to the database API's ``*_create`` functions (give ``id=None`` to let the database choose it), and to code
that reads rows. Names and sizes are those of Nova's own test fakes where it has any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils, uuidutils

from fakevirt.db import models
from fakevirt.usage_error import UsageError


def instance_row(**updates: Any) -> dict[str, Any]:
    """Return an instance: columns, and ``metadata``, ``system_metadata``, ``info_cache`` and ``security_groups``.

    Args:
        **updates: Values that differ from the defaults.

    Raises:
        UsageError: ``updates`` names no column of the table.
    """
    uuid = updates.get("uuid") or uuidutils.generate_uuid()
    return _row(
        models.Instance,
        updates,
        relationships={
            "metadata": {},
            "system_metadata": {},
            "info_cache": info_cache_row(instance_uuid=uuid),
            "security_groups": [],
        },
        uuid=uuid,
        user_id="fake_user",
        project_id="fake_project",
        image_ref="",
        hostname="fake-server",
        display_name="fake-server",
        launch_index=0,
        power_state=1,
        vm_state="active",
        memory_mb=512,
        vcpus=1,
        root_gb=0,
        ephemeral_gb=0,
        host="fake-host",
        node="fake-node",
        launched_on="fake-host",
        instance_type_id=1,
        locked=False,
        root_device_name="/dev/vda",
        progress=0,
        shutdown_terminate=False,
        disable_terminate=False,
        cleaned=0,
    )


def info_cache_row(**updates: Any) -> dict[str, Any]:
    """Return an info cache without network information; raises UsageError as :func:`instance_row`."""
    return _row(
        models.InstanceInfoCache,
        updates,
        network_info="[]",
        instance_uuid=updates.get("instance_uuid") or uuidutils.generate_uuid(),
    )


def fault_row(**updates: Any) -> dict[str, Any]:
    """Return a fault of an instance; raises UsageError as :func:`instance_row`."""
    return _row(
        models.InstanceFault,
        updates,
        instance_uuid=updates.get("instance_uuid") or uuidutils.generate_uuid(),
        code=500,
        message="fake message",
        details="fake details",
        host="fake-host",
    )


def block_device_mapping_row(**updates: Any) -> dict[str, Any]:
    """Return an attached volume; raises UsageError as :func:`instance_row`."""
    return _row(
        models.BlockDeviceMapping,
        updates,
        instance_uuid=updates.get("instance_uuid") or uuidutils.generate_uuid(),
        source_type="volume",
        destination_type="volume",
        device_type="disk",
        disk_bus="virtio",
        device_name="/dev/vdb",
        delete_on_termination=False,
        volume_id=updates.get("volume_id") or uuidutils.generate_uuid(),
        volume_size=1,
        no_device=False,
        connection_info="{}",
    )


def service_row(**updates: Any) -> dict[str, Any]:
    """Return an enabled compute service; raises UsageError as :func:`instance_row`."""
    return _row(
        models.Service,
        updates,
        host="fake-host",
        binary="nova-compute",
        topic="compute",
        report_count=0,
        version=0,
        disabled=False,
    )


def compute_node_row(**updates: Any) -> dict[str, Any]:
    """Return an idle node of the service with id 1; raises UsageError as :func:`instance_row`."""
    return _row(
        models.ComputeNode,
        updates,
        service_id=1,
        vcpus=4,
        memory_mb=4096,
        local_gb=1024,
        vcpus_used=0,
        memory_mb_used=0,
        local_gb_used=0,
        hypervisor_type="fake",
        hypervisor_version=1,
        hypervisor_hostname="fake-node",
        free_ram_mb=4096,
        free_disk_gb=1024,
        current_workload=0,
        running_vms=0,
        cpu_info="{}",
        disk_available_least=1024,
        host_ip="192.0.2.1",
        supported_instances="[]",
        metrics="[]",
        pci_stats="[]",
        extra_resources="{}",
        stats="{}",
    )


def migration_row(**updates: Any) -> dict[str, Any]:
    """Return a migration under way; raises UsageError as :func:`instance_row`."""
    return _row(
        models.Migration,
        updates,
        source_compute="fake-source",
        dest_compute="fake-dest",
        source_node="fake-source-node",
        dest_node="fake-dest-node",
        dest_host="192.0.2.2",
        old_instance_type_id=1,
        new_instance_type_id=1,
        instance_uuid=updates.get("instance_uuid") or uuidutils.generate_uuid(),
        status="migrating",
    )


def flavor_row(**updates: Any) -> dict[str, Any]:
    """Return the flavor of every server, a small one; raises UsageError as :func:`instance_row`."""
    return _row(
        models.Flavor,
        updates,
        name="m1.small",
        memory_mb=512,
        vcpus=1,
        root_gb=1,
        ephemeral_gb=0,
        flavorid="2",
        swap=0,
        rxtx_factor=1.0,
        disabled=False,
        is_public=True,
    )


def security_group_row(**updates: Any) -> dict[str, Any]:
    """Return a security group; raises UsageError as :func:`instance_row`."""
    return _row(
        models.SecurityGroup,
        updates,
        name="default",
        description="default",
        user_id="fake_user",
        project_id="fake_project",
    )


def _row(
    model: type[models.Base],
    updates: Mapping[str, Any],
    *,
    relationships: Mapping[str, Any] | None = None,
    **defaults: Any,
) -> dict[str, Any]:
    row = {
        **dict.fromkeys(model.__table__.columns.keys()),
        "id": 1,
        "created_at": timeutils.utcnow(),
        "deleted": 0,
        **defaults,
        **(relationships or {}),
    }
    unknown = sorted(updates.keys() - row.keys())
    if unknown:
        raise UsageError(
            expected=f"columns of {model.__tablename__}: {', '.join(sorted(row))}",
            happened=f"no such column: {', '.join(unknown)}",
            where=f"the builder of a {model.__name__} row",
            how_to_go_on="correct the name, or leave it out",
        )
    return {**row, **updates}
