"""How a guest comes and goes."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions
from fakevirt.driver.domain import Domain
from fakevirt.driver.fake.base import HypervisorDriver, Read, device_of, volumes_of
from fakevirt.driver.hypervisor import volume_id_of
from fakevirt.driver.interface import BlockDeviceInfo, Context, Instance, MigrateData, NetworkInfo
from fakevirt.driver.storage import MIB, Disk


class Lifecycle(HypervisorDriver):
    """Creates guests and removes them."""

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
        """Create the guest's disks, connect it to its networks and volumes, and run it.

        An instance without an image is backed by its volumes and has no root disk of its own.

        Raises:
            InstanceExists: There is a guest of that name.
            InsufficientFreeMemory: It does not fit; what was created for it stays until it is destroyed.
        """
        read = self.profile.reader("spawn", instance)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        if name in host.domains:
            raise exceptions.InstanceExists(name=name)
        disks = self._fresh_disks(read, block_device_info)
        host.instances_path.directories[uuid] = {}
        host.disk_storage.directories[uuid] = disks
        host.start(self._build(read, network_info, block_device_info))

    def destroy(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Stop the guest, if it is here, and clean up."""
        read = self.profile.reader("destroy", instance)
        self._destroy(read, network_info, block_device_info, destroy_disks, migrate_data)

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
        """Unplug, unfilter, disconnect the volumes and forget the guest.

        The directory goes with the disks, and also when only the disks are shared (``is_shared_block_storage``).
        """
        read = self.profile.reader("cleanup", instance)
        if destroy_vifs:
            self._unplug(network_info)
        self._forget(read, block_device_info, destroy_disks, migrate_data)

    def change_instance_metadata(self, context: Context, instance: Instance, diff: dict[str, list[str]]) -> None:
        """Do nothing: guests ask the metadata service."""
        self.profile.reader("change_instance_metadata", instance)

    def _destroy(
        self,
        read: Read,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None,
        destroy_disks: bool,
        migrate_data: MigrateData | None,
    ) -> None:
        domain = self.hypervisor.domains.get(read("name"))
        if domain is not None and domain.active:
            self.hypervisor.stop(domain)
        self._unplug(network_info)
        self._forget(read, block_device_info, destroy_disks, migrate_data)

    def _forget(
        self,
        read: Read,
        block_device_info: BlockDeviceInfo | None,
        destroy_disks: bool,
        migrate_data: MigrateData | None,
    ) -> None:
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        host.filters.pop(uuid, None)
        for volume in volumes_of(block_device_info):
            host.disconnect_volume(volume["connection_info"])
        if destroy_disks and host.image_pool is not None:
            host.image_pool.directories.pop(uuid, None)
        if destroy_disks or (migrate_data or {}).get("is_shared_block_storage", False):
            self._delete_files(uuid)
        if name in host.domains:
            host.undefine(host.domains[name])

    def _build(self, read: Read, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None) -> Domain:
        """Define the guest on the disks in its directory, and connect it to its networks and volumes."""
        host, uuid = self.hypervisor, read("uuid")
        domain = Domain(
            read("name"),
            uuid,
            memory_mb=read("memory_mb"),
            vcpus=read("vcpus"),
            disks=list(host.disk_storage.directories.get(uuid, {})),
            vifs=[vif["id"] for vif in network_info or ()],
            graphics_listen_addrs=host.graphics_listen_addrs,
        )
        for volume in volumes_of(block_device_info):
            domain.volumes[device_of(volume["mount_device"])] = volume_id_of(volume["connection_info"])
        host.define(domain)
        self._connect(uuid, network_info, block_device_info)
        return domain

    def _fresh_disks(self, read: Read, block_device_info: BlockDeviceInfo | None) -> dict[str, Disk]:
        uuid, image_ref = read("uuid"), read("image_ref")
        swap = (block_device_info or {}).get("swap") or {}
        disks = {}
        if image_ref:
            base = self._location("_base", image_ref)
            disks["disk"] = Disk.written(read("root_gb"), f"root of {uuid}", base)
        if read("ephemeral_gb"):
            disks["disk.local"] = Disk.written(read("ephemeral_gb"), f"ephemeral of {uuid}")
        if swap.get("swap_size"):
            disks["disk.swap"] = Disk(swap["swap_size"] * MIB, content=f"swap of {uuid}")
        return disks
