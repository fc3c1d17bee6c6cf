"""Objects as the primitives that a legacy client sends."""

from __future__ import annotations

import datetime
from typing import Any

from oslo_utils import timeutils

from fakevirt import flavors
from fakevirt.objects.base import NovaObject, obj_to_primitive


def legacy_dict(obj: NovaObject) -> dict[str, Any]:
    """Return ``obj`` as a client of an older RPC version sends it: a dict of the fields that are set.

    Objects in it are dicts and list objects lists of them, metadata are dicts, times are text, and an instance has its
    ``name``. Nothing tells the version of what it holds. Nova's Juno release makes it by ``jsonutils.to_primitive``.
    """
    if "flavor" in obj.fields and flavors.keeps_flavors_separate():
        # A dict cannot load what it lacks.
        obj.flavor  # noqa: B018
    flat: dict[str, Any] = _primitive(obj_to_primitive(obj))
    return flat


def object_json(obj: NovaObject) -> dict[str, Any]:
    """Return the primitive of an object as a column of JSON holds it: without what was changed."""
    primitive = obj.obj_to_primitive()
    primitive.pop("nova_object.changes", None)
    return primitive


def flattened(value: Any) -> Any:
    """Return :func:`legacy_dict` of an object, anything else as it is: what a legacy client does to arguments."""
    return legacy_dict(value) if isinstance(value, NovaObject) else value


def _primitive(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _primitive(item) for key, item in value.items()}
    if isinstance(value, list | set):
        return [_primitive(item) for item in value]
    return value.strftime(timeutils.PERFECT_TIME_FORMAT) if isinstance(value, datetime.datetime) else value
