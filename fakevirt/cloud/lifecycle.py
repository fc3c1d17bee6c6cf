"""Requests that concern the life of a server: reboot, suspend, delete; and the start of a host, which meets them."""

from __future__ import annotations

from typing import Any

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.context import admin_context
from fakevirt.db import api as db
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

    def interrupt(self, server: Instance, action: str, **values: Any) -> None:
        """Set a server up as its host left it when it stopped in the middle of a request.

        Args:
            server: The server.
            action: What was asked for, such as ``reboot``.
            **values: How far it had come: columns of its row, such as ``task_state``.
        """
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, values)
            self._start_action(server, action)

    def restart(self, host: str) -> None:
        """Stop the compute service of a host and start it again: its guests go on, and what it had in memory is lost.

        Args:
            host: The host.

        Raises:
            UsageError: There is no such host.
            Exception: What keeps the service from starting.
        """
        manager = self.host(host).manager
        manager.forget()
        manager.init_host()
        manager.update_available_resource(admin_context())
