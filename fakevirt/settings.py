"""The few options of Nova that the work items read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How one world is configured; the names are those of Nova's options.

    Args:
        notify_on_state_change: ``vm_and_task_state``, ``vm_state`` or None: when ``compute.instance.update`` is sent.
        consoles_enabled: Whether a console (VNC, SPICE or RDP) is on, so that tokens are to be deleted.
        volume_usage_poll_interval: Seconds between polls of volume usage; 0 turns it off.
        instance_name_template: How an instance is named on its hypervisor.
        glance_endpoint: Where image references of notifications point to.
    """

    notify_on_state_change: str | None = "vm_and_task_state"
    consoles_enabled: bool = False
    volume_usage_poll_interval: int = 0
    instance_name_template: str = "instance-%08x"
    glance_endpoint: str = "http://glance.example:9292"
