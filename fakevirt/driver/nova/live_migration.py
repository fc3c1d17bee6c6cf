"""How a guest moves to another host while it runs."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections import deque
from collections.abc import Callable
from typing import Any

import nova.conf
import nova.exception
from nova.objects.migrate_data import LibvirtLiveMigrateData
from oslo_log import log as logging

from fakevirt import exceptions
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.interface import BlockDeviceInfo, Context, NetworkInfo
from fakevirt.driver.migration_job import MigrationJob, MigrationSettings
from fakevirt.driver.nova.base import Instance, MigrateData, NovaDriver, as_dict, at_work, connected
from fakevirt.driver.storage import MIB

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

#: After how many seconds Nova is told anew how far a live migration has come, as libvirt's driver does.
_TOLD_EVERY = 5
#: What Nova counts of it, in bytes.
_COUNTED = tuple(f"{what}_{part}" for what in ("memory", "disk") for part in ("total", "processed", "remaining"))

#: The consoles whose address a guest takes along.
_GRAPHICS = ("vnc", "spice")


@dataclasses.dataclass(slots=True, eq=False)
class _UnderWay:
    """A live migration that is under way, and the records that tell how far it has come."""

    instance: Instance
    migration: Any | None
    job: MigrationJob | None = None

    def tell(self) -> None:
        """Write that down."""
        assert self.job is not None
        self.instance.progress = self.job.progress
        self.instance.save()
        if self.migration is not None:
            for name in _COUNTED:
                setattr(self.migration, name, int(getattr(self.job, name) * MIB))
            if self.job.phase == "post-copy":
                self.migration.status = "running (post-copy)"
            self.migration.save()


class LiveMigration(NovaDriver):
    """Moves guests while they run: in the time that ``hypervisor.live_migration`` and ``[libvirt]`` say.

    What is set in ``hypervisor.live_migration`` holds. What has its default there is as Nova's options have it, of
    ``[libvirt]live_migration_…`` those of the same names, at the moment at which a migration begins.

    That time passes on the clock of the hypervisors, which stands still until a test lets it go on.

    Args:
        virtapi: What Nova gives to each driver.
        hypervisors: Where it finds the one of its host, and those that guests move to.
    """

    def __init__(self, virtapi: Any, hypervisors: Hypervisors | None = None) -> None:
        super().__init__(virtapi, hypervisors)
        #: What was asked of each live migration that is under way, by the instance's uuid.
        self.active_migrations: dict[str, deque[str]] = {}
        self._under_way: dict[str, _UnderWay] = {}

    def cleanup_host(self, host: str) -> None:
        """Abort the live migrations that are under way, since their threads end with the service; post-copy goes on."""
        with self.hypervisors.lock:
            for job in self.hypervisor.jobs.values():
                if job.phase == "post-copy":
                    job.advance(math.inf)
                else:
                    job.abort()
            self.hypervisors.clock.look()

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

        Meanwhile ``migrate_data.migration`` and the instance tell how far it has come.

        Raises:
            InvalidHostname: ``dest`` is no host name; nothing was tried, so nothing is recovered.
        """
        self.active_migrations[instance.uuid] = deque()
        with self.hypervisors.clock.at_work():
            try:
                end = self._move(context, instance, dest, block_migration, migrate_data)
            finally:
                del self.active_migrations[instance.uuid]
            # Without the lock: both go on in other services, whose drivers must be able to work.
            if end is None:
                post_method(context, instance, dest, block_migration, migrate_data)
            else:
                recover_method(context, instance, dest, migrate_data, migration_status=end)

    @at_work
    def live_migration_force_complete(self, instance: Instance) -> None:
        """Let a live migration complete: by post-copy where ``[libvirt]`` permits it, else the guest stands still."""
        if instance.uuid in self.active_migrations:
            self.active_migrations[instance.uuid].append("force-complete")
        if job := self.hypervisor.jobs.get(instance.name):
            job.force_complete()
            self.hypervisors.clock.look()

    @at_work
    def live_migration_abort(self, instance: Instance) -> None:
        """Abort a live migration; one that has ended stays as it is, and one in post-copy is a MigrationError."""
        if instance.uuid in self.active_migrations:
            self.active_migrations[instance.uuid].append("abort")
        if job := self.hypervisor.jobs.get(instance.name):
            job.abort()
            self.hypervisors.clock.look()

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
    ) -> str | None:
        """Move the guest; return None, or the status of the migration if the guest is still here."""
        data = as_dict(migrate_data)
        data["pre_live_migration_result"] = {"graphics_listen_addrs": self._listen_addrs(instance, migrate_data)}
        migration = migrate_data.migration if migrate_data is not None and "migration" in migrate_data else None
        under_way = self._under_way[instance.name] = _UnderWay(instance, migration)
        ended: list[str] = []
        try:
            self._driver.live_migration(
                context,
                instance,
                dest,
                lambda *_: ended.append("completed"),
                lambda *_: ended.append("error"),
                data.get("block_migration", block_migration),
                data,
            )
        except exceptions.NovaException:
            if not ended:
                raise
            LOG.exception("Live migration failed.", instance=instance)
            return "cancelled" if under_way.job is not None and under_way.job.phase == "aborted" else "error"
        finally:
            del self._under_way[instance.name]
        return None

    def _settings(self) -> MigrationSettings:
        """Return what is set for the hypervisor, and what Nova has configured where nothing is."""
        given, configured = self.hypervisor.live_migration, _configured()
        names = (field.name for field in dataclasses.fields(MigrationSettings))
        return MigrationSettings(
            **{name: getattr(configured if _is_default(given, name) else given, name) for name in names}
        )

    def _wait(self, job: MigrationJob) -> None:
        """Tell how far a live migration has come, and wait until it is due, or until that is to be told again."""
        phase, under_way = job.phase, self._under_way[job.domain.name]
        under_way.job = job
        try:
            under_way.tell()
        except nova.exception.InstanceNotFound:
            LOG.info("Gone while it was migrated.", instance=under_way.instance)
        self.hypervisors.clock.wait(
            min(job.due, _TOLD_EVERY), name=job.domain.name, or_until=lambda: job.phase != phase
        )

    def _listen_addrs(self, instance: Instance, migrate_data: MigrateData | None) -> dict[str, str]:
        """Return where the guest's consoles are to listen: where the destination says, else where they do now."""
        names = {kind: f"graphics_listen_addr_{kind}" for kind in _GRAPHICS}
        told = {kind: str(getattr(migrate_data, name)) for kind, name in names.items() if name in (migrate_data or ())}
        return told or self.hypervisor.lookup(instance.name).graphics_listen_addrs


def _is_default(settings: MigrationSettings, name: str) -> bool:
    return bool(getattr(settings, name) == getattr(MigrationSettings(), name))


def _configured() -> MigrationSettings:
    """Return what Nova has configured."""
    configured = CONF.libvirt
    return MigrationSettings(
        bandwidth=configured.live_migration_bandwidth or None,
        downtime=configured.live_migration_downtime / 1000,
        permit_post_copy=configured.live_migration_permit_post_copy,
        permit_auto_converge=configured.live_migration_permit_auto_converge,
        completion_timeout=configured.live_migration_completion_timeout,
        timeout_action=configured.live_migration_timeout_action,
    )
