"""What crosses the socket between two processes of a cloud: values are copied, and functions stay where they are."""

from __future__ import annotations

import io
import itertools
import pickle
import sys
import types
from collections.abc import Callable
from functools import partial
from typing import Any

from fakevirt.context import RequestContext
from fakevirt.instrument.snapshot import LateFields
from fakevirt.objects.base import NovaObject

#: Calls a function that stayed where it is, given its number and its arguments.
CallBack = Callable[..., Any]


class Functions:
    """The functions that other processes may call, by number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._known: dict[int, Callable[..., Any]] = {}

    def add(self, function: Callable[..., Any]) -> int:
        """Keep a function, and return its number."""
        number = next(self._numbers)
        self._known[number] = function
        return number

    def __getitem__(self, number: int) -> Callable[..., Any]:
        return self._known[number]


def dumps(value: Any, functions: Functions) -> bytes:
    """Return a value as bytes.

    Args:
        value: The value.
        functions: Keeps functions that the receiver cannot import.
    """
    stream = io.BytesIO()
    _Pickler(stream, functions).dump(value)
    return stream.getvalue()


def loads(content: bytes, call_back: CallBack) -> Any:
    """Return the value that :func:`dumps` made bytes of.

    Args:
        content: The bytes.
        call_back: Calls a function of the sender.
    """
    return _Unpickler(io.BytesIO(content), call_back).load()


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, functions: Functions) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._functions = functions

    def reducer_override(self, value: Any) -> Any:
        """Take over what pickle cannot copy, or copies with too much around it."""
        match value:
            case NovaObject():
                return _object, (value.obj_to_primitive(), value._context)
            case RequestContext():
                return RequestContext.from_dict, (value.to_dict(),)
            case LateFields():
                return dict, (dict(value.items()),)
            case BaseException():
                return _reduced_error(value)
            case types.FunctionType() | types.MethodType() | partial() if not _is_importable(value):
                return _Stub, (self._functions.add(value), getattr(value, "__name__", "function"))
            case _:
                return NotImplemented


class _Stub:
    """Stands for a function of the sender until it is at the receiver."""


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, call_back: CallBack) -> None:
        super().__init__(stream)
        self._call_back = call_back

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name stands for, and for a stub what makes the function that it stands for."""
        return self._function if (module, name) == (__name__, _Stub.__name__) else super().find_class(module, name)

    def _function(self, number: int, name: str) -> Callable[..., Any]:
        def elsewhere(*args: Any, **kwargs: Any) -> Any:
            return self._call_back(number, args, kwargs)

        elsewhere.__name__ = name
        return elsewhere


def _is_importable(function: Any) -> bool:
    found: Any = sys.modules.get(getattr(function, "__module__", None) or "")
    for name in getattr(function, "__qualname__", "").split("."):
        found = getattr(found, name, None)
    return bool(found == function)


def _object(primitive: dict[str, Any], context: Any) -> NovaObject:
    made: NovaObject = NovaObject.obj_from_primitive(primitive, context=context)
    return made


def _reduced_error(error: BaseException) -> tuple[Any, ...]:
    kind = type(error)
    attributes = vars(error)
    if _is_importable(kind):
        return _error, (kind, error.args, attributes)
    # An error that came from another service has a class of its own: its base, with another name and text.
    return _remote_error, (kind.__name__, kind.__module__, kind.__mro__[1], error.args, attributes, str(error))


def _error(kind: type[BaseException], args: tuple[Any, ...], attributes: dict[str, Any]) -> BaseException:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(attributes)
    return error


def _remote_error(
    name: str, module: str, base: type[BaseException], args: tuple[Any, ...], attributes: dict[str, Any], text: str
) -> BaseException:
    kind = type(name, (base,), {"__module__": module, "__str__": lambda self: text})
    return _error(kind, args, attributes)
