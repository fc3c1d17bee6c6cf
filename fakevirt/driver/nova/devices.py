"""The volumes and the VIFs of guests."""

from __future__ import annotations

from typing import Any

import nova.conf
from nova.virt import block_device

from fakevirt import exceptions
from fakevirt.driver.interface import Context, NetworkInfo
from fakevirt.driver.nova.base import ImageMeta, Instance, NovaDriver, at_work, connection

CONF = nova.conf.CONF


class Devices(NovaDriver):
    """Gives volumes and VIFs to guests and takes them away."""

    def get_volume_connector(self, instance: Instance) -> dict[str, Any]:
        """Return how volumes reach this host: at the address that is configured for block storage."""
        return {**self._driver.get_volume_connector(instance), "ip": CONF.my_block_storage_ip}

    @at_work
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
        """Connect a volume and give it to the guest as ``mountpoint``; DevicePathInUse if something is there."""
        volume = connection(connection_info, instance, mountpoint)
        self._driver.attach_volume(context, volume, instance, mountpoint, disk_bus, device_type, encryption)

    @at_work
    def detach_volume(
        self,
        context: Context,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Take a volume from the guest and disconnect it; DiskNotFound if the guest has nothing there."""
        volume = connection(connection_info, instance, mountpoint)
        self._driver.detach_volume(volume, instance, mountpoint, encryption)

    @at_work
    def swap_volume(
        self,
        context: Context,
        old_connection_info: dict[str, Any],
        new_connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        resize_to: int,
    ) -> None:
        """Give the guest another volume in place of the one it has; DiskNotFound if it has none there."""
        old, new = (connection(info, instance, mountpoint) for info in (old_connection_info, new_connection_info))
        self._driver.swap_volume(old, new, instance, mountpoint, resize_to)

    @at_work
    def extend_volume(
        self, context: Context, connection_info: dict[str, Any], instance: Instance, requested_size: int
    ) -> None:
        """Find the volume in the guest: sizes of volumes are not kept here.

        Raises:
            InstanceNotFound: There is no such guest.
            DiskNotFound: It does not have the volume.
        """
        volume_id = block_device.get_volume_id(connection_info)
        if volume_id not in self.hypervisor.lookup(instance.name).volumes.values():
            raise exceptions.DiskNotFound(location=volume_id)

    @at_work
    def attach_interface(self, context: Context, instance: Instance, image_meta: ImageMeta, vif: Any) -> None:
        """Plug a VIF and give it to the guest; InterfaceAttachFailed if the guest has it already."""
        self._driver.attach_interface(instance, {}, vif)

    @at_work
    def detach_interface(self, context: Context, instance: Instance, vif: Any) -> None:
        """Unplug a VIF and take it from the guest; InterfaceDetachFailed if the guest does not have it."""
        self._driver.detach_interface(instance, vif)

    @at_work
    def plug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Connect VIFs to the host's network."""
        self._driver.plug_vifs(instance, network_info)

    @at_work
    def unplug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Disconnect VIFs from the host's network; they need not be connected."""
        self._driver.unplug_vifs(instance, network_info)
