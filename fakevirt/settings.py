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
        scheduler_max_attempts: How often a host is looked for before an instance goes to error.
        network_allocate_retries: How often the allocation of an instance's network is tried once more.
        block_device_allocate_retries: How often a volume that is being created is asked about once more.
        block_device_allocate_retries_interval: Seconds between two such questions.
        vpn_image_id: The image of VPN servers.
        default_access_ip_network_name: The label of the network whose addresses become an instance's access addresses.
    """

    notify_on_state_change: str | None = "vm_and_task_state"
    consoles_enabled: bool = False
    volume_usage_poll_interval: int = 0
    instance_name_template: str = "instance-%08x"
    glance_endpoint: str = "http://glance.example:9292"
    scheduler_max_attempts: int = 3
    network_allocate_retries: int = 0
    block_device_allocate_retries: int = 60
    block_device_allocate_retries_interval: int = 3
    vpn_image_id: str = "0"
    default_access_ip_network_name: str | None = None
