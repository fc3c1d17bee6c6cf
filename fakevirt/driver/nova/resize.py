"""How a guest moves to another host, or gets other disks, while it is off."""

from __future__ import annotations

from typing import Any

from fakevirt.driver.interface import BlockDeviceInfo, Context, NetworkInfo
from fakevirt.driver.nova.base import ImageMeta, Instance, NovaDriver, Sized, at_work, connected


class Resize(NovaDriver):
    """Resizes guests, which is also how they are moved while they are off."""

    @at_work
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
        """Stop the guest, disconnect its volumes, set its directory aside and copy its disks to ``dest``."""
        return self._driver.migrate_disk_and_power_off(
            context,
            Sized(instance),
            dest,
            flavor,
            network_info,
            connected(instance, block_device_info),
            timeout,
            retry_interval,
        )

    @at_work
    def finish_migration(
        self,
        context: Context,
        migration: Any,
        instance: Instance,
        disk_info: str,
        network_info: NetworkInfo,
        image_meta: ImageMeta,
        resize_instance: bool,
        allocations: Any,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        """Build the guest from the disks that were copied, and create those that are missing."""
        volumes = connected(instance, block_device_info)
        self._driver.finish_migration(
            context,
            migration,
            Sized(instance, block_device_info),
            disk_info,
            network_info,
            {},
            resize_instance,
            volumes,
            power_on,
        )

    @at_work
    def confirm_migration(
        self, context: Context, migration: Any, instance: Instance, network_info: NetworkInfo
    ) -> None:
        """Remove the directory that was set aside and, unless the instance is still on this host, all else of it."""
        self._driver.confirm_migration(migration, instance, network_info)

    @at_work
    def finish_revert_migration(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        migration: Any,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        """Put the directory back that was set aside, and build the guest from it."""
        volumes = connected(instance, block_device_info)
        self._driver.finish_revert_migration(context, Sized(instance), network_info, volumes, power_on)
