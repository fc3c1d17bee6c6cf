"""Requests that concern volumes of a server."""

from __future__ import annotations

from fakevirt import exceptions, services
from fakevirt.cloud.world import World
from fakevirt.db import api as db
from fakevirt.objects.instance import Instance


class VolumeRequests(World):
    """Asks for volumes to be detached, and for devices to attach one as."""

    def reserve_device(self, server: Instance, volume_id: str, device: str | None = None) -> str:
        """Reserve a device for a volume, which is the first thing that the API has done to attach it.

        Args:
            server: The server.
            volume_id: The volume.
            device: The device that is wanted, such as ``/dev/vdc``; the first free one unless given.

        Returns:
            The device's name.

        Raises:
            InvalidDevicePath: There is no such device.
            DevicePathInUse: There is something there.
        """
        with services.running_as(self._api):
            bdm = self._compute_api.reserve_block_device_name(self.context, self.refresh(server), device, volume_id)
            name: str = bdm.device_name
            return name

    def detach_volume(self, server: Instance, volume_id: str) -> None:
        """Ask the API to detach a volume from a server.

        Args:
            server: The server.
            volume_id: The volume; :meth:`attached_volumes` has the ids.

        Raises:
            VolumeNotFound: There is no such volume.
            InvalidVolume: It is not attached to the server, or it is its root disk. What fails later, fails unseen: the
                rest is a cast.
        """
        with services.running_as(self._api):
            instance = self.refresh(server)
            volume = self.volumes.get(self.context, volume_id)
            if volume["attach_status"] == "detached" or volume["instance_uuid"] != instance.uuid:
                raise exceptions.InvalidVolume(reason=f"{volume_id} is not attached to {instance.uuid}")
            bdm = db.block_device_mapping_get_by_volume_id(self.context, volume_id)
            if bdm is not None and bdm.device_name == instance.root_device_name:
                raise exceptions.InvalidVolume(reason="Can't detach root device volume")
            self.volumes.check_detach(self.context, volume)
            self.volumes.begin_detaching(self.context, volume_id)
            self._compute_api.detach_volume(self.context, instance, volume_id)
