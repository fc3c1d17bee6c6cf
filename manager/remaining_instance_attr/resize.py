"""prep_resize, resize_instance and finish_resize: an instance gets another flavor on another host.

The conductor casts the first to the destination, which claims resources and casts the second to the source, which sends
the disks and casts the third back. Instance and migration have been objects since Havana, so that no dict comes here.
What changed: what was read of them by subscript; flavors, which were dicts from system metadata or from the message and
are ``Flavor`` objects (a message has a dict until Liberty); quotas, the notification of usage and the network service,
which were reached through the conductor.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils, timeutils

from fakevirt import exceptions, flavors, states
from fakevirt.context import RequestContext
from fakevirt.driver.profile import reader
from fakevirt.manager.decorators import (
    errors_out_migration,
    reverts_task_state,
    wrap_exception,
    wrap_instance_event,
    wrap_instance_fault,
)
from fakevirt.manager.legacy_flavors import keep_flavor
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.flavor import Flavor

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance
    from fakevirt.objects.migration import Migration

LOG = logging.getLogger(__name__)


@wrap_exception("prep_resize")
@reverts_task_state
@wrap_instance_event("prep_resize")
@wrap_instance_fault
def _prep_resize_legacy(
    manager: ComputeManager,
    context: RequestContext,
    image: dict[str, Any],
    instance: Instance,
    instance_type: dict[str, Any],
    reservations: list[str] | None,
    request_spec: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None,
    node: str | None,
) -> None:
    quotas = manager._get_quotas(context, reservations, instance)
    with _prepared(manager, context, instance, instance_type, quotas, request_spec, filter_properties):
        if not instance["host"]:
            _refuse(manager, context, instance, "Instance has no source host")
        if instance["host"] == manager.host and not manager.settings.allow_resize_to_same_host:
            _refuse(manager, context, instance, "destination same as source!")
        keep_flavor(instance, instance_type, "new")
        instance["system_metadata"]["old_vm_state"] = instance["vm_state"]
        instance.save()
        _claim_and_ask_source(
            manager, context, image, instance, instance_type, quotas.reservations, filter_properties, node
        )


@wrap_exception("prep_resize")
@reverts_task_state
@wrap_instance_event("prep_resize")
@wrap_instance_fault
def _prep_resize_objects(
    manager: ComputeManager,
    context: RequestContext,
    image: dict[str, Any],
    instance: Instance,
    instance_type: dict[str, Any],
    reservations: list[str] | None,
    request_spec: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None,
    node: str | None,
) -> None:
    flavor = Flavor.get_by_id(context, instance_type["id"])
    quotas = manager._get_quotas(context, reservations, instance)
    with _prepared(manager, context, instance, flavor, quotas, request_spec, filter_properties):
        if not instance.host:
            _refuse(manager, context, instance, "Instance has no source host")
        if instance.host == manager.host and not manager.settings.allow_resize_to_same_host:
            _refuse(manager, context, instance, "destination same as source!")
        instance.set_flavor(flavor, "new")
        instance.system_metadata["old_vm_state"] = instance.vm_state
        instance.save()
        _claim_and_ask_source(manager, context, image, instance, flavor, quotas.reservations, filter_properties, node)


prep_resize: BothPaths = BothPaths(legacy=_prep_resize_legacy, objects=_prep_resize_objects)


@wrap_exception("resize_instance")
@reverts_task_state
@wrap_instance_event("resize_instance")
@errors_out_migration
@wrap_instance_fault
def _resize_instance_legacy(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any],
    reservations: list[str] | None,
    migration: Migration,
    instance_type: dict[str, Any] | None,
) -> None:
    quotas = manager._get_quotas(context, reservations, instance)
    with manager._error_out_instance_on_exception(context, instance, quotas):
        flavor = instance_type or Flavor.get_by_id(context, migration["new_instance_type_id"])
        network_info, disk_info = _send_disks(manager, context, instance, migration, flavor)
        manager.conductor_api.network_migrate_instance_start(context, instance, migration)
        _hand_over(manager, context, instance, image, migration, quotas.reservations, network_info, disk_info)


@wrap_exception("resize_instance")
@reverts_task_state
@wrap_instance_event("resize_instance")
@errors_out_migration
@wrap_instance_fault
def _resize_instance_objects(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any],
    reservations: list[str] | None,
    migration: Migration,
    instance_type: dict[str, Any] | None,
) -> None:
    quotas = manager._get_quotas(context, reservations, instance)
    with manager._error_out_instance_on_exception(context, instance, quotas):
        flavor = Flavor.get_by_id(context, migration.new_instance_type_id)
        network_info, disk_info = _send_disks(manager, context, instance, migration, flavor)
        manager.network_api.migrate_instance_start(context, instance, migration)
        _hand_over(manager, context, instance, image, migration, quotas.reservations, network_info, disk_info)


resize_instance: BothPaths = BothPaths(legacy=_resize_instance_legacy, objects=_resize_instance_objects)


@wrap_exception("finish_resize")
@reverts_task_state
@wrap_instance_event("finish_resize")
@errors_out_migration
@wrap_instance_fault
def _finish_resize_legacy(
    manager: ComputeManager,
    context: RequestContext,
    disk_info: Any,
    image: dict[str, Any],
    instance: Instance,
    reservations: list[str] | None,
    migration: Migration,
) -> None:
    with _in_error_if_it_fails(manager, context, instance, manager._get_quotas(context, reservations, instance)):
        old_flavor = flavors.find_flavor(instance.__getitem__)
        old_vm_state = instance["system_metadata"].get("old_vm_state", states.ACTIVE)
        keep_flavor(instance, old_flavor, "old")
        resized = migration["old_instance_type_id"] != migration["new_instance_type_id"]
        if resized:
            _save_flavor_legacy(instance, flavors.find_flavor(instance.__getitem__, "new_"))
        manager.network_api.setup_networks_on_host(context, instance, migration["dest_compute"])
        manager.conductor_api.network_migrate_instance_finish(context, instance, migration)
        try:
            network_info = _build(manager, context, disk_info, image, instance, migration, old_vm_state, resized)
        except Exception:
            with excutils.save_and_reraise_exception():
                if resized:
                    _save_flavor_legacy(instance, old_flavor)
        _tell_finished(manager, context, instance, migration, network_info)


@wrap_exception("finish_resize")
@reverts_task_state
@wrap_instance_event("finish_resize")
@errors_out_migration
@wrap_instance_fault
def _finish_resize_objects(
    manager: ComputeManager,
    context: RequestContext,
    disk_info: Any,
    image: dict[str, Any],
    instance: Instance,
    reservations: list[str] | None,
    migration: Migration,
) -> None:
    with _in_error_if_it_fails(manager, context, instance, manager._get_quotas(context, reservations, instance)):
        old_flavor = instance.get_flavor()
        old_vm_state = instance.system_metadata.get("old_vm_state", states.ACTIVE)
        instance.set_flavor(old_flavor, "old")
        resized = migration.old_instance_type_id != migration.new_instance_type_id
        if resized:
            _save_flavor_objects(instance, instance.get_flavor("new"))
        manager.network_api.setup_networks_on_host(context, instance, migration.dest_compute)
        manager.network_api.migrate_instance_finish(context, instance, migration)
        try:
            network_info = _build(manager, context, disk_info, image, instance, migration, old_vm_state, resized)
        except Exception:
            with excutils.save_and_reraise_exception():
                if resized:
                    _save_flavor_objects(instance, old_flavor)
        _tell_finished(manager, context, instance, migration, network_info)


finish_resize: BothPaths = BothPaths(legacy=_finish_resize_legacy, objects=_finish_resize_objects)


def _save_flavor_legacy(instance: Instance, flavor: dict[str, Any]) -> None:
    keep_flavor(instance, flavor)
    instance.instance_type_id = flavor["id"]
    instance.memory_mb = flavor["memory_mb"]
    instance.vcpus = flavor["vcpus"]
    instance.root_gb = flavor["root_gb"]
    instance.ephemeral_gb = flavor["ephemeral_gb"]
    instance.save()


def _save_flavor_objects(instance: Instance, flavor: Flavor) -> None:
    instance.set_flavor(flavor)
    instance.instance_type_id = flavor.id
    instance.memory_mb = flavor.memory_mb
    instance.vcpus = flavor.vcpus
    instance.root_gb = flavor.root_gb
    instance.ephemeral_gb = flavor.ephemeral_gb
    instance.save()


@contextlib.contextmanager
def _prepared(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    flavor: Any,
    quotas: Any,
    request_spec: dict[str, Any] | None,
    filter_properties: dict[str, Any] | None,
) -> Iterator[None]:
    """Tell of the start and the end of the preparation, and try another host if it fails."""
    with manager._error_out_instance_on_exception(context, instance, quotas):
        manager._notify_usage_exists(context, instance, current_period=True)
        manager._notify_about_instance_usage(context, instance, "resize.prep.start")
        try:
            yield
        except exceptions.MigrationPreCheckError:
            # The driver cannot resize such an instance on any host.
            raise
        except Exception as error:
            _reschedule_resize_or_reraise(
                manager, context, instance, error, flavor, quotas, request_spec or {}, filter_properties or {}
            )
        finally:
            read = reader(flavor)
            new = {"new_instance_type": read("name"), "new_instance_type_id": read("id")}
            manager._notify_about_instance_usage(context, instance, "resize.prep.end", extra_usage_info=new)


def _refuse(manager: ComputeManager, context: RequestContext, instance: Instance, reason: str) -> None:
    manager._set_instance_error_state(context, instance)
    raise exceptions.MigrationError(reason=reason)


def _claim_and_ask_source(
    manager: ComputeManager,
    context: RequestContext,
    image: dict[str, Any],
    instance: Instance,
    flavor: Any,
    reservations: list[str] | None,
    filter_properties: dict[str, Any] | None,
    node: str | None,
) -> None:
    if node is None:
        node = manager.driver.get_available_nodes(refresh=True)[0]
    limits = (filter_properties or {}).get("limits", {})
    with manager._get_resource_tracker(node).resize_claim(context, instance, flavor, limits) as migration:
        manager.compute_rpcapi.resize_instance(context, instance, migration, image, flavor, reservations)


def _reschedule_resize_or_reraise(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    error: Exception,
    flavor: Any,
    quotas: Any,
    request_spec: dict[str, Any],
    filter_properties: dict[str, Any],
) -> None:
    """Let the conductor try another host, or raise ``error`` again."""
    arguments = (instance, None, {"filter_properties": filter_properties}, flavor, quotas.reservations)
    try:
        rescheduled = manager._reschedule(
            context,
            request_spec,
            filter_properties,
            instance,
            manager.compute_task_api.resize_instance,
            arguments,
            states.RESIZE_PREP,
            error,
        )
    except Exception as another:
        LOG.exception("Error trying to reschedule")
        _tell_error(manager, context, instance, another)
        rescheduled = False
    if not rescheduled:
        raise error
    LOG.error("The resize was rescheduled after an error", exc_info=error)
    _tell_error(manager, context, instance, error)


def _tell_error(manager: ComputeManager, context: RequestContext, instance: Instance, error: Exception) -> None:
    manager._add_instance_fault_from_exc(context, instance, error)
    manager._notify_about_instance_usage(context, instance, "resize.error", fault=error)


def _send_disks(
    manager: ComputeManager, context: RequestContext, instance: Instance, migration: Migration, flavor: Any
) -> tuple[list[dict[str, Any]], Any]:
    """Stop the guest, send its disks and let go of its volumes; return its VIFs and what is to be known of disks."""
    network_info = manager._get_instance_nw_info(context, instance)
    _set_status(migration, "migrating")
    instance.task_state = states.RESIZE_MIGRATING
    instance.save(expected_task_state=states.RESIZE_PREP)
    manager._notify_about_instance_usage(context, instance, "resize.start", network_info=network_info)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    block_device_info = manager._get_instance_block_device_info(context, instance, bdms=bdms)
    disk_info = manager.driver.migrate_disk_and_power_off(
        context,
        instance,
        str(migration.dest_host),
        flavor,
        network_info,
        block_device_info,
        manager.settings.shutdown_timeout,
        manager.SHUTDOWN_RETRY_INTERVAL,
    )
    manager._terminate_volume_connections(context, instance, bdms)
    return network_info, disk_info


def _hand_over(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    image: dict[str, Any],
    migration: Migration,
    reservations: list[str] | None,
    network_info: list[dict[str, Any]],
    disk_info: Any,
) -> None:
    _set_status(migration, "post-migrating")
    instance.host = migration.dest_compute
    instance.node = migration.dest_node
    instance.task_state = states.RESIZE_MIGRATED
    instance.save(expected_task_state=states.RESIZE_MIGRATING)
    manager.compute_rpcapi.finish_resize(
        context, instance, migration, image, disk_info, str(migration.dest_compute), reservations
    )
    manager._notify_about_instance_usage(context, instance, "resize.end", network_info=network_info)
    manager._clear_events_for_instance(instance)


@contextlib.contextmanager
def _in_error_if_it_fails(
    manager: ComputeManager, context: RequestContext, instance: Instance, quotas: Any
) -> Iterator[None]:
    """Commit what was reserved, or give it up and set the instance to error."""
    try:
        yield
        quotas.commit()
    except Exception:
        LOG.exception("Setting the instance to error")
        with excutils.save_and_reraise_exception():
            try:
                quotas.rollback()
            except Exception:
                LOG.exception("Failed to roll back the quotas of a resize that failed")
            manager._set_instance_error_state(context, instance)


def _build(
    manager: ComputeManager,
    context: RequestContext,
    disk_info: Any,
    image: dict[str, Any],
    instance: Instance,
    migration: Migration,
    old_vm_state: str | None,
    resized: bool,
) -> list[dict[str, Any]]:
    """Let the driver build the guest, and run it unless it was stopped before; return its VIFs."""
    network_info: list[dict[str, Any]] = manager._get_instance_nw_info(context, instance)
    instance.task_state = states.RESIZE_FINISH
    instance.save(expected_task_state=states.RESIZE_MIGRATED)
    manager._notify_about_instance_usage(context, instance, "finish_resize.start", network_info=network_info)
    block_device_info = manager._get_instance_block_device_info(context, instance, refresh_conn_info=True)
    manager.driver.finish_migration(
        context,
        migration,
        instance,
        disk_info,
        network_info,
        image,
        resized,
        block_device_info,
        old_vm_state != states.STOPPED,
    )
    return network_info


def _tell_finished(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    migration: Migration,
    network_info: list[dict[str, Any]],
) -> None:
    _set_status(migration, "finished")
    instance.vm_state = states.RESIZED
    instance.task_state = None
    instance.launched_at = timeutils.utcnow()
    instance.save(expected_task_state=states.RESIZE_FINISH)
    manager._notify_about_instance_usage(context, instance, "finish_resize.end", network_info=network_info)


def _set_status(migration: Migration, status: str) -> None:
    migration.status = status
    migration.save()
