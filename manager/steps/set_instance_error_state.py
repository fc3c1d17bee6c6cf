"""_set_instance_error_state: an instance is in error, unless it is gone.

What changed: the legacy path writes through ``_instance_update``; the object path assigns, saves and updates the
resource tracker (Liberty). It writes the state and nothing else: an object still has what an earlier save could not
write.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, states
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    try:
        manager._instance_update(context, instance["uuid"], vm_state=states.ERROR)
    except exceptions.InstanceNotFound:
        LOG.debug("Instance %s was destroyed before it could be set to error", instance["uuid"])


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    try:
        instance.obj_reset_changes(recursive=True)
        instance.vm_state = states.ERROR
        instance.save()
        manager._update_resource_tracker(context, instance)
    except exceptions.InstanceNotFound:
        LOG.debug("Instance %s was destroyed before it could be set to error", instance.uuid)
