"""Rows as the primitives that went over the wire before there were objects."""

from __future__ import annotations

import datetime
from typing import Any

from oslo_utils import timeutils

from fakevirt import flavors
from fakevirt.db.models import Base

_SIMPLE = frozenset({str, int, bool, type(None)})


def legacy_dict(row: Base) -> dict[str, Any]:
    """Return what ``jsonutils.to_primitive(row)`` gave in Nova, in the format of the running service's release.

    Columns with times as text, the relationships that are joined as lists and dicts of the same kind, and the ``name``
    of an instance, which is no column. Nothing tells the version of what it holds: in Kilo a service has no list of its
    compute nodes, and the flavors of an instance are dicts in fields of their own and not among its system metadata.
    Nova's Kilo release patched some such dicts by hand for older hosts (``compat_instance``); these are what they are.
    """
    flat = {key: value if type(value) in _SIMPLE else _primitive(value) for key, value in row}
    if flavors.keeps_flavors_separate():
        flat.pop("compute_node", None)
        if "system_metadata" in flat:
            _separate_flavors(flat)
    return flat


def _separate_flavors(instance: dict[str, Any]) -> None:
    for prefix in ("", "old_", "new_"):
        try:
            instance[f"{prefix}flavor"] = flavors.find_flavor(instance.__getitem__, prefix)
        except KeyError:
            instance[f"{prefix}flavor"] = None
    instance.pop("extra", None)
    rows = instance["system_metadata"]
    instance["system_metadata"] = [row for row in rows if not flavors.is_flavor_key(row["key"])]


def _primitive(value: Any) -> Any:
    if isinstance(value, Base):
        return legacy_dict(value)
    if isinstance(value, list):
        return [_primitive(item) for item in value]
    return value.strftime(timeutils.PERFECT_TIME_FORMAT) if isinstance(value, datetime.datetime) else value
