"""_start_building: the instance is being built, unless it was scheduled elsewhere meanwhile or is being deleted.

What changed: the legacy path writes through ``_instance_update``, so that its instance goes on saying ``scheduling``
(Juno's object did so too); the object path assigns, saves and updates the resource tracker, as the
``_instance_update`` of Liberty does with an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import states
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    manager._instance_update(
        context,
        instance["uuid"],
        vm_state=states.BUILDING,
        task_state=None,
        expected_task_state=(states.SCHEDULING, None),
    )


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    instance.vm_state = states.BUILDING
    instance.task_state = None
    instance.save(expected_task_state=(states.SCHEDULING, None))
    manager._update_resource_tracker(context, instance)
