"""A live migration as the conductor sees it: check, ask the destination, tell the source."""

from __future__ import annotations

import logging
from typing import Any

from oslo_utils import timeutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.rpc.compute import ComputeAPI

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
