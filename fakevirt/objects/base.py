"""What all objects have in common: versions, serialisation, the way to the conductor, and the dict that they once were.

It is oslo.versionedobjects throughout. Replaced are only its registry, which is one per process, and the loops over all
fields that an object of sixty fields goes through several times on its way over the wire.
"""

from __future__ import annotations

import collections
import copy
import datetime
import functools
import marshal
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, ParamSpec, Self, TypeVar

import netaddr  # type: ignore[import-untyped]
from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects.base import ObjectListBase, VersionedObjectIndirectionAPI
from oslo_versionedobjects.exception import IncompatibleObjectVersion, OrphanedObjectError, UnsupportedObjectError
from oslo_versionedobjects.fields import Boolean, CoercedDict, Field, Integer, String

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db.models import Base as Row
from fakevirt.exceptions import ObjectActionError
from fakevirt.instrument.snapshot import Entity, LateFields, register, snapshot
from fakevirt.objects import fields

__all__ = [
    "NovaObject",
    "NovaObjectDictCompat",
    "NovaObjectList",
    "NovaObjectSerializer",
    "NovaPersistentObject",
    "NovaVersionedObjectRegistry",
    "obj_make_list",
    "obj_to_primitive",
    "remotable",
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
_UNSET: Any = object()


class _Slot(NamedTuple):
    """A field of a class as the quick loops want it: ``unchanged`` is the type whose values coercion leaves alone."""

    name: str
    key: str
    unchanged: type | None
    nullable: bool
    field: Field[Any]


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
        cls._slots = tuple(
            _Slot(name, f"_obj_{name}", _UNCHANGED.get(type(field._type)), field.nullable, field)
            for name, field in cls.fields.items()
        )
        cls._columns = tuple(slot for slot in cls._slots if slot.name not in cls.obj_not_columns)
        plain = [slot for slot in cls._slots if type(slot.field._type) in _PLAIN]
        cls._plain_keys = tuple((slot.name, slot.key) for slot in plain)
        cls._not_plain = tuple(slot for slot in cls._slots if slot not in plain)
        cls._keys = tuple((slot.name, slot.key) for slot in cls._slots)
        cls._mutable_keys = tuple(slot.key for slot in cls._not_plain if type(slot.field._type) is not fields.DateTime)
        cls._lazy_keys = tuple((name, f"_obj_{name}") for name in cls.obj_lazy)
        cls._children = tuple(
            f"_obj_{name}" for name, field in cls.fields.items() if isinstance(field, fields.ObjectField)
        )
        tree_versions.cache_clear()


@functools.cache
def tree_versions(objname: str) -> dict[str, str]:
    """Return the newest version of a class and of every class that its objects can hold, by name."""
    versions: dict[str, str] = {}
    names = [objname]
    while names:
        name = names.pop()
        if name not in versions:
            newest = NovaVersionedObjectRegistry.obj_classes()[name][0]
            versions[name] = newest.VERSION
            held = (fields.ObjectField, fields.ListOfObjectsField)
            names += [field.objname for field in newest.fields.values() if isinstance(field, held)]
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
            return "".join(traceback.format_tb(value))
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

    OBJ_SERIAL_NAMESPACE = "nova_object"
    OBJ_PROJECT_NAMESPACE = "nova"

    indirection_api = _IndirectionOfService()

    obj_added: ClassVar[Versions] = {}
    obj_unicode_since: ClassVar[str | None] = None
    #: Fields that a read loads when they are not set.
    obj_lazy: ClassVar[frozenset[str]] = frozenset()
    #: Fields that ``_from_db_object`` does not take over from a row as they are.
    obj_not_columns: ClassVar[frozenset[str]] = frozenset()

    _slots: ClassVar[tuple[_Slot, ...]] = ()
    _columns: ClassVar[tuple[_Slot, ...]] = ()
    _plain_keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    _not_plain: ClassVar[tuple[_Slot, ...]] = ()
    _keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    _mutable_keys: ClassVar[tuple[str, ...]] = ()
    _lazy_keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    _children: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        # Registering makes properties of the fields; their types are known where oslo_versionedobjects.mypy runs.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    @classmethod
    def obj_class_from_name(cls, objname: str, objver: str) -> type[base.VersionedObject]:
        """Return the class of a name and version, or the oldest newer one that understands it.

        Raises:
            UnsupportedObjectError: No class has that name.
            IncompatibleObjectVersion: None understands that version.
        """
        classes = NovaVersionedObjectRegistry.obj_classes().get(objname)
        if not classes:
            raise UnsupportedObjectError(objtype=objname)
        for candidate in classes:
            if objver == candidate.VERSION:
                return candidate
        for candidate in classes:
            if versionutils.is_compatible(objver, candidate.VERSION):
                return candidate
        raise IncompatibleObjectVersion(objname=objname, objver=objver, supported=classes[0].VERSION)

    @classmethod
    def _obj_from_primitive(cls, context: Any, objver: str, primitive: dict[str, Any]) -> Self:
        self = cls()
        self._context = context
        self.VERSION = objver
        data = primitive["nova_object.data"]
        store = vars(self)
        for name, key, unchanged, nullable, field in cls._slots:
            value = data.get(name, _UNSET)
            if value is _UNSET:
                continue
            if type(value) is unchanged or (value is None and nullable):
                store[key] = value
            else:
                store[key] = field.coerce(self, name, field.from_primitive(self, name, value))
        self._changed_fields = {name for name in primitive.get("nova_object.changes", ()) if name in cls.fields}
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
        for name, key, unchanged, nullable, field in self._columns:
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
        """
        name = self.obj_name()
        data = self._data()
        version = target_version or self.VERSION
        if version != self.VERSION or (version_manifest and version_manifest != tree_versions(name)):
            self.obj_make_compatible_from_manifest(data, version, version_manifest)
        primitive = {
            "nova_object.name": name,
            "nova_object.namespace": "nova",
            "nova_object.version": version,
            "nova_object.data": data,
        }
        # Sorted: the order of a set differs from run to run.
        changes = sorted(field for field in self.obj_what_changed() if field in data)
        if changes:
            primitive["nova_object.changes"] = changes
        return primitive

    def _data(self) -> dict[str, Any]:
        data = self._plain()
        store = vars(self)
        for name, key, _, _, field in self._not_plain:
            value = store.get(key, _UNSET)
            if value is not _UNSET:
                data[name] = None if value is None else field.to_primitive(self, name, value)
        return data

    def _plain(self) -> dict[str, Any]:
        """Return those set fields whose values are their own primitives and snapshots."""
        store = vars(self)
        return {name: store[key] for name, key in self._plain_keys if key in store}

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the data of a primitive to an older version, with the objects in it.

        Args:
            primitive: The fields' primitives by name, changed in place.
            target_version: The version that the receiver understands.
        """
        target = versionutils.convert_version_to_tuple(target_version)
        for name, version in self.obj_added.items():
            if target < versionutils.convert_version_to_tuple(version):
                primitive.pop(name, None)
        if self.obj_unicode_since and target < versionutils.convert_version_to_tuple(self.obj_unicode_since):
            for slot in self._slots:
                if slot.unchanged is str and primitive.get(slot.name) is not None:
                    primitive[slot.name] = primitive[slot.name].encode("ascii", "replace").decode("ascii")
        super().obj_make_compatible(primitive, target_version)

    def obj_attr_is_set(self, attrname: str) -> bool:
        """Return whether a field has a value.

        Raises:
            AttributeError: There is no such field.
        """
        if attrname not in self.fields and attrname not in self.obj_extra_fields:
            raise AttributeError(f"{self.obj_name()} object has no attribute '{attrname}'")
        return f"_obj_{attrname}" in vars(self)

    def obj_what_changed(self) -> set[str]:
        """Return the fields that were set since the last reset, and those whose object was changed."""
        changes = {name for name in self._changed_fields if name in self.fields}
        store = vars(self)
        for key in self._children:
            child = store.get(key)
            if child is not None and child.obj_what_changed():
                changes.add(key.removeprefix("_obj_"))
        return changes

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        clone = type(self)()
        memo[id(self)] = clone
        store = vars(clone)
        for key, value in vars(self).items():
            if type(value) in _CONSTANT or key == "_context":
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
        for slot in self._slots:
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


class NovaObjectList(ObjectListBase[_Object], NovaObject):  # type: ignore[misc]
    """Base of lists of objects: a list in every way, so subscripts and iteration are no dict-style access."""


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
        flat.update((slot.name, obj_to_primitive(store[slot.key])) for slot in value._not_plain if slot.key in store)
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
    for key in obj._mutable_keys:
        value = attributes.get(key)
        if value is not None:
            attributes[key] = _copied(value)
    lazy = frozenset([name for name, key in obj._lazy_keys if key not in attributes])
    return Entity(type(obj).__name__, "object", _ObjectFields(obj._keys, attributes), obj.VERSION, lazy)


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
