"""The few options of Nova that the work items read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How one world is configured; the names are those of Nova's options.

    Args:
        notify_on_state_change: ``vm_and_task_state``, ``vm_state`` or None: when ``compute.instance.update`` is sent.
        vnc_enabled: Whether guests have VNC consoles.
        spice_enabled: Whether guests have SPICE consoles.
        rdp_enabled: Whether guests have RDP consoles.
        serial_console_enabled: Whether guests have serial consoles.
        novncproxy_base_url: Where browsers reach VNC consoles.
        xvpvncproxy_base_url: Where the Java client reaches VNC consoles.
        spice_html5proxy_base_url: Where browsers reach SPICE consoles.
        rdp_html5_proxy_base_url: Where browsers reach RDP consoles.
        serial_console_base_url: Where clients reach serial consoles.
        volume_usage_poll_interval: Seconds between polls of volume usage; 0 turns it off.
        instance_name_template: How an instance is named on its hypervisor.
        glance_endpoint: Where image references of notifications point to.
        allow_resize_to_same_host: Whether a server may stay on its host when it is resized.
        allow_migrate_to_same_host: Whether it may when it is only moved.
        resize_confirm_window: After how many seconds a resize is confirmed by itself; 0 means never.
        scheduler_max_attempts: How often a host is looked for before an instance goes to error.
        network_allocate_retries: How often the allocation of an instance's network is tried once more.
        block_device_allocate_retries: How often a volume that is being created is asked about once more.
        block_device_allocate_retries_interval: Seconds between two such questions.
        vpn_image_id: The image of VPN servers.
        default_access_ip_network_name: The label of the network whose addresses become an instance's access addresses.
        non_inheritable_image_properties: What the metadata of an instance's image leaves out.
        shutdown_timeout: Seconds that a guest is given to stop by itself.
        running_deleted_instance_action: What is done about a guest whose instance is deleted: ``noop``, ``log``,
            ``shutdown`` or ``reap``.
        running_deleted_instance_timeout: Seconds that an instance must have been deleted for before that.
        reboot_timeout: Seconds after which a reboot counts as stuck; 0 turns the check off.
        rescue_timeout: Seconds after which a rescued instance is unrescued; 0 turns that off.
        instance_build_timeout: Seconds after which a build counts as failed; 0 turns the check off.
        resume_guests_state_on_host_boot: Whether guests that were running are started when their host starts.
        defer_iptables_apply: Whether a host that starts applies the rules of all its guests at once.
        reclaim_instance_interval: Seconds after which a soft-deleted instance is deleted; 0 turns that off.
    """

    notify_on_state_change: str | None = "vm_and_task_state"
    vnc_enabled: bool = False
    spice_enabled: bool = False
    rdp_enabled: bool = False
    serial_console_enabled: bool = False
    novncproxy_base_url: str = "http://127.0.0.1:6080/vnc_auto.html"
    xvpvncproxy_base_url: str = "http://127.0.0.1:6081/console"
    spice_html5proxy_base_url: str = "http://127.0.0.1:6082/spice_auto.html"
    rdp_html5_proxy_base_url: str = "http://127.0.0.1:6083/"
    serial_console_base_url: str = "ws://127.0.0.1:6083/"
    volume_usage_poll_interval: int = 0
    instance_name_template: str = "instance-%08x"
    glance_endpoint: str = "http://glance.example:9292"
    allow_resize_to_same_host: bool = False
    allow_migrate_to_same_host: bool = False
    resize_confirm_window: int = 0
    scheduler_max_attempts: int = 3
    network_allocate_retries: int = 0
    block_device_allocate_retries: int = 60
    block_device_allocate_retries_interval: int = 3
    vpn_image_id: str = "0"
    default_access_ip_network_name: str | None = None
    non_inheritable_image_properties: tuple[str, ...] = ("cache_in_nova", "bittorrent")
    shutdown_timeout: int = 60
    running_deleted_instance_action: str = "reap"
    running_deleted_instance_timeout: int = 0
    reboot_timeout: int = 0
    rescue_timeout: int = 0
    instance_build_timeout: int = 0
    resume_guests_state_on_host_boot: bool = False
    defer_iptables_apply: bool = False
    reclaim_instance_interval: int = 0

    @property
    def consoles_enabled(self) -> bool:
        """Whether a console is on, so that tokens are to be deleted with what they open."""
        return self.vnc_enabled or self.spice_enabled or self.rdp_enabled or self.serial_console_enabled
