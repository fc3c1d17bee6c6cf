"""Where the consoles of guests are, and what is written on them."""

from __future__ import annotations

from fakevirt import exceptions
from fakevirt.driver.console import Console
from fakevirt.driver.fake.base import HypervisorDriver
from fakevirt.driver.interface import Context, Instance

#: How much of a console's log is returned at most.
_MAX_CONSOLE_OUTPUT = 100 * 1024


class Consoles(HypervisorDriver):
    """Tells of consoles. A guest has those of the hypervisor's ``console_types`` while it is active."""

    def get_console_output(self, context: Context, instance: Instance) -> str:
        """Return the last 100 KiB of what the guest has written since it booted."""
        return self._domain("get_console_output", instance).console_log[-_MAX_CONSOLE_OUTPUT:]

    def get_vnc_console(self, context: Context, instance: Instance) -> Console:
        """Return a ConsoleVNC, or raise ConsoleTypeUnavailable."""
        return self._console("get_vnc_console", instance, "vnc")

    def get_spice_console(self, context: Context, instance: Instance) -> Console:
        """Return a ConsoleSpice, or raise ConsoleTypeUnavailable."""
        return self._console("get_spice_console", instance, "spice")

    def get_rdp_console(self, context: Context, instance: Instance) -> Console:
        """Return a ConsoleRDP, or raise ConsoleTypeUnavailable."""
        return self._console("get_rdp_console", instance, "rdp")

    def get_serial_console(self, context: Context, instance: Instance) -> Console:
        """Return a ConsoleSerial, or raise ConsoleTypeUnavailable."""
        return self._console("get_serial_console", instance, "serial")

    def _console(self, method: str, instance: Instance, kind: str) -> Console:
        consoles = self._domain(method, instance).consoles
        if kind not in consoles:
            raise exceptions.ConsoleTypeUnavailable(console_type=kind)
        return consoles[kind]
