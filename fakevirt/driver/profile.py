"""In which form a driver takes an instance, method by method: before, during and after its own conversion."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable
from typing import Any

from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.trace import current_scope
from fakevirt.usage_error import UsageError

#: The parameters that are an instance, or hold several.
_INSTANCES = {"instance", "instance_name", "instances", "compute_host_bdms"}
#: The methods of the interface that take an instance.
INSTANCE_METHODS = frozenset(
    name
    for name, method in inspect.getmembers(ComputeDriver, inspect.isfunction)
    if _INSTANCES & set(inspect.signature(method).parameters)
)


class Accepts(enum.Enum):
    """What a method can work with."""

    EITHER = "either"
    OBJECT_ONLY = "object only"
    DICT_ONLY = "dict only"


def reader(instance: Any) -> Callable[[str], Any]:
    """Return a function that reads a field: by subscript from a dict, by attribute from anything else."""
    return instance.__getitem__ if isinstance(instance, dict) else functools.partial(getattr, instance)


class Profile:
    """What each method of a driver accepts.

    Args:
        default: What methods accept that are not named.
        **per_method: What a method of the interface accepts.

    Raises:
        UsageError: There is no such method, or it takes no instance.
    """

    def __init__(self, default: Accepts = Accepts.EITHER, /, **per_method: Accepts) -> None:
        for name in per_method:
            if name not in INSTANCE_METHODS:
                raise UsageError(
                    expected="the name of a driver method that takes an instance",
                    happened=f"{name!r} is none",
                    where="Profile(…)",
                    how_to_go_on=f"take one of: {', '.join(sorted(INSTANCE_METHODS))}",
                )
        self._default = default
        self._per_method = per_method
        self._lenient_to: frozenset[str] = frozenset()

    def lenient_to(self, *work_items: str) -> Profile:
        """Return a profile whose methods work with either form while one of these work items is running."""
        lenient = Profile(self._default, **self._per_method)
        lenient._lenient_to = frozenset(work_items)
        return lenient

    def of(self, method: str) -> Accepts:
        """Return what ``method`` accepts."""
        return self._per_method.get(method, self._default)

    def reader(self, method: str, instance: Any) -> Callable[[str], Any]:
        """Return :func:`reader` of ``instance``, or raise what such a method raises when it is given the wrong form.

        Args:
            method: Who was given the instance.
            instance: A dict or an object.

        Raises:
            AttributeError: The method reads attributes, and this is a dict.
            TypeError: The method subscripts, and this is an object without that.
        """
        if current_scope() in self._lenient_to:
            return reader(instance)
        accepts = self.of(method)
        if accepts is Accepts.OBJECT_ONLY and isinstance(instance, dict):
            raise AttributeError("'dict' object has no attribute 'uuid'")
        if accepts is Accepts.DICT_ONLY and not isinstance(instance, dict):
            raise TypeError(f"'{type(instance).__name__}' object is not subscriptable")
        return reader(instance)
