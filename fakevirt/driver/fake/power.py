"""How a guest is stopped and run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fakevirt import states
from fakevirt.driver.domain import Domain
from fakevirt.driver.fake.base import HypervisorDriver, invalid_state, volumes_of
from fakevirt.driver.hypervisor import volume_id_of
from fakevirt.driver.interface import BlockDeviceInfo, Context, Instance, NetworkInfo


class Power(HypervisorDriver):
    """Changes the power states of guests."""

    def reboot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        reboot_type: str,
        block_device_info: BlockDeviceInfo | None = None,
        bad_volumes_callback: Callable[..., Any] | None = None,
    ) -> None:
        """Restart the guest; ``HARD``, and ``SOFT`` for one that is off, set up its networks and volumes as well.

        Volumes that have failed are told of first, as XenAPI's driver does, and are then left out.

        Args:
            context: The request.
            instance: The instance.
            network_info: Its VIFs.
            reboot_type: ``SOFT`` or ``HARD``.
            block_device_info: Its volumes.
            bad_volumes_callback: Called with the devices of volumes that have failed; it detaches them.
        """
        domain = self._domain("reboot", instance)
        if reboot_type == "SOFT" and domain.power_state == states.RUNNING:
            self.hypervisor.restart(domain)
            return
        failed = [volume for volume in volumes_of(block_device_info) if self._has_failed(volume)]
        if failed and block_device_info and bad_volumes_callback:
            bad_volumes_callback([volume["mount_device"] for volume in failed])
            working = [volume for volume in volumes_of(block_device_info) if volume not in failed]
            block_device_info = {**block_device_info, "block_device_mapping": working}
        self._hard_reboot(domain, network_info, block_device_info)

    def pause(self, instance: Instance) -> None:
        """Pause a guest that runs; InstanceInvalidState if it is off."""
        self._switch("pause", instance, states.POWER_PAUSED)

    def unpause(self, instance: Instance) -> None:
        """Let a paused guest go on; InstanceInvalidState if it is off."""
        self._switch("unpause", instance, states.RUNNING)

    def suspend(self, instance: Instance) -> None:
        """Save the guest's memory and stop it; InstanceInvalidState if it is off."""
        domain = self._domain("suspend", instance)
        if not domain.active:
            raise invalid_state(domain, "suspend")
        self.hypervisor.stop(domain)
        domain.saved = True

    def resume(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run a guest from its saved memory; InstanceInvalidState without that."""
        domain = self._domain("resume", instance)
        if not domain.saved:
            raise invalid_state(domain, "resume")
        self._run(domain, network_info, block_device_info)

    def resume_state_on_host_boot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest as a hard reboot does, unless it is active."""
        domain = self._domain("resume_state_on_host_boot", instance)
        if not domain.active:
            self._hard_reboot(domain, network_info, block_device_info)

    def power_off(self, instance: Instance, timeout: int = 0, retry_interval: int = 0) -> None:
        """Stop the guest; one that is off stays off."""
        domain = self._domain("power_off", instance)
        if domain.active:
            self.hypervisor.stop(domain)

    def power_on(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest, as a hard reboot does."""
        self._hard_reboot(self._domain("power_on", instance), network_info, block_device_info)

    def set_bootable(self, instance: Instance, is_bootable: bool) -> None:
        """Set whether the guest may be started: until it may, whatever starts it raises InstancePowerOnFailure."""
        self._domain("set_bootable", instance).bootable = is_bootable

    def soft_delete(self, instance: Instance) -> None:
        """Stop the guest and keep it from being started; one that is not here is passed over."""
        domain = self.hypervisor.domains.get(self.profile.reader("soft_delete", instance)("name"))
        if domain is not None:
            domain.bootable = False
            self.hypervisor.stop(domain)

    def restore(self, instance: Instance) -> None:
        """Run a soft-deleted guest again."""
        domain = self._domain("restore", instance)
        domain.bootable = True
        self.hypervisor.start(domain)

    def poll_rebooting_instances(self, timeout: int, instances: Iterable[Instance]) -> None:
        """Pull the plug of guests that hang in a reboot, and let them boot; those that are not here are passed over.

        Args:
            timeout: How long they were given, in seconds.
            instances: Those that have been rebooting for longer than that.
        """
        for instance in instances:
            domain = self.hypervisor.domains.get(self.profile.reader("poll_rebooting_instances", instance)("name"))
            if domain is not None:
                self._pull_the_plug(domain)
                self.hypervisor.start(domain)

    def _has_failed(self, volume: dict[str, Any]) -> bool:
        return volume_id_of(volume["connection_info"]) in self.hypervisor.failed_volumes

    def _hard_reboot(
        self, domain: Domain, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None
    ) -> None:
        self._pull_the_plug(domain)
        domain.graphics_listen_addrs = self.hypervisor.graphics_listen_addrs
        self._run(domain, network_info, block_device_info)

    def _pull_the_plug(self, domain: Domain) -> None:
        """Stop a guest that is to boot from its disks, and keep its definition."""
        domain.persistent = True
        self.hypervisor.stop(domain)
        domain.saved = False

    def _run(self, domain: Domain, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None) -> None:
        self._connect(domain.uuid, network_info, block_device_info)
        self.hypervisor.start(domain)

    def _switch(self, method: str, instance: Instance, power_state: int) -> None:
        domain = self._domain(method, instance)
        if not domain.active:
            raise invalid_state(domain, method)
        domain.power_state = power_state
