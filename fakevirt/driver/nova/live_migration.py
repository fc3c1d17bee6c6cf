"""How a guest moves to another host while it runs."""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from nova.objects.migrate_data import LibvirtLiveMigrateData
from oslo_log import log as logging

from fakevirt import exceptions
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.interface import BlockDeviceInfo, Context, NetworkInfo
from fakevirt.driver.nova.base import Instance, MigrateData, NovaDriver, as_dict, at_work, connected

LOG = logging.getLogger(__name__)

#: The consoles whose address a guest takes along.
_GRAPHICS = ("vnc", "spice")


class LiveMigration(NovaDriver):
    """Moves guests while they run.

    Args:
        virtapi: What Nova gives to each driver.
        hypervisors: Where it finds the one of its host, and those that guests move to.
        live_migration_converges: Whether a live migration ends by itself. One that does not goes on until it is forced
            to complete or aborted, as with a guest that writes to its memory faster than it can be copied.
    """

    def __init__(
        self, virtapi: Any, hypervisors: Hypervisors | None = None, *, live_migration_converges: bool = True
    ) -> None:
        super().__init__(virtapi, hypervisors)
        #: What was asked of each live migration that is under way, by the instance's uuid.
        self.active_migrations: dict[str, deque[str]] = {}
        self._live_migration_converges = live_migration_converges
        self._asked = threading.Condition()

    def cleanup_host(self, host: str) -> None:
        """Abort the live migrations that are under way: their threads end with the service."""
        for instance_uuid in list(self.active_migrations):
            self._ask(instance_uuid, "abort")

    @at_work
    def check_can_live_migrate_destination(
        self,
        context: Context,
        instance: Instance,
        src_compute_info: Any,
        dst_compute_info: Any,
        block_migration: bool | None = False,
        disk_over_commit: bool | None = False,
    ) -> MigrateData:
        """Compare the processors and leave a test file on the instances path.

        Without ``block_migration`` the source decides: it copies disks unless they are shared.
        """
        found = self._driver.check_can_live_migrate_destination(
            context, instance, src_compute_info, dst_compute_info, True, bool(disk_over_commit)
        )
        data = LibvirtLiveMigrateData(
            filename=found["filename"],
            image_type=found["image_type"],
            disk_available_mb=found["disk_available_mb"],
            disk_over_commit=bool(disk_over_commit),
        )
        if block_migration is not None:
            data.block_migration = block_migration
        return data

    @at_work
    def cleanup_live_migration_destination_check(self, context: Context, dest_check_data: MigrateData) -> None:
        """Remove the test file."""
        self._driver.check_can_live_migrate_destination_cleanup(context, as_dict(dest_check_data))

    @at_work
    def check_can_live_migrate_source(
        self,
        context: Context,
        instance: Instance,
        dest_check_data: MigrateData,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> MigrateData:
        """Find out what storage is shared with the destination, and whether that suits the kind of migration.

        Raises:
            InvalidLocalStorage: Disks are to be copied, and storage is shared.
            InvalidSharedStorage: Disks are not to be copied, and no storage is shared.
            MigrationPreCheckError: The disks do not fit on the destination.
        """
        volumes = connected(instance, block_device_info)
        check = functools.partial(self._driver.check_can_live_migrate_source, context, instance)
        data = as_dict(dest_check_data)
        if "block_migration" in data:
            found = check(data, volumes)
        else:
            try:
                found = check({**data, "block_migration": False}, volumes)
            except exceptions.InvalidSharedStorage:
                found = check({**data, "block_migration": True}, volumes)
        for name, value in found.items():
            setattr(dest_check_data, name, value)
        return dest_check_data

    @at_work
    def pre_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        network_info: NetworkInfo,
        disk_info: str | None,
        migrate_data: MigrateData,
    ) -> MigrateData:
        """Create the directory and empty disks unless storage is shared, connect the volumes and plug the VIFs.

        Returns:
            ``migrate_data`` itself, with where consoles listen here.
        """
        volumes = connected(instance, block_device_info)
        found = self._driver.pre_live_migration(
            context, instance, volumes, network_info, disk_info, as_dict(migrate_data)
        )
        for kind in _GRAPHICS:
            setattr(migrate_data, f"graphics_listen_addr_{kind}", found["graphics_listen_addrs"][kind])
        return migrate_data

    def live_migration(
        self,
        context: Context,
        instance: Instance,
        dest: str,
        post_method: Callable[..., Any],
        recover_method: Callable[..., Any],
        block_migration: bool = False,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Move the guest to ``dest`` and call ``post_method``; where that fails, only ``recover_method``, as libvirt's.

        Raises:
            InvalidHostname: ``dest`` is no host name; nothing was tried, so nothing is recovered.
        """
        self.active_migrations[instance.uuid] = deque()
        try:
            if not self._live_migration_converges and self._wait_until_asked(instance.uuid) == "abort":
                recover_method(context, instance, dest, migrate_data, migration_status="cancelled")
                return
            moved = self._move(context, instance, dest, block_migration, migrate_data)
        finally:
            del self.active_migrations[instance.uuid]
        # Both go on in other services, whose drivers must be able to work.
        if moved:
            post_method(context, instance, dest, block_migration, migrate_data)
        else:
            recover_method(context, instance, dest, migrate_data)

    def live_migration_force_complete(self, instance: Instance) -> None:
        """Let a live migration that is under way complete."""
        self._ask(instance.uuid, "force-complete")

    def live_migration_abort(self, instance: Instance) -> None:
        """Abort a live migration that is under way; one that has ended stays as it is."""
        self._ask(instance.uuid, "abort")

    @at_work
    def rollback_live_migration_at_destination(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Destroy what was prepared here."""
        volumes = connected(instance, block_device_info)
        self._driver.rollback_live_migration_at_destination(
            context, instance, network_info, volumes, destroy_disks, as_dict(migrate_data)
        )

    @at_work
    def post_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Disconnect the volumes from the source."""
        self._driver.post_live_migration(context, instance, connected(instance, block_device_info))

    @at_work
    def post_live_migration_at_source(self, context: Context, instance: Instance, network_info: NetworkInfo) -> None:
        """Unplug the VIFs from the source."""
        self._driver.post_live_migration_at_source(context, instance, network_info)

    @at_work
    def post_live_migration_at_destination(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_migration: bool = False,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Let this host keep the guest's definition: without that, it is gone when it stops."""
        self._driver.post_live_migration_at_destination(context, instance, network_info, block_migration)

    @at_work
    def _move(
        self,
        context: Context,
        instance: Instance,
        dest: str,
        block_migration: bool,
        migrate_data: MigrateData | None,
    ) -> bool:
        """Move the guest, and return whether it has moved or is still here."""
        data = as_dict(migrate_data)
        data["pre_live_migration_result"] = {"graphics_listen_addrs": self._listen_addrs(instance, migrate_data)}
        outcome: list[bool] = []
        try:
            self._driver.live_migration(
                context,
                instance,
                dest,
                lambda *_: outcome.append(True),
                lambda *_: outcome.append(False),
                data.get("block_migration", block_migration),
                data,
            )
        except exceptions.NovaException:
            if not outcome:
                raise
            LOG.exception("Live migration failed.", instance=instance)
        return outcome == [True]

    def _listen_addrs(self, instance: Instance, migrate_data: MigrateData | None) -> dict[str, str]:
        """Return where the guest's consoles are to listen: where the destination says, else where they do now."""
        names = {kind: f"graphics_listen_addr_{kind}" for kind in _GRAPHICS}
        told = {kind: str(getattr(migrate_data, name)) for kind, name in names.items() if name in (migrate_data or ())}
        return told or self.hypervisor.lookup(instance.name).graphics_listen_addrs

    def _ask(self, instance_uuid: str, action: str) -> None:
        with self._asked:
            self.active_migrations.get(instance_uuid, deque()).append(action)
            self._asked.notify_all()

    def _wait_until_asked(self, instance_uuid: str) -> str:
        actions = self.active_migrations[instance_uuid]
        with self._asked:
            self._asked.wait_for(lambda: actions)
        return actions[0]
