"""The part of Nova's compute API that resizes: the API service runs it, and a host confirms by it what nobody has."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions, states
from fakevirt.conductor.api import ComputeTaskAPI
from fakevirt.context import RequestContext
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction
from fakevirt.objects.migration import Migration
from fakevirt.objects.quotas import Quotas
from fakevirt.rpc.compute import ComputeAPI
from fakevirt.rpc.instance_api import check_state
from fakevirt.settings import Settings


class ResizeAPI:
    """Checks, reserves and asks, as Juno's API does.

    Args:
        compute_rpcapi: The compute managers of all hosts.
        compute_task_api: The conductor's tasks.
        settings: How it is configured.
    """

    def __init__(self, compute_rpcapi: ComputeAPI, compute_task_api: ComputeTaskAPI, settings: Settings) -> None:
        self._compute_rpcapi = compute_rpcapi
        self._compute_task_api = compute_task_api
        self._settings = settings

    def resize(self, context: RequestContext, instance: Instance, flavor_id: str | None = None) -> None:
        """Let an instance have another flavor, on another host.

        Args:
            context: The request.
            instance: The instance.
            flavor_id: The flavor; without one the instance is only moved.

        Raises:
            InstanceInvalidState: It is neither active nor stopped, or something else is done with it.
            FlavorNotFound: There is no such flavor.
            CannotResizeToSameFlavor: It has the flavor already.
            NoValidHost: No host takes it.
        """
        check_state(instance, "resize", (states.ACTIVE, states.STOPPED))
        current = instance.get_flavor()
        flavor = Flavor.get_by_flavor_id(context, flavor_id, read_deleted="no") if flavor_id else current
        if flavor_id and flavor.id == current.id:
            raise exceptions.CannotResizeToSameFlavor()
        quotas = _reserve(context, instance, current, flavor, 1)
        instance.task_state = states.RESIZE_PREP
        instance.progress = 0
        instance.save(expected_task_state=[None])
        stays = self._settings.allow_resize_to_same_host and (flavor_id or self._settings.allow_migrate_to_same_host)
        filter_properties: dict[str, Any] = {"ignore_hosts": [] if stays else [instance.host]}
        InstanceAction.action_start(context, instance.uuid, "resize" if flavor_id else "migrate", want_result=False)
        self._compute_task_api.resize_instance(
            context, instance, {}, {"filter_properties": filter_properties}, flavor, quotas.reservations
        )

    def confirm_resize(self, context: RequestContext, instance: Instance, migration: Migration | None = None) -> None:
        """Let a resize be for good.

        Args:
            context: The request.
            instance: The instance.
            migration: Its migration; the one that is finished unless given.

        Raises:
            InstanceInvalidState: It was not resized.
            MigrationNotFoundByStatus: It has no migration that is finished.
        """
        check_state(instance, "confirm_resize", (states.RESIZED,), task_states=None)
        if migration is None:
            migration = Migration.get_by_instance_and_status(context.elevated(), instance.uuid, "finished")
        quotas = _reserve(context, instance, instance.get_flavor("old"), instance.get_flavor("new"), -1)
        migration.status = "confirming"
        migration.save()
        InstanceAction.action_start(context, instance.uuid, "confirmResize", want_result=False)
        assert migration.source_compute is not None
        self._compute_rpcapi.confirm_resize(context, instance, migration, migration.source_compute, quotas.reservations)


def _reserve(context: RequestContext, instance: Instance, old: Flavor, new: Flavor, sign: int) -> Quotas:
    """Reserve what the new flavor has more than the old one, or less (``sign`` is -1)."""
    changes = {"cores": new.vcpus - old.vcpus, "ram": new.memory_mb - old.memory_mb}
    deltas = {resource: change for resource, change in changes.items() if sign * change > 0}
    quotas = Quotas(context)
    if deltas:
        quotas.reserve(project_id=instance.project_id, user_id=instance.user_id, **deltas)
    return quotas
