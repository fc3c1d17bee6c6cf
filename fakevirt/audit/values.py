"""What is known of a value without running anything: a versioned object, a dict that stands for one, or several."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace


class Confidence(enum.IntEnum):
    """How sure it is what a value is."""

    #: It is an object in one case and a dict in another.
    LOW = 1
    #: It came through the calls of the module, or has the name of what is an object.
    MEDIUM = 2
    #: It was made here, or is declared.
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


@dataclass(frozen=True, slots=True)
class Object:
    """A versioned object.

    Args:
        cls: Its class.
        why: How that is known.
        confidence: How sure that is.
        brought: Which of its optional fields were asked for; None if that is not known.
        nullable: Whether it is a field that may be None in its place.
        in_place_of_a_dict: Whether the code around it still reads it as the dict whose place a conversion gave it.
    """

    cls: str
    why: str
    confidence: Confidence
    brought: frozenset[str] | None = None
    nullable: bool = False
    in_place_of_a_dict: bool = False


@dataclass(frozen=True, slots=True)
class Primitive:
    """A dict, or a list of some, that stands for an object.

    Args:
        why: Where it comes from.
        cls: The class that it stands for, if that is known.
        is_row: Whether it is a row of the database.
        is_response: Whether a raw call has returned it.
        flattened: The name that was flattened, if it was an object.
    """

    why: str
    cls: str | None = None
    is_row: bool = False
    is_response: bool = False
    flattened: str | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """Several values of one kind."""

    item: Value


@dataclass(frozen=True, slots=True)
class Keyed:
    """A dict with several values of one kind."""

    item: Value


@dataclass(frozen=True, slots=True)
class Several:
    """A tuple."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """An object in one case, and a dict in another."""

    object: Object
    primitive: Primitive


#: None: nothing is known of it.
Value = Nothing | Object | Primitive | Items | Keyed | Several | Either | None


class Unreached(enum.Enum):
    """Stands for the value of what was not looked at yet, and for no argument at all."""

    UNREACHED = "unreached"


UNREACHED = Unreached.UNREACHED


def join(one: Value | Unreached, other: Value | Unreached) -> Value | Unreached:
    """Return what is known of a value that is either of two."""
    if one == other or other is UNREACHED or isinstance(other, Nothing):
        return one
    if one is UNREACHED or isinstance(one, Nothing):
        return other
    if isinstance(one, Object) and isinstance(other, Object) and one.cls == other.cls:
        brought = None if one.brought is None or other.brought is None else one.brought & other.brought
        surer = one if one.confidence <= other.confidence else other
        return replace(surer, brought=brought, nullable=one.nullable or other.nullable)
    if isinstance(one, Items) and isinstance(other, Items):
        return Items(known(join(one.item, other.item)))
    if isinstance(one, Keyed) and isinstance(other, Keyed):
        return Keyed(known(join(one.item, other.item)))
    if isinstance(one, Several) and isinstance(other, Several) and len(one.values) == len(other.values):
        return Several(tuple(known(join(a, b)) for a, b in zip(one.values, other.values, strict=True)))
    objects = [value for value in (one, other) if isinstance(value, Object)]
    objects += [value.object for value in (one, other) if isinstance(value, Either)]
    primitives = [value for value in (one, other) if isinstance(value, Primitive)]
    primitives += [value.primitive for value in (one, other) if isinstance(value, Either)]
    if objects and primitives and (one is not None and other is not None):
        return Either(objects[0], primitives[0])
    if isinstance(one, Primitive) and isinstance(other, Primitive):
        return replace(one, cls=one.cls if one.cls == other.cls else None, flattened=None)
    return None


def join_all(values: Iterable[Value | Unreached]) -> Value | Unreached:
    """Return what is known of a value that is any of some."""
    start: Value | Unreached = UNREACHED
    return functools.reduce(join, values, start)


def known(value: Value | Unreached) -> Value:
    """Return a value, nothing being known of what was not reached."""
    return None if value is UNREACHED else value


def item_of(value: Value) -> Value:
    """Return what one gets by iterating."""
    return value.item if isinstance(value, Items) else None


def capped(value: Value, confidence: Confidence) -> Value:
    """Return a value of which one is no surer than that."""
    if isinstance(value, Object) and value.confidence > confidence:
        return replace(value, confidence=confidence)
    return value
