"""The local disks of guests, and whether another host sees them."""

from __future__ import annotations

from typing import Any

from fakevirt.driver.interface import BlockDeviceInfo, Context
from fakevirt.driver.nova.base import Instance, NovaDriver, at_work, connected


class Disks(NovaDriver):
    """The files of instances."""

    @at_work
    def get_instance_disk_info(self, instance: Instance, block_device_info: BlockDeviceInfo | None = None) -> str:
        """Return the guest's disks as libvirt finds them, as JSON."""
        return self._driver.get_instance_disk_info(instance, connected(instance, block_device_info))

    @at_work
    def instance_on_disk(self, instance: Instance) -> bool:
        """Return whether the instance has a directory here."""
        return self._driver.instance_on_disk(instance)

    @at_work
    def delete_instance_files(self, instance: Instance) -> bool:
        """Remove the instance's directory, or the one that a resize has set aside."""
        return self._driver.delete_instance_files(instance)

    @at_work
    def check_instance_shared_storage_local(self, context: Context, instance: Instance) -> dict[str, Any] | None:
        """Leave a test file if the instance has a directory here."""
        return self._driver.check_instance_shared_storage_local(context, instance)

    @at_work
    def check_instance_shared_storage_remote(self, context: Context, data: dict[str, Any]) -> bool:
        """Return whether the test file is visible here."""
        return self._driver.check_instance_shared_storage_remote(context, data)

    @at_work
    def check_instance_shared_storage_cleanup(self, context: Context, data: dict[str, Any]) -> None:
        """Remove the test file."""
        self._driver.check_instance_shared_storage_cleanup(context, data)
