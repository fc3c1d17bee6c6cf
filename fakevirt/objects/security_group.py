"""Security groups of a project."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base, fields

if TYPE_CHECKING:
    from fakevirt.objects.instance import Instance


@base.NovaVersionedObjectRegistry.register
class SecurityGroup(base.NovaPersistentObject, base.NovaObject):
    """A named set of rules. It is for reading here: no work item writes one."""

    # 1.0: Juno's fields
    # 1.1: texts may be other than ASCII
    VERSION: str = "1.1"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "name": fields.StringField(),
        "description": fields.StringField(),
        "user_id": fields.StringField(),
        "project_id": fields.StringField(),
    }
    obj_unicode_since: ClassVar[str | None] = "1.1"

    @classmethod
    @base.remotable
    def get(cls, context: RequestContext, secgroup_id: int) -> SecurityGroup:  # type: ignore[override]
        """Return the group with an id.

        Raises:
            SecurityGroupNotFound: There is none.
        """
        return cls._from_db_object(context, cls(context), db.security_group_get(context, secgroup_id))

    @classmethod
    @base.remotable
    def get_by_name(cls, context: RequestContext, project_id: str, group_name: str) -> SecurityGroup:
        """Return the group of a project by its name.

        Raises:
            SecurityGroupNotFoundForProject: There is none.
        """
        row = db.security_group_get_by_name(context, project_id, group_name)
        return cls._from_db_object(context, cls(context), row)

    @base.remotable
    def refresh(self) -> None:
        """Read the row again."""
        self._from_db_object(self._context, self, db.security_group_get(self._context, self.id))


@base.NovaVersionedObjectRegistry.register
class SecurityGroupList(base.NovaObjectList[SecurityGroup]):
    """Security groups, such as those of an instance."""

    # 1.0: SecurityGroup up to 1.1
    VERSION: str = "1.0"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("SecurityGroup")}
    child_versions: base.Versions = {"1.0": "1.1"}

    @classmethod
    @base.remotable
    def get_by_instance(cls, context: RequestContext, instance: Instance) -> SecurityGroupList:
        """Return the groups that apply to an instance."""
        return base.obj_make_list(context, cls(context), db.security_group_get_by_instance(context, instance.uuid))


def make_secgroup_list(names: list[str]) -> SecurityGroupList:
    """Return groups that have a name and nothing else, as ``Instance.create`` takes them."""
    return SecurityGroupList(objects=[SecurityGroup(name=name) for name in names])
