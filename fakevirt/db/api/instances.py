"""Instances with their info cache, metadata and system metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import uuidutils
from sqlalchemy import ColumnElement, Connection, or_, select

from fakevirt import states
from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import (
    Instance,
    InstanceExtra,
    InstanceFault,
    InstanceInfoCache,
    InstanceMetadata,
    InstanceSystemMetadata,
    SecurityGroup,
    SecurityGroupInstanceAssociation,
)
from fakevirt.db.query import find, find_all, insert_row, insert_rows, rows, soft_delete, table_of, update_row
from fakevirt.exceptions import (
    InstanceInfoCacheNotFound,
    InstanceNotFound,
    InvalidUUID,
    SecurityGroupNotFoundForProject,
    UnexpectedDeletingTaskStateError,
    UnexpectedTaskStateError,
    UnexpectedVMStateError,
)
from fakevirt.flavors import keeps_flavors_separate

_ALWAYS_JOINED = ("info_cache", "security_groups.rules")
_JOINED_BY_DEFAULT = ("metadata", "system_metadata")
_METADATA: dict[str, type[InstanceMetadata] | type[InstanceSystemMetadata]] = {
    "metadata": InstanceMetadata,
    "system_metadata": InstanceSystemMetadata,
}
#: Filters that are columns; a list of values means any of them.
_FILTERS = frozenset({"host", "instance_type_id", "project_id", "task_state", "user_id", "uuid", "vm_state"})
_EXPECTED: tuple[str, ...] = ("expected_task_state", "expected_vm_state")


def instance_create(context: RequestContext, values: Mapping[str, Any]) -> Instance:
    """Insert an instance with its info cache, metadata and security groups, and return it with them joined.

    Args:
        context: Whose project the security groups belong to.
        values: Columns, and ``metadata`` and ``system_metadata`` (dict), ``info_cache`` (columns) and
            ``security_groups`` (names; a missing group called ``default`` is made), and ``extra`` (columns). Without a
            ``uuid`` it gets one.

    Raises:
        SecurityGroupNotFoundForProject: The project has no such security group.
    """
    columns = _for_database(values)
    extra = columns.pop("extra", None) or {}
    columns["uuid"] = columns.get("uuid") or uuidutils.generate_uuid()
    metadata = {name: columns.pop(name, None) or {} for name in _METADATA}
    info_cache = columns.pop("info_cache", None) or {}
    security_groups = columns.pop("security_groups", None) or []
    with transaction() as connection:
        instance = insert_row(connection, Instance, columns)
        insert_row(connection, InstanceInfoCache, {**info_cache, "id": None, "instance_uuid": instance["uuid"]})
        for name, items in metadata.items():
            _insert_metadata(connection, _METADATA[name], instance["uuid"], items)
        for group in _security_groups_by_name(connection, context, security_groups):
            _add_security_group(connection, instance["uuid"], group.id)
        if extra:
            _write_extra(connection, context, instance["uuid"], extra)
        joins = [*_JOINED_BY_DEFAULT, "extra"] if extra else None
        return _by_uuid(connection, context, instance["uuid"], joins)


def instance_get(context: RequestContext, instance_id: int, columns_to_join: Iterable[str] | None = None) -> Instance:
    """Return the instance with an id.

    Raises:
        InstanceNotFound: There is none.
    """
    with transaction() as connection:
        instance = find(connection, context, Instance, _joins(columns_to_join), id=instance_id)
    if instance is None:
        raise InstanceNotFound(instance_id=instance_id)
    return instance


def instance_get_by_uuid(
    context: RequestContext, uuid: str, columns_to_join: Iterable[str] | None = None, use_slave: bool = False
) -> Instance:
    """Return the instance with a uuid; info cache and security groups are joined in any case, as Nova does.

    Args:
        context: Its ``read_deleted`` counts.
        uuid: The instance's uuid.
        columns_to_join: Relationships to join; None for ``metadata`` and ``system_metadata``.
        use_slave: Accepted as in Nova; there is one database only.

    Raises:
        InstanceNotFound: There is none.
    """
    with transaction() as connection:
        return _by_uuid(connection, context, uuid, columns_to_join)


def instance_get_all_by_host(
    context: RequestContext, host: str, columns_to_join: Iterable[str] | None = None, use_slave: bool = False
) -> list[Instance]:
    """Return the instances on a host."""
    with transaction() as connection:
        return find_all(connection, context, Instance, _joins(columns_to_join), host=host)


def instance_get_all_by_host_and_node(context: RequestContext, host: str, node: str) -> list[Instance]:
    """Return the instances on a node of a host, without metadata."""
    with transaction() as connection:
        return find_all(connection, context, Instance, _joins(()), host=host, node=node)


def instance_get_all_by_filters(
    context: RequestContext,
    filters: Mapping[str, Any],
    columns_to_join: Iterable[str] | None = None,
    use_slave: bool = False,
) -> list[Instance]:
    """Return the instances that match all filters, the newest first.

    Args:
        context: One that is no admin's sees its project's instances only; ``read_deleted`` does not count.
        filters: Values by column (or lists of values), ``deleted`` and ``soft_deleted``. Without ``deleted`` rows match
            deleted or not; where it is true, ``soft_deleted`` tells whether soft-deleted instances match too, where it
            is false, whether they match after all.
        columns_to_join: Relationships to join, as for :func:`instance_get_by_uuid`.
        use_slave: Accepted as in Nova; there is one database only.

    Raises:
        NotImplementedError: A filter is none of these.
    """
    table = table_of(Instance)
    wanted = dict(filters)
    query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc())
    if "deleted" in wanted:
        query = query.where(_deleted(wanted.pop("deleted"), wanted.pop("soft_deleted", None)))
    if not context.is_admin:
        wanted["project_id"] = context.project_id
    for name, value in wanted.items():
        if name not in _FILTERS:
            raise NotImplementedError(f"instances by {name!r}")
        query = query.where(table.c[name].in_(value) if isinstance(value, list) else table.c[name] == value)
    with transaction() as connection:
        return rows(connection, Instance, query, _joins(columns_to_join))


def instance_update(context: RequestContext, instance_uuid: str, values: Mapping[str, Any]) -> Instance:
    """Update an instance as :func:`instance_update_and_get_original` and return the new row."""
    return instance_update_and_get_original(context, instance_uuid, values)[1]


def instance_update_and_get_original(
    context: RequestContext,
    instance_uuid: str,
    values: Mapping[str, Any],
    columns_to_join: Iterable[str] | None = None,
) -> tuple[Instance, Instance]:
    """Check the expected states, then write ``values``: all of them, equal to the old ones or not.

    Args:
        context: Its ``read_deleted`` counts.
        instance_uuid: The instance's uuid.
        values: Columns; ``metadata`` and ``system_metadata`` (dict) replace what is there; ``extra`` (columns) goes to
            the table of that name; ``expected_task_state`` and ``expected_vm_state`` (one state or several) are
            compared with the row before anything is written.
        columns_to_join: Relationships of the returned rows, as for :func:`instance_get_by_uuid`.

    Returns:
        The row before and after.

    Raises:
        InvalidUUID: ``instance_uuid`` is none.
        InstanceNotFound: There is no such instance.
        UnexpectedTaskStateError: The task state is none of the expected ones.
        UnexpectedDeletingTaskStateError: It is not, because the instance is being deleted.
        UnexpectedVMStateError: The VM state is none of the expected ones.
    """
    if not uuidutils.is_uuid_like(instance_uuid):
        raise InvalidUUID(uuid=instance_uuid)
    columns = _for_database(values)
    expected = {name: columns.pop(name) for name in _EXPECTED if name in columns}
    metadata = {name: columns.pop(name) for name in _METADATA if columns.get(name) is not None}
    extra = columns.pop("extra", None)
    with transaction() as connection:
        old = _by_uuid(connection, context, instance_uuid, columns_to_join)
        _check_expected_states(old, expected)
        for name, items in metadata.items():
            _replace_metadata(connection, context, _METADATA[name], instance_uuid, items)
        new = update_row(connection, old, columns, key="uuid")
        for name in metadata:
            vars(new)[name] = find_all(connection, context, _METADATA[name], instance_uuid=instance_uuid)
        if extra:
            vars(new)["extra"] = _write_extra(connection, context, instance_uuid, extra)
    return old, new


def instance_destroy(context: RequestContext, instance_uuid: str) -> Instance:
    """Soft-delete an instance with its info cache, metadata, faults, extra and security group associations.

    Its system metadata stays, as in Nova: notifications need it.

    Returns:
        The row before.

    Raises:
        InvalidUUID: ``instance_uuid`` is none.
        InstanceNotFound: There is no such instance.
    """
    if not uuidutils.is_uuid_like(instance_uuid):
        raise InvalidUUID(uuid=instance_uuid)
    with transaction() as connection:
        instance = _by_uuid(connection, context, instance_uuid, [*_JOINED_BY_DEFAULT, "extra"])
        extra = vars(instance).pop("extra")
        soft_delete(connection, [instance])
        for model in (SecurityGroupInstanceAssociation, InstanceInfoCache, InstanceMetadata, InstanceFault):
            soft_delete(connection, find_all(connection, context, model, instance_uuid=instance_uuid))
        soft_delete(connection, [] if extra is None else [extra])
    return instance


def instance_add_security_group(context: RequestContext, instance_uuid: str, security_group_id: int) -> None:
    """Let a security group apply to an instance."""
    with transaction() as connection:
        _add_security_group(connection, instance_uuid, security_group_id)


def instance_extra_get_by_instance_uuid(context: RequestContext, instance_uuid: str) -> InstanceExtra | None:
    """Return the row of an instance in instance_extra, or None."""
    with transaction() as connection:
        return find(connection, context, InstanceExtra, instance_uuid=instance_uuid)


def instance_extra_update_by_uuid(
    context: RequestContext, instance_uuid: str, values: Mapping[str, Any]
) -> InstanceExtra | None:
    """Write columns of an instance's row in instance_extra and return it; one is made for something to keep only."""
    with transaction() as connection:
        return _write_extra(connection, context, instance_uuid, values)


def instance_info_cache_get(context: RequestContext, instance_uuid: str) -> InstanceInfoCache | None:
    """Return the info cache of an instance, or None."""
    with transaction() as connection:
        return find(connection, context, InstanceInfoCache, instance_uuid=instance_uuid)


def instance_info_cache_update(
    context: RequestContext, instance_uuid: str, values: Mapping[str, Any]
) -> InstanceInfoCache:
    """Write the info cache of an instance; one that is missing is made.

    Raises:
        InstanceInfoCacheNotFound: It was deleted.
    """
    with transaction() as connection:
        row = find(connection, context.elevated(read_deleted="yes"), InstanceInfoCache, instance_uuid=instance_uuid)
        if row is None:
            return insert_row(connection, InstanceInfoCache, {**values, "instance_uuid": instance_uuid})
        if row["deleted"]:
            raise InstanceInfoCacheNotFound(instance_uuid=instance_uuid)
        return update_row(connection, row, values)


def instance_info_cache_delete(context: RequestContext, instance_uuid: str) -> None:
    """Soft-delete the info cache of an instance."""
    with transaction() as connection:
        soft_delete(connection, find_all(connection, context, InstanceInfoCache, instance_uuid=instance_uuid))


def instance_metadata_get(context: RequestContext, instance_uuid: str) -> dict[str, str]:
    """Return the metadata of an instance."""
    return _metadata(context, InstanceMetadata, instance_uuid)


def instance_metadata_update(
    context: RequestContext, instance_uuid: str, metadata: Mapping[str, str], delete: bool
) -> Mapping[str, str]:
    """Write metadata of an instance and return it; with ``delete``, keys that it does not name are deleted."""
    with transaction() as connection:
        _replace_metadata(connection, context, InstanceMetadata, instance_uuid, metadata, delete=delete)
    return metadata


def instance_system_metadata_get(context: RequestContext, instance_uuid: str) -> dict[str, str]:
    """Return the system metadata of an instance."""
    return _metadata(context, InstanceSystemMetadata, instance_uuid)


def instance_system_metadata_update(
    context: RequestContext, instance_uuid: str, metadata: Mapping[str, str], delete: bool
) -> Mapping[str, str]:
    """Write system metadata as :func:`instance_metadata_update` does metadata."""
    with transaction() as connection:
        _replace_metadata(connection, context, InstanceSystemMetadata, instance_uuid, metadata, delete=delete)
    return metadata


def _joins(columns_to_join: Iterable[str] | None) -> list[str]:
    if columns_to_join is not None:
        return [*_ALWAYS_JOINED, *columns_to_join]
    # The row that has the flavors, where the release looks for them there.
    return [*_ALWAYS_JOINED, *_JOINED_BY_DEFAULT, *(["extra"] if keeps_flavors_separate() else [])]


def _deleted(deleted: bool, soft_deleted: bool | None) -> ColumnElement[bool]:
    table = table_of(Instance)
    if deleted:
        gone = table.c.deleted == table.c.id
        return gone if soft_deleted is False else or_(gone, table.c.vm_state == states.SOFT_DELETED)
    there = table.c.deleted == 0
    not_soft_deleted = or_(table.c.vm_state != states.SOFT_DELETED, table.c.vm_state.is_(None))
    return there if soft_deleted else there & not_soft_deleted


def _by_uuid(
    connection: Connection, context: RequestContext, uuid: str, columns_to_join: Iterable[str] | None
) -> Instance:
    instance = find(connection, context, Instance, _joins(columns_to_join), uuid=uuid)
    if instance is None:
        raise InstanceNotFound(instance_id=uuid)
    return instance


def _for_database(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with addresses as text, which an object's fields have as addresses."""
    columns = dict(values)
    for address in ("access_ip_v4", "access_ip_v6"):
        if columns.get(address) is not None:
            columns[address] = str(columns[address])
    return columns


def _write_extra(
    connection: Connection, context: RequestContext, instance_uuid: str, values: Mapping[str, Any]
) -> InstanceExtra | None:
    row = find(connection, context, InstanceExtra, instance_uuid=instance_uuid)
    if row is not None:
        return update_row(connection, row, values)
    if all(value is None for value in values.values()):
        return None
    return insert_row(connection, InstanceExtra, {"instance_uuid": instance_uuid, **values})


def _check_expected_states(instance: Instance, expected: Mapping[str, Any]) -> None:
    for name, wanted in expected.items():
        column = name.removeprefix("expected_")
        actual = instance[column]
        # Callers give one state, a tuple or a list, and all of them read the same in the error.
        allowed = tuple(wanted) if isinstance(wanted, list | tuple | set) else (wanted,)
        if actual in allowed:
            continue
        if column == "vm_state":
            raise UnexpectedVMStateError(actual=actual, expected=allowed)
        if actual == "deleting":
            raise UnexpectedDeletingTaskStateError(actual=actual, expected=allowed)
        raise UnexpectedTaskStateError(actual=actual, expected=allowed)


def _metadata(
    context: RequestContext, model: type[InstanceMetadata] | type[InstanceSystemMetadata], instance_uuid: str
) -> dict[str, str]:
    with transaction() as connection:
        found = find_all(connection, context, model, instance_uuid=instance_uuid)
    return {row["key"]: row["value"] for row in found}


def _replace_metadata(
    connection: Connection,
    context: RequestContext,
    model: type[InstanceMetadata] | type[InstanceSystemMetadata],
    instance_uuid: str,
    metadata: Mapping[str, str],
    *,
    delete: bool = True,
) -> None:
    """Write the items that differ: rows of equal items are left alone, as Nova does."""
    present = {row["key"]: row for row in find_all(connection, context, model, instance_uuid=instance_uuid)}
    if delete:
        soft_delete(connection, (row for key, row in present.items() if key not in metadata))
    for key, row in present.items():
        if key in metadata and row["value"] != metadata[key]:
            update_row(connection, row, {"value": metadata[key]})
    new = {key: value for key, value in metadata.items() if key not in present}
    _insert_metadata(connection, model, instance_uuid, new)


def _insert_metadata(
    connection: Connection,
    model: type[InstanceMetadata] | type[InstanceSystemMetadata],
    instance_uuid: str,
    metadata: Mapping[str, str],
) -> None:
    items = ({"key": key, "value": value, "instance_uuid": instance_uuid} for key, value in metadata.items())
    insert_rows(connection, model, items)


def _add_security_group(connection: Connection, instance_uuid: str, security_group_id: int) -> None:
    values = {"instance_uuid": instance_uuid, "security_group_id": security_group_id}
    insert_row(connection, SecurityGroupInstanceAssociation, values)


def _security_groups_by_name(
    connection: Connection, context: RequestContext, names: Iterable[str]
) -> list[SecurityGroup]:
    groups = []
    for name in names:
        group = find(connection, context, SecurityGroup, project_id=context.project_id, name=name)
        if group is None and name == "default":
            owner = {"user_id": context.user_id, "project_id": context.project_id}
            group = insert_row(connection, SecurityGroup, {"name": name, "description": name, **owner})
        if group is None:
            raise SecurityGroupNotFoundForProject(project_id=context.project_id, security_group_id=name)
        groups.append(group)
    return groups
