"""Tags that users give their instances: a field of Kilo's Instance. No work item touches their table."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class Tag(base.NovaObject):
    """One tag."""

    # 1.0: Kilo's fields
    VERSION: str = "1.0"

    fields: base.Fields = {"resource_id": fields.StringField(), "tag": fields.StringField()}


@base.NovaVersionedObjectRegistry.register
class TagList(base.NovaObjectList[Tag]):
    """Tags, such as those of an instance."""

    # 1.0: Tag 1.0
    VERSION: str = "1.0"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("Tag")}
    child_versions: base.Versions = {"1.0": "1.0"}
