"""Which dicts stand for which versioned object, and what the two have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oslo_versionedobjects import fields as obj_fields

from fakevirt import releases
from fakevirt.instrument.snapshot import Entity
from fakevirt.metadata import metadata_to_dict
from fakevirt.objects.base import NovaVersionedObjectRegistry, running_fields

#: Keys that tell a dict for what it is.
_SIGNATURES = {
    "Instance": frozenset({"uuid", "vm_state", "task_state", "instance_type_id"}),
    "ComputeNode": frozenset({"service_id", "hypervisor_hostname"}),
    "Service": frozenset({"binary", "topic", "report_count"}),
    "BlockDeviceMapping": frozenset({"source_type", "destination_type", "instance_uuid"}),
    "Flavor": frozenset({"flavorid", "rxtx_factor", "vcpu_weight"}),
    "Migration": frozenset({"source_compute", "dest_compute"}),
}


def register(schema: str, keys: Iterable[str]) -> None:
    """Let dicts with certain keys stand for a class of a project's own objects.

    Args:
        schema: The name of the class.
        keys: The keys; a dict may have others besides.
    """
    _SIGNATURES[schema] = frozenset(keys)
    _common_fields.cache_clear()


def unregister(schema: str) -> None:
    """Let dicts no longer stand for a class."""
    _SIGNATURES.pop(schema, None)
    _common_fields.cache_clear()


def recognise(value: Mapping[str, Any]) -> Entity | None:
    """Return the entity that a dict stands for, None if it is just a dict.

    A joined field that the dict does not carry counts as one that an object has not loaded: what lacks it shows when
    something reads it.
    """
    for schema, signature in _SIGNATURES.items():
        if value.keys() >= signature:
            common = _common_fields(schema)
            lazy = common.lazy - value.keys() if common else frozenset()
            return Entity(schema, "dict", dict(value), lazy=lazy)
    return None


def normalise(entity: Entity) -> Mapping[str, Any]:
    """Return the fields of an entity as both forms have them.

    A dict has columns that its object has no field for: they are left out. Flags are 0 and 1 in a row, metadata is a
    list of rows in the dict of a row, and children come as objects, dicts or rows: both forms are reduced to what they
    say.
    """
    common = _common_fields(entity.schema)
    if common is None:
        return entity.fields
    fields = {name: value for name, value in entity.fields.items() if name in common.names}
    for name, reduce in common.reducers.items():
        if name in fields:
            fields[name] = reduce(fields[name])
    return fields


@dataclass(frozen=True, slots=True)
class _CommonFields:
    """What dicts and objects of one schema have in common, and how the rest is reduced to it."""

    names: frozenset[str]
    lazy: frozenset[str]
    reducers: Mapping[str, Callable[[Any], Any]]


@functools.cache
def _common_fields(schema: str) -> _CommonFields | None:
    classes = NovaVersionedObjectRegistry.obj_classes().get(schema)
    if not classes:
        return None
    # What came later is no column of an instance or a node on the legacy path, or is another one.
    fields = running_fields(classes[0], releases.CURRENT)
    reducers: dict[str, Callable[[Any], Any]] = {
        name: bool for name, field in fields.items() if isinstance(field, obj_fields.BooleanField)
    }
    reducers |= {name: reduce for name, reduce in _REDUCERS.items() if name in fields}
    return _CommonFields(frozenset(fields), classes[0].obj_lazy & fields.keys(), reducers)


def _content(child: Any) -> Mapping[str, Any]:
    content: Mapping[str, Any] = child.fields if isinstance(child, Entity) else child
    return content


def _network_info(info_cache: Any) -> Any:
    return None if info_cache is None else _content(info_cache).get("network_info")


def _names(children: Any) -> list[str]:
    if isinstance(children, Entity):
        children = children.fields["objects"]
    return sorted(_content(child)["name"] for child in children)


_REDUCERS: Mapping[str, Callable[[Any], Any]] = {
    "metadata": metadata_to_dict,
    "system_metadata": metadata_to_dict,
    "info_cache": _network_info,
    "security_groups": _names,
}
