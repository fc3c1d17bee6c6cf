"""Checks by content that a class makes of its objects what older versions of it were.

It holds the class against its history, which is recorded apart from the code that converts: a field that
``obj_make_compatible`` forgets to drop is in the primitive and not in the history. It takes objects of fakevirt, and of
projects that derive theirs from :class:`fakevirt.objects.base.NovaObject`::

    check_compatibility(Widget, History.from_dict(json.loads(recorded)["Widget"]), make_widget)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakevirt.objects.base import NovaObject, older
from fakevirt.usage_error import UsageError


class CompatibilityError(AssertionError):
    """What a class makes of an object for an older peer is not what its history says."""


@dataclass(frozen=True, slots=True)
class Version:
    """A class as it was at one version.

    Args:
        fields: Its fields.
        children: The version of the objects in each field that holds some.
    """

    fields: frozenset[str]
    children: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """A class at each of its versions, the oldest first."""

    versions: Mapping[str, Version]

    @classmethod
    def from_dict(cls, record: Mapping[str, Mapping[str, Any]]) -> History:
        """Return the history that a record tells, such as one that was read from JSON.

        Args:
            record: For each version, the oldest first, what is other than in the one before: the fields that were
                ``added`` and ``removed`` (names), and the version of ``children`` by field.
        """
        versions = {}
        fields: frozenset[str] = frozenset()
        children: dict[str, str] = {}
        for name, change in record.items():
            fields = (fields - frozenset(change.get("removed", ()))) | frozenset(change.get("added", ()))
            children = {**children, **change.get("children", {})}
            versions[name] = Version(fields, {field: version for field, version in children.items() if field in fields})
        return cls(versions)


def check_compatibility(
    cls: type[NovaObject],
    history: History,
    make: Callable[[], NovaObject],
    *,
    before: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Check the primitive of a full object at every version, and what is read from each.

    At each version the primitive has exactly the recorded fields, the values that the newest version has, and children
    in the recorded versions; read back it is the same again, with nothing set but these fields; and it makes the same
    of itself for the version before as the newest one does.

    Args:
        cls: The class.
        history: Its history, up to the version that it has.
        make: Makes an object of the newest version with every field set; objects in it are set too.
        before: For a version at which something moved: the primitives of fields as they were before that version, where
            these differ from the newest ones.

    Raises:
        CompatibilityError: A version's primitive is another one, or cannot be read.
        UsageError: The history is not that of the class, or the object is not full.
    """
    obj = make()
    _check_history(cls, history)
    _check_is_full(cls, obj, history)
    newest = _primitive(obj)["nova_object.data"]
    checked: NovaObject = obj
    for version in reversed(list(history.versions)):
        primitive = _primitive(obj, version)
        _check_primitive(obj, primitive, history.versions[version], _values_at(version, newest, before or {}))
        if _primitive(checked, version) != primitive:
            raise _error(
                obj,
                version,
                expected=f"what {checked.VERSION} makes of itself is what {obj.VERSION} makes of itself",
                happened=f"other values of {_differing(_primitive(checked, version), primitive)}",
            )
        checked = _read_back(cls, primitive, version)


def _check_history(cls: type[NovaObject], history: History) -> None:
    newest = list(history.versions)[-1]
    recorded = history.versions[newest].fields
    if newest != cls.VERSION or recorded != cls.fields.keys():
        unrecorded = ", ".join(sorted(recorded ^ cls.fields.keys())) or "that version"
        raise UsageError(
            expected=f"a history of {cls.obj_name()} that ends with {cls.VERSION} and its fields",
            happened=f"it ends with {newest}, and one of the two does not have {unrecorded}",
            where=f"history of {cls.obj_name()}",
            how_to_go_on="record what the new version added and removed, after the class has a new version",
        )


def _check_is_full(cls: type[NovaObject], obj: NovaObject, history: History) -> None:
    children = history.versions[cls.VERSION].children
    unset = {name for name in cls.fields if not obj.obj_attr_is_set(name)}
    empty = {name for name in children if name not in unset and not getattr(obj, name)}
    if obj.VERSION != cls.VERSION or unset or empty:
        raise UsageError(
            expected=f"{cls.obj_name()} {cls.VERSION} with every field set",
            happened=f"{obj.VERSION}, without {', '.join(sorted(unset | empty)) or 'nothing'}",
            where=f"the object that is made to check {cls.obj_name()}",
            how_to_go_on="begin with obj_newest() and set every field and every object in it",
        )


def _values_at(version: str, newest: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    values = dict(newest)
    for since in sorted(before, key=lambda name: [int(part) for part in name.split(".")], reverse=True):
        if older(version, since):
            values.update(before[since])
    return values


def _primitive(obj: NovaObject, version: str | None = None) -> dict[str, Any]:
    primitive: dict[str, Any] = json.loads(json.dumps(obj.obj_to_primitive(version)))
    return primitive


def _check_primitive(
    obj: NovaObject, primitive: Mapping[str, Any], recorded: Version, values: Mapping[str, Any]
) -> None:
    version, data = primitive["nova_object.version"], primitive["nova_object.data"]
    for name in sorted(data.keys() - recorded.fields):
        raise _error(obj, version, name, expected=f"no {name}, which came later", happened="it is in the primitive")
    for name in sorted(recorded.fields - data.keys()):
        raise _error(
            obj, version, name, expected=f"{name}, which was there then", happened="it is not in the primitive"
        )
    for name in sorted(recorded.fields):
        if name in recorded.children:
            _check_children(obj, version, name, data[name], recorded.children[name])
        elif data[name] != values[name]:
            raise _error(obj, version, name, expected=f"{name} is {values[name]!r}", happened=f"it is {data[name]!r}")


def _check_children(obj: NovaObject, version: str, name: str, found: Any, child_version: str) -> None:
    held = getattr(obj, name)
    pairs = zip(held, found, strict=True) if isinstance(found, list) else [(held, found)]
    for child, primitive in pairs:
        is_at = primitive["nova_object.version"]
        what = f"{child.obj_name()} {child_version}"
        if is_at != child_version:
            raise _error(obj, version, name, expected=f"{what} in {name}", happened=f"it is {is_at}")
        if primitive["nova_object.data"] != _primitive(child, child_version)["nova_object.data"]:
            raise _error(
                obj,
                version,
                name,
                expected=f"the content of {what} in {name}",
                happened=f"other values of {_differing(primitive, _primitive(child, child_version))}",
            )


def _read_back(cls: type[NovaObject], primitive: dict[str, Any], version: str) -> NovaObject:
    data = primitive["nova_object.data"]
    known = data.keys() & cls.fields.keys()
    back = cls.obj_from_primitive(primitive)
    assert isinstance(back, NovaObject)
    are_set = {name for name in cls.fields if back.obj_attr_is_set(name)}
    for name in sorted(known ^ are_set):
        happened = "it is set" if name in are_set else "it is not set"
        raise _error(back, version, name, expected="set is what the primitive has, once it is read", happened=happened)
    again = _primitive(back, version)["nova_object.data"]
    for name in sorted(known):
        if again[name] != data[name]:
            expected = f"{name} is {data[name]!r} once it is read"
            raise _error(back, version, name, expected=expected, happened=f"it is {again[name]!r}")
    return back


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    first, second = one["nova_object.data"], other["nova_object.data"]
    missing = object()
    return ", ".join(
        name for name in sorted(first.keys() | second.keys()) if first.get(name, missing) != second.get(name, missing)
    )


def _error(
    obj: NovaObject, version: str, field: str | None = None, *, expected: str, happened: str
) -> CompatibilityError:
    return CompatibilityError(
        str(
            UsageError(
                expected=expected,
                happened=happened,
                where=f"{obj.obj_name()} {version}" + (f", field {field}" if field else ""),
                how_to_go_on="mend obj_added, obj_relationships, child_versions or obj_make_compatible, or the history",
            )
        )
    )
