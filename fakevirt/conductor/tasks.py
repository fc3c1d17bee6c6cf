"""The conductor's tasks: operations that it sees through from the first check to the hosts."""

from __future__ import annotations

import logging
from typing import Any

import oslo_messaging as messaging

from fakevirt import exceptions, notifications, services, states
from fakevirt.conductor.build_instances import BuildInstancesTask
from fakevirt.conductor.live_migrate import PRE_CHECK_ERRORS, LiveMigrationTask
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_fault import InstanceFault, describe_fault
from fakevirt.objects.network_request import NetworkRequestList
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.server import expected_exceptions
from fakevirt.settings import Settings
from fakevirt.usage_error import UsageError

LOG = logging.getLogger(__name__)


class ComputeTaskManager:
    """The RPC methods of the conductor that see a whole operation through, in a namespace of their own.

    Args:
        notifier: Where failures are told.
        compute_api: The compute managers of all hosts.
        scheduler: What chooses a host.
    """

    target = messaging.Target(namespace="compute_task", version="1.9")

    def __init__(self, *, notifier: Any, compute_api: ComputeAPI, scheduler: Any) -> None:
        self.notifier = notifier
        self.compute_api = compute_api
        self.scheduler = scheduler

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
            max_attempts=_settings().scheduler_max_attempts,
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


def _settings() -> Settings:
    service = services.current()
    assert service is not None, "an RPC server runs its endpoints as a service"
    return service.settings


def _running_host() -> str:
    service = services.current()
    assert service is not None, "an RPC server runs its endpoints as a service"
    return service.host
