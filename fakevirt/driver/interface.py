"""The interface between a compute manager and its virt driver, as Nova's Juno cycle has it.

Names, parameters and defaults are those of 2014.2, with two additions of its stable branch and of this project's own
managers in mind: ``check_can_live_migrate_source`` takes ``block_device_info``, and where a method takes
``instance_name`` a driver may be given the instance itself, as Kilo does.

What is not implemented raises NotImplementedError, which a manager handles where support is optional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

#: An instance: a versioned object, or a dict of the legacy call path.
Instance = Any
Context = Any
#: VIFs as plain dicts, in Nova's network model.
NetworkInfo = list[dict[str, Any]]
#: ``swap``, ``ephemerals``, ``block_device_mapping`` and ``root_device_name``.
BlockDeviceInfo = dict[str, Any]
MigrateData = dict[str, Any]


class ComputeDriver:
    """What a hypervisor can be asked to do.

    Args:
        virtapi: What the driver may call back into.
    """

    capabilities: ClassVar[Mapping[str, bool]] = {"has_imagecache": False, "supports_recreate": False}

    def __init__(self, virtapi: Any = None) -> None:
        self.virtapi = virtapi

    def init_host(self, host: str) -> None:
        """Get ready to serve ``host``, whose guests may be running already."""
        raise NotImplementedError

    def cleanup_host(self, host: str) -> None:
        """End what ``init_host`` began; it need not do anything."""

    def get_info(self, instance: Instance) -> dict[str, Any]:
        """Return ``state``, ``max_mem`` and ``mem`` (KiB), ``num_cpu`` and ``cpu_time`` (ns); InstanceNotFound."""
        raise NotImplementedError

    def get_num_instances(self) -> int:
        """Return how many guests the hypervisor knows."""
        return len(self.list_instances())

    def instance_exists(self, instance: Instance) -> bool:
        """Return whether the hypervisor knows the instance."""
        raise NotImplementedError

    def estimate_instance_overhead(self, instance_info: Any) -> dict[str, int]:
        """Return what an instance needs beyond its flavor, as ``memory_mb``."""
        return {"memory_mb": 0}

    def list_instances(self) -> list[str]:
        """Return the names of all guests."""
        raise NotImplementedError

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""
        raise NotImplementedError

    def rebuild(
        self,
        context: Context,
        instance: Instance,
        image_meta: dict[str, Any],
        injected_files: Any,
        admin_password: str | None,
        bdms: Any,
        detach_block_devices: Callable[..., Any],
        attach_block_devices: Callable[..., Any],
        network_info: NetworkInfo | None = None,
        recreate: bool = False,
        block_device_info: BlockDeviceInfo | None = None,
        preserve_ephemeral: bool = False,
    ) -> None:
        """Destroy the guest and build it anew; a manager without this does it in steps."""
        raise NotImplementedError

    def spawn(
        self,
        context: Context,
        instance: Instance,
        image_meta: dict[str, Any],
        injected_files: Any,
        admin_password: str | None,
        network_info: NetworkInfo | None = None,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Create the guest and run it; InstanceExists."""
        raise NotImplementedError

    def destroy(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Stop the guest and remove everything of it; a guest that is not there is not an error."""
        raise NotImplementedError

    def cleanup(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
        destroy_vifs: bool = True,
    ) -> None:
        """Remove everything of a guest that was stopped or has left."""
        raise NotImplementedError

    def reboot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        reboot_type: str,
        block_device_info: BlockDeviceInfo | None = None,
        bad_volumes_callback: Callable[..., Any] | None = None,
    ) -> None:
        """Restart the guest, ``SOFT`` or ``HARD``; InstanceNotFound."""
        raise NotImplementedError

    def get_console_output(self, context: Context, instance: Instance) -> str:
        """Return what the guest wrote to its console; InstanceNotFound."""
        raise NotImplementedError

    def get_vnc_console(self, context: Context, instance: Instance) -> Any:
        """Return where the VNC console is; InstanceNotFound, ConsoleTypeUnavailable."""
        raise NotImplementedError

    def get_spice_console(self, context: Context, instance: Instance) -> Any:
        """Return where the SPICE console is; InstanceNotFound, ConsoleTypeUnavailable."""
        raise NotImplementedError

    def get_rdp_console(self, context: Context, instance: Instance) -> Any:
        """Return where the RDP console is; InstanceNotFound, ConsoleTypeUnavailable."""
        raise NotImplementedError

    def get_serial_console(self, context: Context, instance: Instance) -> Any:
        """Return where the serial console is; InstanceNotFound, ConsoleTypeUnavailable."""
        raise NotImplementedError

    def get_diagnostics(self, instance: Instance) -> dict[str, Any]:
        """Return counters of the guest in the hypervisor's own terms; InstanceNotFound."""
        raise NotImplementedError

    def get_instance_diagnostics(self, instance: Instance) -> Any:
        """Return counters of the guest in Nova's terms; InstanceNotFound."""
        raise NotImplementedError

    def get_all_bw_counters(self, instances: Iterable[Instance]) -> list[dict[str, Any]]:
        """Return the bytes that went through each VIF of ``instances``."""
        raise NotImplementedError

    def get_all_volume_usage(self, context: Context, compute_host_bdms: Any) -> list[dict[str, Any]]:
        """Return what was read from and written to each volume of the host."""
        raise NotImplementedError

    def get_host_ip_addr(self) -> str:
        """Return the address of the host."""
        raise NotImplementedError

    def attach_volume(
        self,
        context: Context,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        disk_bus: str | None = None,
        device_type: str | None = None,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Connect a volume and give it to the guest as ``mountpoint``; InstanceNotFound, DeviceIsBusy."""
        raise NotImplementedError

    def detach_volume(
        self,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Take a volume from the guest, if that is here, and disconnect it; DiskNotFound."""
        raise NotImplementedError

    def swap_volume(
        self,
        old_connection_info: dict[str, Any],
        new_connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        resize_to: int,
    ) -> None:
        """Copy a volume of the guest to another and use that in its place; InstanceNotFound."""
        raise NotImplementedError

    def attach_interface(self, instance: Instance, image_meta: dict[str, Any], vif: dict[str, Any]) -> None:
        """Give a VIF to the guest; InterfaceAttachFailed."""
        raise NotImplementedError

    def detach_interface(self, instance: Instance, vif: dict[str, Any]) -> None:
        """Take a VIF from the guest; InterfaceDetachFailed."""
        raise NotImplementedError

    def migrate_disk_and_power_off(
        self,
        context: Context,
        instance: Instance,
        dest: str,
        flavor: Any,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        timeout: int = 0,
        retry_interval: int = 0,
    ) -> Any:
        """Stop the guest, send its disks to ``dest`` and return what is to be known of them; InstanceFaultRollback."""
        raise NotImplementedError

    def snapshot(
        self, context: Context, instance: Instance, image_id: str, update_task_state: Callable[..., Any]
    ) -> None:
        """Upload an image of the guest; InstanceNotRunning."""
        raise NotImplementedError

    def post_interrupted_snapshot_cleanup(self, context: Context, instance: Instance) -> None:
        """Remove what an interrupted snapshot left; it need not do anything."""

    def finish_migration(
        self,
        context: Context,
        migration: Any,
        instance: Instance,
        disk_info: Any,
        network_info: NetworkInfo,
        image_meta: dict[str, Any],
        resize_instance: bool,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
    ) -> None:
        """Build the guest on the destination of a resize from the disks that were sent."""
        raise NotImplementedError

    def confirm_migration(self, migration: Any, instance: Instance, network_info: NetworkInfo) -> None:
        """Remove what a resize left on its source."""
        raise NotImplementedError

    def finish_revert_migration(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
    ) -> None:
        """Bring the guest back to the source of a resize."""
        raise NotImplementedError

    def pause(self, instance: Instance) -> None:
        """Halt the guest's processors; InstanceNotFound."""
        raise NotImplementedError

    def unpause(self, instance: Instance) -> None:
        """Let the guest's processors go on; InstanceNotFound."""
        raise NotImplementedError

    def suspend(self, instance: Instance) -> None:
        """Save the guest's memory and stop it; InstanceNotFound."""
        raise NotImplementedError

    def resume(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Let a suspended guest go on; InstanceNotFound."""
        raise NotImplementedError

    def resume_state_on_host_boot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest after the host has booted, unless it runs already; InstanceNotFound."""
        raise NotImplementedError

    def rescue(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        image_meta: dict[str, Any],
        rescue_password: str | None,
    ) -> None:
        """Run the guest from a rescue image; InstanceNotFound."""
        raise NotImplementedError

    def unrescue(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Run the guest from its own disk again; InstanceNotFound."""
        raise NotImplementedError

    def set_bootable(self, instance: Instance, is_bootable: bool) -> None:
        """Set whether the guest may be started; a manager without this only powers it off."""
        raise NotImplementedError

    def power_off(self, instance: Instance, timeout: int = 0, retry_interval: int = 0) -> None:
        """Stop the guest, after giving it ``timeout`` seconds to do so itself; InstanceNotFound."""
        raise NotImplementedError

    def power_on(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run a guest that was stopped; InstanceNotFound."""
        raise NotImplementedError

    def soft_delete(self, instance: Instance) -> None:
        """Stop a guest that may be restored; a manager without this powers it off."""
        raise NotImplementedError

    def restore(self, instance: Instance) -> None:
        """Run a soft-deleted guest again; a manager without this powers it on."""
        raise NotImplementedError

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Return what a node has and uses, by the columns of a compute node."""
        raise NotImplementedError

    def pre_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        network_info: NetworkInfo,
        disk_info: str | None,
        migrate_data: MigrateData | None = None,
    ) -> dict[str, Any] | None:
        """Prepare the destination and return what the source must know of it; DestinationDiskExists."""
        raise NotImplementedError

    def live_migration(
        self,
        context: Context,
        instance: Instance,
        dest: str,
        post_method: Callable[..., Any],
        recover_method: Callable[..., Any],
        block_migration: bool = False,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Move the guest and call ``post_method``, or else call ``recover_method`` and raise what went wrong."""
        raise NotImplementedError

    def rollback_live_migration_at_destination(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Undo what ``pre_live_migration`` did."""
        raise NotImplementedError

    def post_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Disconnect the source from what the guest took along; it need not do anything."""

    def post_live_migration_at_source(self, context: Context, instance: Instance, network_info: NetworkInfo) -> None:
        """Unplug the VIFs at the source; a manager without this does it while cleaning up."""
        raise NotImplementedError

    def post_live_migration_at_destination(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_migration: bool = False,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Make the guest at home on the destination; InstanceNotFound."""
        raise NotImplementedError

    def check_instance_shared_storage_local(self, context: Context, instance: Instance) -> dict[str, Any] | None:
        """Leave a mark where the instance's files are and return what finds it; None without such files."""
        raise NotImplementedError

    def check_instance_shared_storage_remote(self, context: Context, data: dict[str, Any]) -> bool:
        """Return whether this host sees the mark that another left."""
        raise NotImplementedError

    def check_instance_shared_storage_cleanup(self, context: Context, data: dict[str, Any]) -> None:
        """Remove the mark; it need not do anything."""

    def check_can_live_migrate_destination(
        self,
        context: Context,
        instance: Instance,
        src_compute_info: Any,
        dst_compute_info: Any,
        block_migration: bool = False,
        disk_over_commit: bool = False,
    ) -> dict[str, Any]:
        """Check this host as a destination and return what the source needs for its own checks; InvalidCPUInfo."""
        raise NotImplementedError

    def check_can_live_migrate_destination_cleanup(self, context: Context, dest_check_data: dict[str, Any]) -> None:
        """Remove what ``check_can_live_migrate_destination`` left."""
        raise NotImplementedError

    def check_can_live_migrate_source(
        self,
        context: Context,
        instance: Instance,
        dest_check_data: dict[str, Any],
        block_device_info: BlockDeviceInfo | None = None,
    ) -> dict[str, Any]:
        """Check this host as a source and return migrate_data.

        May raise InvalidLocalStorage, InvalidSharedStorage or MigrationPreCheckError.
        """
        raise NotImplementedError

    def get_instance_disk_info(self, instance_name: Any, block_device_info: BlockDeviceInfo | None = None) -> str:
        """Return the guest's local disks as a JSON list; InstanceNotFound, DiskNotFound.

        What ``block_device_info`` does not name as a volume counts as a local disk.
        """
        raise NotImplementedError

    def refresh_security_group_rules(self, security_group_id: Any) -> None:
        """Renew the rules of every instance in the group."""
        raise NotImplementedError

    def refresh_security_group_members(self, security_group_id: Any) -> None:
        """Renew the rules of every instance that grants something to the group."""
        raise NotImplementedError

    def refresh_provider_fw_rules(self) -> None:
        """Renew the rules of the provider."""
        raise NotImplementedError

    def refresh_instance_security_rules(self, instance: Instance) -> None:
        """Renew the rules of one instance."""
        raise NotImplementedError

    def reset_network(self, instance: Instance) -> None:
        """Set the guest's networking up again; it need not do anything."""

    def ensure_filtering_rules_for_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Have the instance's firewall rules in place before it is here."""
        raise NotImplementedError

    def filter_defer_apply_on(self) -> None:
        """Hold changes of rules back; it need not do anything."""

    def filter_defer_apply_off(self) -> None:
        """Apply the changes that were held back; it need not do anything."""

    def unfilter_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Remove the instance's firewall rules."""
        raise NotImplementedError

    def set_admin_password(self, instance: Instance, new_pass: str) -> None:
        """Set the password of the guest's administrator."""
        raise NotImplementedError

    def inject_file(self, instance: Instance, b64_path: str, b64_contents: str) -> None:
        """Write a file into the guest."""
        raise NotImplementedError

    def change_instance_metadata(self, context: Context, instance: Instance, diff: dict[str, list[str]]) -> None:
        """Tell the guest of its changed metadata; it need not do anything."""

    def inject_network_info(self, instance: Instance, nw_info: NetworkInfo) -> None:
        """Write the guest's network configuration into it; it need not do anything."""

    def poll_rebooting_instances(self, timeout: int, instances: Iterable[Instance]) -> None:
        """Restart guests that have been rebooting for longer than ``timeout`` seconds."""
        raise NotImplementedError

    def plug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Connect VIFs to the host's network."""
        raise NotImplementedError

    def unplug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Disconnect VIFs from the host's network."""
        raise NotImplementedError

    def get_host_cpu_stats(self) -> dict[str, int]:
        """Return how the host's processors spent their time."""
        raise NotImplementedError

    def block_stats(self, instance_name: Any, disk_id: str) -> list[int] | None:
        """Return read requests, read bytes, write requests, written bytes and errors of a disk."""
        raise NotImplementedError

    def deallocate_networks_on_reschedule(self, instance: Instance) -> bool:
        """Return whether networks must be given back before another host tries."""
        return False

    def macs_for_instance(self, instance: Instance) -> set[str] | None:
        """Return the MAC addresses that the guest must use; None when any will do."""
        return None

    def dhcp_options_for_instance(self, instance: Instance) -> list[dict[str, str]] | None:
        """Return the DHCP options that the guest needs; None when it needs none."""
        return None

    def manage_image_cache(self, context: Context, all_instances: Iterable[Instance]) -> None:
        """Remove cached images that no instance needs; it need not do anything."""

    def get_volume_connector(self, instance: Instance) -> dict[str, Any]:
        """Return how volumes reach this host: ``ip``, ``host`` and ``initiator``."""
        raise NotImplementedError

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        """Return the names of the nodes that the driver serves."""
        raise NotImplementedError

    def node_is_available(self, nodename: str) -> bool:
        """Return whether the driver serves the node."""
        return nodename in self.get_available_nodes() or nodename in self.get_available_nodes(refresh=True)

    def get_per_instance_usage(self) -> dict[str, dict[str, Any]]:
        """Return what guests use in excess of what Nova knows, by uuid."""
        return {}

    def instance_on_disk(self, instance: Instance) -> bool:
        """Return whether the instance's files are visible from here."""
        return False

    def delete_instance_files(self, instance: Instance) -> bool:
        """Remove the files of an instance that is gone and return whether nothing is left."""
        return True

    @property
    def need_legacy_block_device_info(self) -> bool:
        """Whether block_device_info is to be in the format before Havana."""
        return True

    def default_root_device_name(self, instance: Instance, image_meta: dict[str, Any], root_bdm: Any) -> str:
        """Return the name of the root device; a manager without this knows one."""
        raise NotImplementedError

    def default_device_names_for_instance(
        self, instance: Instance, root_device_name: str, *block_device_lists: Any
    ) -> None:
        """Fill in the device names that are missing; a manager without this does it."""
        raise NotImplementedError
