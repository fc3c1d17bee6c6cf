"""The local disks of guests, and whether another host sees them."""

from __future__ import annotations

import json
from typing import Any

from fakevirt.driver.fake.base import HypervisorDriver, device_of, volumes_of
from fakevirt.driver.interface import BlockDeviceInfo, Context, Instance
from fakevirt.driver.storage import Disk


class Disks(HypervisorDriver):
    """The files of instances."""

    def get_instance_disk_info(self, instance_name: Any, block_device_info: BlockDeviceInfo | None = None) -> str:
        """Return the guest's disks as libvirt finds them.

        Disks in a pool are no files and are left out. Volumes are block devices, whose size is not known here: they
        are listed unless ``block_device_info`` says that they are volumes.
        """
        name = self._name("get_instance_disk_info", instance_name)
        domain = self.hypervisor.lookup(name)
        infos = []
        if self.hypervisor.image_pool is None:
            for disk_name, disk in self.hypervisor.disks(name).items():
                infos.append(self._disk_info(self._location(domain.uuid, disk_name), "qcow2", disk))
        known_volumes = {device_of(volume["mount_device"]) for volume in volumes_of(block_device_info)}
        for device, volume_id in domain.volumes.items():
            if device not in known_volumes:
                infos.append(self._disk_info(f"/dev/disk/by-id/{volume_id}", "raw", Disk(0)))
        return json.dumps(infos)

    def instance_on_disk(self, instance: Instance) -> bool:
        """Return whether the instance has a directory here."""
        uuid = self.profile.reader("instance_on_disk", instance)("uuid")
        return uuid in self.hypervisor.instances_path.directories

    def delete_instance_files(self, instance: Instance) -> bool:
        """Remove the instance's directory, or the one that a resize has set aside."""
        self._delete_files(self.profile.reader("delete_instance_files", instance)("uuid"))
        return True

    def check_instance_shared_storage_local(self, context: Context, instance: Instance) -> dict[str, Any] | None:
        """Leave a test file if the instance has a directory here."""
        uuid = self.profile.reader("check_instance_shared_storage_local", instance)("uuid")
        if uuid not in self.hypervisor.instances_path.directories:
            return None
        return {"filename": self._create_test_file()}

    def check_instance_shared_storage_remote(self, context: Context, data: dict[str, Any]) -> bool:
        """Return whether the test file is visible here."""
        return data["filename"] in self.hypervisor.instances_path.test_files

    def check_instance_shared_storage_cleanup(self, context: Context, data: dict[str, Any]) -> None:
        """Remove the test file."""
        self._remove_test_file(data["filename"])

    def _disk_info(self, path: str, kind: str, disk: Disk) -> dict[str, Any]:
        return {
            "type": kind,
            "path": path,
            "virt_disk_size": disk.virt_disk_size,
            "backing_file": disk.backing_file,
            "disk_size": disk.disk_size,
            "over_committed_disk_size": disk.virt_disk_size - disk.disk_size,
        }

    def _create_test_file(self) -> str:
        # The host is part of the name, so that two hosts with storage of their own never mistake it.
        filename = f"tmp-{self.hypervisor.hostname}-{self.hypervisor.next_number()}"
        self.hypervisor.instances_path.test_files.add(filename)
        return filename

    def _remove_test_file(self, filename: str) -> None:
        self.hypervisor.instances_path.test_files.discard(filename)
