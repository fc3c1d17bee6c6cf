"""What a guest has used so far.

What changed: the uuid and the state of an instance that does not run are read as attributes. ``get_diagnostics`` has
been sent an object since Icehouse; for ``get_instance_diagnostics`` clients went on making a dict of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.manager.paths import BothPaths

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("get_diagnostics")
@wrap_instance_fault
def _get_diagnostics_legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> dict[str, Any]:
    if manager._get_power_state(context, instance) != states.RUNNING:
        raise _not_running(instance["uuid"], instance["power_state"])
    return manager.driver.get_diagnostics(instance)


@object_compat
@wrap_exception("get_diagnostics")
@wrap_instance_fault
def _get_diagnostics_objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> dict[str, Any]:
    if manager._get_power_state(context, instance) != states.RUNNING:
        raise _not_running(instance.uuid, instance.power_state)
    return manager.driver.get_diagnostics(instance)


get_diagnostics: BothPaths = BothPaths(legacy=_get_diagnostics_legacy, objects=_get_diagnostics_objects)


@wrap_exception("get_instance_diagnostics")
@wrap_instance_fault
def _get_instance_diagnostics_legacy(manager: ComputeManager, context: RequestContext, instance: Any) -> dict[str, Any]:
    if manager._get_power_state(context, instance) != states.RUNNING:
        raise _not_running(instance["uuid"], instance["power_state"])
    diagnostics: dict[str, Any] = manager.driver.get_instance_diagnostics(instance).serialize()
    return diagnostics


@object_compat
@wrap_exception("get_instance_diagnostics")
@wrap_instance_fault
def _get_instance_diagnostics_objects(
    manager: ComputeManager, context: RequestContext, instance: Instance
) -> dict[str, Any]:
    if manager._get_power_state(context, instance) != states.RUNNING:
        raise _not_running(instance.uuid, instance.power_state)
    diagnostics: dict[str, Any] = manager.driver.get_instance_diagnostics(instance).serialize()
    return diagnostics


get_instance_diagnostics: BothPaths = BothPaths(
    legacy=_get_instance_diagnostics_legacy, objects=_get_instance_diagnostics_objects
)


def _not_running(uuid: str, power_state: int | None) -> exceptions.InstanceInvalidState:
    # Nova names get_diagnostics for both methods.
    return exceptions.InstanceInvalidState(
        instance_uuid=uuid, attr="power_state", state=power_state, method="get_diagnostics"
    )
