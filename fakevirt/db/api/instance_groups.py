"""Server groups with their policies and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oslo_utils import uuidutils
from sqlalchemy import Connection

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import InstanceGroup, InstanceGroupMember, InstanceGroupPolicy
from fakevirt.db.query import find, find_all, insert_row, insert_rows
from fakevirt.exceptions import InstanceGroupNotFound

_JOINED = ("_policies", "_members")


def instance_group_create(
    context: RequestContext,
    values: Mapping[str, Any],
    policies: Iterable[str] | None = None,
    members: Iterable[str] | None = None,
) -> InstanceGroup:
    """Insert a server group.

    Args:
        context: The request.
        values: Its columns; without a ``uuid`` it gets one.
        policies: Its policies.
        members: The uuids of its instances.
    """
    columns = {**values, "uuid": values.get("uuid") or uuidutils.generate_uuid()}
    with transaction() as connection:
        group = insert_row(connection, InstanceGroup, columns)
        insert_rows(connection, InstanceGroupPolicy, ({"policy": p, "group_id": group.id} for p in policies or ()))
        _add_members(connection, group, members or ())
        return _by_uuid(connection, context, columns["uuid"])


def instance_group_get(context: RequestContext, group_uuid: str) -> InstanceGroup:
    """Return the server group with a uuid.

    Raises:
        InstanceGroupNotFound: There is none.
    """
    with transaction() as connection:
        return _by_uuid(connection, context, group_uuid)


def instance_group_get_all_by_project_id(context: RequestContext, project_id: str | None) -> list[InstanceGroup]:
    """Return the server groups of a project."""
    with transaction() as connection:
        return find_all(connection, context, InstanceGroup, _JOINED, project_id=project_id)


def instance_group_members_add(context: RequestContext, group_uuid: str, members: Iterable[str]) -> list[str]:
    """Add instances to a server group, each once, and return the uuids that were given.

    Raises:
        InstanceGroupNotFound: There is no such group.
    """
    uuids = list(members)
    with transaction() as connection:
        group = _by_uuid(connection, context, group_uuid)
        _add_members(connection, group, [uuid for uuid in uuids if uuid not in group.members])
    return uuids


def _by_uuid(connection: Connection, context: RequestContext, uuid: str) -> InstanceGroup:
    group = find(connection, context, InstanceGroup, _JOINED, uuid=uuid)
    if group is None:
        raise InstanceGroupNotFound(group_uuid=uuid)
    return group


def _add_members(connection: Connection, group: InstanceGroup, uuids: Iterable[str]) -> None:
    insert_rows(connection, InstanceGroupMember, ({"instance_id": uuid, "group_id": group.id} for uuid in uuids))
