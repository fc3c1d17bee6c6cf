"""How a guest that does not boot is run from another disk."""

from __future__ import annotations

from typing import Any

from fakevirt.driver.fake.base import invalid_state
from fakevirt.driver.fake.power import Power
from fakevirt.driver.interface import Context, Instance, NetworkInfo
from fakevirt.driver.storage import Disk

_RESCUE_DISK = "disk.rescue"


class Rescue(Power):
    """Runs guests from a rescue disk."""

    def rescue(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        image_meta: dict[str, Any],
        rescue_password: str | None,
    ) -> None:
        """Run the guest from a fresh disk, with its own root disk as the second and without its volumes.

        The image is that of ``image_meta``, or the instance's own.
        """
        read = self.profile.reader("rescue", instance)
        host, uuid = self.hypervisor, read("uuid")
        domain = host.lookup(read("name"))
        base = self._location("_base", (image_meta or {}).get("id") or read("image_ref"))
        directory = host.disk_storage.directories.setdefault(uuid, {})
        directory[_RESCUE_DISK] = Disk.written(read("root_gb"), f"rescue of {uuid}", base)
        self._pull_the_plug(domain)
        domain.unrescue = domain.disks, domain.volumes
        domain.disks, domain.volumes = [_RESCUE_DISK, *(disk for disk in domain.disks if disk == "disk")], {}
        host.start(domain)

    def unrescue(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Run the guest from the disks and volumes that it had, and remove the rescue disk.

        Raises:
            InstanceNotFound: There is no such guest.
            InstanceInvalidState: It was not rescued.
        """
        domain = self._domain("unrescue", instance)
        if domain.unrescue is None:
            raise invalid_state(domain, "unrescue")
        self._pull_the_plug(domain)
        domain.disks, domain.volumes = domain.unrescue
        domain.unrescue = None
        self.hypervisor.start(domain)
        del self.hypervisor.disk_storage.directories[domain.uuid][_RESCUE_DISK]
