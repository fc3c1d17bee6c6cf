"""Requests that concern the life of a server: reboot, suspend, delete."""

from __future__ import annotations

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.objects.instance import Instance


class LifecycleRequests(World):
    """Asks for reboots and the like. What fails on a host fails unseen: the API casts to it."""

    def reboot(self, server: Instance, *, hard: bool = False) -> None:
        """Ask the API to restart a server.

        Args:
            server: The server.
            hard: Pull its plug, and do not ask the guest; that may be asked for while a soft reboot is under way.

        Raises:
            InstanceInvalidState: It is in no state to be rebooted, or busy.
        """
        with services.running_as(self._api):
            self._instance_api.reboot(self.context, self.refresh(server), "HARD" if hard else "SOFT")

    def suspend(self, server: Instance) -> None:
        """Ask the API to suspend a server; InstanceInvalidState if it is not active, or busy."""
        with services.running_as(self._api):
            self._instance_api.suspend(self.context, self.refresh(server))

    def delete(self, server: Instance) -> None:
        """Ask the API to delete a server, whatever its state is."""
        with services.running_as(self._api):
            self._instance_api.delete(self.context, self.refresh(server))
