"""_validate_instance_group_policy: two builds may have been sent here at once that must not be on one host.

The scheduler sees to the policy of a server group; of two that it looked at before either was built, the later one is
stopped here. What changed: where the uuid is read. The group is an object on both paths (Icehouse).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oslo_concurrency import lockutils

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.objects.instance_group import InstanceGroup

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, context: RequestContext, instance: Any, filter_properties: dict[str, Any]) -> None:
    _validate(manager, context, instance["uuid"], filter_properties)


def objects(
    manager: ComputeManager, context: RequestContext, instance: Instance, filter_properties: dict[str, Any]
) -> None:
    _validate(manager, context, instance.uuid, filter_properties)


def _validate(
    manager: ComputeManager, context: RequestContext, instance_uuid: str, filter_properties: dict[str, Any]
) -> None:
    hint = (filter_properties.get("scheduler_hints") or {}).get("group")
    if not hint:
        return
    with lockutils.lock(hint):
        group = InstanceGroup.get_by_hint(context, hint)
        if "anti-affinity" in group.policies and manager.host in group.get_hosts(exclude=[instance_uuid]):
            raise exceptions.RescheduledException(
                instance_uuid=instance_uuid, reason="Anti-affinity instance group policy was violated."
            )
