"""What every part of the driver has: the hypervisor, the profile and the steps that several methods take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fakevirt import exceptions
from fakevirt.backends.image import ImageAPI
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import FilterRules, Hypervisor, PluggedVif
from fakevirt.driver.interface import BlockDeviceInfo, ComputeDriver, Instance, NetworkInfo
from fakevirt.driver.migration_job import MigrationSettings, MigrationTime
from fakevirt.driver.profile import Profile

#: Reads a field of an instance.
Read = Callable[[str], Any]


class HypervisorDriver(ComputeDriver):
    """A driver on an in-memory hypervisor.

    Args:
        hypervisor: The host it runs on.
        peers: Returns the hypervisor of another host by its name or address, as a migration URI has it; it raises for
            one that cannot be reached.
        profile: In which form each method takes an instance.
        image_api: Where snapshots are uploaded to; an image service of its own unless given.
        settings: Returns how guests are copied to other hosts; as the hypervisor says unless given.
        time: What passes while a guest is copied to another host; unless given, no clock moves for it.
    """

    def __init__(
        self,
        hypervisor: Hypervisor,
        *,
        peers: Callable[[str], Hypervisor],
        profile: Profile | None = None,
        image_api: ImageAPI | None = None,
        settings: Callable[[], MigrationSettings] | None = None,
        time: MigrationTime | None = None,
    ) -> None:
        super().__init__()
        self.hypervisor = hypervisor
        self.profile: Profile = profile or Profile()
        self._peers = peers
        self._image_api = image_api or ImageAPI()
        self._settings = settings or (lambda: hypervisor.live_migration)
        self._time = time or MigrationTime.of_its_own()

    def _domain(self, method: str, instance: Instance) -> Domain:
        return self.hypervisor.lookup(self.profile.reader(method, instance)("name"))

    def _name(self, method: str, instance_name: Any) -> str:
        if isinstance(instance_name, str):
            return instance_name
        name: str = self.profile.reader(method, instance_name)("name")
        return name

    def _peer(self, dest: str) -> Hypervisor:
        """Return the hypervisor of a host by its name or address, this one included."""
        own = self.hypervisor
        return own if dest in (own.hostname, own.my_ip) else self._peers(dest)

    def _location(self, uuid: str, disk: str = "") -> str:
        return self.hypervisor.instances_path.location(uuid, disk)

    def _plug(self, uuid: str, network_info: NetworkInfo | None) -> None:
        for vif in network_info or ():
            self.hypervisor.plugged_vifs[vif["id"]] = PluggedVif(uuid, vif["address"])

    def _unplug(self, network_info: NetworkInfo | None) -> None:
        for vif in network_info or ():
            self.hypervisor.plugged_vifs.pop(vif["id"], None)

    def _filter(self, uuid: str, network_info: NetworkInfo | None) -> None:
        self.hypervisor.filters[uuid] = FilterRules([vif["id"] for vif in network_info or ()])

    def _connect(self, uuid: str, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None) -> None:
        for volume in volumes_of(block_device_info):
            self.hypervisor.connect_volume(volume["connection_info"])
        self._plug(uuid, network_info)
        self._filter(uuid, network_info)

    def _delete_files(self, uuid: str) -> None:
        """Remove the instance's directory, or the one that a resize has set aside."""
        directories = self.hypervisor.instances_path.directories
        directories.pop(uuid if uuid in directories else resized(uuid), None)


def volumes_of(block_device_info: BlockDeviceInfo | None) -> Iterator[dict[str, Any]]:
    """Yield the volumes of block_device_info: ``connection_info`` and ``mount_device`` of each."""
    yield from (block_device_info or {}).get("block_device_mapping") or ()


def device_of(mountpoint: str) -> str:
    """Return the target device of a mount point: ``vdb`` for ``/dev/vdb``."""
    return mountpoint.rpartition("/")[2]


def resized(uuid: str) -> str:
    """Return the directory that a resize sets the instance's own aside as."""
    return f"{uuid}_resize"


def invalid_state(domain: Domain, method: str) -> exceptions.InstanceInvalidState:
    """Return the error of a guest that ``method`` cannot be applied to in its power state."""
    return exceptions.InstanceInvalidState(
        instance_uuid=domain.uuid, attr="power_state", state=domain.power_state, method=method
    )
