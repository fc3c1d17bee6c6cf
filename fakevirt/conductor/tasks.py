"""The conductor's tasks: operations that it sees through from the first check to the hosts."""

from __future__ import annotations

import logging
from typing import Any

import oslo_messaging as messaging
from oslo_utils import excutils

from fakevirt import exceptions, services, states
from fakevirt.conductor.action_event import action_event
from fakevirt.conductor.build_instances import BuildInstancesTask
from fakevirt.conductor.cold_migrate import ColdMigrationTask
from fakevirt.conductor.live_migrate import PRE_CHECK_ERRORS, LiveMigrationTask
from fakevirt.conductor.scheduler_utils import set_vm_state_and_notify
from fakevirt.conductor.unshelve import UnshelveTask
from fakevirt.context import RequestContext
from fakevirt.objects.instance import Instance
from fakevirt.objects.network_request import NetworkRequestList
from fakevirt.objects.quotas import Quotas
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.server import expected_exceptions
from fakevirt.usage_error import UsageError

LOG = logging.getLogger(__name__)


class ComputeTaskManager:
    """The RPC methods of the conductor that see a whole operation through, in a namespace of their own.

    Args:
        notifier: Where failures are told.
        compute_api: The compute managers of all hosts.
        scheduler: What chooses a host.
        image_api: The image service.
    """

    target: Any = messaging.Target(namespace="compute_task", version="1.9")

    def __init__(self, *, notifier: Any, compute_api: ComputeAPI, scheduler: Any, image_api: Any) -> None:
        self.notifier = notifier
        self.compute_api = compute_api
        self.scheduler = scheduler
        self.image_api = image_api

    @expected_exceptions(exceptions.NoValidHost, *PRE_CHECK_ERRORS)
    def migrate_server(
        self,
        context: RequestContext,
        instance: Any,
        scheduler_hint: dict[str, Any],
        live: bool,
        rebuild: bool,
        flavor: dict[str, Any] | None,
        block_migration: bool | None,
        disk_over_commit: bool | None,
        reservations: list[str] | None = None,
    ) -> None:
        """Start a live migration or a resize.

        Args:
            context: The request.
            instance: The instance, an object.
            scheduler_hint: ``host`` of a live migration, ``filter_properties`` of a resize.
            live: Whether it moves while it runs.
            rebuild: Whether it is built anew, which nothing here asks for.
            flavor: What it is to have after a resize.
            block_migration: Whether disks are copied.
            disk_over_commit: Whether disks may need more than the destination has.
            reservations: What was reserved for a resize.

        Raises:
            NotImplementedError: It is neither of the two.
            MigrationError: Something else than a check went wrong in a live migration.
            NoValidHost: No host takes the instance.
            Exception: What a check of the live migration raised; the instance is free again.
        """
        if live and not rebuild and not flavor:
            self._live_migrate(context, instance, scheduler_hint["host"], bool(block_migration), bool(disk_over_commit))
        elif not live and not rebuild and flavor:
            with action_event(context, instance.uuid, "cold_migrate"):
                self._cold_migrate(context, instance, flavor, scheduler_hint["filter_properties"], reservations)
        else:
            raise NotImplementedError

    def _live_migrate(
        self, context: RequestContext, instance: Any, host: str, block_migration: bool, disk_over_commit: bool
    ) -> None:
        task = LiveMigrationTask(context, instance, host, block_migration, disk_over_commit, self.compute_api)
        try:
            task.execute()
        except PRE_CHECK_ERRORS as error:
            updates = {
                "vm_state": instance.vm_state,
                "task_state": None,
                "expected_task_state": states.MIGRATING,
            }
            request_spec = {"instance_properties": {"uuid": instance.uuid}}
            self._set_vm_state_and_notify(context, updates, error, request_spec)
            raise
        except UsageError:
            raise
        except Exception as error:
            LOG.exception("Migration of instance %s to host %s unexpectedly failed.", instance.uuid, host)
            raise exceptions.MigrationError(reason=str(error)) from error

    def build_instances(
        self,
        context: RequestContext,
        instances: list[Instance],
        image: dict[str, Any],
        filter_properties: dict[str, Any],
        admin_password: str | None,
        injected_files: Any,
        requested_networks: Any,
        security_groups: list[str] | None,
        block_device_mapping: Any = None,
        legacy_bdm: bool = True,
    ) -> None:
        """Choose a host for each of ``instances`` and tell it to build.

        Until 1.8 the networks came as tuples; what is None or no longer sent is not used.
        """
        if requested_networks and not isinstance(requested_networks, NetworkRequestList):
            requested_networks = NetworkRequestList.from_tuples(requested_networks)
        task = BuildInstancesTask(
            compute_api=self.compute_api,
            scheduler=self.scheduler,
            notifier=self.notifier,
            max_attempts=services.running().settings.scheduler_max_attempts,
        )
        task.execute(
            context,
            instances,
            image,
            filter_properties,
            admin_password=admin_password,
            injected_files=injected_files,
            requested_networks=requested_networks,
            security_groups=security_groups,
        )

    def unshelve_instance(self, context: RequestContext, instance: Instance) -> None:
        """Start the guest of a shelved instance, or have it built anew; raises as :meth:`UnshelveTask.execute`."""
        task = UnshelveTask(compute_api=self.compute_api, scheduler=self.scheduler, image_api=self.image_api)
        task.execute(context, instance)

    def _cold_migrate(
        self,
        context: RequestContext,
        instance: Any,
        flavor: dict[str, Any],
        filter_properties: dict[str, Any],
        reservations: list[str] | None,
    ) -> None:
        task = ColdMigrationTask(
            context,
            instance,
            flavor,
            filter_properties,
            reservations,
            compute_api=self.compute_api,
            scheduler=self.scheduler,
            max_attempts=services.running().settings.scheduler_max_attempts,
        )
        quotas = Quotas.from_reservations(context, reservations, instance=instance)
        updates = {"vm_state": instance.vm_state, "task_state": None}
        try:
            destination = task.choose_destination()
        except exceptions.NoValidHost as error:
            self._set_vm_state_and_notify(context, updates, error, task.request_spec)
            quotas.rollback()
            kind = "cold migrate" if flavor["id"] == instance.instance_type_id else "resize"
            raise exceptions.NoValidHost(reason=f"No valid host found for {kind}") from error
        try:
            task.prepare(destination)
        except Exception as error:
            with excutils.save_and_reraise_exception():
                self._set_vm_state_and_notify(context, updates, error, task.request_spec)
                quotas.rollback()

    def _set_vm_state_and_notify(
        self, context: RequestContext, updates: dict[str, Any], error: Exception, request_spec: dict[str, Any]
    ) -> None:
        uuid = request_spec["instance_properties"]["uuid"]
        set_vm_state_and_notify(
            context, uuid, "compute_task", "migrate_server", updates, error, request_spec, self.notifier
        )
