"""How a guest's root disk becomes an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakevirt import exceptions, states
from fakevirt.driver.fake.base import HypervisorDriver
from fakevirt.driver.interface import Context, Instance


class Snapshots(HypervisorDriver):
    """Uploads images of guests."""

    def snapshot(
        self, context: Context, instance: Instance, image_id: str, update_task_state: Callable[..., Any]
    ) -> None:
        """Copy the guest's root disk and upload it; the guest goes on as it was.

        Args:
            context: The request.
            instance: Whose root disk it is.
            image_id: The image that is to hold it.
            update_task_state: Called as ``(task_state=…)`` before the copy and as ``(task_state=…, expected_state=…)``
                before the upload.

        Raises:
            InstanceNotRunning: There is no such guest.
            DiskNotFound: It has no root disk of its own.
            ImageNotFound: There is no such image.
        """
        read = self.profile.reader("snapshot", instance)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        if name not in host.domains:
            raise exceptions.InstanceNotRunning(instance_id=uuid)
        image = self._image_api.get(context, image_id)
        disks = host.disks(name)
        if "disk" not in disks:
            raise exceptions.DiskNotFound(location=host.disk_storage.location(uuid, "disk"))
        update_task_state(task_state=states.IMAGE_PENDING_UPLOAD)
        size = disks["disk"].disk_size
        update_task_state(task_state=states.IMAGE_UPLOADING, expected_state=states.IMAGE_PENDING_UPLOAD)
        properties = {
            "image_location": "snapshot",
            "image_state": "available",
            "owner_id": read("project_id"),
            "kernel_id": read("kernel_id"),
            "ramdisk_id": read("ramdisk_id"),
        }
        if read("os_type"):
            properties["os_type"] = read("os_type")
        uploaded = {
            "name": image["name"],
            "status": "active",
            "size": size,
            "disk_format": "raw" if host.image_pool else "qcow2",
            "properties": properties,
        }
        self._image_api.update(context, image_id, uploaded)

    def post_interrupted_snapshot_cleanup(self, context: Context, instance: Instance) -> None:
        """Do nothing: an interrupted snapshot leaves nothing here."""
        self.profile.reader("post_interrupted_snapshot_cleanup", instance)
