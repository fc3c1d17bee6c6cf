"""_reschedule_or_error: clean up after a failed build and let the scheduler try another host.

The steps are Juno's on both paths; the answer is whether another host is being tried. What differs is within the steps
that it takes, ``_reschedule`` most of all. After a clean-up that failed nothing is retried.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.building.request import BuildRequest
from fakevirt.objects.block_device import BlockDeviceMappingList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


def reschedule_or_error(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    error: Exception,
    request: BuildRequest,
    bdms: BlockDeviceMappingList,
) -> bool:
    """Clean up, and tell whether another host is being tried.

    Args:
        manager: The manager of the host.
        context: The request.
        instance: A dict or an object.
        error: What the build failed with.
        request: What was asked for.
        bdms: The disks of the instance.
    """
    elevated = context.elevated()
    manager._add_instance_fault_from_exc(elevated, instance, error)
    manager._notify_about_instance_usage(elevated, instance, "instance.create.error", fault=error)
    try:
        manager._shutdown_instance(elevated, instance, bdms, request.requested_networks)
        manager._cleanup_volumes(elevated, bdms)
    except Exception:
        with excutils.save_and_reraise_exception():
            LOG.error("The build failed before that", exc_info=error)
    arguments = (
        request.request_spec,
        request.admin_password,
        request.injected_files,
        request.requested_networks,
        request.is_first_time,
        request.filter_properties,
        request.legacy_bdm_in_spec,
    )
    try:
        rescheduled: bool = manager._reschedule(
            context,
            request.request_spec,
            request.filter_properties,
            instance,
            manager.scheduler_rpcapi.run_instance,
            arguments,
            states.SCHEDULING,
            error,
        )
    except Exception:
        LOG.exception("Error trying to reschedule")
        return False
    return rescheduled
