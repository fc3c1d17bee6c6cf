"""_set_instance_host_and_node: what the resource tracker writes when it has claimed resources for an instance.

What changed: the legacy path writes through the conductor and assigns the three columns by subscript as well, so that
the caller's instance agrees; on an object that marked them as changed, and the next save wrote them again. The object
path assigns and saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: Any, node: str) -> None:
    values = {"host": manager.host, "node": node, "launched_on": manager.host}
    manager.conductor_api.instance_update(context, instance["uuid"], **values)
    for name, value in values.items():
        instance[name] = value


def objects(manager: ComputeManager, context: RequestContext, instance: Instance, node: str) -> None:
    instance.host = manager.host
    instance.node = node
    instance.launched_on = manager.host
    instance.save()
