"""_check_instance_exists: refuse to build what is there already.

What changed: where the name is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    if manager.driver.instance_exists(instance):
        raise exceptions.InstanceExists(name=instance["name"])


def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    if manager.driver.instance_exists(instance):
        raise exceptions.InstanceExists(name=instance.name)
