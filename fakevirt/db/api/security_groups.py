"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from fakevirt.context import RequestContext
from fakevirt.db.api._transaction import transaction
from fakevirt.db.models import SecurityGroup, SecurityGroupIngressRule, SecurityGroupInstanceAssociation
from fakevirt.db.query import find, find_all, insert_row, rows
from fakevirt.exceptions import SecurityGroupNotFound, SecurityGroupNotFoundForProject

_RULES = "rules.grantee_group"
_OF_INSTANCE = (
    select(SecurityGroup.__table__)
    .join(
        SecurityGroupInstanceAssociation,
        SecurityGroupInstanceAssociation.security_group_id == SecurityGroup.id,
    )
    .where(
        SecurityGroupInstanceAssociation.instance_uuid == bindparam("instance_uuid"),
        SecurityGroupInstanceAssociation.deleted == 0,
        SecurityGroup.deleted == 0,
    )
    .order_by(SecurityGroup.id)
)


def security_group_create(context: RequestContext, values: Mapping[str, Any]) -> SecurityGroup:
    """Insert a security group; the returned row has no rules yet."""
    with transaction() as connection:
        group = insert_row(connection, SecurityGroup, values)
    return group.updated({"rules": []})


def security_group_get(
    context: RequestContext, security_group_id: int, columns_to_join: Iterable[str] | None = None
) -> SecurityGroup:
    """Return the security group with an id and its rules; ``instances`` and what they lead to can be joined.

    Raises:
        SecurityGroupNotFound: There is none.
    """
    joins = [_RULES, *(columns_to_join or ())]
    with transaction() as connection:
        group = find(connection, context, SecurityGroup, joins, id=security_group_id)
    if group is None:
        raise SecurityGroupNotFound(security_group_id=security_group_id)
    return group


def security_group_get_by_name(
    context: RequestContext, project_id: str, group_name: str, columns_to_join: Iterable[str] | None = None
) -> SecurityGroup:
    """Return the security group of a project by its name.

    Args:
        context: The request.
        project_id: The project.
        group_name: The group's name.
        columns_to_join: Relationships to join; None for instances and rules.

    Raises:
        SecurityGroupNotFoundForProject: There is none.
    """
    joins = ("instances", _RULES) if columns_to_join is None else columns_to_join
    visible = context.elevated(read_deleted="no")
    with transaction() as connection:
        group = find(connection, visible, SecurityGroup, joins, project_id=project_id, name=group_name)
    if group is None:
        raise SecurityGroupNotFoundForProject(project_id=project_id, security_group_id=group_name)
    return group


def security_group_get_by_instance(context: RequestContext, instance_uuid: str) -> list[SecurityGroup]:
    """Return the security groups of an instance with their rules."""
    with transaction() as connection:
        return rows(connection, SecurityGroup, _OF_INSTANCE, (_RULES,), {"instance_uuid": instance_uuid})


def security_group_rule_create(context: RequestContext, values: Mapping[str, Any]) -> SecurityGroupIngressRule:
    """Insert a rule of a security group."""
    with transaction() as connection:
        return insert_row(connection, SecurityGroupIngressRule, values)


def security_group_rule_get_by_security_group(
    context: RequestContext, security_group_id: int, columns_to_join: Iterable[str] | None = None
) -> list[SecurityGroupIngressRule]:
    """Return the rules of a security group.

    Args:
        context: The request.
        security_group_id: The group's id.
        columns_to_join: Relationships to join; None for the instances of the granted groups, with system metadata
            and info cache.
    """
    if columns_to_join is None:
        columns_to_join = ("grantee_group.instances.system_metadata", "grantee_group.instances.info_cache")
    with transaction() as connection:
        return find_all(
            connection, context, SecurityGroupIngressRule, columns_to_join, parent_group_id=security_group_id
        )


def security_group_rule_get_by_security_group_grantee(
    context: RequestContext, security_group_id: int
) -> list[SecurityGroupIngressRule]:
    """Return the rules that let the members of a security group in."""
    with transaction() as connection:
        return find_all(connection, context, SecurityGroupIngressRule, group_id=security_group_id)
