"""Field types: oslo.versionedobjects' own, and quicker ones for what an instance has many of.

A quicker type takes and gives the same values as oslo's type of the same name, which is also the name that an object's
fingerprint has.
"""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

from oslo_versionedobjects import fields
from oslo_versionedobjects.base import VersionedObject
from oslo_versionedobjects.fields import (
    BooleanField,
    DictOfIntegersField,
    FloatField,
    IntegerField,
    IPAddressField,
    IPV4AddressField,
    IPV6AddressField,
    ListOfDictOfNullableStringsField,
    ListOfObjectsField,
    ListOfStringsField,
    ObjectField,
    SetOfIntegersField,
    StringField,
)

__all__ = [
    "BooleanField",
    "DateTimeField",
    "DictOfIntegersField",
    "DictOfNullableStringsField",
    "DictOfStringsField",
    "FloatField",
    "IPAddressField",
    "IPV4AddressField",
    "IPV6AddressField",
    "IntegerField",
    "ListOfDictOfNullableStringsField",
    "ListOfObjectsField",
    "ListOfStringsField",
    "NetworkModelField",
    "ObjectField",
    "SetOfIntegersField",
    "StringField",
    "UUIDField",
]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class UUID(fields.UUID):
    """A uuid as text; oslo's type sets up warning filters for each value, even for a good one."""

    def coerce(self, obj: VersionedObject | None, attr: str, value: Any) -> str:
        """Return ``value`` as text, warning of one that is no uuid."""
        if type(value) is str and _UUID.fullmatch(value):
            return value
        return super().coerce(obj, attr, value)


class DateTime(fields.DateTime):
    """A moment in UTC; on the wire it has no fraction of a second."""

    def coerce(self, obj: VersionedObject | None, attr: str, value: Any) -> datetime.datetime:
        """Return ``value``, a datetime or ISO 8601 text, with its time zone (UTC where it names none)."""
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value)
        return super().coerce(obj, attr, value)

    def from_primitive(self, obj: VersionedObject, attr: str, value: Any) -> datetime.datetime:
        """Return the moment that came over the wire."""
        return self.coerce(obj, attr, value)

    def to_primitive(self, obj: VersionedObject, attr: str, value: datetime.datetime) -> object:
        """Return what goes over the wire."""
        if value.tzinfo is datetime.UTC:
            return value.isoformat()[:19] + "Z"
        return super().to_primitive(obj, attr, value)


class Dict(fields.Dict[Any]):
    """A dict of texts that coerces what is put in later; what is text already is taken over at once."""

    def coerce(self, obj: VersionedObject | None, attr: str, value: Any) -> dict[str, Any]:
        """Return ``value`` as a dict that coerces."""
        if not isinstance(value, dict) or not all(type(part) is str for pair in value.items() for part in pair):
            return super().coerce(obj, attr, value)
        coerced: fields.CoercedDict[Any] = fields.CoercedDict()
        coerced.enable_coercing(self._element_type, obj, attr)
        dict.update(coerced, value)
        return coerced

    def from_primitive(self, obj: VersionedObject, attr: str, value: Any) -> dict[str, Any]:
        """Return the texts that came over the wire, which are their own primitives."""
        return dict(value)


class NetworkModel(fields.FieldType[list[dict[str, Any]]]):
    """The VIFs of an instance: a list of dicts, which is JSON text on the wire and in the database."""

    def coerce(self, obj: VersionedObject | None, attr: str, value: Any) -> list[dict[str, Any]]:
        """Return the VIFs, given as such or as JSON text."""
        if isinstance(value, str):
            value = json.loads(value)
        if not isinstance(value, list):
            raise ValueError(f"A network model is required in field {attr}, not a {type(value).__name__}")
        return value

    def from_primitive(self, obj: VersionedObject, attr: str, value: Any) -> list[dict[str, Any]]:
        """Return the VIFs that came over the wire."""
        return self.coerce(obj, attr, value)

    def to_primitive(self, obj: VersionedObject, attr: str, value: list[dict[str, Any]]) -> object:
        """Return the VIFs as JSON text."""
        return json.dumps(value)

    def stringify(self, value: list[dict[str, Any]]) -> str:
        """Return which VIFs these are."""
        return f"NetworkModel({','.join(str(vif['id']) for vif in value)})"


class UUIDField(fields.AutoTypedField[str]):
    """A field of type :class:`UUID`."""

    AUTO_TYPE: UUID = UUID()


class DateTimeField(fields.AutoTypedField[datetime.datetime]):
    """A field of type :class:`DateTime`."""

    AUTO_TYPE: DateTime = DateTime()


class DictOfStringsField(fields.AutoTypedField[dict[str, str]]):
    """A field of texts by name."""

    AUTO_TYPE: Any = Dict(fields.String())


class DictOfNullableStringsField(fields.AutoTypedField[dict[str, str | None]]):
    """A field of texts by name, some of which may be None."""

    AUTO_TYPE: Any = Dict(fields.String(), nullable=True)


class NetworkModelField(fields.AutoTypedField[list[dict[str, Any]]]):
    """A field of type :class:`NetworkModel`."""

    AUTO_TYPE: NetworkModel = NetworkModel()
