"""How a guest comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakevirt.driver.interface import BlockDeviceInfo, Context, NetworkInfo
from fakevirt.driver.nova.base import ImageMeta, Instance, MigrateData, NovaDriver, Sized, as_dict, at_work, connected


class Lifecycle(NovaDriver):
    """Creates guests and removes them, and makes images of them."""

    @at_work
    def spawn(
        self,
        context: Context,
        instance: Instance,
        image_meta: ImageMeta,
        injected_files: Any,
        admin_password: str | None,
        allocations: Any,
        network_info: NetworkInfo | None = None,
        block_device_info: BlockDeviceInfo | None = None,
        power_on: bool = True,
        accel_info: Any = None,
    ) -> None:
        """Create the guest's disks, connect it to its networks and volumes, and run it unless ``power_on`` is false."""
        volumes = connected(instance, block_device_info)
        self._driver.spawn(
            context, Sized(instance, block_device_info), {}, injected_files, admin_password, network_info, volumes
        )
        if not power_on:
            self._driver.power_off(instance)

    @at_work
    def destroy(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo | None,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        """Stop the guest, if it is here, and clean up."""
        self._driver.destroy(
            context, instance, network_info or [], connected(instance, block_device_info), destroy_disks
        )

    @at_work
    def cleanup(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo | None,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
        destroy_vifs: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        """Unplug, disconnect the volumes and forget the guest."""
        self._driver.cleanup(
            context,
            instance,
            network_info or [],
            connected(instance, block_device_info),
            destroy_disks,
            as_dict(migrate_data),
            destroy_vifs,
        )

    @at_work
    def snapshot(
        self, context: Context, instance: Instance, image_id: str, update_task_state: Callable[..., Any]
    ) -> None:
        """Describe the guest's root disk as an image in Glance. Its content is a name, and nothing is uploaded."""
        self._driver.snapshot(context, instance, image_id, update_task_state)
