"""Requests for what a guest shows and has counted."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions, services
from fakevirt.cloud.world import World
from fakevirt.objects.instance import Instance


class ConsoleRequests(World):
    """Asks for consoles and diagnostics."""

    def get_vnc_console(self, server: Instance, console_type: str = "novnc") -> str:
        """Ask the API for a VNC console and return the URL that opens it.

        Args:
            server: The server.
            console_type: ``novnc`` or ``xvpvnc``.

        Raises:
            ConsoleTypeUnavailable: Guests have no such consoles.
            ConsoleTypeInvalid: There is no such type.
            InstanceNotReady: The server is on no host, or is being built.
            InstanceNotFound: The hypervisor has no such guest.
        """
        return self._get_console(server, "get_vnc_console", console_type)

    def get_spice_console(self, server: Instance, console_type: str = "spice-html5") -> str:
        """Ask for a SPICE console (``spice-html5``), as :meth:`get_vnc_console`."""
        return self._get_console(server, "get_spice_console", console_type)

    def get_rdp_console(self, server: Instance, console_type: str = "rdp-html5") -> str:
        """Ask for an RDP console (``rdp-html5``), as :meth:`get_vnc_console`."""
        return self._get_console(server, "get_rdp_console", console_type)

    def get_serial_console(self, server: Instance, console_type: str = "serial") -> str:
        """Ask for a serial console, as :meth:`get_vnc_console`."""
        return self._get_console(server, "get_serial_console", console_type)

    def check_console(self, url: str) -> bool:
        """Ask the console authentication service whether a console's URL still leads to it, as a proxy does.

        Args:
            url: What asking for the console returned.
        """
        token = url.rpartition("token=")[2]
        with services.running_as(self._service("nova-consoleauth", "consoleauth", self._conductor.release)):
            known = self._consoleauth.check_token(self.context, token)
            if known is None:
                return False
            instance = Instance.get_by_uuid(self.context, known["instance_uuid"])
            return self._compute_api.validate_console_port(self.context, instance, known["port"], known["console_type"])

    def get_console_output(self, server: Instance, tail_length: int | str | None = None) -> str:
        """Ask the API for what a guest wrote to its console.

        Args:
            server: The server.
            tail_length: How many lines, from the end; all of them unless given.

        Raises:
            InstanceNotReady: The server is on no host.
            InstanceNotFound: The hypervisor has no such guest.
        """
        with services.running_as(self._api):
            return self._compute_api.get_console_output(self.context, self._on_host(server), tail_length)

    def get_diagnostics(self, server: Instance) -> dict[str, Any]:
        """Ask the API for what the hypervisor has counted, in its own terms; InstanceInvalidState unless it runs."""
        with services.running_as(self._api):
            return self._compute_api.get_diagnostics(self.context, self.refresh(server))

    def get_instance_diagnostics(self, server: Instance) -> dict[str, Any]:
        """Ask the API for what the hypervisor has counted, in Nova's terms; InstanceInvalidState unless it runs."""
        with services.running_as(self._api):
            return self._compute_api.get_instance_diagnostics(self.context, self.refresh(server))

    def _get_console(self, server: Instance, method: str, console_type: str) -> str:
        with services.running_as(self._api):
            instance = self._on_host(server)
            info = getattr(self._compute_api, method)(self.context, instance, console_type)
            self._consoleauth.authorize_console(
                self.context,
                info["token"],
                console_type,
                info["host"],
                info["port"],
                info["internal_access_path"],
                instance.uuid,
            )
            url: str = info["access_url"]
            return url

    def _on_host(self, server: Instance) -> Instance:
        instance = self.refresh(server)
        if not instance.host:
            raise exceptions.InstanceNotReady(instance_id=instance.uuid)
        return instance
