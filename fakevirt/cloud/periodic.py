"""What a compute host does by itself from time to time."""

from __future__ import annotations

from fakevirt import services, states
from fakevirt.cloud.world import World
from fakevirt.context import admin_context
from fakevirt.db import api as db
from fakevirt.objects.instance import Instance


class PeriodicTasks(World):
    """Runs periodic tasks, and sets up what they are there for."""

    def forget(self, server: Instance) -> None:
        """Delete a server's row behind everyone's back, as a host finds it that was away: its guest is still there."""
        with self.trace.muted(), services.running_as(self._api):
            db.instance_update(self.context, server.uuid, {"vm_state": states.DELETED, "terminated_at": self.clock.now})
            db.instance_destroy(self.context, server.uuid)

    def run_periodic_task(self, host: str, name: str) -> None:
        """Run a periodic task of a compute host now; ``clock.advance`` lets what it looks at grow old.

        Args:
            host: The host.
            name: The manager's method, such as ``_sync_power_states``.

        Raises:
            UsageError: There is no such host.
        """
        getattr(self.host(host).manager, name)(admin_context())
