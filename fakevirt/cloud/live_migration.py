"""Requests for a live migration."""

from __future__ import annotations

from typing import Any

from fakevirt import services, states
from fakevirt.cloud.world import World
from fakevirt.objects.instance import Instance
from fakevirt.objects.instance_action import InstanceAction


class LiveMigrationRequests(World):
    """Asks for live migrations."""

    def live_migrate(
        self, server: Instance, *, to: str, block_migration: bool = False, disk_over_commit: bool = False
    ) -> None:
        """Ask the API to move a server while it runs.

        Args:
            server: The server.
            to: The host to move it to.
            block_migration: Whether to copy its disks.
            disk_over_commit: Whether only what the disks take up now must fit there.

        Raises:
            NovaException: A check refused it. What fails later, fails unseen: the move itself is a cast.
            UsageError: There is no such host.
        """
        self.host(to)
        with services.running_as(self._api):
            instance = self.refresh(server)
            instance.task_state = states.MIGRATING
            instance.save(expected_task_state=[None])
            InstanceAction.action_start(self.context, instance.uuid, "live-migration", want_result=False)
            self._compute_task_api.migrate_server(
                self.context, instance, to, block_migration=block_migration, disk_over_commit=disk_over_commit
            )

    def check_can_live_migrate(
        self, server: Instance, *, to: str, block_migration: bool = False, disk_over_commit: bool = False
    ) -> dict[str, Any]:
        """Ask a host whether a server may come, as the conductor does before it moves one.

        Arguments are those of :meth:`live_migrate`.

        Returns:
            What was found out about storage (``migrate_data``).

        Raises:
            NovaException: It may not.
            UsageError: There is no such host.
        """
        self.host(to)
        with services.running_as(self._conductor):
            migrate_data: dict[str, Any] = self._compute_api.check_can_live_migrate_destination(
                self.context, self.refresh(server), to, block_migration, disk_over_commit
            )
            return migrate_data
