"""The PCI devices that an instance is to have."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

import json
from typing import ClassVar

from fakevirt.objects import base, fields


@base.NovaVersionedObjectRegistry.register
class InstancePCIRequest(base.UnsetIsNone, base.NovaObject):
    """So many devices of one kind."""

    # 1.0: Juno's fields but for request_id
    # 1.1: request_id
    VERSION: str = "1.1"

    fields: base.Fields = {
        "count": fields.IntegerField(),
        "spec": fields.ListOfDictOfNullableStringsField(),
        "alias_name": fields.StringField(nullable=True),
        "is_new": fields.BooleanField(default=False),
        "request_id": fields.UUIDField(nullable=True),
    }
    obj_added: ClassVar[base.Versions] = {"request_id": "1.1"}


@base.NovaVersionedObjectRegistry.register
class InstancePCIRequests(base.NovaObject):
    """All that an instance asks for."""

    # 1.0: Juno's fields
    # 1.1: InstancePCIRequest 1.1
    VERSION: str = "1.1"

    fields: base.Fields = {
        "instance_uuid": fields.UUIDField(),
        "requests": fields.ListOfObjectsField("InstancePCIRequest"),
    }
    obj_relationships: base.Relationships = {"requests": [("1.0", "1.0"), ("1.1", "1.1")]}

    requests: list[InstancePCIRequest]

    @classmethod
    def from_json(cls, instance_uuid: str, stored: str | None) -> InstancePCIRequests:
        """Return what the column ``pci_requests`` holds; None is no request."""
        requests = [InstancePCIRequest(**values) for values in json.loads(stored or "[]")]
        return cls(instance_uuid=instance_uuid, requests=requests)

    def to_json(self) -> str:
        """Return the requests as their column holds them."""
        return json.dumps([base.obj_to_primitive(request) for request in self.requests])
