"""Where the consoles of guests are, and what is written on them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from nova.console import type as console_type

from fakevirt.driver.console import Console
from fakevirt.driver.interface import Context
from fakevirt.driver.nova.base import Instance, NovaDriver, at_work


class Consoles(NovaDriver):
    """Tells of consoles."""

    @at_work
    def get_console_output(self, context: Context, instance: Instance) -> str:
        """Return the last 100 KiB of what the guest has written since it booted."""
        return self._driver.get_console_output(context, instance)

    @at_work
    def get_vnc_console(self, context: Context, instance: Instance) -> Any:
        """Return a ConsoleVNC, or raise ConsoleTypeUnavailable."""
        return _console(self._driver.get_vnc_console(context, instance))

    @at_work
    def get_spice_console(self, context: Context, instance: Instance) -> Any:
        """Return a ConsoleSpice, or raise ConsoleTypeUnavailable."""
        return _console(self._driver.get_spice_console(context, instance))

    @at_work
    def get_serial_console(self, context: Context, instance: Instance) -> Any:
        """Return a ConsoleSerial, or raise ConsoleTypeUnavailable."""
        return _console(self._driver.get_serial_console(context, instance))


def _console(console: Console) -> Any:
    """Return the console as Nova has it."""
    return getattr(console_type, type(console).__name__)(**asdict(console))
