"""What reverts_task_state does: the instance is free again, whatever went wrong.

What changed: the legacy path writes through ``_instance_update``; the object path assigns, saves and updates the
resource tracker, as the ``_instance_update`` of Liberty does with an object. It writes the task state and nothing else:
an object still has what an earlier save could not write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    manager._instance_update(context, instance["uuid"], task_state=None)


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    instance.obj_reset_changes(recursive=True)
    instance.task_state = None
    instance.save()
    manager._update_resource_tracker(context, instance)
