"""One thing in the three forms that a call path handles it in: database row, legacy dict, versioned object.

The three have the same content. They are made without a database; ``fakevirt.db.builders`` has what goes into one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fakevirt.context import RequestContext
from fakevirt.db import builders, models, primitives
from fakevirt.objects.base import NovaObject
from fakevirt.objects.block_device import BlockDeviceMapping
from fakevirt.objects.compute_node import ComputeNode
from fakevirt.objects.instance import INSTANCE_DEFAULT_FIELDS, Instance
from fakevirt.objects.instance_fault import InstanceFault
from fakevirt.objects.instance_info_cache import InstanceInfoCache
from fakevirt.objects.migration import Migration
from fakevirt.objects.security_group import SecurityGroup
from fakevirt.objects.service import Service

Form = TypeVar("Form", bound=NovaObject)
_Row = TypeVar("_Row", bound=models.Base)


@dataclass(frozen=True, slots=True)
class Forms(Generic[Form]):
    """One thing in its three forms.

    Args:
        row: As the database API returns it.
        legacy: As it went over the wire before there were objects.
        object: As a versioned object.
    """

    row: Any
    legacy: dict[str, Any]
    object: Form


def instance_forms(context: RequestContext, **updates: Any) -> Forms[Instance]:
    """Return an instance with everything joined that most queries join.

    Args:
        context: The request, which the object carries.
        **updates: Columns that differ from the defaults; ``metadata`` and ``system_metadata`` (dict), ``info_cache``
            (columns that differ, or None) and ``security_groups`` (names).

    Raises:
        UsageError: ``updates`` names no column of the table.
    """
    values = builders.instance_row(**updates)
    uuid = values["uuid"]
    for name, model in (("metadata", models.InstanceMetadata), ("system_metadata", models.InstanceSystemMetadata)):
        values[name] = [
            _row(model, {"id": number, "deleted": 0, "instance_uuid": uuid, "key": key, "value": value})
            for number, (key, value) in enumerate(values[name].items(), start=1)
        ]
    if values["info_cache"] is not None:
        info_cache = {**values["info_cache"], "instance_uuid": uuid}
        values["info_cache"] = _row(models.InstanceInfoCache, builders.info_cache_row(**info_cache))
    values["security_groups"] = [
        _row(models.SecurityGroup, builders.security_group_row(id=number, name=name))
        for number, name in enumerate(values["security_groups"], start=1)
    ]
    row = _row(models.Instance, values)
    instance = Instance._from_db_object(context, Instance(context), row, INSTANCE_DEFAULT_FIELDS)
    return Forms(row, primitives.legacy_dict(row), instance)


def info_cache_forms(context: RequestContext, **updates: Any) -> Forms[InstanceInfoCache]:
    """Return an info cache; takes and raises the like of :func:`instance_forms`."""
    return _forms(context, InstanceInfoCache, _row(models.InstanceInfoCache, builders.info_cache_row(**updates)))


def fault_forms(context: RequestContext, **updates: Any) -> Forms[InstanceFault]:
    """Return a fault of an instance; takes and raises the like of :func:`instance_forms`."""
    return _forms(context, InstanceFault, _row(models.InstanceFault, builders.fault_row(**updates)))


def block_device_mapping_forms(context: RequestContext, **updates: Any) -> Forms[BlockDeviceMapping]:
    """Return an attached volume; takes and raises the like of :func:`instance_forms`."""
    values = builders.block_device_mapping_row(**updates)
    return _forms(context, BlockDeviceMapping, _row(models.BlockDeviceMapping, values))


def service_forms(
    context: RequestContext, *, compute_nodes: tuple[Mapping[str, Any], ...] = ({},), **updates: Any
) -> Forms[Service]:
    """Return a compute service with its nodes.

    Args:
        context: The request, which the object carries.
        compute_nodes: Columns of each node that differ from the defaults; the object holds the first node only.
        **updates: Columns of the service that differ from the defaults.

    Raises:
        UsageError: A name is no column of its table.
    """
    values = builders.service_row(**updates)
    nodes = [
        _row(models.ComputeNode, builders.compute_node_row(**{"id": number, "service_id": values["id"], **node}))
        for number, node in enumerate(compute_nodes, start=1)
    ]
    return _forms(context, Service, _row(models.Service, {**values, "compute_node": nodes}))


def compute_node_forms(context: RequestContext, **updates: Any) -> Forms[ComputeNode]:
    """Return an idle node; takes and raises the like of :func:`instance_forms`."""
    return _forms(context, ComputeNode, _row(models.ComputeNode, builders.compute_node_row(**updates)))


def migration_forms(context: RequestContext, **updates: Any) -> Forms[Migration]:
    """Return a migration under way; takes and raises the like of :func:`instance_forms`."""
    return _forms(context, Migration, _row(models.Migration, builders.migration_row(**updates)))


def security_group_forms(context: RequestContext, **updates: Any) -> Forms[SecurityGroup]:
    """Return a security group; takes and raises the like of :func:`instance_forms`."""
    return _forms(context, SecurityGroup, _row(models.SecurityGroup, builders.security_group_row(**updates)))


def _row(model: type[_Row], values: Mapping[str, Any]) -> _Row:
    return model.from_values(values.items())


def _forms(context: RequestContext, cls: type[Form], row: models.Base) -> Forms[Form]:
    return Forms(row, primitives.legacy_dict(row), cls._from_db_object(context, cls(context), row))
