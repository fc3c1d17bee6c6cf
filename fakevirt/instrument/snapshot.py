"""Values as they were at the moment of a call.

An argument may change after the call that carried it, so a trace keeps a snapshot: plain data, cheap to take.
Other parts teach :func:`snapshot` their own types with ``snapshot.register``.
"""

from __future__ import annotations

import abc
import datetime
import enum
import functools
import marshal
import types
import uuid
from collections.abc import Callable, ItemsView, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


class LateFields(Mapping[str, Any]):
    """Fields that were copied in the form they had, and are brought into order when somebody looks.

    Copying is what the call waits for that carries them.
    """

    __slots__ = ("_read",)

    _read: dict[str, Any]

    @abc.abstractmethod
    def read(self) -> dict[str, Any]:
        """Bring them into order."""

    def __getitem__(self, name: str) -> Any:
        return self._fields()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __eq__(self, other: object) -> bool:
        return self._fields() == (other._fields() if isinstance(other, LateFields) else other)

    def __repr__(self) -> str:
        return repr(self._fields())

    def items(self) -> ItemsView[str, Any]:
        """Return names and values."""
        return self._fields().items()

    def _fields(self) -> dict[str, Any]:
        try:
            return self._read
        except AttributeError:
            self._read = self.read()
            return self._read


@dataclass(slots=True)
class Entity:
    """A value that stands for a thing of the domain, whatever shape it came in.

    Nothing changes it. It is not frozen because that would quadruple what it costs to make one.

    Args:
        schema: The thing's name, such as ``Instance``.
        form: The shape it came in: ``object``, ``dict`` or ``row``.
        fields: Its content by field name.
        version: The version of the object, where the form has one.
        lazy: Fields that are not there and that reading would load.
    """

    schema: str
    form: str
    fields: Mapping[str, Any]
    version: str | None = None
    lazy: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that is passed on but has no content to compare: a function, a service, a lock."""

    name: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception: its class, where that class is defined, and its text in one line."""

    kind: str
    module: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Describe ``error`` without what its journey added to it.

        A remote exception (oslo.messaging) has ``_Remote`` behind its class and a traceback behind its text;
        one of Python's own keeps its class and carries both as its first argument.
        """
        kind = type(error)
        first = error.args[0] if error.args else None
        text = first if isinstance(first, str) and "\nTraceback (most recent call last)" in first else str(error)
        return cls(
            kind.__name__.removesuffix("_Remote"),
            kind.__module__.removesuffix("_Remote"),
            text.partition("\n")[0],
        )


#: Types that cannot change and are their own snapshot.
_IMMUTABLE = frozenset(
    {
        str,
        int,
        bool,
        type(None),
        float,
        bytes,
        datetime.datetime,
        datetime.date,
        datetime.timedelta,
        uuid.UUID,
        Entity,
        Reference,
        Failure,
    }
)


#: What a list of plain data begins with.
_MARSHALLED = frozenset({dict, list, str, int})
#: What takes the snapshots of each type that came along.
_handlers: dict[type, Callable[[Any], Any]] = {}


def snapshot(value: Any) -> Any:
    """Return ``value`` as plain data that later changes do not reach."""
    kind = type(value)
    if kind in _IMMUTABLE:
        return value
    # Most of what is not a leaf is one of these, and looking for its handler costs more than they do.
    if kind is dict:
        # Most of its values stay as they are: to copy it whole and to look for the others is quicker than to build it.
        taken = value.copy()
        for key, item in value.items():
            if type(item) not in _IMMUTABLE:
                taken[key] = snapshot(item)
        return taken
    if kind is list and value and type(value[0]) in _MARSHALLED:
        try:
            # It is plain data more often than not, nested several levels deep, and this copies it in one go.
            return marshal.loads(marshal.dumps(value))
        except ValueError:
            pass
    if kind is list or kind is tuple:
        return [item if type(item) in _IMMUTABLE else snapshot(item) for item in value]
    if isinstance(value, BaseException):
        # Each error that comes from another service has a class of its own, which is not to be kept.
        return Failure.of(value)
    if kind not in _handlers:
        _handlers[kind] = _snapshot.dispatch(kind)
    return _handlers[kind](value)


@functools.singledispatch
def _snapshot(value: Any) -> Any:
    # Subclasses of what cannot change: a frozen clock's datetime, an IntEnum.
    if isinstance(value, str | int | float | bytes | datetime.date | datetime.timedelta):
        return value
    if isinstance(value, enum.Enum):
        return Reference(f"{type(value).__name__}.{value.name}")
    if callable(value):
        return Reference(getattr(value, "__name__", type(value).__name__))
    return Reference(type(value).__name__)


@_snapshot.register(Mapping)
def _(value: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: item if type(item) in _IMMUTABLE else snapshot(item) for key, item in value.items()}


@_snapshot.register(list)
@_snapshot.register(tuple)
def _(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [snapshot(item) for item in value]


@_snapshot.register(set)
@_snapshot.register(frozenset)
def _(value: set[Any] | frozenset[Any]) -> list[Any]:
    return sorted((snapshot(item) for item in value), key=repr)


@_snapshot.register(types.FunctionType)
@_snapshot.register(types.MethodType)
def _(value: types.FunctionType | types.MethodType) -> Reference:
    return Reference(value.__name__)


def register(kind: type[T]) -> Callable[[Callable[[T], Any]], Callable[[T], Any]]:
    """Return a decorator that makes a function take the snapshots of ``kind`` and of what derives from it."""
    _handlers.clear()
    return _snapshot.register(kind)
