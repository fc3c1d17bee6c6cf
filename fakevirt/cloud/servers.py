"""Servers that are there before a request: none of it is on the trace."""

from __future__ import annotations

import functools
import string
from typing import Any

from oslo_serialization import jsonutils
from sqlalchemy import delete

from fakevirt import flavors, services, states
from fakevirt.cloud.world import API_JOINS, IMAGE, Host, World
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.models import InstanceInfoCache
from fakevirt.objects import instance_flavors
from fakevirt.objects.flavor import Flavor
from fakevirt.objects.instance import Instance
from fakevirt.usage_error import UsageError

_DEVICES = [f"/dev/vd{letter}" for letter in string.ascii_lowercase]
_ROOT_DEVICE = _DEVICES[0]
_ENCRYPTION = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256, "control_location": "front-end"}


class Servers(World):
    """Sets servers up."""

    def boot(
        self,
        host: str,
        *,
        volumes: int = 0,
        boot_from_volume: bool = False,
        encrypted: bool = False,
        memory_mb: int = 512,
        root_gb: int = 1,
        networks: bool = True,
        info_cache: bool = True,
        image_mapping: bool = False,
    ) -> Instance:
        """Set up a running server; that is no request, and nothing of it is on the trace.

        Args:
            host: Where it runs.
            volumes: How many volumes are attached.
            boot_from_volume: Whether the first of them is its root disk; it has no image then.
            encrypted: Whether the volumes are encrypted.
            memory_mb: Its memory, in MiB.
            root_gb: The size of its root disk, in GiB.
            networks: Whether it has a port.
            info_cache: Whether its network information is cached; an old row may have no cache.
            image_mapping: Whether its block device mappings name the image that its root disk was made of.

        Returns:
            The instance as the API has it.

        Raises:
            UsageError: There is no such host, or it is to boot from a volume and has none.
        """
        if not boot_from_volume <= volumes < len(_DEVICES):
            raise UsageError(
                expected=f"{int(boot_from_volume)} to {len(_DEVICES) - 1} volumes",
                happened=f"volumes={volumes}, boot_from_volume={boot_from_volume}",
                where="Cloud.boot(…)",
                how_to_go_on="give a number of volumes in that range",
            )
        target = self.host(host)
        with self.trace.muted(), services.running_as(self._api):
            row = self._server_row(
                target, memory_mb=memory_mb, root_gb=root_gb, image_ref="" if boot_from_volume else IMAGE
            )
            network_info = self._connect_networks(row) if networks else []
            instance = self._create_instance(row)
            if not info_cache:
                self._lose_info_cache(instance)
            if image_mapping:
                self._map_image(instance)
            mappings = [
                self._attach_volume(target, instance, device, encrypted)
                for device in (_DEVICES[:volumes] if boot_from_volume else _DEVICES[1 : volumes + 1])
            ]
            block_device_info = {
                "root_device_name": _ROOT_DEVICE,
                "swap": None,
                "ephemerals": [],
                "block_device_mapping": mappings,
            }
            driver = self._lenient_driver(target)
            driver.spawn(self.context, instance, {}, [], None, network_info, block_device_info)
            target.manager.pending_events[instance.uuid] = ["network-vif-plugged"]
        self._audit(target)
        return instance

    def update_server(self, server: Instance, **values: Any) -> None:
        """Write a server's row behind everyone's back, as a second request would."""
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, values)

    def forget(self, server: Instance) -> None:
        """Delete a server's row behind everyone's back, as a host that was away finds it: its guest is there still."""
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, {"vm_state": states.DELETED, "terminated_at": self.clock.now})
            db.instance_destroy(self.context, server.uuid)

    def flavor_of(self, server: Instance, namespace: str | None = None) -> dict[str, Any] | None:
        """Return the flavor of a server as the API sees it, None if it has none.

        Args:
            server: The server.
            namespace: ``old`` or ``new`` while it is resized; the current one unless given.
        """
        with self.trace.muted(), services.running_as(self._api):
            try:
                flavor = self.refresh(server).get_flavor(namespace)
            except KeyError:
                return None
            return {name: getattr(flavor, name) for name in flavors.PROPERTIES}

    def add_mapping(self, server: Instance, **values: Any) -> None:
        """Insert one more block device mapping of a server, given its columns, behind everyone's back."""
        with self.trace.muted(), services.running_as(self._api):
            row = builders.block_device_mapping_row(id=None, instance_uuid=server.uuid, **values)
            db.block_device_mapping_create(self.context, row, legacy=False)

    def delete_volume_with_server(self, server: Instance, volume_id: str) -> None:
        """Set an attached volume up to be deleted when its server is."""
        with self.trace.muted(), services.running_as(self._api):
            bdm = db.block_device_mapping_get_by_volume_id(self.context, volume_id)
            assert bdm is not None, f"{volume_id} is attached to {server.uuid}"
            db.block_device_mapping_update(self.context, bdm.id, {"delete_on_termination": True}, legacy=False)

    def add_volume(self, size: int = 1) -> str:
        """Set up a volume that nothing uses, and return its id.

        Args:
            size: Its size, in GiB.
        """
        number = len(self.volumes.volumes) + 1
        volume_id: str = self.volumes.create(self.context, size, f"volume-{number}", "")["id"]
        self.names[volume_id] = f"volume-{number}"
        return volume_id

    def add_volume_snapshot(self, volume_id: str) -> str:
        """Set up a snapshot of a volume, and return its id."""
        number = len(self.volumes.snapshots) + 1
        snapshot_id: str = self.volumes.create_snapshot(self.context, volume_id, f"snapshot-{number}", "")["id"]
        self.names[snapshot_id] = f"snapshot-{number}"
        return snapshot_id

    def attached_volumes(self, server: Instance) -> list[str]:
        """Return the ids of the volumes that are attached to a server, in the order of their devices."""
        with services.running_as(self._api):
            bdms = db.block_device_mapping_get_all_by_instance(self.context, server.uuid)
        return [bdm.volume_id for bdm in sorted(bdms, key=lambda bdm: bdm.device_name or "") if bdm.volume_id]

    def _server_row(self, host: Host, **values: Any) -> dict[str, Any]:
        name = self._next_server_name()
        (node,) = host.hypervisor.nodes
        row = self._instance_row(name, host=host.name, node=node, **values)
        self.names[row["uuid"]] = name
        return row

    def _instance_row(self, name: str, *, host: str, **values: Any) -> dict[str, Any]:
        row = builders.instance_row(
            id=None,
            user_id=self.context.user_id,
            project_id=self.context.project_id,
            host=host,
            launched_on=host,
            launched_at=self.clock.now,
            hostname=name,
            display_name=name,
            instance_type_id=1,
            metadata={"role": "guest"},
            security_groups=["default"],
            **values,
        )
        return row | _with_flavor({"image_base_image_ref": IMAGE})

    def _connect_networks(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        network_info = self.network.allocate_for_instance(self.context, row)
        self.network.setup_networks_on_host(self.context, row, row["host"])
        for vif in network_info:
            self.names[vif["id"]] = f"port-{len(self.network.ports)}"
        row["info_cache"]["network_info"] = jsonutils.dumps(network_info)
        return network_info

    def _create_instance(self, row: dict[str, Any]) -> Instance:
        created = db.instance_create(self.context, row)
        return Instance._from_db_object(self.context, Instance(self.context), created, expected_attrs=API_JOINS)

    def _lose_info_cache(self, instance: Instance) -> None:
        """Remove a row that the database API never removes; rows older than the table have none."""
        with self.database.transaction() as connection:
            connection.execute(delete(InstanceInfoCache).where(InstanceInfoCache.instance_uuid == instance.uuid))

    def _map_image(self, instance: Instance) -> None:
        """Insert the mapping of the root disk that was made of the image."""
        row = builders.block_device_mapping_row(
            id=None,
            instance_uuid=instance.uuid,
            source_type="image",
            destination_type="local",
            image_id=instance.image_ref,
            volume_id=None,
            volume_size=None,
            device_name=_ROOT_DEVICE,
            boot_index=0,
            connection_info=None,
            delete_on_termination=True,
        )
        db.block_device_mapping_create(self.context, row, legacy=False)

    def _attach_volume(self, host: Host, instance: Instance, device: str, encrypted: bool) -> dict[str, Any]:
        boot_index = 0 if device == _ROOT_DEVICE else None
        volume_id = self.add_volume()
        if encrypted:
            self.volumes.volumes[volume_id].encryption = dict(_ENCRYPTION)
        connection_info = self._connect_volume(host, instance, volume_id, device)
        row = builders.block_device_mapping_row(
            id=None,
            instance_uuid=instance.uuid,
            volume_id=volume_id,
            device_name=device,
            boot_index=boot_index,
            connection_info=jsonutils.dumps(connection_info),
        )
        db.block_device_mapping_create(self.context, row, legacy=False)
        return {
            "mount_device": device,
            "boot_index": boot_index,
            "delete_on_termination": False,
            "connection_info": connection_info,
        }

    def _connect_volume(self, host: Host, instance: Instance, volume_id: str, device: str) -> dict[str, Any]:
        """Have the volume service give a volume to an instance, and return how it is reached from the host."""
        self.volumes.reserve_volume(self.context, volume_id)
        connector = self._lenient_driver(host).get_volume_connector(instance)
        connection_info = self.volumes.initialize_connection(self.context, volume_id, connector)
        connection_info["serial"] = volume_id
        self.volumes.attach(self.context, volume_id, instance.uuid, device)
        return connection_info


def default_flavor() -> Flavor:
    """Return the flavor of every server."""
    row = builders.flavor_row()
    return Flavor(**{name: row[name] for name in flavors.PROPERTIES})


def _with_flavor(system_metadata: dict[str, str | None]) -> dict[str, Any]:
    """Return columns that hold system metadata and the default flavor where the API's release keeps it."""
    flavor = default_flavor()
    if flavors.keeps_flavors_separate():
        held = instance_flavors.to_json({"flavor": flavor, "old_flavor": None, "new_flavor": None})
        return {"system_metadata": system_metadata, "extra": {"flavor": held}}
    flavors.save_flavor_info(system_metadata, functools.partial(getattr, flavor))
    return {"system_metadata": system_metadata}
