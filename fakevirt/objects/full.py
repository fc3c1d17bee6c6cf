"""A full object of a class: every field is set, and so are the objects in it."""

from __future__ import annotations

import datetime
from typing import Any

from oslo_versionedobjects import fields as oslo

from fakevirt.objects import fields
from fakevirt.objects.base import NovaObject, NovaVersionedObjectRegistry
from fakevirt.usage_error import UsageError

_VALUES: dict[type, Any] = {
    oslo.Integer: 7,
    oslo.Float: 0.5,
    oslo.Boolean: True,
    oslo.String: "text",
    fields.UUID: "0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c",
    fields.DateTime: datetime.datetime(2014, 10, 16, tzinfo=datetime.UTC),
    oslo.IPAddress: "192.0.2.1",
    oslo.IPV4Address: "192.0.2.1",
    oslo.IPV6Address: "2001:db8::1",
    fields.NetworkModel: [{"id": "vif-1"}],
}


def full_object(cls: type[NovaObject], **values: Any) -> NovaObject:
    """Return an object of the newest version with every field set and nothing changed; it has no context.

    Args:
        cls: Its class.
        **values: Fields whose values are given; others have one that their type takes.

    Raises:
        UsageError: A field is of a type that no value is known for, and none is given.
    """
    obj = cls.obj_newest()
    for name, field in cls.fields.items():
        setattr(obj, name, values[name] if name in values else _value(cls, name, field._type))
    obj.obj_reset_changes(recursive=True)
    return obj


def _value(cls: type[NovaObject], name: str, kind: Any) -> Any:
    match kind:
        case oslo.Object():
            return full_object(NovaVersionedObjectRegistry.obj_classes()[kind._obj_name][0])
        case oslo.List():
            return [_value(cls, name, kind._element_type._type)]
        case oslo.Set():
            return {_value(cls, name, kind._element_type._type)}
        case oslo.Dict():
            return {"key": _value(cls, name, kind._element_type._type)}
        case _ if type(kind) in _VALUES:
            return _VALUES[type(kind)]
    raise UsageError(
        expected=f"a value for {cls.obj_name()}.{name}",
        happened=f"none is known for a field of type {type(kind).__name__}",
        where="fakevirt.objects.full.full_object(…)",
        how_to_go_on=f"give one: full_object({cls.obj_name()}, {name}=…)",
    )
