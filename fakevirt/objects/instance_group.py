"""Server groups: instances that belong on one host, or on different ones."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from oslo_utils import uuidutils

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.exceptions import InstanceGroupNotFound, InstanceNotFound
from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class InstanceGroup(base.NovaPersistentObject, base.NovaObject):
    """One server group. No work item changes or deletes one."""

    # 1.0: Juno's fields, and metadetails
    # 1.1: texts may be other than ASCII
    # 1.2: policies, members and metadetails are coerced
    # 1.3: uuid cannot be None
    # 1.4: add_members()
    # 1.5: get_hosts()
    # 1.6: get_by_name()
    # 1.7: no metadetails, which had always been empty
    # 1.8: count_members_by_user(), which no work item calls
    # 1.9: get_by_instance_uuid(), which no work item calls
    VERSION: str = "1.9"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "user_id": fields.StringField(nullable=True),
        "project_id": fields.StringField(nullable=True),
        "uuid": fields.UUIDField(),
        "name": fields.StringField(nullable=True),
        "policies": fields.ListOfStringsField(nullable=True),
        "members": fields.ListOfStringsField(nullable=True),
    }
    obj_unicode_since: ClassVar[str | None] = "1.1"
    obj_not_columns: ClassVar[frozenset[str]] = frozenset({"policies", "members"})

    @staticmethod
    def _from_db_object(  # type: ignore[override]
        context: RequestContext, group: InstanceGroup, row: Any
    ) -> InstanceGroup:
        group._fill(row)
        group.policies, group.members = row["policies"], row["members"]
        group._context = context
        group.obj_reset_changes()
        return group

    def obj_make_compatible(self, primitive: dict[str, Any], target_version: str) -> None:
        """Bring the data of a primitive to an older version."""
        if base.older(target_version, "1.7"):
            primitive["metadetails"] = {}
        super().obj_make_compatible(primitive, target_version)

    @classmethod
    @base.remotable
    def get_by_uuid(cls, context: RequestContext, uuid: str) -> InstanceGroup:
        """Return the group with a uuid.

        Raises:
            InstanceGroupNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.instance_group_get(context, uuid))

    @classmethod
    @base.remotable
    def get_by_name(cls, context: RequestContext, name: str) -> InstanceGroup:
        """Return the first group of the request's project that has a name.

        Raises:
            InstanceGroupNotFound: There is none.
        """
        for row in db.instance_group_get_all_by_project_id(context, context.project_id):
            if row.name == name:
                return cls._from_db_object(context, cls(context), row)
        raise InstanceGroupNotFound(group_uuid=name)

    @classmethod
    def get_by_hint(cls, context: RequestContext, hint: str) -> InstanceGroup:
        """Return the group that the scheduler hint of a request names, by uuid or by name.

        Raises:
            InstanceGroupNotFound: There is none.
        """
        return cls.get_by_uuid(context, hint) if uuidutils.is_uuid_like(hint) else cls.get_by_name(context, hint)

    @classmethod
    @base.remotable
    def add_members(cls, context: RequestContext, group_uuid: str, instance_uuids: Iterable[str]) -> list[str]:
        """Add instances to a group and return their uuids.

        Raises:
            InstanceGroupNotFound: There is no such group.
        """
        return db.instance_group_members_add(context, group_uuid, instance_uuids)

    @base.remotable
    def create(self) -> None:
        """Insert the row with its policies and members.

        Raises:
            ObjectActionError: It has been inserted already.
        """
        self._require_new()
        updates = self.obj_get_changes()
        policies, members = updates.pop("policies", None), updates.pop("members", None)
        row = db.instance_group_create(self._context, updates, policies=policies, members=members)
        self._from_db_object(self._context, self, row)

    @base.remotable
    def get_hosts(self, exclude: Iterable[str] | None = None) -> list[str]:
        """Return the hosts of the group's instances, each once and in order.

        Args:
            exclude: The uuids of instances that do not count.
        """
        hosts = set()
        for uuid in sorted(set(self.members) - set(exclude or ())):
            try:
                hosts.add(db.instance_get_by_uuid(self._context, uuid, columns_to_join=()).host)
            except InstanceNotFound:
                continue
        return sorted(host for host in hosts if host)
