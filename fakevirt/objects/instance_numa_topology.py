"""The NUMA topology of an instance: a field of Juno's Instance that older peers do not know."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class InstanceNUMACell(base.NovaObject):
    """One NUMA cell of an instance."""

    # 1.0: Juno's fields
    VERSION = "1.0"

    fields: base.Fields = {
        "id": fields.IntegerField(read_only=True),
        "cpuset": fields.SetOfIntegersField(),
        "memory": fields.IntegerField(),
    }


@base.NovaVersionedObjectRegistry.register
class InstanceNUMATopology(base.NovaObject):
    """The NUMA cells of an instance; Nova keeps them in its table instance_extra, which no work item touches."""

    # 1.0: Juno's fields
    VERSION = "1.0"

    fields: base.Fields = {
        "id": fields.IntegerField(),
        "instance_uuid": fields.UUIDField(),
        "cells": fields.ListOfObjectsField("InstanceNUMACell"),
    }
    obj_relationships: base.Relationships = {"cells": [("1.0", "1.0")]}
