"""What every method of the manager does when something goes wrong, in Nova's order of decorators."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.instrument.probe import argument_namer

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)

Function = Callable[..., Any]

#: What an error leaves behind on its way out of a method, by decorators.
ERROR_NOTIFICATION, FAULT_ROW = "error notification", "fault row"


def left_by_errors(function: Function) -> frozenset[str]:
    """Return what an error that leaves a method of the manager should have left behind."""
    left: frozenset[str] = getattr(function, "_left_by_errors", frozenset())
    return left


def _leaving(function: Function, what: str) -> Function:
    # functools.wraps hands it on to the decorators around.
    function.__dict__["_left_by_errors"] = left_by_errors(function) | {what}
    return function


def wrap_exception(event_type: str) -> Callable[[Function], Function]:
    """Send an error notification when the method raises.

    Args:
        event_type: The method's name, which is the notification's event type.
    """

    def decorate(function: Function) -> Function:
        named = argument_namer(function, skip=2)

        @functools.wraps(function)
        def wrapped(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
            try:
                return function(manager, context, *args, **kwargs)
            except Exception as error:
                payload = {"exception": error, "args": named(args, kwargs)}
                manager.notifier.error(context, event_type, payload)
                raise

        return _leaving(wrapped, ERROR_NOTIFICATION)

    return decorate


def reverts_task_state(function: Function) -> Function:
    """Set the instance's task state back when the method raises, unless it is the state itself that was unexpected.

    A failure of that is logged and does not hide the error that led to it.
    """
    named = argument_namer(function, skip=2)

    @functools.wraps(function)
    def wrapped(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(manager, context, *args, **kwargs)
        except exceptions.UnexpectedTaskStateError as error:
            LOG.info("Task possibly preempted: %s", error.format_message())
            raise
        except Exception:
            try:
                manager._revert_task_state(context, named(args, kwargs)["instance"])
            except Exception:
                LOG.exception("Failed to revert the task state")
            raise

    return wrapped


def wrap_instance_fault(function: Function) -> Function:
    """Add a fault row to the instance when the method raises, unless it is the instance that was not found."""
    named = argument_namer(function, skip=2)

    @functools.wraps(function)
    def wrapped(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(manager, context, *args, **kwargs)
        except exceptions.InstanceNotFound:
            raise
        except Exception as error:
            instance = named(args, kwargs)["instance"]
            manager._add_instance_fault_from_exc(context, instance, error)
            raise

    return _leaving(wrapped, FAULT_ROW)


def wrap_instance_event(event_name: str) -> Callable[[Function], Function]:
    """Note the start and the end of the method as an event of the instance's action.

    Args:
        event_name: The method's name; the event is called ``compute_<name>``.
    """

    def decorate(function: Function) -> Function:
        named = argument_namer(function, skip=2)
        event = f"compute_{event_name}"

        @functools.wraps(function)
        def wrapped(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
            instance = named(args, kwargs)["instance"]
            manager._event_start(context, instance, event)
            try:
                result = function(manager, context, *args, **kwargs)
            except Exception as error:
                manager._event_finish(context, instance, event, error)
                raise
            manager._event_finish(context, instance, event, None)
            return result

        return wrapped

    return decorate


def errors_out_migration(function: Function) -> Function:
    """Set the migration to error when the method raises while it is under way.

    A failure of that is logged and does not hide the error that led to it.
    """
    named = argument_namer(function, skip=2)

    @functools.wraps(function)
    def wrapped(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(manager, context, *args, **kwargs)
        except Exception:
            migration = named(args, kwargs)["migration"]
            if migration.status in ("migrating", "post-migrating"):
                try:
                    migration.status = "error"
                    migration.save()
                except Exception:
                    LOG.exception("Failed to set the migration to error")
            raise

    return wrapped
