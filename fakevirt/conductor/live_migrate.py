"""The conductor's part of a live migration: check, ask the destination, tell the source."""

from __future__ import annotations

import logging
from typing import Any

import oslo_messaging as messaging
from oslo_utils import timeutils

from fakevirt import exceptions, notifications, services, states
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects.instance_fault import InstanceFault, describe_fault
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.server import expected_exceptions
from fakevirt.usage_error import UsageError

LOG = logging.getLogger(__name__)

#: A service that has not been heard of for longer than that is down (seconds; Nova's default).
SERVICE_DOWN_TIME = 60

#: What a pre-check may answer. The instance is then free again; any other error leaves it as it is.
PRE_CHECK_ERRORS = (
    exceptions.ComputeServiceUnavailable,
    exceptions.DestinationHypervisorTooOld,
    exceptions.HypervisorUnavailable,
    exceptions.InstanceNotRunning,
    exceptions.InvalidCPUInfo,
    exceptions.InvalidHypervisorType,
    exceptions.InvalidLocalStorage,
    exceptions.InvalidSharedStorage,
    exceptions.MigrationPreCheckError,
    exceptions.UnableToMigrateToSelf,
)


class LiveMigrationTask:
    """One live migration as the conductor sees it.

    Args:
        context: The request.
        instance: The instance, an object.
        destination: The host that is to receive it.
        block_migration: Whether disks are copied.
        disk_over_commit: Whether disks may need more than the destination has.
        compute_api: The compute managers of all hosts.
    """

    def __init__(
        self,
        context: RequestContext,
        instance: Any,
        destination: str,
        block_migration: bool,
        disk_over_commit: bool,
        compute_api: ComputeAPI,
    ) -> None:
        self.context = context
        self.instance = instance
        self.destination = destination
        self.block_migration = block_migration
        self.disk_over_commit = disk_over_commit
        self.compute_api = compute_api
        self.source: str = instance.host

    def execute(self) -> None:
        """Check in Juno's order, ask the destination, and tell the source to migrate.

        Raises:
            InstanceNotRunning: The guest is not running.
            ComputeServiceUnavailable: The source or the destination is unknown or down.
            UnableToMigrateToSelf: The destination is the source.
            MigrationPreCheckError: The destination lacks memory.
            InvalidHypervisorType: The hypervisors differ in type.
            DestinationHypervisorTooOld: The destination's is older than the source's.
            Exception: What the destination's or the source's check raised.
        """
        if self.instance.power_state != states.RUNNING:
            raise exceptions.InstanceNotRunning(instance_id=self.instance.uuid)
        source = self._service_that_is_up(self.source)
        if self.destination == self.source:
            raise exceptions.UnableToMigrateToSelf(instance_id=self.instance.uuid, host=self.destination)
        destination = self._service_that_is_up(self.destination)
        self._check_memory(destination["compute_node"][0])
        _check_hypervisors(source["compute_node"][0], destination["compute_node"][0])
        migrate_data = self.compute_api.check_can_live_migrate_destination(
            self.context, self.instance, self.destination, self.block_migration, self.disk_over_commit
        )
        self.compute_api.live_migration(
            self.context,
            self.instance,
            self.destination,
            self.block_migration,
            self.source,
            migrate_data,
        )

    def _service_that_is_up(self, host: str) -> Any:
        try:
            service = db.service_get_by_compute_host(self.context, host)
        except exceptions.NotFound:
            raise exceptions.ComputeServiceUnavailable(host=host) from None
        heard_of = service["updated_at"] or service["created_at"]
        if abs(timeutils.delta_seconds(heard_of, timeutils.utcnow())) > SERVICE_DOWN_TIME:
            raise exceptions.ComputeServiceUnavailable(host=host)
        return service

    def _check_memory(self, node: Any) -> None:
        available, needed = node["free_ram_mb"], self.instance.memory_mb
        if not needed or available <= needed:
            reason = (
                f"Unable to migrate {self.instance.uuid} to {self.destination}: "
                f"Lack of memory(host:{available} <= instance:{needed})"
            )
            raise exceptions.MigrationPreCheckError(reason=reason)


def _check_hypervisors(source: Any, destination: Any) -> None:
    if source["hypervisor_type"] != destination["hypervisor_type"]:
        raise exceptions.InvalidHypervisorType()
    if source["hypervisor_version"] > destination["hypervisor_version"]:
        raise exceptions.DestinationHypervisorTooOld()


class ComputeTaskManager:
    """The RPC methods of the conductor that see a whole operation through, in a namespace of their own.

    Args:
        notifier: Where failures are told.
        compute_api: The compute managers of all hosts.
    """

    target = messaging.Target(namespace="compute_task", version="1.9")

    def __init__(self, *, notifier: Any, compute_api: ComputeAPI) -> None:
        self.notifier = notifier
        self.compute_api = compute_api

    @expected_exceptions(*PRE_CHECK_ERRORS)
    def migrate_server(
        self,
        context: RequestContext,
        instance: Any,
        host: str,
        block_migration: bool,
        disk_over_commit: bool,
    ) -> None:
        """Start a live migration of ``instance`` to ``host``.

        Raises:
            MigrationError: Something else than a check went wrong.
            Exception: What :meth:`LiveMigrationTask.execute` raised; the instance is free again.
        """
        task = LiveMigrationTask(context, instance, host, block_migration, disk_over_commit, self.compute_api)
        try:
            task.execute()
        except PRE_CHECK_ERRORS as error:
            self._set_vm_state_and_notify(context, instance, error)
            raise
        except UsageError:
            raise
        except Exception as error:
            LOG.exception("Migration of instance %s to host %s unexpectedly failed.", instance.uuid, host)
            raise exceptions.MigrationError(reason=str(error)) from error

    def _set_vm_state_and_notify(self, context: RequestContext, instance: Any, error: exceptions.NovaException) -> None:
        """End the migration in the instance's row, add a fault, and tell of both."""
        LOG.warning("Failed to compute_task_migrate_server: %s", error)
        updates = {
            "vm_state": instance.vm_state,
            "task_state": None,
            "expected_task_state": states.MIGRATING,
        }
        old, new = db.instance_update_and_get_original(context, instance.uuid, updates)
        notifications.send_update(context, old, new, service="compute_task")
        fault = InstanceFault(context, instance_uuid=instance.uuid, host=_running_host(), **describe_fault(error))
        fault.create()
        properties = {"uuid": instance.uuid}
        payload = {
            "request_spec": {"instance_properties": properties},
            "instance_properties": properties,
            "instance_id": instance.uuid,
            "state": instance.vm_state,
            "method": "migrate_server",
            "reason": error,
        }
        self.notifier.error(
            context, "compute_task.migrate_server", payload, publisher_id=f"compute_task.{_running_host()}"
        )


def _running_host() -> str:
    service = services.current()
    assert service is not None, "an RPC server runs its endpoints as a service"
    return service.host
