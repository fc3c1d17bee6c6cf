"""_instance_update: the dict path's way to write an instance.

It returns a new dict and leaves the caller's instance as it was. The object path has no use for it: it assigns and
saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.steps import update_resource_tracker

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def instance_update(
    manager: ComputeManager, context: RequestContext, instance_uuid: str, **updates: Any
) -> dict[str, Any]:
    """Write the columns through the conductor and update the resource tracker.

    Args:
        manager: The manager that writes.
        context: The request.
        instance_uuid: Whose row it is.
        **updates: Values by column, and ``expected_task_state``.

    Returns:
        The row as a dict.
    """
    instance: dict[str, Any] = manager.conductor_api.instance_update(context, instance_uuid, **updates)
    # Of the legacy path whoever calls: it has a dict.
    update_resource_tracker.legacy(manager, context, instance)
    return instance
