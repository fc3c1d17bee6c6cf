"""How a method of the manager finds the function of its call path."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, Protocol

import oslo_messaging as messaging

from fakevirt import services
from fakevirt.instrument.probe import argument_namer
from fakevirt.instrument.trace import current_scope, scope
from fakevirt.manager.plan import CallPath

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
    runs as the manager's own service, whoever calls it.

    Args:
        pair: The two functions.
        work_item: The name of the work item.
        with_arguments: Whether the effect tells arguments and result. Helpers do without: all that they do with them is
            an effect of its own.
    """

    def __init__(self, pair: Pair, work_item: str, *, with_arguments: bool = True) -> None:
        self.work_item = work_item
        self.with_arguments = with_arguments
        self._pair = pair

    def __set_name__(self, owner: type, name: str) -> None:
        self._entries = {
            CallPath.LEGACY: self._entry(name, self._pair.legacy, CallPath.LEGACY),
            CallPath.OBJECTS: self._entry(name, self._pair.objects, CallPath.OBJECTS),
        }

    def __get__(self, manager: ComputeManager | None, owner: type) -> Callable[..., Any]:
        if manager is None:
            return self._entries[CallPath.OBJECTS]
        return MethodType(self._entries[manager.plan.path_of(self.work_item)], manager)

    def _entry(self, name: str, function: Callable[..., Any], path: CallPath) -> Callable[..., Any]:
        work_item, with_arguments = self.work_item, self.with_arguments
        named = argument_namer(function, skip=1)

        @functools.wraps(function)
        def entry(manager: ComputeManager, *args: Any, **kwargs: Any) -> Any:
            service = manager.service
            with services.running_as(service), scope(work_item):
                arguments = named(args, kwargs) if with_arguments else None
                effect = service.trace.record("manager", name, arguments, service=service.host, path=path.value)
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
