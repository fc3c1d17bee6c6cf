"""_get_instances_on_driver: the instances whose guests the hypervisor has (Juno, on both paths)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.objects.instance import Instance, InstanceList

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def get_instances_on_driver(
    manager: ComputeManager, context: RequestContext, filters: dict[str, Any]
) -> Iterable[Instance]:
    """Return those that match filters: by uuid, or by name where the driver lists no uuids."""
    try:
        uuids = manager.driver.list_instance_uuids()
    except NotImplementedError:
        names = manager.driver.list_instances()
        instances = InstanceList.get_by_filters(context, filters, use_slave=True)
        return [instance for instance in instances if instance.name in names]
    return InstanceList.get_by_filters(context, {**filters, "uuid": uuids}, use_slave=True)
