"""Requests that concern volumes of a server."""

from __future__ import annotations

from oslo_serialization import jsonutils

from fakevirt import exceptions, services
from fakevirt.cloud.servers import Servers
from fakevirt.db import api as db
from fakevirt.objects.instance import Instance


class VolumeRequests(Servers):
    """Asks for volumes to be attached and detached."""

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

    def attach_volume(self, server: Instance, volume_id: str, device: str | None = None) -> str:
        """Ask the API to attach a volume to a server.

        Its host reserves the device. What follows is no work item's: it is set up behind everyone's back.

        Args:
            server: The server; its guest must be there.
            volume_id: The volume.
            device: The device that is wanted; the first free one unless given.

        Returns:
            The device's name.

        Raises:
            InstanceNotReady: The server is on no host.
            InvalidVolume: The volume is not available.
            InstanceNotFound: The host has no such guest.
            NovaException: As :meth:`reserve_device`.
        """
        with services.running_as(self._api):
            if not self.refresh(server).host:
                raise exceptions.InstanceNotReady(instance_id=server.uuid)
            self.volumes.check_attach(self.context, self.volumes.get(self.context, volume_id))
        name = self.reserve_device(server, volume_id, device)
        with self.trace.muted(), services.running_as(self._api):
            instance = self.refresh(server)
            host = self.host(instance.host)
            connection_info = self._connect_volume(host, instance, volume_id, name)
            bdm = db.block_device_mapping_get_by_volume_id(self.context, volume_id)
            assert bdm is not None, f"the host has just mapped {volume_id}"
            values = {"connection_info": jsonutils.dumps(connection_info)}
            db.block_device_mapping_update(self.context, bdm.id, values, legacy=False)
            self._lenient_driver(host).attach_volume(self.context, connection_info, instance, name)
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
