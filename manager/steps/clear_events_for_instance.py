"""clear_events_for_instance: forget the external events that an instance was waiting for.

What changed: where the uuid is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance


def legacy(manager: ComputeManager, instance: Any) -> None:
    manager.pending_events.pop(instance["uuid"], None)


def objects(manager: ComputeManager, instance: Instance) -> None:
    manager.pending_events.pop(instance.uuid, None)
