"""_get_quotas: what a request has reserved, to be committed or rolled back when it ends.

What changed: the legacy path calls ``conductor.quota_commit`` and ``quota_rollback``; the object path has a ``Quotas``
(Juno). Both name the owner of the instance, which was the context's project on the legacy path until Juno: that is a
mended bug, and no conversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.objects.quotas import Quotas

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


@dataclass(slots=True)
class RawQuotas:
    """What of ``Quotas`` the legacy path needs.

    Args:
        manager: Whose conductor is called.
        context: The request.
        reservations: What was reserved.
        instance: Whose owner it is reserved for.
    """

    manager: ComputeManager
    context: RequestContext
    reservations: list[str] | None
    instance: Any

    def commit(self) -> None:
        """Make the reserved changes part of the usage."""
        if self.reservations:
            self.manager.conductor_api.quota_commit(self.context, self.reservations, **self._owner())
            self.reservations = None

    def rollback(self) -> None:
        """Give the reserved changes up."""
        if self.reservations:
            self.manager.conductor_api.quota_rollback(self.context, self.reservations, **self._owner())
            self.reservations = None

    def _owner(self) -> dict[str, str]:
        return {name: self.instance[name] for name in ("project_id", "user_id")}


def legacy(
    manager: ComputeManager, context: RequestContext, reservations: list[str] | None, instance: Any
) -> RawQuotas:
    return RawQuotas(manager, context, reservations, instance)


def objects(
    manager: ComputeManager, context: RequestContext, reservations: list[str] | None, instance: Instance
) -> Quotas:
    return Quotas.from_reservations(context, reservations, instance=instance)
