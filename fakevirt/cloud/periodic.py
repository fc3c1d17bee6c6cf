"""What a compute host does by itself from time to time."""

from __future__ import annotations

from fakevirt import services
from fakevirt.cloud.world import World
from fakevirt.context import admin_context


class PeriodicTasks(World):
    """Runs periodic tasks, and sets up what they are there for."""

    def run_periodic_task(self, host: str, name: str) -> None:
        """Run a periodic task of a compute host now; ``clock.advance`` lets what it looks at grow old.

        Args:
            host: The host.
            name: The manager's method, such as ``_sync_power_states``.

        Raises:
            UsageError: There is no such host.
        """
        running = self.host(host)
        with services.running_as(running.service):
            getattr(running.manager, name)(admin_context())
