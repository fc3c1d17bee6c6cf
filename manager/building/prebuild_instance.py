"""_prebuild_instance: may the build begin? One that was deleted meanwhile ends here.

What changed: where the uuid is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

_DISAPPEARED = "Instance disappeared before we could start it"


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    manager._check_instance_exists(context, instance)
    try:
        manager._start_building(context, instance)
    except (exceptions.InstanceNotFound, exceptions.UnexpectedDeletingTaskStateError):
        raise exceptions.BuildAbortException(instance_uuid=instance["uuid"], reason=_DISAPPEARED) from None


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    manager._check_instance_exists(context, instance)
    try:
        manager._start_building(context, instance)
    except (exceptions.InstanceNotFound, exceptions.UnexpectedDeletingTaskStateError):
        raise exceptions.BuildAbortException(instance_uuid=instance.uuid, reason=_DISAPPEARED) from None
