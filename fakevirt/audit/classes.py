"""What is known of the classes of versioned objects: their fields, from the classes that fakevirt itself has."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from fakevirt import objects
from fakevirt.objects import fields as object_fields
from fakevirt.objects.base import NovaObject


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Args:
        holds: The class of the object that it holds, if it holds one.
        nullable: Whether it may be None.
        lazy: Whether it is loaded when it is read and not set.
    """

    holds: str | None
    nullable: bool
    lazy: bool


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """One class.

    Args:
        name: Its name.
        fields: Its fields by name; None if nothing is known of them.
        properties: What can be read besides, and not written.
        items: The class of what is in it, if it is a list.
    """

    name: str
    fields: dict[str, Field] | None
    properties: frozenset[str] = frozenset()
    items: str | None = None

    def can_read(self, name: str) -> bool:
        """Tell whether ``name`` is known, or may be one, of what can be read."""
        return self.fields is None or name in self.fields or name in self.properties

    def can_write(self, name: str) -> bool:
        """Tell whether ``name`` is known, or may be one, of what can be assigned."""
        return self.fields is None or name in self.fields


@functools.cache
def class_named(name: str) -> ObjectClass:
    """Return what is known of a class; of one that is none of Nova's, whether it is a list, by its name."""
    known = getattr(objects, name, None)
    if not (isinstance(known, type) and issubclass(known, NovaObject)):
        return ObjectClass(name, None, items=name.removesuffix("List") if name.endswith("List") else None)
    items = known.fields.get("objects")
    return ObjectClass(
        name,
        {field: _field(known, field, kind) for field, kind in known.fields.items()},
        frozenset(known.obj_extra_fields),
        items.objname if isinstance(items, object_fields.ListOfObjectsField) else None,
    )


def is_known(name: str) -> bool:
    """Tell whether fakevirt has a class of that name."""
    return class_named(name).fields is not None


def _field(owner: type[NovaObject], name: str, kind: Any) -> Field:
    holds = kind.objname if isinstance(kind, object_fields.ObjectField) else None
    return Field(holds, kind.nullable, name in owner.obj_lazy)
