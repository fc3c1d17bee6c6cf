"""How a guest moves to another host, or gets other disks, while it is off."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from fakevirt import exceptions
from fakevirt.driver.fake.base import Read, resized, volumes_of
from fakevirt.driver.fake.disks import Disks
from fakevirt.driver.fake.lifecycle import Lifecycle
from fakevirt.driver.interface import BlockDeviceInfo, Context, Instance, NetworkInfo
from fakevirt.driver.profile import reader
from fakevirt.driver.storage import GIB, MIB, Disk


class Resize(Disks, Lifecycle):
    """Resizes guests, which is also how they are moved while they are off.

    Until that is confirmed or reverted, the source keeps the guest's definition and, set aside, its directory.
    Disks in a pool stay where they are.
    """

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
    ) -> str:
        """Stop the guest, disconnect its volumes, set its directory aside and copy its disks to the destination.

        Args:
            context: The request.
            instance: What is to be resized, with the sizes that it has.
            dest: The address or name of the destination, which may be this host.
            flavor: The flavor that it is to have, dict or object; a swap disk of another size is not copied.
            network_info: Its VIFs, which stay plugged.
            block_device_info: Its volumes.
            timeout: Seconds that the guest has to stop by itself; it does so at once.
            retry_interval: Seconds after which it would be asked once more.

        Returns:
            What ``get_instance_disk_info`` says of its disks.

        Raises:
            InstanceFaultRollback: A disk is to shrink; nothing has changed.
            InstanceNotFound: There is no such guest.
            MigrationError: The disks do not fit on the destination. The guest is off.
        """
        read = self.profile.reader("migrate_disk_and_power_off", instance)
        new = reader(flavor)
        if any(new(size) < read(size) for size in ("root_gb", "ephemeral_gb")):
            error = exceptions.ResizeError(reason="Unable to resize disk down.")
            raise exceptions.InstanceFaultRollback(inner_exception=error)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        disk_info = self.get_instance_disk_info(name, block_device_info)
        peer = self._peer(dest)
        if host.lookup(name).active:
            host.stop(host.lookup(name))
        for volume in volumes_of(block_device_info):
            host.disconnect_volume(volume["connection_info"])
        disks = dict(host.instances_path.directories[uuid])
        if "disk.swap" in disks and disks["disk.swap"].virt_disk_size != new("swap") * MIB:
            del disks["disk.swap"]
        peer.instances_path.require_room_for(disks.values())
        host.instances_path.directories[resized(uuid)] = host.instances_path.directories.pop(uuid)
        # An overlay is merged with its base, which need not be on the destination.
        copies = {disk_name: dataclasses.replace(disk, backing_file="") for disk_name, disk in disks.items()}
        peer.instances_path.directories[uuid] = copies
        return disk_info

    def finish_migration(
        self,
        context: Context,
        migration: Any,
        instance: Instance,
        disk_info: str,
        network_info: NetworkInfo,
        image_meta: dict[str, Any],
        resize_instance: bool,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
    ) -> None:
        """Build the guest from the disks that were copied, and create those that are missing.

        Args:
            context: The request.
            migration: The migration, dict or object.
            instance: What is resized, with the sizes that it is to have.
            disk_info: What ``migrate_disk_and_power_off`` returned.
            network_info: Its VIFs.
            image_meta: Its image.
            resize_instance: Whether its disks are to grow.
            block_device_info: Its volumes, with connections made for this host.
            power_on: Whether it is to run.

        Raises:
            DiskNotFound: A disk has not arrived.
            InsufficientFreeMemory: The guest does not fit here.
        """
        read = self.profile.reader("finish_migration", instance)
        disks = self.hypervisor.disk_storage.directories.setdefault(read("uuid"), {})
        for info in json.loads(disk_info):
            disk_name = info["path"].rpartition("/")[2]
            if disk_name not in disks and disk_name != "disk.swap":
                raise exceptions.DiskNotFound(location=info["path"])
        if resize_instance:
            _grow(disks, {"disk": read("root_gb"), "disk.local": read("ephemeral_gb")})
        for disk_name, disk in self._fresh_disks(read, block_device_info).items():
            disks.setdefault(disk_name, disk)
        self._bring_up(read, network_info, block_device_info, power_on=power_on)

    def confirm_migration(self, migration: Any, instance: Instance, network_info: NetworkInfo) -> None:
        """Remove the directory that was set aside and, unless the instance is still on this host, all else of it."""
        read = self.profile.reader("confirm_migration", instance)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        host.instances_path.directories.pop(resized(uuid), None)
        if read("host") != host.hostname:
            if name in host.domains:
                host.undefine(host.domains[name])
            self._unplug(network_info)
            host.filters.pop(uuid, None)

    def finish_revert_migration(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
    ) -> None:
        """Put the directory back that was set aside, and build the guest from it.

        Args:
            context: The request.
            instance: What was resized, with the sizes that it had before.
            network_info: Its VIFs.
            block_device_info: Its volumes, with connections made for this host.
            power_on: Whether it is to run.
        """
        read = self.profile.reader("finish_revert_migration", instance)
        directories = self.hypervisor.instances_path.directories
        set_aside = directories.pop(resized(read("uuid")), None)
        if set_aside is not None:
            directories[read("uuid")] = set_aside
        self._bring_up(read, network_info, block_device_info, power_on=power_on)

    def _bring_up(
        self, read: Read, network_info: NetworkInfo, block_device_info: BlockDeviceInfo | None, *, power_on: bool
    ) -> None:
        domain = self._build(read, network_info, block_device_info)
        if power_on:
            self.hypervisor.start(domain)


def _grow(disks: dict[str, Disk], sizes_gb: dict[str, int]) -> None:
    for name, size_gb in sizes_gb.items():
        if name in disks:
            disks[name].virt_disk_size = max(disks[name].virt_disk_size, size_gb * GIB)
