"""_deallocate_network and _try_deallocate_network: give an instance's ports back (Juno, on both paths).

A failure of the second leaves the instance in error.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


def deallocate_network(
    manager: ComputeManager, context: RequestContext, instance: Any, requested_networks: Any = None
) -> None:
    """Tell the network service that the instance needs its ports no more."""
    manager.network_api.deallocate_for_instance(context, instance, requested_networks=requested_networks)


def try_deallocate_network(
    manager: ComputeManager, context: RequestContext, instance: Any, requested_networks: Any = None
) -> None:
    """Do so, and set the instance to error if that fails."""
    try:
        manager._deallocate_network(context, instance, requested_networks)
    except Exception:
        with excutils.save_and_reraise_exception():
            LOG.error("Failed to deallocate the network of an instance")
            manager._set_instance_error_state(context, instance)
