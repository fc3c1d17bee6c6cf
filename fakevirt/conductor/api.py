"""The conductor's clients: raw methods, tasks, and the way that remotable methods of objects take."""

from __future__ import annotations

from typing import Any

import oslo_messaging as messaging
from oslo_versionedobjects.base import VersionedObjectIndirectionAPI

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.objects.network_request import NetworkRequestList
from fakevirt.objects.primitive import flattened
from fakevirt.rpc.serializer import RequestContextSerializer


class ConductorAPI:
    """The raw methods, as a compute host calls them: what they return are dicts without a version.

    Instances are flattened before they are sent, whatever form they have.

    Args:
        transport: Any transport of oslo.messaging.
    """

    def __init__(self, transport: Any) -> None:
        self._client = _client(transport, version="2.0")

    def instance_update(self, context: RequestContext, instance_uuid: str, **updates: Any) -> dict[str, Any]:
        """Write columns of an instance and return the row.

        Raises:
            KeyError: A column is not one that hosts may write.
            UnexpectedTaskStateError: The row is not in the ``expected_task_state``.
        """
        instance: dict[str, Any] = self._client.call(
            context, "instance_update", instance_uuid=instance_uuid, updates=updates, service="conductor"
        )
        return instance

    def instance_destroy(self, context: RequestContext, instance: Any) -> dict[str, Any]:
        """Soft-delete an instance, in any form, and return the row.

        Raises:
            InstanceNotFound: There is none.
        """
        row: dict[str, Any] = self._client.call(context, "instance_destroy", instance=flattened(instance))
        return row

    def instance_get_by_uuid(self, context: RequestContext, instance_uuid: str) -> dict[str, Any]:
        """Return an instance with its metadata.

        Raises:
            InstanceNotFound: There is none.
        """
        instance: dict[str, Any] = self._client.call(context, "instance_get_by_uuid", instance_uuid=instance_uuid)
        return instance

    def instance_get_all_by_filters(
        self,
        context: RequestContext,
        filters: dict[str, Any],
        columns_to_join: list[str] | None = None,
        use_slave: bool = False,
    ) -> list[dict[str, Any]]:
        """Return the instances that match filters of :func:`fakevirt.db.api.instance_get_all_by_filters`."""
        instances: list[dict[str, Any]] = self._client.call(
            context,
            "instance_get_all_by_filters",
            filters=filters,
            columns_to_join=columns_to_join,
            use_slave=use_slave,
        )
        return instances

    def compute_unrescue(self, context: RequestContext, instance: Any) -> None:
        """Let the conductor unrescue an instance, as the API does."""
        self._client.call(context, "compute_unrescue", instance=flattened(instance))

    def service_get_by_compute_host(self, context: RequestContext, host: str) -> dict[str, Any]:
        """Return the compute service of a host, with its list ``compute_node`` up to Juno.

        Raises:
            ComputeHostNotFound: There is none.
        """
        found = self._client.call(context, "service_get_all_by", topic="compute", host=host, binary=None)
        service: dict[str, Any] = found[0]
        return service

    def compute_node_get_all_by_host(self, context: RequestContext, host: str) -> list[dict[str, Any]]:
        """Return the compute nodes of a host, which a service's dict has no longer since Kilo."""
        nodes: list[dict[str, Any]] = self._client.call(context, "compute_node_get_all_by_host", host=host)
        return nodes

    def service_get_all_by_topic(self, context: RequestContext, topic: str) -> list[dict[str, Any]]:
        """Return the enabled services of a topic."""
        found: list[dict[str, Any]] = self._client.call(
            context, "service_get_all_by", topic=topic, host=None, binary=None
        )
        return found

    def compute_node_create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert a compute node and return it."""
        node: dict[str, Any] = self._client.call(context, "compute_node_create", values=values)
        return node

    def compute_node_update(
        self, context: RequestContext, node: dict[str, Any], values: dict[str, Any]
    ) -> dict[str, Any]:
        """Write columns of a compute node, found by its ``id``, and return it."""
        node = self._client.call(context, "compute_node_update", node=node, values=values)
        return node

    def compute_node_delete(self, context: RequestContext, node: dict[str, Any]) -> None:
        """Soft-delete a compute node, found by its ``id``.

        Raises:
            ComputeHostNotFound: There is none.
        """
        self._client.call(context, "compute_node_delete", node=node)

    def network_migrate_instance_start(self, context: RequestContext, instance: Any, migration: Any) -> None:
        """Tell the network service that an instance is leaving its host.

        Args:
            context: The request.
            instance: The instance, in any form.
            migration: ``source_compute`` and ``dest_compute``.
        """
        self._client.call(
            context, "network_migrate_instance_start", instance=flattened(instance), migration=flattened(migration)
        )

    def network_migrate_instance_finish(self, context: RequestContext, instance: Any, migration: Any) -> None:
        """Tell the network service that an instance has arrived at its host; arguments as above."""
        self._client.call(
            context, "network_migrate_instance_finish", instance=flattened(instance), migration=flattened(migration)
        )

    def vol_usage_update(
        self,
        context: RequestContext,
        vol_id: str,
        rd_req: int,
        rd_bytes: int,
        wr_req: int,
        wr_bytes: int,
        instance: Any,
        last_refreshed: Any = None,
        update_totals: bool = False,
    ) -> None:
        """Write what the hypervisor counted for a volume: requests and bytes, read and written."""
        self._client.call(
            context,
            "vol_usage_update",
            vol_id=vol_id,
            rd_req=rd_req,
            rd_bytes=rd_bytes,
            wr_req=wr_req,
            wr_bytes=wr_bytes,
            instance=flattened(instance),
            last_refreshed=last_refreshed,
            update_totals=update_totals,
        )

    def notify_usage_exists(
        self,
        context: RequestContext,
        instance: Any,
        current_period: bool = False,
        ignore_missing_network_data: bool = True,
        system_metadata: dict[str, Any] | None = None,
        extra_usage_info: dict[str, Any] | None = None,
    ) -> None:
        """Let the conductor tell that an instance is there.

        Args:
            context: The request.
            instance: The instance, in any form.
            current_period: Tell it for the audit period that is under way, not for the one before.
            ignore_missing_network_data: Accepted as in Nova; nothing counts bandwidth here.
            system_metadata: Used in place of the instance's own.
            extra_usage_info: Added to the payload.
        """
        self._client.call(
            context,
            "notify_usage_exists",
            instance=flattened(instance),
            current_period=current_period,
            ignore_missing_network_data=ignore_missing_network_data,
            system_metadata=system_metadata,
            extra_usage_info=extra_usage_info,
        )

    def migration_get_in_progress_by_host_and_node(
        self, context: RequestContext, host: str, node: str
    ) -> list[dict[str, Any]]:
        """Return the migrations from or to a node that did not end yet, each with its ``instance``."""
        migrations: list[dict[str, Any]] = self._client.call(
            context, "migration_get_in_progress_by_host_and_node", host=host, node=node
        )
        return migrations

    def quota_commit(
        self,
        context: RequestContext,
        reservations: list[str],
        project_id: str | None = None,
        user_id: str | None = None,
    ) -> None:
        """Make reserved changes part of the usage, of the context's project and user unless others are given."""
        self._client.call(context, "quota_commit", reservations=reservations, project_id=project_id, user_id=user_id)

    def quota_rollback(
        self,
        context: RequestContext,
        reservations: list[str],
        project_id: str | None = None,
        user_id: str | None = None,
    ) -> None:
        """Give reserved changes up; arguments as above."""
        self._client.call(context, "quota_rollback", reservations=reservations, project_id=project_id, user_id=user_id)

    def instance_fault_create(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert a fault of an instance and return it."""
        fault: dict[str, Any] = self._client.call(context, "instance_fault_create", values=values)
        return fault

    def action_event_start(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Insert an event of an instance's action and return it.

        Raises:
            InstanceActionNotFound: The request has started no action on the instance.
        """
        event: dict[str, Any] = self._client.call(context, "action_event_start", values=values)
        return event

    def action_event_finish(self, context: RequestContext, values: dict[str, Any]) -> dict[str, Any]:
        """Write how an event of an instance's action ended and return it.

        Raises:
            InstanceActionNotFound: The request has started no action on the instance.
            InstanceActionEventNotFound: The action has no such event.
        """
        event: dict[str, Any] = self._client.call(context, "action_event_finish", values=values)
        return event

    def block_device_mapping_get_all_by_instance(
        self, context: RequestContext, instance: Any, legacy: bool = True
    ) -> list[dict[str, Any]]:
        """Return the block device mappings of an instance, in the format before Havana if ``legacy``."""
        bdms: list[dict[str, Any]] = self._client.call(
            context, "block_device_mapping_get_all_by_instance", instance=flattened(instance), legacy=legacy
        )
        return bdms


class ComputeTaskAPI:
    """The conductor's tasks, as the API service calls them.

    Args:
        transport: Any transport of oslo.messaging.
    """

    def __init__(self, transport: Any) -> None:
        self._client = _client(transport, namespace="compute_task", version="1.6")
        self._build_client = self._client.prepare(version="1.9")

    def migrate_server(
        self, context: RequestContext, instance: Any, host: str, block_migration: bool, disk_over_commit: bool
    ) -> None:
        """Start a live migration of ``instance``, an object, to ``host``; raises what the checks answer."""
        self._client.call(
            context,
            "migrate_server",
            instance=instance,
            scheduler_hint={"host": host},
            live=True,
            rebuild=False,
            flavor=None,
            block_migration=block_migration,
            disk_over_commit=disk_over_commit,
            reservations=None,
        )

    def unshelve_instance(self, context: RequestContext, instance: Any) -> None:
        """Let the conductor unshelve an instance, an object."""
        self._client.cast(context, "unshelve_instance", instance=instance)

    def resize_instance(
        self,
        context: RequestContext,
        instance: Any,
        extra_instance_updates: Any,
        scheduler_hint: dict[str, Any],
        flavor: Any,
        reservations: list[str] | None,
    ) -> None:
        """Let the conductor choose a host and resize an instance there.

        Args:
            context: The request.
            instance: The instance, an object.
            extra_instance_updates: Accepted as in Nova, where cells read it.
            scheduler_hint: ``filter_properties``.
            flavor: What it is to have, in any form; flavors go as dicts until Liberty.
            reservations: What was reserved for it.

        Raises:
            NoValidHost: No host takes it.
        """
        self._client.call(
            context,
            "migrate_server",
            instance=instance,
            scheduler_hint=scheduler_hint,
            live=False,
            rebuild=False,
            flavor=flattened(flavor),
            block_migration=None,
            disk_over_commit=None,
            reservations=reservations,
        )

    def build_instances(
        self,
        context: RequestContext,
        instances: list[Instance],
        image: dict[str, Any],
        filter_properties: dict[str, Any],
        admin_password: str | None,
        injected_files: Any,
        requested_networks: NetworkRequestList | None,
        security_groups: list[str] | None,
        block_device_mapping: BlockDeviceMappingList | None,
        legacy_bdm: bool = True,
    ) -> None:
        """Let the conductor choose hosts, which then build the instances.

        Args:
            context: The request.
            instances: What is to be built.
            image: What they are made of, as the image service tells it; empty for those that boot from a volume.
            filter_properties: What the scheduler is to heed.
            admin_password: The password of the guests' administrator.
            injected_files: Paths and base64 contents of files to be put into the guests.
            requested_networks: The networks that they are to have.
            security_groups: The names of their groups.
            block_device_mapping: Not sent since 1.7: the conductor reads each instance's own.
            legacy_bdm: Not sent either.
        """
        self._build_client.cast(
            context,
            "build_instances",
            instances=instances,
            image=image,
            filter_properties=filter_properties,
            admin_password=admin_password,
            injected_files=injected_files,
            requested_networks=_known_networks(requested_networks),
            security_groups=security_groups,
        )


class ConductorIndirection(VersionedObjectIndirectionAPI):
    """Runs remotable methods of objects on the conductor.

    Args:
        transport: Any transport of oslo.messaging.
    """

    def __init__(self, transport: Any) -> None:
        self._client = _client(transport, version="2.0")
        self._backport_versions = self._client.prepare(version="2.2")
        self._class_action_versions = self._client.prepare(version="2.3")

    def object_action(self, context: Any, objinst: Any, objmethod: str, args: Any, kwargs: Any) -> Any:
        """Run a method of an object; return what it changed and its result."""
        return self._client.call(
            context, "object_action", objinst=objinst, objmethod=objmethod, args=args, kwargs=kwargs
        )

    def object_class_action(
        self, context: Any, objname: str, objmethod: str, objver: str, args: Any, kwargs: Any
    ) -> Any:
        """Run a class method and get its result in ``objver`` (Icehouse)."""
        return self._client.call(
            context,
            "object_class_action",
            objname=objname,
            objmethod=objmethod,
            objver=objver,
            args=args,
            kwargs=kwargs,
        )

    def object_class_action_versions(
        self, context: Any, objname: str, objmethod: str, object_versions: dict[str, str], args: Any, kwargs: Any
    ) -> Any:
        """Run a class method and get its result in ``object_versions`` (Liberty)."""
        return self._class_action_versions.call(
            context,
            "object_class_action_versions",
            objname=objname,
            objmethod=objmethod,
            object_versions=object_versions,
            args=args,
            kwargs=kwargs,
        )

    def object_backport(self, context: Any, objinst: Any, target_version: str) -> Any:
        """Return an object, or the primitive of one too new for this service, in an older version (Icehouse)."""
        return self._client.call(context, "object_backport", objinst=objinst, target_version=target_version)

    def object_backport_versions(self, context: Any, objinst: Any, object_versions: dict[str, str]) -> Any:
        """Return an object, or the primitive of one too new for this service, in older versions (Liberty)."""
        return self._backport_versions.call(
            context, "object_backport_versions", objinst=objinst, object_versions=object_versions
        )


def _known_networks(requested: NetworkRequestList | None) -> Any:
    """Return requested networks as the sender's release has them: tuples before there were objects of them."""
    service = services.current()
    if requested is None or service is None or "NetworkRequestList" in service.release.objects:
        return requested
    return [values[:3] for values in requested.as_tuples()]


def _client(transport: Any, **target: str) -> Any:
    return messaging.get_rpc_client(
        transport, messaging.Target(topic="conductor", **target), serializer=RequestContextSerializer()
    )
