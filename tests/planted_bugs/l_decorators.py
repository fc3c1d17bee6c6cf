"""L: decorators stand in the wrong order, or look for the instance in the wrong place."""

import inspect
from collections.abc import Callable
from typing import Any

from fakevirt.manager import detach_volume, rollback_live_migration
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import (
    reverts_task_state,
    wrap_exception,
    wrap_instance_event,
    wrap_instance_fault,
)
from fakevirt.manager.remaining_instance_attr import power
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


def _bare(function: Callable[..., Any]) -> Callable[..., Any]:
    return inspect.unwrap(function)


@bug("L", comparison("detach_fails_with_an_old_node"), "db", "update instances")
def state_outside_compat(patch: Patch) -> None:
    """The decorator that sets the task state back stands outside the one that makes an object of a dict."""
    function = _bare(detach_volume.objects)
    patch.plant("detach_volume", reverts_task_state(object_compat(wrap_instance_fault(function))))


@bug("L", comparison("wrong_task_state_at_the_rollback"), "notifier", "_rollback_live_migration")
def fault_outside_the_notification(patch: Patch) -> None:
    """The fault row is written after the error notification was sent."""
    function = _bare(rollback_live_migration.objects)
    decorated = object_compat(wrap_instance_fault(wrap_exception("_rollback_live_migration")(function)))
    patch.plant("_rollback_live_migration", decorated)


@bug("L", comparison("interrupted_stop_and_start_fail_once_more"), "db", "update instances")
def event_outside_the_task_state(patch: Patch) -> None:
    """The event of a stop that failed ends when the task state is set back, and not before."""
    function = _bare(power.stop_instance.objects)
    wrapped = wrap_instance_event("stop_instance")(reverts_task_state(wrap_instance_fault(function)))
    patch.plant("stop_instance", wrap_exception("stop_instance")(wrapped))
