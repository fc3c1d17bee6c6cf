"""refresh_instance_security_rules: the rules of an instance's groups have changed. Cast by the API.

What changed: the instance was a dict, made of a row that was reached through its group and so has no metadata, and is
an object (compute RPC 4.4, Liberty).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception
from fakevirt.manager.locks import instance_lock

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@wrap_exception("refresh_instance_security_rules")
def legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> None:
    with instance_lock(instance["uuid"]):
        _refresh(manager, instance)


@object_compat
@wrap_exception("refresh_instance_security_rules")
def objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    with instance_lock(instance.uuid):
        _refresh(manager, instance)


def _refresh(manager: ComputeManager, instance: Any) -> None:
    try:
        manager.driver.refresh_instance_security_rules(instance)
    except NotImplementedError:
        LOG.warning("Hypervisor driver does not support security groups.")
