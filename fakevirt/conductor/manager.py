"""The conductor's RPC methods: what compute hosts, which have no database, have done for them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import oslo_messaging as messaging
from oslo_utils import timeutils

from fakevirt import exceptions, flavors, notifications
from fakevirt.conductor.block_device import legacy_mapping
from fakevirt.conductor.objects import ObjectActions
from fakevirt.conductor.tasks import ComputeTaskManager
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.db.primitives import legacy_dict
from fakevirt.objects.instance import Instance
from fakevirt.rpc.instance_api import InstanceAPI
from fakevirt.rpc.server import expected_exceptions

#: What a host may write of an instance.
ALLOWED_UPDATES = frozenset(
    {
        "access_ip_v4",
        "access_ip_v6",
        "default_ephemeral_device",
        "default_swap_device",
        "ephemeral_gb",
        "expected_task_state",
        "host",
        "instance_type_id",
        "launched_at",
        "launched_on",
        "memory_mb",
        "node",
        "power_state",
        "progress",
        "root_device_name",
        "root_gb",
        "system_metadata",
        "task_state",
        "terminated_at",
        "updated_at",
        "vcpus",
        "vm_mode",
        "vm_state",
    }
)


class ConductorManager(ObjectActions):
    """Juno's conductor, and the object methods of the releases after it.

    Rows are returned as primitives. It writes to the database of the service that it runs as.

    Args:
        network_api: The network service.
        notifier: Where the usage of volumes is told.
        compute_api: The compute managers of all hosts.
        scheduler: What chooses a host.
        image_api: The image service.
    """

    target: Any = messaging.Target(version="2.3")

    def __init__(self, *, network_api: Any, notifier: Any, compute_api: Any, scheduler: Any, image_api: Any) -> None:
        self.network_api = network_api
        self.notifier = notifier
        self.instance_api: InstanceAPI = InstanceAPI(compute_api)
        self.additional_endpoints: list[ComputeTaskManager] = [
            ComputeTaskManager(notifier=notifier, compute_api=compute_api, scheduler=scheduler, image_api=image_api)
        ]

    @expected_exceptions(
        KeyError,
        ValueError,
        exceptions.InvalidUUID,
        exceptions.InstanceNotFound,
        exceptions.UnexpectedTaskStateError,
    )
    def instance_update(
        self, context: RequestContext, instance_uuid: str, updates: dict[str, Any], service: str
    ) -> dict[str, Any]:
        """Write columns of an instance and tell of the change.

        Args:
            context: The request.
            instance_uuid: Whose row it is.
            updates: Values by column, and ``expected_task_state``.
            service: The publisher of the notification.

        Raises:
            KeyError: A column is not one that hosts may write.
        """
        for name in updates:
            if name not in ALLOWED_UPDATES:
                raise KeyError(f"unexpected update keyword '{name}'")
        values = _with_times(updates, ("launched_at", "terminated_at", "updated_at"))
        old, new = db.instance_update_and_get_original(context, instance_uuid, values)
        notifications.send_update(context, old, new, service=service)
        return legacy_dict(new)

    @expected_exceptions(exceptions.InstanceNotFound)
    def instance_destroy(self, context: RequestContext, instance: dict[str, Any]) -> dict[str, Any]:
        """Soft-delete an instance."""
        return legacy_dict(db.instance_destroy(context, instance["uuid"]))

    @expected_exceptions(exceptions.InstanceNotFound)
    def instance_get_by_uuid(self, context: RequestContext, instance_uuid: str) -> dict[str, Any]:
        """Return an instance."""
        return legacy_dict(db.instance_get_by_uuid(context, instance_uuid))

    def instance_get_all_by_filters(
        self,
        context: RequestContext,
        filters: dict[str, Any],
        columns_to_join: list[str] | None,
        use_slave: bool,
    ) -> list[dict[str, Any]]:
        """Return the instances that match filters."""
        if columns_to_join is not None and flavors.keeps_flavors_separate():
            columns_to_join = [*columns_to_join, "extra"]
        found = db.instance_get_all_by_filters(context, filters, columns_to_join, use_slave=use_slave)
        return [legacy_dict(instance) for instance in found]

    def compute_unrescue(self, context: RequestContext, instance: dict[str, Any]) -> None:
        """Unrescue an instance as the API does, which takes an object."""
        row = Instance._from_db_object(context, Instance(context), instance, expected_attrs=["system_metadata"])
        self.instance_api.unrescue(context, row)

    @expected_exceptions(exceptions.ComputeHostNotFound)
    def service_get_all_by(
        self, context: RequestContext, topic: str | None, host: str | None, binary: str | None
    ) -> list[dict[str, Any]]:
        """Return services: the compute service of a host, or all that are enabled of a topic.

        Raises:
            NotImplementedError: No work item asks for services in another way.
        """
        if topic == "compute" and host:
            return [legacy_dict(db.service_get_by_compute_host(context, host))]
        if topic and not host:
            return [legacy_dict(service) for service in db.service_get_all_by_topic(context, topic)]
        raise NotImplementedError(f"services by topic {topic!r}, host {host!r} and binary {binary!r}")

    def compute_node_get_all_by_host(self, context: RequestContext, host: str) -> list[dict[str, Any]]:
        """Return the compute nodes of a host.

        Nova never had it: its object path was done before nodes were separated from their service.
        """
        return [legacy_dict(node) for node in db.service_get_by_compute_host(context, host).compute_node]

    def compute_node_create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert a compute node."""
        return legacy_dict(db.compute_node_create(context, values))

    def compute_node_update(
        self, context: RequestContext, node: dict[str, Any], values: dict[str, Any]
    ) -> dict[str, Any]:
        """Write columns of a compute node."""
        return legacy_dict(db.compute_node_update(context, node["id"], values))

    def compute_node_delete(self, context: RequestContext, node: dict[str, Any]) -> None:
        """Soft-delete a compute node."""
        db.compute_node_delete(context, node["id"])

    def network_migrate_instance_start(
        self, context: RequestContext, instance: dict[str, Any], migration: dict[str, Any]
    ) -> None:
        """Tell the network service that an instance is leaving its host."""
        self.network_api.migrate_instance_start(context, instance, migration)

    def network_migrate_instance_finish(
        self, context: RequestContext, instance: dict[str, Any], migration: dict[str, Any]
    ) -> None:
        """Tell the network service that an instance has arrived at its host."""
        self.network_api.migrate_instance_finish(context, instance, migration)

    def vol_usage_update(
        self,
        context: RequestContext,
        vol_id: str,
        rd_req: int,
        rd_bytes: int,
        wr_req: int,
        wr_bytes: int,
        instance: dict[str, Any],
        last_refreshed: str | None,
        update_totals: bool,
    ) -> None:
        """Write what the hypervisor counted for a volume and tell of it; ``last_refreshed`` is not used (Juno)."""
        usage = db.vol_usage_update(
            context,
            vol_id,
            rd_req,
            rd_bytes,
            wr_req,
            wr_bytes,
            instance["uuid"],
            instance["project_id"],
            instance["user_id"],
            instance["availability_zone"],
            update_totals,
        )
        self.notifier.info(context, "volume.usage", notifications.volume_usage_payload(usage.__getitem__))

    def notify_usage_exists(
        self,
        context: RequestContext,
        instance: dict[str, Any],
        current_period: bool,
        ignore_missing_network_data: bool,
        system_metadata: dict[str, Any] | None,
        extra_usage_info: dict[str, Any] | None,
    ) -> None:
        """Tell that an instance is there; ``ignore_missing_network_data`` is not used: nothing counts bandwidth."""
        payload = notifications.usage_exists_payload(
            instance.__getitem__, current_period, system_metadata, **(extra_usage_info or {})
        )
        self.notifier.info(context, "compute.instance.exists", payload)

    def migration_get_in_progress_by_host_and_node(
        self, context: RequestContext, host: str, node: str
    ) -> list[dict[str, Any]]:
        """Return the migrations from or to a node that did not end yet."""
        return [legacy_dict(row) for row in db.migration_get_in_progress_by_host_and_node(context, host, node)]

    def quota_commit(
        self, context: RequestContext, reservations: list[str], project_id: str | None, user_id: str | None
    ) -> None:
        """Make reserved changes part of the usage."""
        db.reservation_commit(context, reservations, project_id=project_id, user_id=user_id)

    def quota_rollback(
        self, context: RequestContext, reservations: list[str], project_id: str | None, user_id: str | None
    ) -> None:
        """Give reserved changes up."""
        db.reservation_rollback(context, reservations, project_id=project_id, user_id=user_id)

    def instance_fault_create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert a fault of an instance."""
        return db.instance_fault_create(context, values)

    @expected_exceptions(exceptions.InstanceActionNotFound)
    def action_event_start(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert an event of an instance's action."""
        return legacy_dict(db.action_event_start(context, _with_times(values, ("start_time",))))

    @expected_exceptions(exceptions.InstanceActionNotFound, exceptions.InstanceActionEventNotFound)
    def action_event_finish(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Write how an event of an instance's action ended."""
        return legacy_dict(db.action_event_finish(context, _with_times(values, ("finish_time",))))

    def block_device_mapping_get_all_by_instance(
        self, context: RequestContext, instance: dict[str, Any], legacy: bool
    ) -> list[dict[str, Any]]:
        """Return the block device mappings of an instance, in the format before Havana if ``legacy``."""
        bdms = db.block_device_mapping_get_all_by_instance(context, instance["uuid"])
        rows = [legacy_dict(bdm) for bdm in bdms]
        return legacy_mapping(rows) if legacy else rows


def _with_times(values: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Return a copy with times in place of the texts that came over the wire."""
    times: dict[str, datetime.datetime] = {
        name: timeutils.parse_strtime(values[name]) for name in columns if isinstance(values.get(name), str)
    }
    return {**values, **times}
