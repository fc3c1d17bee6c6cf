"""terminate_instance and _delete_instance: an instance goes, and all that was its. Cast by the API.

The second is also what a host does that finds a deletion unfinished, or one that was put off. The instance has been an
object since Havana. What changed: how the legacy path reads it, that it takes the guest down by a dict, has the
conductor delete the row (``instance_destroy``), and commits quotas through the conductor.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils, timeutils

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.locks import instance_lock
from fakevirt.manager.paths import BothPaths
from fakevirt.objects.base import NovaObject
from fakevirt.objects.block_device import BlockDeviceMappingList
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from fakevirt.objects.quotas import Quotas

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


@wrap_exception("terminate_instance")
@reverts_task_state
@wrap_instance_event("terminate_instance")
@wrap_instance_fault
def _terminate_legacy(
    manager: ComputeManager, context: RequestContext, instance: Instance, bdms: Any, reservations: list[str] | None
) -> None:
    _terminate(manager, context, instance, instance["uuid"], bdms, reservations)


@wrap_exception("terminate_instance")
@reverts_task_state
@wrap_instance_event("terminate_instance")
@wrap_instance_fault
def _terminate_objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, bdms: Any, reservations: list[str] | None
) -> None:
    _terminate(manager, context, instance, instance.uuid, bdms, reservations)


terminate_instance: BothPaths = BothPaths(legacy=_terminate_legacy, objects=_terminate_objects)


def _terminate(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    uuid: str,
    bdms: Any,
    reservations: list[str] | None,
) -> None:
    if any(not isinstance(bdm, NovaObject) for bdm in bdms):
        # An older API sends them in the format before Havana.
        bdms = BlockDeviceMappingList.get_by_instance_uuid(context, uuid)
    quotas = manager._get_quotas(context, reservations, instance)
    with instance_lock(uuid):
        try:
            manager._delete_instance(context, instance, bdms, quotas)
        except exceptions.InstanceNotFound:
            LOG.info("Instance %s disappeared during terminate", uuid)
        except Exception:
            with excutils.save_and_reraise_exception():
                LOG.exception("Setting instance %s to error", uuid)
                manager._set_instance_error_state(context, instance)


def _delete_legacy(
    manager: ComputeManager, context: RequestContext, instance: Instance, bdms: BlockDeviceMappingList, quotas: Any
) -> None:
    with _settling(quotas, soft_deleted=instance["vm_state"] == states.SOFT_DELETED):
        _begin(manager, context, instance)
        _take_down(manager, context, instance, legacy_dict(instance), bdms)
        system_metadata = instance["system_metadata"]
        row = manager.conductor_api.instance_destroy(context, instance)
        Instance._from_db_object(context, instance, row)
    _complete_deletion(manager, context, instance, bdms, quotas, system_metadata)


def _delete_objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, bdms: BlockDeviceMappingList, quotas: Any
) -> None:
    with _settling(quotas, soft_deleted=instance.vm_state == states.SOFT_DELETED):
        _begin(manager, context, instance)
        _take_down(manager, context, instance, instance, bdms)
        system_metadata = instance.system_metadata
        instance.destroy()
    _complete_deletion(manager, context, instance, bdms, quotas, system_metadata)


delete_instance: BothPaths = BothPaths(legacy=_delete_legacy, objects=_delete_objects)


@contextlib.contextmanager
def _settling(quotas: Any, *, soft_deleted: bool) -> Iterator[None]:
    """Give the reservations up if the block fails, and before it for an instance that was soft-deleted.

    What such an instance had was given back when it was soft-deleted.
    """
    if soft_deleted:
        with contextlib.suppress(Exception):
            quotas.rollback()
    try:
        yield
    except Exception:
        with excutils.save_and_reraise_exception():
            quotas.rollback()


def _begin(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    manager._clear_events_for_instance(instance)
    instance.info_cache.delete()  # type: ignore[union-attr]  # without one it cannot be deleted up to Kilo
    manager._notify_about_instance_usage(context, instance, "delete.start")


def _take_down(
    manager: ComputeManager, context: RequestContext, instance: Instance, guest: Any, bdms: BlockDeviceMappingList
) -> None:
    """Remove the guest from this host and note that the instance is deleted, whatever its task state has become.

    Args:
        manager: The manager.
        context: The request.
        instance: The instance.
        guest: The instance in the form in which the driver takes it.
        bdms: Its block devices.
    """
    manager._shutdown_instance(context, guest, bdms)
    # The guest is gone: a volume that cannot be deleted must not keep the instance from being so.
    manager._cleanup_volumes(context, bdms, raise_exc=False)
    instance.vm_state = states.DELETED
    instance.task_state = None
    instance.terminated_at = timeutils.utcnow()
    instance.save()
    manager._update_resource_tracker(context, instance)


def _complete_deletion(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    bdms: BlockDeviceMappingList,
    quotas: Any,
    system_metadata: dict[str, Any],
) -> None:
    quotas.commit()
    for bdm in bdms:
        bdm.destroy()
    manager._notify_about_instance_usage(context, instance, "delete.end", system_metadata=system_metadata)
    if manager.settings.consoles_enabled:
        manager.consoleauth_rpcapi.delete_tokens_for_instance(context, instance.uuid)


def complete_partial_deletion(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    """Delete an instance whose row says that it is deleted, and is there still (Juno, on both paths)."""
    # What the notification tells cannot be loaded of a deleted row; Juno tried, and so left the rest undone.
    system_metadata, _ = instance.system_metadata, instance.metadata
    instance.destroy()
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    quotas = Quotas.reserve_deletion(context, instance)
    _complete_deletion(manager, context, instance, bdms, quotas, system_metadata)
