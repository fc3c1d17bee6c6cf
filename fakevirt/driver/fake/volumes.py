"""The volumes of guests, and the names of their devices."""

from __future__ import annotations

import itertools
import string
from typing import Any

from fakevirt import exceptions
from fakevirt.driver.fake.base import HypervisorDriver, device_of
from fakevirt.driver.hypervisor import volume_id_of
from fakevirt.driver.interface import Context, Instance
from fakevirt.driver.profile import reader


class Volumes(HypervisorDriver):
    """Gives volumes to guests and takes them away."""

    @property
    def need_legacy_block_device_info(self) -> bool:
        """Say no: block_device_info comes in Havana's format."""
        return False

    def get_volume_connector(self, instance: Instance) -> dict[str, Any]:
        """Return how volumes reach this host, whatever the instance."""
        self.profile.reader("get_volume_connector", instance)
        host = self.hypervisor
        return {"ip": host.my_ip, "host": host.hostname, "initiator": host.initiator}

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
        """Connect a volume and give it to the guest as ``mountpoint``.

        Raises:
            InstanceNotFound: There is no such guest.
            DeviceIsBusy: The guest has something there.
        """
        domain = self._domain("attach_volume", instance)
        device = device_of(mountpoint)
        if device in domain.devices:
            raise exceptions.DeviceIsBusy(device=device)
        self.hypervisor.connect_volume(connection_info)
        domain.volumes[device] = volume_id_of(connection_info)
        if encryption:
            self.hypervisor.encryptors.add(volume_id_of(connection_info))

    def detach_volume(
        self,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Take a volume from the guest and disconnect it; without the guest, only disconnect it.

        Raises:
            DiskNotFound: The guest has nothing there.
            DeviceIsBusy: It is read through an encryptor, and ``encryption`` is not given.
        """
        domain = self.hypervisor.domains.get(self.profile.reader("detach_volume", instance)("name"))
        if domain is not None:
            device = device_of(mountpoint)
            if device not in domain.volumes:
                raise exceptions.DiskNotFound(location=device)
            if domain.volumes[device] in self.hypervisor.encryptors and not encryption:
                raise exceptions.DeviceIsBusy(device=device)
            del domain.volumes[device]
        self.hypervisor.disconnect_volume(connection_info)

    def swap_volume(
        self,
        old_connection_info: dict[str, Any],
        new_connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        resize_to: int,
    ) -> None:
        """Connect another volume, give it to the guest in place of the one it has, and disconnect that.

        Args:
            old_connection_info: The connection of the volume that the guest has.
            new_connection_info: The connection of the one that it gets.
            instance: Whose volume it is.
            mountpoint: Where the guest has it.
            resize_to: The size that the guest is to see, in GiB; sizes of volumes are not kept here.

        Raises:
            InstanceNotFound: There is no such guest.
            DiskNotFound: The guest has nothing there.
        """
        domain = self._domain("swap_volume", instance)
        device = device_of(mountpoint)
        if device not in domain.volumes:
            raise exceptions.DiskNotFound(location=device)
        self.hypervisor.connect_volume(new_connection_info)
        domain.volumes[device] = volume_id_of(new_connection_info)
        self.hypervisor.disconnect_volume(old_connection_info)

    def default_root_device_name(self, instance: Instance, image_meta: dict[str, Any], root_bdm: Any) -> str:
        """Return the first device of the bus that the root disk is on, unless its mapping names one.

        Args:
            instance: Whose root disk it is.
            image_meta: The image; ``disk_format`` and the properties ``hw_disk_bus`` and ``hw_cdrom_bus`` are read.
            root_bdm: The mapping of the root disk, if there is one.
        """
        self.profile.reader("default_root_device_name", instance)
        image = image_meta or {}
        properties = image.get("properties") or {}
        read = reader(root_bdm or {"source_type": "image", "destination_type": "local"})
        bus = properties.get("hw_disk_bus", "virtio")
        if (read("source_type"), read("destination_type")) != ("image", "local"):
            name = read("device_name") or _first_device(read("disk_bus") or bus)
            return f"/dev/{device_of(name)}"
        if image.get("disk_format") == "iso":
            bus = properties.get("hw_cdrom_bus", "ide")
        return f"/dev/{_first_device(bus)}"

    def default_device_names_for_instance(
        self, instance: Instance, root_device_name: str, *block_device_lists: Any
    ) -> None:
        """Name the block devices that have no name, and save them.

        Args:
            instance: Whose devices they are; a default ephemeral disk takes the first name.
            root_device_name: What the root disk has.
            *block_device_lists: Objects of the ephemeral disks, the swap disk and the volumes.
        """
        read = self.profile.reader("default_device_names_for_instance", instance)
        bdms = list(itertools.chain.from_iterable(block_device_lists))
        taken = {device_of(name) for name in (root_device_name, *(bdm.device_name for bdm in bdms)) if name}
        free = (device for device in map("vd{}".format, string.ascii_lowercase) if device not in taken)
        if read("ephemeral_gb") and not block_device_lists[0]:
            next(free)
        for bdm in bdms:
            if not bdm.device_name:
                bdm.device_name = f"/dev/{next(free)}"
                bdm.save()


def _first_device(bus: str) -> str:
    return {"virtio": "vda", "ide": "hda", "fdc": "fda"}.get(bus, "sda")
