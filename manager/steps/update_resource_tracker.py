"""_update_resource_tracker: count an instance anew if it is on this host, on a node that the driver has.

What changed: the legacy path is fed with the dict that ``_instance_update`` returns, the object path with the object
that was saved (Liberty).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: dict[str, Any]) -> None:
    if instance["host"] == manager.host and manager.driver.node_is_available(instance["node"]):
        manager._get_resource_tracker(instance["node"]).update_usage(context, instance.__getitem__)


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    if instance.host == manager.host and manager.driver.node_is_available(instance.node):
        tracker = manager._get_resource_tracker(instance.node)
        tracker.update_usage(context, functools.partial(getattr, instance))
