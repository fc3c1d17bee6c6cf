"""suspend_instance: save a guest's memory and stop it. Cast by the API.

The instance has been an object since Havana. What changed: how the state is read that it goes back to when the driver
cannot suspend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.manager.decorators import reverts_task_state, wrap_exception, wrap_instance_event, wrap_instance_fault
from fakevirt.manager.paths import BothPaths

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@wrap_exception("suspend_instance")
@reverts_task_state
@wrap_instance_event("suspend_instance")
@wrap_instance_fault
def _legacy(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    _suspend(manager, context.elevated(), instance, instance["vm_state"])


@wrap_exception("suspend_instance")
@reverts_task_state
@wrap_instance_event("suspend_instance")
@wrap_instance_fault
def _objects(manager: ComputeManager, context: RequestContext, instance: Instance) -> None:
    _suspend(manager, context.elevated(), instance, instance.vm_state)


suspend_instance: BothPaths = BothPaths(legacy=_legacy, objects=_objects)


def _suspend(manager: ComputeManager, context: RequestContext, instance: Instance, vm_state: str) -> None:
    instance.system_metadata["old_vm_state"] = vm_state
    with manager._error_out_instance_on_exception(context, instance, instance_state=vm_state):
        manager.driver.suspend(instance)
    instance.power_state = manager._get_power_state(context, instance)
    instance.vm_state = states.SUSPENDED
    instance.task_state = None
    instance.save(expected_task_state=states.SUSPENDING)
    manager._notify_about_instance_usage(context, instance, "suspend")
