"""Rows as the primitives that went over the wire before there were objects."""

from __future__ import annotations

import datetime
from typing import Any

from fakevirt.db.models import Base

#: How Icehouse's ``timeutils.strtime`` writes a time.
_STRTIME = "%Y-%m-%dT%H:%M:%S.%f"

_SIMPLE = frozenset({str, int, bool, type(None)})


def legacy_dict(row: Base) -> dict[str, Any]:
    """Return what ``jsonutils.to_primitive(row)`` gave in Nova's Icehouse release.

    Columns with times as text, the relationships that are joined as lists and dicts of the same kind, and the ``name``
    of an instance, which is no column. Nothing tells the version of what it holds.
    """
    return {key: value if type(value) in _SIMPLE else _primitive(value) for key, value in row}


def _primitive(value: Any) -> Any:
    if isinstance(value, Base):
        return legacy_dict(value)
    if isinstance(value, list):
        return [_primitive(item) for item in value]
    return value.strftime(_STRTIME) if isinstance(value, datetime.datetime) else value
