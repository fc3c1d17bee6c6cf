"""The networks that a request asks for."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fakevirt.objects import base, fields

#: What a tuple of an older release holds; Icehouse's has no PCI request.
_ITEMS = ("network_id", "address", "port_id", "pci_request_id")


@base.NovaVersionedObjectRegistry.register
class NetworkRequest(base.UnsetIsNone, base.NovaObject):
    """One network, and optionally the address or the port on it."""

    # 1.0: Juno's fields
    # 1.1: says that there is pci_request_id, which Juno's 1.0 has as well
    VERSION: str = "1.1"

    fields: base.Fields = {
        "network_id": fields.StringField(nullable=True),
        "address": fields.IPAddressField(nullable=True),
        "port_id": fields.UUIDField(nullable=True),
        "pci_request_id": fields.UUIDField(nullable=True),
    }

    def to_tuple(self) -> tuple[str | None, ...]:
        """Return network, address, port and PCI request."""
        address = None if self.address is None else str(self.address)
        return self.network_id, address, self.port_id, self.pci_request_id

    @classmethod
    def from_tuple(cls, values: Sequence[Any]) -> NetworkRequest:
        """Return the request that a tuple of two, three (Icehouse) or four items is."""
        return cls(**dict(zip(_ITEMS, values, strict=False)))


@base.NovaVersionedObjectRegistry.register
class NetworkRequestList(base.NovaObjectList[NetworkRequest]):
    """The networks that one instance is to have."""

    # 1.0: NetworkRequest 1.0
    # 1.1: NetworkRequest 1.1
    VERSION: str = "1.1"

    fields: base.Fields = {"objects": fields.ListOfObjectsField("NetworkRequest")}
    child_versions: base.Versions = {"1.0": "1.0", "1.1": "1.1"}

    @classmethod
    def from_tuples(cls, tuples: Iterable[Sequence[Any]]) -> NetworkRequestList:
        """Return the list that tuples of an older release stand for."""
        return cls(objects=[NetworkRequest.from_tuple(values) for values in tuples])

    def as_tuples(self) -> list[tuple[str | None, ...]]:
        """Return each request as a tuple."""
        return [request.to_tuple() for request in self]
