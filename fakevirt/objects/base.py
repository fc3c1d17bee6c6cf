"""What all objects have in common: versions, serialisation, the way to the conductor, and the dict that they once were.

It is oslo.versionedobjects throughout. Replaced are its registry, which is one per process, the loops over all fields
that an object of sixty fields goes through several times on its way over the wire, and how it brings children to an
older version: it gives the items of a list a version that their receiver has told it does not know.

There is one class per object, with everything that its newest version has. An object that a service makes is of the
version in the manifest of the service's release, and so has the fields of that version only (:class:`_Layout`). Outside
any service the release is the one that clouds are of by default.
"""

from __future__ import annotations

import collections
import copy
import datetime
import functools
import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, ParamSpec, Self, TypeVar

import netaddr  # type: ignore[import-untyped]
from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects.base import ObjectListBase, VersionedObjectIndirectionAPI
from oslo_versionedobjects.exception import (
    IncompatibleObjectVersion,
    InvalidTargetVersion,
    OrphanedObjectError,
    UnsupportedObjectError,
)
from oslo_versionedobjects.fields import Boolean, CoercedDict, Field, Integer, String

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db.models import Base as Row
from fakevirt.exceptions import ObjectActionError
from fakevirt.instrument.snapshot import Entity, LateFields, register, snapshot
from fakevirt.objects import fields
from fakevirt.releases import CURRENT, KILO, Release
from fakevirt.tracebacks import text_of_traceback
from fakevirt.usage_error import UsageError

__all__ = [
    "NovaObject",
    "NovaObjectDictCompat",
    "NovaObjectList",
    "NovaObjectSerializer",
    "NovaPersistentObject",
    "NovaVersionedObjectRegistry",
    "UnsetIsNone",
    "obj_make_list",
    "obj_to_primitive",
    "older",
    "remotable",
    "running_fields",
    "running_version",
    "serialize_args",
    "tree_versions",
]

P = ParamSpec("P")
R = TypeVar("R")
_Object = TypeVar("_Object", bound="NovaObject")
_List = TypeVar("_List", bound="NovaObjectList[Any]")

#: The fields of a class by name.
Fields = MutableMapping[str, Field[Any]]
#: Versions of a field, a class or the items of a list, by the name or version that they go with.
Versions = Mapping[str, str]
#: For each field that holds an object: since which own version it has which version of that object.
Relationships = dict[str, list[tuple[str, str]]]

#: Types whose values a field of oslo's type takes as they are.
_UNCHANGED: dict[type, type] = {String: str, Integer: int, Boolean: bool}
#: Field types whose values are their own primitives and snapshots.
_PLAIN = frozenset({String, Integer, Boolean, fields.UUID})
#: Types that cannot change: their own snapshot and their own copy.
_CONSTANT = frozenset({NoneType, str, int, bool, float, datetime.datetime})
#: Attributes that a copy of an object has in common with it.
_SHARED = frozenset({"_context", "_layout", "fields"})
_UNSET: Any = object()


class _Slot(NamedTuple):
    """A field of a class as the quick loops want it: ``unchanged`` is the type whose values coercion leaves alone."""

    name: str
    key: str
    unchanged: type | None
    nullable: bool
    field: Field[Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """The fields of a class at one version, and which of them each of the quick loops goes through.

    Args:
        fields: All fields by name.
        slots: All fields.
        columns: Those that are taken over from a row as they are.
        plain_keys: Names and attributes of those whose values are their own primitives and snapshots.
        not_plain: The others.
        keys: Names and attributes of all.
        mutable_keys: Attributes of those whose values can change.
        lazy_keys: Names and attributes of those that a read loads.
        children: Attributes of those that are one object.
        held: The names of the classes whose objects it can hold.
        own: What an object of this version has instead of its class's attributes.
    """

    fields: Fields
    slots: tuple[_Slot, ...]
    columns: tuple[_Slot, ...]
    plain_keys: tuple[tuple[str, str], ...]
    not_plain: tuple[_Slot, ...]
    keys: tuple[tuple[str, str], ...]
    mutable_keys: tuple[str, ...]
    lazy_keys: tuple[tuple[str, str], ...]
    children: tuple[str, ...]
    held: tuple[str, ...]
    own: dict[str, Any]


def _make_layout(cls: type[NovaObject], version: str) -> _Layout:
    since = _since(cls)
    held_fields = {name: field for name, field in cls.fields.items() if not older(version, since.get(name, "1.0"))}
    slots = tuple(
        _Slot(name, f"_obj_{name}", _UNCHANGED.get(type(field._type)), field.nullable, field)
        for name, field in held_fields.items()
    )
    not_plain = tuple(slot for slot in slots if type(slot.field._type) not in _PLAIN)
    layout = _Layout(
        fields=held_fields,
        slots=slots,
        columns=tuple(slot for slot in slots if slot.name not in cls.obj_not_columns),
        plain_keys=tuple((slot.name, slot.key) for slot in slots if slot not in not_plain),
        not_plain=not_plain,
        keys=tuple((slot.name, slot.key) for slot in slots),
        mutable_keys=tuple(slot.key for slot in not_plain if type(slot.field._type) is not fields.DateTime),
        lazy_keys=tuple((slot.name, slot.key) for slot in slots if slot.name in cls.obj_lazy),
        children=tuple(slot.key for slot in slots if isinstance(slot.field, fields.ObjectField)),
        held=tuple(
            field.objname
            for field in held_fields.values()
            if isinstance(field, fields.ObjectField | fields.ListOfObjectsField)
        ),
        own={"VERSION": version, "fields": held_fields},
    )
    layout.own["_layout"] = layout
    return layout


def _since(cls: type[NovaObject]) -> dict[str, str]:
    """Return the version that brought each field which the first version did not have."""
    since = {name: relations[0][0] for name, relations in cls.obj_relationships.items() if name in cls.fields}
    return since | dict(cls.obj_added)


_parsed = functools.cache(versionutils.convert_version_to_tuple)
_is_compatible = functools.cache(versionutils.is_compatible)


def older(version: str, than: str) -> bool:
    """Return whether a version is older than another one."""
    return _parsed(version) < _parsed(than)


class NovaVersionedObjectRegistry(base.VersionedObjectRegistry):
    """The classes of these objects by name.

    oslo's own registry is one per process: a real Nova in it would find these classes under the names of its own.
    """

    _classes: ClassVar[collections.defaultdict[str, list[type[NovaObject]]]] = collections.defaultdict(list)

    def __new__(cls) -> Self:
        """Return a view of the classes."""
        self = object.__new__(cls)
        self._obj_classes = cls._classes  # type: ignore[assignment]
        return self

    @classmethod
    def obj_classes(cls) -> collections.defaultdict[str, list[type[NovaObject]]]:  # type: ignore[override]
        """Return the classes by name, the newest version of each first."""
        return cls._classes

    def _register_class(self, cls: type[base.VersionedObject]) -> None:
        super()._register_class(cls)
        assert issubclass(cls, NovaObject)
        for name, version in _since(cls).items():
            if version != "1.0":
                setattr(cls, name, _only_where_it_is(name, getattr(cls, name)))
        cls._layouts = {}
        cls._layout = cls._layout_of(cls.VERSION)
        cls._last = None, cls._layout
        tree_versions_of.cache_clear()


def _only_where_it_is(name: str, field: property) -> property:
    """Return the property of a field that objects of older versions do not have: they do not load it either."""
    key = f"_obj_{name}"
    get = field.fget
    assert get is not None

    def getter(self: NovaObject) -> Any:
        if name not in self.fields and key not in vars(self):
            raise self._not_loadable(name)
        return get(self)

    return property(getter, field.fset, field.fdel)


def _layout_in(cls: type[NovaObject], release: Release) -> _Layout:
    """Return the fields that an object has which a service of ``release`` makes."""
    if cls._last[0] is not release:
        if release not in cls._layouts:
            cls._layouts[release] = _make_layout_in(cls, release)
        cls._last = release, cls._layouts[release]
    return cls._last[1]


def _version_in(release: Release, cls: type[NovaObject]) -> str | None:
    """Return the version of a class that a release has; None if it has none.

    The release that clouds are of by default has every class that is none of Nova's: a project's own.
    """
    name = cls.obj_name()
    is_own = release == CURRENT and name not in KILO.objects
    return cls.VERSION if is_own else release.objects.get(name)


def _make_layout_in(cls: type[NovaObject], release: Release) -> _Layout:
    version = release.objects.get(cls.obj_name(), cls.VERSION)
    if older(cls.VERSION, version):
        raise UsageError(
            expected=f"a class for {cls.obj_name()} {version}, which the release has",
            happened=f"the class is of version {cls.VERSION}",
            where=f"the manifest of release {release}",
            how_to_go_on="bring the class to that version, or name in the manifest one that it has",
        )
    return cls._layout_of(version)


def running_fields(cls: type[NovaObject], release: Release | None = None) -> Fields:
    """Return the fields of the objects of a class that a service makes.

    Args:
        cls: The class.
        release: The service's release; that of the running service unless given.
    """
    return _layout_in(cls, release or _running_release()).fields


def running_version(cls: type[NovaObject]) -> str:
    """Return the version that objects of a class have which the running service makes."""
    version: str = _layout_in(cls, _running_release()).own["VERSION"]
    return version


def _running_release() -> Release:
    service = services.current()
    return CURRENT if service is None else service.release


def tree_versions(objname: str) -> dict[str, str]:
    """Return the versions that the running service knows of a class and of all that its objects can hold, by name."""
    return tree_versions_of(_running_release(), objname)


@functools.cache
def tree_versions_of(release: Release, objname: str) -> dict[str, str]:
    """Return :func:`tree_versions` of the services of a release."""
    versions: dict[str, str] = {}
    names = [objname]
    while names:
        name = names.pop()
        if name not in versions:
            layout = _layout_in(NovaVersionedObjectRegistry.obj_classes()[name][0], release)
            versions[name] = layout.own["VERSION"]
            names += [held for held in layout.held if held in release.objects]
    return versions


def remotable(method: Callable[P, R]) -> Callable[P, R]:
    """Let a method run where the database is: through ``indirection_api`` if the running service has one.

    It takes instance methods, and class methods below ``@classmethod`` whose first argument is the context.
    """
    in_oslo: Callable[..., Any] = base.remotable(method)

    @functools.wraps(in_oslo)
    def wrapper(first: Any, /, *args: Any, **kwargs: Any) -> Any:
        # oslo would look the versions up in its own registry, anew for each call.
        if isinstance(first, type) and (api := _indirection_api()) is not None:
            context, *rest = [kwargs.pop("context"), *args] if "context" in kwargs else args
            name = first.__name__
            return api.object_class_action_versions(
                context, name, method.__name__, tree_versions(name), tuple(rest), kwargs
            )
        return in_oslo(first, *args, **kwargs)

    return wrapper  # type: ignore[return-value]


def serialize_args(method: Callable[P, R]) -> Callable[P, R]:
    """Make text of the exceptions and tracebacks among a remotable method's arguments before they leave the service."""

    @functools.wraps(method)
    def wrapper(*args: Any, **kwargs: Any) -> R:
        return method(*map(_as_text, args), **{name: _as_text(value) for name, value in kwargs.items()})

    return wrapper


def _as_text(value: Any) -> Any:
    match value:
        case BaseException():
            return str(value)
        case TracebackType():
            return text_of_traceback(value)
        case _:
            return value


def _indirection_api() -> VersionedObjectIndirectionAPI | None:
    """Return what calls the remotable methods of the running service; None where they run in place."""
    service = services.current()
    return None if service is None else service.indirection_api


class _IndirectionOfService:
    """Nova's ``indirection_api`` is one per process; here many services share one."""

    def __get__(self, instance: object, owner: type) -> VersionedObjectIndirectionAPI | None:
        return _indirection_api()


class NovaObjectDictCompat(base.VersionedObjectDictCompat):
    """Dict-style access as Nova's Juno release had it, each one recorded on the running service's trace."""

    def __getitem__(self, name: str) -> Any:
        _record_access("getitem", self, name)
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        _record_access("setitem", self, name)
        super().__setitem__(name, value)

    def __contains__(self, name: object) -> bool:
        _record_access("contains", self, name)
        return super().__contains__(name)  # type: ignore[misc,no-any-return]

    def __iter__(self) -> Iterator[str]:
        _record_access("iter", self)
        return super().__iter__()

    def keys(self) -> Iterator[str]:
        """Return the names of what is set, and of properties that are shown as fields."""
        _record_access("keys", self)
        return super().__iter__()

    def values(self) -> Iterator[Any]:
        """Return the values to :meth:`keys`."""
        _record_access("values", self)
        return (getattr(self, name) for name in super().__iter__())

    def items(self) -> Iterator[tuple[str, Any]]:
        """Return :meth:`keys` with their values."""
        _record_access("items", self)
        return ((name, getattr(self, name)) for name in super().__iter__())

    def get(self, key: str, *default: Any) -> Any:
        """Return a field's value; ``default`` only if it is given and the field is not set.

        Raises:
            AttributeError: There is no such field. A dict would give None.
        """
        _record_access("get", self, key)
        return super().get(key, *default)

    def update(self, updates: Mapping[str, Any]) -> None:
        """Set fields."""
        _record_access("update", self)
        super().update(dict(updates))


def _record_access(access: str, obj: Any, name: object = None) -> None:
    service = services.current()
    if service is None:
        return
    caller = sys._getframe(2)
    what = obj.obj_name() if name is None else f"{obj.obj_name()}.{name}"
    place = f"{os.path.basename(caller.f_code.co_filename)}:{caller.f_lineno} in {caller.f_code.co_name}"
    service.trace.record("dict_access", f"{access} {what}", {}, service=service.host, place=place)


class NovaObject(NovaObjectDictCompat, base.VersionedObject):
    """Base of all objects.

    A class that has a history declares it: ``obj_added`` tells since which version a plain field is there,
    ``obj_unicode_since`` since which version texts may be other than ASCII, and oslo's ``obj_relationships`` and
    ``child_versions`` which version of an object that it holds goes with which version of its own.
    """

    OBJ_SERIAL_NAMESPACE: str = "nova_object"
    OBJ_PROJECT_NAMESPACE: str = "nova"

    indirection_api: Any = _IndirectionOfService()

    obj_added: ClassVar[Versions] = {}
    obj_unicode_since: ClassVar[str | None] = None
    #: Fields that older versions keep in another one.
    obj_moved: ClassVar[Mapping[str, str]] = {}
    #: Fields that a read loads when they are not set.
    obj_lazy: ClassVar[frozenset[str]] = frozenset()
    #: Fields that ``_from_db_object`` does not take over from a row as they are.
    obj_not_columns: ClassVar[frozenset[str]] = frozenset()

    _layout: ClassVar[_Layout]
    #: By version, and by the release whose services make such objects.
    _layouts: ClassVar[dict[str | Release, _Layout]]
    #: What was asked for last: one release is asked for most of the time.
    _last: ClassVar[tuple[Release | None, _Layout]]

    if TYPE_CHECKING:
        # Registering makes properties of the fields; their types are known where oslo_versionedobjects.mypy runs.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A class that is never registered has the name of none that a release knows.
        cls._layouts = {}
        if hasattr(cls, "_layout"):
            cls._last = None, cls._layout

    def __init__(self, context: RequestContext | None = None, **kwargs: Any) -> None:
        layout = _layout_in(type(self), _running_release())
        if layout is not self._layout:
            vars(self).update(layout.own)
        super().__init__(context, **kwargs)

    @classmethod
    def obj_newest(cls) -> Self:
        """Return an object of the newest version, whatever the running service's is, with no field set."""
        self = cls()
        vars(self).update(cls._layout.own)
        return self

    @classmethod
    def _layout_of(cls, version: str) -> _Layout:
        if version not in cls._layouts:
            cls._layouts[version] = _make_layout(cls, version)
        return cls._layouts[version]

    @classmethod
    def obj_class_from_name(cls, objname: str, objver: str) -> type[base.VersionedObject]:
        """Return the class of a name and version, or the oldest newer one that understands it.

        Raises:
            UnsupportedObjectError: No class has that name, or the running service's release has none.
            IncompatibleObjectVersion: None understands that version, or it is newer than the release's. Outside any
                service the newest is understood.
        """
        classes = NovaVersionedObjectRegistry.obj_classes().get(objname)
        if not classes:
            raise UnsupportedObjectError(objtype=objname)
        service = services.current()
        supported = classes[0].VERSION if service is None else _version_in(service.release, classes[0])
        if supported is None:
            raise UnsupportedObjectError(objtype=objname)
        if objver == supported or _is_compatible(objver, supported):
            for candidate in classes:
                if objver == candidate.VERSION:
                    return candidate
            for candidate in classes:
                if _is_compatible(objver, candidate.VERSION):
                    return candidate
        raise IncompatibleObjectVersion(objname=objname, objver=objver, supported=supported)

    @classmethod
    def _obj_from_primitive(cls, context: Any, objver: str, primitive: dict[str, Any]) -> Self:
        self = cls()
        self._context = context
        store = vars(self)
        if objver != self.VERSION:
            store.update(cls._layout_of(objver).own)
        data = primitive["nova_object.data"]
        for name, key, unchanged, nullable, field in self._layout.slots:
            value = data.get(name, _UNSET)
            if value is _UNSET:
                continue
            if type(value) is unchanged or (value is None and nullable):
                store[key] = value
            else:
                store[key] = field.coerce(self, name, field.from_primitive(self, name, value))
        self._changed_fields = {name for name in primitive.get("nova_object.changes", ()) if name in self.fields}
        return self

    @staticmethod
    def _from_db_object(context: RequestContext, obj: _Object, row: Any) -> _Object:
        """Fill ``obj`` from a row (anything with subscripts) and return it, with nothing changed."""
        obj._fill(row)
        obj._context = context
        obj.obj_reset_changes()
        return obj

    def _fill(self, row: Any) -> None:
        store = vars(self)
        # A row has its columns in its dict; its own subscript would look into further places for each of them.
        values = vars(row) if isinstance(row, Row) else row
        for name, key, unchanged, nullable, field in self._layout.columns:
            value = values[name]
            if type(value) is unchanged or (value is None and nullable):
                store[key] = value
            else:
                store[key] = field.coerce(self, name, value)

    def obj_to_primitive(
        self, target_version: str | None = None, version_manifest: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the object as it goes over the wire.

        Args:
            target_version: The version that the receiver understands; the object's own unless given.
            version_manifest: The versions that it understands by class, where it told them.

        Raises:
            InvalidTargetVersion: The object is of an older version.
        """
        name = self.obj_name()
        version = target_version or self.VERSION
        if version != self.VERSION and older(self.VERSION, version):
            raise InvalidTargetVersion(version=version)
        # Even an object of that version can hold newer ones, unless the receiver knows all that this service does.
        known = version_manifest == tree_versions(name) if version_manifest else target_version is None
        data = self._data()
        if version != self.VERSION or not known:
            self.obj_make_compatible_from_manifest(data, version, version_manifest)
        primitive = {
            "nova_object.name": name,
            "nova_object.namespace": "nova",
            "nova_object.version": version,
            "nova_object.data": data,
        }
        # Sorted: the order of a set differs from run to run.
        changed = self.obj_what_changed()
        changed |= {self.obj_moved[field] for field in changed & self.obj_moved.keys() if field not in data}
        changes = sorted(field for field in changed if field in data)
        if changes:
            primitive["nova_object.changes"] = changes
        return primitive

    def _data(self) -> dict[str, Any]:
        data = self._plain()
        store = vars(self)
        for name, key, _, _, field in self._layout.not_plain:
            value = store.get(key, _UNSET)
            if value is not _UNSET:
                data[name] = None if value is None else field.to_primitive(self, name, value)
        return data

    def _plain(self) -> dict[str, Any]:
        """Return those set fields whose values are their own primitives and snapshots."""
        store = vars(self)
        return {name: store[key] for name, key in self._layout.plain_keys if key in store}

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the data of a primitive to an older version, with the objects in it.

        Args:
            primitive: The fields' primitives by name, changed in place.
            target_version: The version that the receiver understands.
        """
        for name, version in _since(type(self)).items():
            if older(target_version, version):
                primitive.pop(name, None)
        if self.obj_unicode_since and older(target_version, self.obj_unicode_since):
            for slot in self._layout.slots:
                if slot.unchanged is str and primitive.get(slot.name) is not None:
                    primitive[slot.name] = primitive[slot.name].encode("ascii", "replace").decode("ascii")
        super().obj_make_compatible(primitive, target_version)

    def _obj_make_obj_compatible(self, primitive: dict[str, Any], target_version: str, field: str) -> None:
        if primitive.get(field) is None:
            return
        relations = self._obj_relationship_for(field, target_version)
        version = _version_at(relations, target_version) if relations else None
        if version is None:
            # The receiver does not have the field, or no class for what is in it.
            del primitive[field]
        else:
            self._bring_children_to(primitive, field, version)

    def _bring_children_to(self, primitive: dict[str, Any], field: str, version: str) -> None:
        children = getattr(self, field)
        if isinstance(children, NovaObject):
            primitive[field] = self._child_at(children, version)
        else:
            primitive[field] = [self._child_at(child, version) for child in children]

    def _child_at(self, child: NovaObject, version: str) -> dict[str, Any]:
        manifest: dict[str, str] | None = vars(self).get("_obj_version_manifest")
        return child.obj_to_primitive(child.VERSION if older(child.VERSION, version) else version, manifest)

    def obj_backported(self, version: str) -> Self:
        """Return the object as one of an older version has it."""
        primitive = self.obj_to_primitive(version)
        return self._obj_from_primitive(self._context, version, primitive)

    def obj_attr_is_set(self, attrname: str) -> bool:
        """Return whether a field has a value.

        Raises:
            AttributeError: There is no such field.
        """
        if attrname not in type(self).fields and attrname not in self.obj_extra_fields:
            raise AttributeError(f"{self.obj_name()} object has no attribute '{attrname}'")
        return f"_obj_{attrname}" in vars(self)

    def obj_what_changed(self) -> set[str]:
        """Return the fields that were set since the last reset, and those whose object was changed."""
        changes = {name for name in self._changed_fields if name in self.fields}
        store = vars(self)
        for key in self._layout.children:
            child = store.get(key)
            if child is not None and child.obj_what_changed():
                changes.add(key.removeprefix("_obj_"))
        return changes

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        clone = type(self)()
        memo[id(self)] = clone
        store = vars(clone)
        for key, value in vars(self).items():
            if type(value) in _CONSTANT or key in _SHARED:
                store[key] = value
            elif key == "_changed_fields":
                store[key] = set(value)
            elif isinstance(value, CoercedDict):
                store[key] = clone.fields[key.removeprefix("_obj_")].coerce(clone, key, dict(value))
            elif isinstance(value, list) and key == "_obj_objects":
                store[key] = clone.fields["objects"].coerce(clone, key, [copy.deepcopy(item, memo) for item in value])
            else:
                store[key] = copy.deepcopy(value, memo)
        return clone

    def _assign_differing(self, current: Self, *, but: Iterable[str] = ()) -> None:
        """Set each field that is set and that ``current`` has another value of."""
        for slot in self._layout.slots:
            if slot.key in vars(self) and slot.name not in but:
                value = getattr(current, slot.name)
                if getattr(self, slot.name) != value:
                    setattr(self, slot.name, value)

    def _require_new(self) -> None:
        """Raise ObjectActionError if the object's row has been inserted already."""
        if self.obj_attr_is_set("id"):
            raise ObjectActionError(action="create", reason="already created")

    def _not_loadable(self, attrname: str) -> ObjectActionError:
        return ObjectActionError(action="obj_load_attr", reason=f"attribute {attrname} not lazy-loadable")

    def _require_context(self) -> None:
        if self._context is None:
            raise OrphanedObjectError(method="obj_load_attr", objtype=self.obj_name())


class NovaPersistentObject(base.VersionedObjectMixin):
    """Mixin: the fields of what has a row."""

    fields: Fields = {  # noqa: RUF012 - as oslo.versionedobjects has it
        "created_at": fields.DateTimeField(nullable=True),
        "updated_at": fields.DateTimeField(nullable=True),
        "deleted_at": fields.DateTimeField(nullable=True),
        "deleted": fields.BooleanField(default=False),
    }


class UnsetIsNone(base.VersionedObjectMixin):
    """Mixin: a field that is not set is None when it is read."""

    def obj_load_attr(self, attrname: str) -> None:
        """Set a field that is not set to None."""
        setattr(self, attrname, None)


class NovaObjectList(ObjectListBase[_Object], NovaObject):  # type: ignore[misc]
    """Base of lists of objects: a list in every way, so subscripts and iteration are no dict-style access."""

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the items to the version that the receiver told, or else to that of the list's version."""
        manifest = vars(self).get("_obj_version_manifest") or {}
        field = self.fields["objects"]
        assert isinstance(field, fields.ListOfObjectsField)
        known = self.child_versions.items() or self._obj_relationship_for("objects", target_version) or ()
        version = manifest.get(field.objname) or _version_at(known, target_version)
        self._bring_children_to(primitive, "objects", version or "1.0")


def _version_at(relations: Iterable[tuple[str, str]], target_version: str) -> str | None:
    """Return the version of children that goes with a version; None where that one has no such children."""
    found = None
    for own, child in relations:
        if not older(target_version, own):
            found = child
    return found


class NovaObjectSerializer(base.VersionedObjectSerializer):
    """Turns objects among the arguments and results of RPC into primitives and back."""

    OBJ_BASE_CLASS = NovaObject

    def _process_object(self, context: Any, objprim: dict[str, Any]) -> base.VersionedObject:
        try:
            return NovaObject.obj_from_primitive(objprim, context=context)
        except IncompatibleObjectVersion:
            api = _indirection_api()
            if api is None:
                raise
            versions = tree_versions(objprim["nova_object.name"])
            # What is handed over is the primitive: this service cannot make an object of it.
            return api.object_backport_versions(context, objprim, versions)  # type: ignore[arg-type]


def obj_make_list(context: RequestContext, list_obj: _List, db_list: Iterable[Any], **extra_args: Any) -> _List:
    """Fill a list object from rows.

    Args:
        context: The request.
        list_obj: The list, which is returned.
        db_list: The rows.
        **extra_args: Passed on to ``_from_db_object`` of the items' class.
    """
    field = list_obj.fields["objects"]
    assert isinstance(field, fields.ListOfObjectsField)
    item: Any = NovaVersionedObjectRegistry.obj_classes()[field.objname][0]
    list_obj.objects = [item._from_db_object(context, item(context), row, **extra_args) for row in db_list]
    list_obj._context = context
    list_obj.obj_reset_changes()
    return list_obj


def obj_to_primitive(value: Any) -> Any:
    """Return an object as a flat dict and a list object as a list; versions and changes are lost.

    Fields that are not set are left out, addresses become text, everything else stays.
    """
    if isinstance(value, NovaObjectList):
        return [obj_to_primitive(item) for item in value.objects]
    if isinstance(value, NovaObject):
        store = vars(value)
        flat = value._plain()
        flat.update(
            (slot.name, obj_to_primitive(store[slot.key])) for slot in value._layout.not_plain if slot.key in store
        )
        flat.update((name, getattr(value, name)) for name in value.obj_extra_fields)
        return flat
    if isinstance(value, netaddr.IPAddress | netaddr.IPNetwork):
        return str(value)
    return value


class _ObjectFields(LateFields):
    """The fields of an object, as its attributes were.

    Args:
        keys: The fields' names, and those of their attributes.
        attributes: The attributes, copied where they can change; a list of plain data is what marshal made of it.
    """

    __slots__ = ("_attributes", "_keys")

    def __init__(self, keys: tuple[tuple[str, str], ...], attributes: dict[str, Any]) -> None:
        self._keys = keys
        self._attributes = attributes

    def __eq__(self, other: object) -> bool:
        # Most that are compared are the same object a call later: its attributes are, and need not be read for that.
        if isinstance(other, _ObjectFields) and self._attributes == other._attributes:
            return self._keys is other._keys
        return super().__eq__(other)

    def read(self) -> dict[str, Any]:
        values = self._attributes
        return {
            name: marshal.loads(values[key]) if type(values[key]) is bytes else values[key]
            for name, key in self._keys
            if key in values
        }


@register(NovaObject)
def _snapshot(obj: NovaObject) -> Entity:
    attributes = vars(obj).copy()
    # Neither is a field, and each message brings others.
    attributes.pop("_context", None)
    attributes.pop("_changed_fields", None)
    for key in obj._layout.mutable_keys:
        value = attributes.get(key)
        if value is not None:
            attributes[key] = _copied(value)
    lazy = frozenset([name for name, key in obj._layout.lazy_keys if key not in attributes])
    return Entity(type(obj).__name__, "object", _ObjectFields(obj._layout.keys, attributes), obj.VERSION, lazy)


def _copied(value: Any) -> Any:
    """Copy the value of a field: an object, texts by name, a list of objects, or whatever an extension has."""
    if isinstance(value, NovaObject):
        return _snapshot(value)
    if type(value) is CoercedDict:
        return dict(value)
    if type(value) is list:
        try:
            return marshal.dumps(value)
        except ValueError:
            pass
    return snapshot(value)


@register(netaddr.IPAddress)
@register(netaddr.IPNetwork)
def _(address: netaddr.IPAddress | netaddr.IPNetwork) -> str:
    return str(address)
