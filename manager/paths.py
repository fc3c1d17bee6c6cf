"""How a method of the manager finds the function of its call path."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, Protocol

from fakevirt import _oslo  # noqa: F401

# isort: split
import oslo_messaging as messaging

from fakevirt import services
from fakevirt.instrument.probe import argument_namer
from fakevirt.instrument.trace import current_scope, scope
from fakevirt.manager.plan import CallPath, check_work_item
from fakevirt.objects.base import NovaObject

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


class Pair(Protocol):
    """A module of this package: one method of the manager, on both call paths."""

    @property
    def legacy(self) -> Callable[..., Any]:
        """The function that handles dicts and calls the conductor's raw methods."""

    @property
    def objects(self) -> Callable[..., Any]:
        """The function that handles versioned objects."""


@dataclass(frozen=True, slots=True)
class BothPaths:
    """One method of a file that has several.

    Args:
        legacy: The function that handles dicts and calls the conductor's raw methods.
        objects: The function that handles versioned objects.
    """

    legacy: Callable[..., Any]
    objects: Callable[..., Any]


class WorkItemMethod:
    """A method that belongs to a work item: the plan says which function runs.

    The call is an effect of its own (channel ``manager``), and what happens in it is attributed to the work item. It
    runs as the manager's own service, whoever calls it. The effect's details tell the call path, the work item that
    called (``caller``) and in which form it handed the instance on (``instance``).

    Args:
        pair: The two functions.
        work_item: The name of the work item.
        with_arguments: Whether the effect tells arguments and result. Helpers do without: all that they do with them is
            an effect of its own.

    Raises:
        UsageError: There is no such work item.
    """

    def __init__(self, pair: Pair, work_item: str, *, with_arguments: bool = True) -> None:
        check_work_item(work_item, where="WorkItemMethod(…)")
        self.work_item = work_item
        self.with_arguments = with_arguments
        self._pair = pair

    def __set_name__(self, owner: type, name: str) -> None:
        self._functions = {CallPath.LEGACY: self._pair.legacy, CallPath.OBJECTS: self._pair.objects}
        self._namers = {path: argument_namer(function, skip=1) for path, function in self._functions.items()}
        self._entry = self._make_entry(name)

    def __get__(self, manager: ComputeManager | None, owner: type) -> Callable[..., Any]:
        return self._pair.objects if manager is None else MethodType(self._entry, manager)

    def function(self, path: str) -> Callable[..., Any]:
        """Return the function of a call path, given its name."""
        return self._functions[CallPath(path)]

    def _make_entry(self, name: str) -> Callable[..., Any]:
        work_item, with_arguments = self.work_item, self.with_arguments

        @functools.wraps(self._pair.objects)
        def entry(manager: ComputeManager, *args: Any, **kwargs: Any) -> Any:
            service, caller = manager.service, current_scope()
            with services.running_as(service), scope(work_item):
                # Asked at each call and not when the method is looked up: a callback may never be called.
                path = manager.plan.path_of(work_item)
                function, arguments = self._functions[path], self._namers[path](args, kwargs)
                effect = service.trace.record(
                    "manager",
                    name,
                    arguments if with_arguments else None,
                    service=service.host,
                    path=path.value,
                    caller=caller,
                    instance=_form_of(arguments.get("instance")),
                )
                try:
                    result = function(manager, *args, **kwargs)
                except messaging.ExpectedException as expected:
                    effect.raised(expected.exc_info[1])
                    raise
                except BaseException as error:
                    effect.raised(error)
                    raise
                effect.returned(result if with_arguments else None)
                return result

        entry.__name__ = name
        return entry


def _form_of(instance: Any) -> str | None:
    if isinstance(instance, dict):
        return "dict"
    return "object" if isinstance(instance, NovaObject) else None


class SharedStep:
    """A step that several work items share: it takes the call path of the work item that is running.

    Outside any work item it takes the object path.

    Args:
        pair: The two functions.
        work_item: The work item whose path it takes in place of the running one's: it keeps something from call to
            call, which has that path's form.
    """

    def __init__(self, pair: Pair, work_item: str | None = None) -> None:
        self._pair = pair
        self._work_item = work_item

    def __set_name__(self, owner: type, name: str) -> None:
        self._step.__name__ = name

    def __get__(self, manager: ComputeManager | None, owner: type) -> Callable[..., Any]:
        return self._pair.objects if manager is None else MethodType(self._step, manager)

    @functools.cached_property
    def _step(self) -> Callable[..., Any]:
        pair = self._pair

        @functools.wraps(pair.objects)
        def step(manager: ComputeManager, *args: Any, **kwargs: Any) -> Any:
            # Asked at each call: a spy is set up outside of any work item and keeps what it finds there.
            work_item = self._work_item or current_scope()
            path = manager.plan.path_of(work_item) if work_item else CallPath.OBJECTS
            function = pair.legacy if path is CallPath.LEGACY else pair.objects
            return function(manager, *args, **kwargs)

        return step
