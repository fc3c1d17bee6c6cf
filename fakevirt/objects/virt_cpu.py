"""The processors that a guest sees: a field of Kilo's Instance."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class VirtCPUTopology(base.NovaObject):
    """How the processors of a guest are arranged."""

    # 1.0: Kilo's fields
    VERSION: str = "1.0"

    fields: base.Fields = {
        "sockets": fields.IntegerField(nullable=True, default=1),
        "cores": fields.IntegerField(nullable=True, default=1),
        "threads": fields.IntegerField(nullable=True, default=1),
    }


@base.NovaVersionedObjectRegistry.register
class VirtCPUFeature(base.UnsetIsNone, base.NovaObject):
    """One feature of a processor and whether it must be there."""

    # 1.0: Kilo's fields
    VERSION: str = "1.0"

    fields: base.Fields = {"policy": fields.StringField(nullable=True), "name": fields.StringField()}


@base.NovaVersionedObjectRegistry.register
class VirtCPUModel(base.UnsetIsNone, base.NovaObject):
    """The model of a guest's processors. Nova coerces the texts to names that it knows."""

    # 1.0: Kilo's fields
    VERSION: str = "1.0"

    fields: base.Fields = {
        "arch": fields.StringField(nullable=True),
        "vendor": fields.StringField(nullable=True),
        "topology": fields.ObjectField("VirtCPUTopology", nullable=True),
        "features": fields.ListOfObjectsField("VirtCPUFeature", default=[]),
        "mode": fields.StringField(nullable=True),
        "model": fields.StringField(nullable=True),
        "match": fields.StringField(nullable=True),
    }
    obj_relationships: base.Relationships = {"topology": [("1.0", "1.0")], "features": [("1.0", "1.0")]}
