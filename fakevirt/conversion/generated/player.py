"""The interpreter: what an example says is called, on a cloud."""

from __future__ import annotations

import sys
from typing import Any

from fakevirt.cloud import Cloud
from fakevirt.conversion.generated.example import Call, Example, Server
from fakevirt.usage_error import UsageError


class Player:
    """Plays an example on one cloud.

    Attributes:
        outcomes: For each call that was made, and planted no fault, the class of the exception that it raised, or None.
        unstruck: The numbers of the calls that planted a fault whose call never came.
    """

    def __init__(self, example: Example) -> None:
        self._example = example
        self.outcomes: list[type[Exception] | None] = []
        self.unstruck: frozenset[int] = frozenset()
        self.__name__ = "generated"

    def __call__(self, cloud: Cloud) -> list[str | None]:
        """Make every call, whatever became of the ones before it; without its server there is nothing more to ask for.

        Returns:
            How the calls ended: the names of exceptions.
        """
        servers: list[Any] = []
        for call in self._example.calls:
            if call.plants_fault:
                _value(call, cloud, servers)
                continue
            try:
                returned = _value(call, cloud, servers)
            except UsageError:
                raise
            except Exception as error:
                self.outcomes.append(_class_of(error))
                if call.makes_server:
                    break
            else:
                self.outcomes.append(None)
                if call.makes_server:
                    servers.append(returned)
        planted = [number for number, call in enumerate(self._example.calls) if call.plants_fault]
        waiting = cloud.faults.unstruck
        pairs = zip(planted, cloud.faults.faults, strict=False)
        self.unstruck = frozenset(number for number, fault in pairs if fault in waiting)
        return [None if outcome is None else outcome.__name__ for outcome in self.outcomes]


def _value(what: Any, cloud: Cloud, servers: list[Any]) -> Any:
    """Return what an argument stands for."""
    match what:
        case Call():
            method: Any = cloud
            for name in what.method.split("."):
                method = getattr(method, name)
            arguments = [_value(argument, cloud, servers) for argument in what.arguments]
            options = {name: _value(option, cloud, servers) for name, option in (what.options or {}).items()}
            returned = method(*arguments, **options)
            return returned if what.item is None else returned[what.item]
        case Server():
            return servers[what.number]
        case dict():
            return {name: _value(value, cloud, servers) for name, value in what.items()}
        case list():
            return [_value(value, cloud, servers) for value in what]
    return what


def _class_of(error: Exception) -> type[Exception]:
    """Return the class under which a test can expect an error: one that came over the wire has one of its own."""
    for kind in type(error).__mro__:
        if issubclass(kind, Exception) and _can_be_imported(kind):
            return kind
    raise AssertionError("Exception itself can be imported")


def _can_be_imported(kind: type) -> bool:
    return getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
