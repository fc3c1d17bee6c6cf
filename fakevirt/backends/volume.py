"""The volume service as a compute manager calls it, with volumes, attachments and connections per host."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from oslo_utils import timeutils, uuidutils

from fakevirt import exceptions


@dataclass(slots=True)
class Volume:
    """A volume.

    Args:
        id: Its uuid.
        size: Its size, in GiB.
        display_name: What its owner calls it.
        created_at: When it was made.
        status: Cinder's word for its state.
        attach_status: ``attached`` or ``detached``.
        instance_uuid: What it is attached to.
        mountpoint: Where it is attached.
        encryption: How it is encrypted; empty if it is not.
        connections: The number of its LUN by the host that it is exported to.
        available_at: When it is ready, if it is still being created.
    """

    id: str
    size: int | None
    display_name: str
    created_at: str
    display_description: str = ""
    availability_zone: str | None = "nova"
    volume_type_id: str | None = None
    snapshot_id: str | None = None
    image_id: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "available"
    attach_status: str = "detached"
    instance_uuid: str | None = None
    mountpoint: str | None = None
    encryption: dict[str, Any] = field(default_factory=dict)
    connections: dict[str, int] = field(default_factory=dict)
    exports: int = 0
    available_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class VolumeSnapshot:
    """A snapshot of a volume.

    Args:
        id: Its uuid.
        volume_id: The volume's.
        volume_size: The volume's size, in GiB.
        display_name: What its owner calls it.
        created_at: When it was made.
    """

    id: str
    volume_id: str
    volume_size: int
    display_name: str
    created_at: str


@dataclass(slots=True, eq=False)
class VolumeAPI:
    """Nova's ``volume_api`` over volumes of its own.

    Args:
        volumes: The volumes by id; :meth:`create` adds one.
        snapshots: Snapshots of volumes by id; :meth:`create_snapshot` adds one.
        seconds_to_create: How long it takes until a volume that was created is available.
    """

    volumes: dict[str, Volume] = field(default_factory=dict)
    snapshots: dict[str, VolumeSnapshot] = field(default_factory=dict)
    seconds_to_create: float = 0

    def create(
        self,
        context: Any,
        size: int | None,
        name: str,
        description: str,
        snapshot: Mapping[str, Any] | None = None,
        image_id: str | None = None,
        volume_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
        availability_zone: str | None = None,
    ) -> dict[str, Any]:
        """Create a volume and return Nova's view of it.

        Args:
            context: The request.
            size: Its size, in GiB; the snapshot's if it is None.
            name: What its owner calls it.
            description: What its owner says of it.
            snapshot: Nova's view of the snapshot that it is made from.
            image_id: The image that it is made from.
            volume_type: The id of its type.
            metadata: What its owner notes of it.
            availability_zone: Where it is.
        """
        now = timeutils.utcnow()
        volume = Volume(
            uuidutils.generate_uuid(),
            snapshot["volume_size"] if snapshot and size is None else size,
            name,
            now.isoformat(),
            description,
            availability_zone or "nova",
            volume_type,
            snapshot["id"] if snapshot else None,
            image_id,
            dict(metadata or {}),
        )
        if self.seconds_to_create:
            volume.status = "creating"
            volume.available_at = now + datetime.timedelta(seconds=self.seconds_to_create)
        self.volumes[volume.id] = volume
        return _view(volume)

    def get(self, context: Any, volume_id: str) -> dict[str, Any]:
        """Return Nova's view of a volume; VolumeNotFound."""
        return _view(self._volume(volume_id))

    def get_all(self, context: Any, search_opts: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return Nova's view of every volume."""
        return [self.get(context, volume_id) for volume_id in self.volumes]

    def delete(self, context: Any, volume_id: str) -> None:
        """Delete a volume; VolumeNotFound, or InvalidVolume while it is used or exported."""
        volume = self._volume(volume_id)
        if volume.status != "available" or volume.connections:
            raise exceptions.InvalidVolume(reason=f"{volume_id} is {volume.status}")
        del self.volumes[volume_id]

    def create_snapshot(self, context: Any, volume_id: str, name: str, description: str) -> dict[str, Any]:
        """Make a snapshot of a volume and return Nova's view of it; VolumeNotFound."""
        volume = self._volume(volume_id)
        now = timeutils.utcnow().isoformat()
        made = VolumeSnapshot(uuidutils.generate_uuid(), volume.id, volume.size or 0, name, now)
        self.snapshots[made.id] = made
        return _snapshot_view(made)

    def get_snapshot(self, context: Any, snapshot_id: str) -> dict[str, Any]:
        """Return Nova's view of a snapshot; SnapshotNotFound."""
        if snapshot_id not in self.snapshots:
            raise exceptions.SnapshotNotFound(snapshot_id=snapshot_id)
        return _snapshot_view(self.snapshots[snapshot_id])

    def check_attached(self, context: Any, volume: Mapping[str, Any]) -> None:
        """Raise InvalidVolume unless the view of a volume says that it is in use."""
        if volume["status"] != "in-use":
            raise exceptions.InvalidVolume(reason="status must be 'in-use'")

    def check_attach(self, context: Any, volume: Mapping[str, Any], instance: Any = None) -> None:
        """Raise InvalidVolume unless the view of a volume says that it can be attached."""
        if volume["status"] != "available":
            raise exceptions.InvalidVolume(reason="status must be 'available'")
        if volume["attach_status"] == "attached":
            raise exceptions.InvalidVolume(reason="already attached")

    def check_detach(self, context: Any, volume: Mapping[str, Any]) -> None:
        """Raise InvalidVolume if the view of a volume says that it is not attached."""
        if volume["status"] == "available":
            raise exceptions.InvalidVolume(reason="already detached")

    def reserve_volume(self, context: Any, volume_id: str) -> None:
        """Mark an available volume as attaching; VolumeNotFound, InvalidVolume."""
        self._change(volume_id, "attaching", ("available",))

    def unreserve_volume(self, context: Any, volume_id: str) -> None:
        """Take the mark of ``reserve_volume`` back; VolumeNotFound, InvalidVolume."""
        self._change(volume_id, "available", ("attaching",))

    def begin_detaching(self, context: Any, volume_id: str) -> None:
        """Mark a volume that is in use as detaching; VolumeNotFound, InvalidVolume."""
        self._change(volume_id, "detaching", ("in-use",))

    def roll_detaching(self, context: Any, volume_id: str) -> None:
        """Take the mark of ``begin_detaching`` back, if the volume has it; VolumeNotFound."""
        volume = self._volume(volume_id)
        # A volume that only a migration disconnects was never marked: Cinder leaves its state alone.
        if volume.status == "detaching":
            volume.status = "in-use"

    def attach(self, context: Any, volume_id: str, instance_uuid: str, mountpoint: str, mode: str = "rw") -> None:
        """Note that a volume is attached; VolumeNotFound, InvalidVolume."""
        volume = self._change(volume_id, "in-use", ("available", "attaching"))
        volume.attach_status = "attached"
        volume.instance_uuid = instance_uuid
        volume.mountpoint = mountpoint

    def detach(self, context: Any, volume_id: str) -> None:
        """Note that a volume is not attached, as it may be already; VolumeNotFound."""
        volume = self._volume(volume_id)
        volume.status = "available"
        volume.attach_status = "detached"
        volume.instance_uuid = volume.mountpoint = None

    def initialize_connection(self, context: Any, volume_id: str, connector: Mapping[str, Any]) -> dict[str, Any]:
        """Export a volume to a host and return how it is reached from there.

        Args:
            context: The request.
            volume_id: The volume.
            connector: What the driver of the host calls its volume connector; ``host`` is read.

        Returns:
            ``driver_volume_type`` and ``data``. The LUN is the host's own, so one host cannot use another's.

        Raises:
            VolumeNotFound: There is no such volume.
        """
        volume = self._volume(volume_id)
        host = connector["host"]
        if host not in volume.connections:
            volume.exports += 1
            volume.connections[host] = volume.exports
        return {
            "driver_volume_type": "iscsi",
            "data": {
                "volume_id": volume_id,
                "target_discovered": False,
                "target_portal": "192.0.2.100:3260",
                "target_iqn": f"iqn.2010-10.org.openstack:volume-{volume_id}",
                "target_lun": volume.connections[host],
                "access_mode": "rw",
                "encrypted": bool(volume.encryption),
            },
        }

    def terminate_connection(self, context: Any, volume_id: str, connector: Mapping[str, Any]) -> None:
        """End the export to a host, if there is one; VolumeNotFound."""
        self._volume(volume_id).connections.pop(connector["host"], None)

    def get_volume_encryption_metadata(self, context: Any, volume_id: str) -> dict[str, Any]:
        """Return how a volume is encrypted; empty if it is not. VolumeNotFound."""
        return dict(self._volume(volume_id).encryption)

    def to_primitive(self) -> dict[str, list[dict[str, Any]]]:
        """Return its whole state as plain data."""
        return {
            "volumes": [asdict(volume) for volume in self.volumes.values()],
            "snapshots": [asdict(made) for made in self.snapshots.values()],
        }

    def _volume(self, volume_id: str) -> Volume:
        try:
            volume = self.volumes[volume_id]
        except KeyError:
            raise exceptions.VolumeNotFound(volume_id=volume_id) from None
        if volume.available_at is not None and volume.available_at <= timeutils.utcnow():
            volume.status, volume.available_at = "available", None
        return volume

    def _change(self, volume_id: str, status: str, allowed: tuple[str, ...]) -> Volume:
        volume = self._volume(volume_id)
        if volume.status not in allowed:
            raise exceptions.InvalidVolume(
                reason=f"{volume_id} is {volume.status}, and only one that is {' or '.join(allowed)} can be {status}"
            )
        volume.status = status
        return volume


def _view(volume: Volume) -> dict[str, Any]:
    view = {
        "id": volume.id,
        "status": volume.status,
        "size": volume.size,
        "availability_zone": volume.availability_zone,
        "created_at": volume.created_at,
        "attach_time": "",
        "mountpoint": "",
        "attach_status": volume.attach_status,
        "display_name": volume.display_name,
        "display_description": volume.display_description,
        "volume_type_id": volume.volume_type_id,
        "snapshot_id": volume.snapshot_id,
        "bootable": True,
        "volume_metadata": dict(volume.metadata),
        "volume_image_metadata": {},
    }
    if volume.attach_status == "attached":
        view["instance_uuid"] = volume.instance_uuid
        view["mountpoint"] = volume.mountpoint
    return view


def _snapshot_view(made: VolumeSnapshot) -> dict[str, Any]:
    return {**asdict(made), "status": "available", "progress": "100%", "project_id": None, "display_description": ""}
