"""How a guest is stopped and run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fakevirt.driver.interface import BlockDeviceInfo, Context, NetworkInfo
from fakevirt.driver.nova.base import ImageMeta, Instance, NovaDriver, Sized, at_work, connected


class Power(NovaDriver):
    """Stops guests and runs them again, from a rescue disk as well."""

    @at_work
    def reboot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        reboot_type: str,
        block_device_info: BlockDeviceInfo | None = None,
        bad_volumes_callback: Callable[..., Any] | None = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        """Restart the guest; ``HARD``, and ``SOFT`` for one that is off, set up its networks and volumes as well."""
        volumes = connected(instance, block_device_info)
        self._driver.reboot(context, instance, network_info, reboot_type, volumes, bad_volumes_callback)

    def poll_rebooting_instances(self, timeout: int, instances: Iterable[Instance]) -> None:
        """Do nothing: no guest hangs in a reboot."""

    @at_work
    def power_on(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        """Run the guest, as a hard reboot does."""
        self._driver.power_on(context, instance, network_info, connected(instance, block_device_info))

    @at_work
    def power_off(self, instance: Instance, timeout: int = 0, retry_interval: int = 0) -> None:
        """Stop the guest; one that is off stays off."""
        self._driver.power_off(instance, timeout, retry_interval)

    @at_work
    def pause(self, instance: Instance) -> None:
        """Pause a guest that runs; InstanceInvalidState if it is off."""
        self._driver.pause(instance)

    @at_work
    def unpause(self, instance: Instance) -> None:
        """Let a paused guest go on; InstanceInvalidState if it is off."""
        self._driver.unpause(instance)

    @at_work
    def suspend(self, context: Context, instance: Instance) -> None:
        """Save the guest's memory and stop it; InstanceInvalidState if it is off."""
        self._driver.suspend(instance)

    @at_work
    def resume(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        share_info: Any = None,
    ) -> None:
        """Run a guest from its saved memory; one that is active goes on, and InstanceInvalidState otherwise."""
        if not self.hypervisor.lookup(instance.name).active:
            self._driver.resume(context, instance, network_info, connected(instance, block_device_info))

    @at_work
    def resume_state_on_host_boot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        share_info: Any,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest as a hard reboot does, unless it is active."""
        volumes = connected(instance, block_device_info)
        self._driver.resume_state_on_host_boot(context, instance, network_info, volumes)

    @at_work
    def soft_delete(self, instance: Instance) -> None:
        """Stop the guest and keep it from being started; one that is not here is passed over."""
        self._driver.soft_delete(instance)

    @at_work
    def restore(self, instance: Instance) -> None:
        """Run a soft-deleted guest again; one that is active goes on."""
        if not self.hypervisor.lookup(instance.name).active:
            self._driver.restore(instance)

    @at_work
    def rescue(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        image_meta: ImageMeta,
        rescue_password: str | None,
        block_device_info: BlockDeviceInfo | None,
        share_info: Any,
    ) -> None:
        """Run the guest from a fresh disk, with its own root disk as the second and without its volumes."""
        image = {"id": image_meta.id} if "id" in image_meta else {}
        self._driver.rescue(context, Sized(instance), network_info, image, rescue_password)

    @at_work
    def unrescue(self, context: Context, instance: Instance) -> None:
        """Run the guest from the disks and volumes that it had; one that was not rescued goes on."""
        if self.hypervisor.lookup(instance.name).unrescue is not None:
            self._driver.unrescue(instance, [])
