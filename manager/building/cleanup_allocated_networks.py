"""_cleanup_allocated_networks: give the ports of a build that failed back, and note that there are none.

A step of build_and_run_instance, which has always had an object: both paths take it as it is.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fakevirt import exceptions
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance
    from fakevirt.objects.network_request import NetworkRequestList

LOG = logging.getLogger(__name__)


def cleanup_allocated_networks(
    manager: ComputeManager,
    context: RequestContext,
    instance: Instance,
    requested_networks: NetworkRequestList | None,
) -> None:
    """Do so; what goes wrong is logged, and an instance that is gone keeps no note."""
    try:
        manager._deallocate_network(context, instance, requested_networks)
    except Exception:
        LOG.exception("Failed to deallocate networks")
        return
    instance.system_metadata["network_allocated"] = "False"
    try:
        instance.save()
    except exceptions.InstanceNotFound:
        LOG.debug("Instance %s is gone", instance.uuid)
