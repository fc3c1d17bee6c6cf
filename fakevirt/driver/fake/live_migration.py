"""How a guest moves to another host while it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from fakevirt import exceptions
from fakevirt.driver.fake.base import volumes_of
from fakevirt.driver.fake.disks import Disks
from fakevirt.driver.fake.lifecycle import Lifecycle
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.interface import BlockDeviceInfo, Context, Instance, MigrateData, NetworkInfo
from fakevirt.driver.profile import reader
from fakevirt.driver.storage import MIB, Disk

_HOSTNAME = re.compile(r"[\w.:-]+")


class LiveMigration(Disks, Lifecycle):
    """Moves guests while they run."""

    def check_can_live_migrate_destination(
        self,
        context: Context,
        instance: Instance,
        src_compute_info: Any,
        dst_compute_info: Any,
        block_migration: bool = False,
        disk_over_commit: bool = False,
    ) -> dict[str, Any]:
        """Compare the processors and leave a test file on the instances path.

        Args:
            context: The request.
            instance: What is to move.
            src_compute_info: The source's compute node, dict or object, of which ``cpu_info`` is read.
            dst_compute_info: The destination's, of which a block migration reads ``disk_available_least`` (GiB).
            block_migration: Whether disks are to be copied.
            disk_over_commit: Whether only what the disks take up now must fit.

        Returns:
            ``filename``, ``image_type``, ``block_migration``, ``disk_over_commit`` and ``disk_available_mb``.

        Raises:
            InvalidCPUInfo: A guest of the source cannot run here.
        """
        self.profile.reader("check_can_live_migrate_destination", instance)
        available_mb = reader(dst_compute_info)("disk_available_least") * 1024 if block_migration else None
        self.hypervisor.cpu.check_can_run_guests_of(reader(src_compute_info)("cpu_info"))
        return {
            "filename": self._create_test_file(),
            "image_type": self.hypervisor.image_type,
            "block_migration": block_migration,
            "disk_over_commit": disk_over_commit,
            "disk_available_mb": available_mb,
        }

    def check_can_live_migrate_destination_cleanup(self, context: Context, dest_check_data: dict[str, Any]) -> None:
        """Remove the test file."""
        self._remove_test_file(dest_check_data["filename"])

    def check_can_live_migrate_source(
        self,
        context: Context,
        instance: Instance,
        dest_check_data: dict[str, Any],
        block_device_info: BlockDeviceInfo | None = None,
    ) -> dict[str, Any]:
        """Find out what storage is shared with the destination, and whether that suits the kind of migration.

        Args:
            context: The request.
            instance: What is to move.
            dest_check_data: What the destination found, with ``is_volume_backed``.
            block_device_info: Which of the guest's disks are volumes.

        Returns:
            ``dest_check_data`` itself with ``is_shared_instance_path``, ``is_shared_block_storage`` and
            ``instance_relative_path``.

        Raises:
            InvalidLocalStorage: Disks are to be copied, and storage is shared.
            InvalidSharedStorage: Disks are not to be copied, and no storage is shared.
            MigrationPreCheckError: The disks do not fit on the destination.
        """
        read = self.profile.reader("check_can_live_migrate_source", instance)
        host, uuid = self.hypervisor, read("uuid")
        disks = json.loads(self.get_instance_disk_info(read("name"), block_device_info))
        shared_path = dest_check_data["filename"] in host.instances_path.test_files
        shared_disks = self._shares_disks(dest_check_data, shared_path, disks)
        dest_check_data["is_shared_instance_path"] = shared_path
        dest_check_data["is_shared_block_storage"] = shared_disks
        shared = shared_path or shared_disks
        if dest_check_data["block_migration"]:
            if shared:
                raise exceptions.InvalidLocalStorage(
                    path=host.hostname, reason="Block migration can not be used with shared storage."
                )
            self._check_disks_fit(uuid, dest_check_data, disks)
        elif not shared:
            raise exceptions.InvalidSharedStorage(
                path=host.hostname, reason="Live migration can not be used without shared storage."
            )
        dest_check_data["instance_relative_path"] = uuid
        return dest_check_data

    def pre_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        network_info: NetworkInfo,
        disk_info: str | None,
        migrate_data: MigrateData | None = None,
    ) -> dict[str, Any]:
        """Create the directory and empty disks unless storage is shared, connect the volumes and plug the VIFs.

        Args:
            context: The request.
            instance: What is to come.
            block_device_info: Its volumes, with connections made for this host.
            network_info: Its VIFs.
            disk_info: What ``get_instance_disk_info`` returned at the source.
            migrate_data: What the checks found; without it all storage counts as shared.

        Returns:
            ``graphics_listen_addrs``: where consoles listen here.

        Raises:
            DestinationDiskExists: There is something in the way of the directory.
        """
        uuid = self.profile.reader("pre_live_migration", instance)("uuid")
        migrate_data = migrate_data or {}
        if not migrate_data.get("is_shared_instance_path", True):
            directory = migrate_data.get("instance_relative_path") or uuid
            with_disks = not migrate_data.get("is_shared_block_storage", True)
            self._create_directory(directory, json.loads(disk_info or "[]") if with_disks else [])
        for volume in volumes_of(block_device_info):
            self.hypervisor.connect_volume(volume["connection_info"])
        self._plug(uuid, network_info)
        return {"graphics_listen_addrs": self.hypervisor.graphics_listen_addrs}

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
        """Move the guest to ``dest``, on the caller's stack and in the time that its hypervisor's settings say.

        Both callbacks are called as ``(context, instance, dest, block_migration, migrate_data)``. What
        ``post_method`` raises is not recovered from: the guest has left.

        Raises:
            InvalidHostname: ``dest`` is no host name; nothing was tried, so nothing is recovered.
            MigrationError: The destination lacks something or did not tell where consoles listen, or the migration was
                aborted or the guest stopped under way.
            InstanceNotFound: There is no such guest here.
            InstanceExists: There is one of that name on the destination.
            InsufficientFreeMemory: It does not fit there.
        """
        read = self.profile.reader("live_migration", instance)
        if not _HOSTNAME.fullmatch(dest):
            raise exceptions.InvalidHostname(hostname=dest)
        try:
            self._migrate(read("name"), self._peer(dest), block_migration, _graphics_listen_addrs(migrate_data))
        except Exception:
            recover_method(context, instance, dest, block_migration, migrate_data)
            raise
        post_method(context, instance, dest, block_migration, migrate_data)

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
        read = self.profile.reader("rollback_live_migration_at_destination", instance)
        self._destroy(read, network_info, block_device_info, destroy_disks, migrate_data)

    def post_live_migration(
        self,
        context: Context,
        instance: Instance,
        block_device_info: BlockDeviceInfo,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Disconnect the volumes from the source."""
        self.profile.reader("post_live_migration", instance)
        for volume in volumes_of(block_device_info):
            self.hypervisor.disconnect_volume(volume["connection_info"])

    def post_live_migration_at_source(self, context: Context, instance: Instance, network_info: NetworkInfo) -> None:
        """Unplug the VIFs from the source."""
        self.profile.reader("post_live_migration_at_source", instance)
        self._unplug(network_info)

    def post_live_migration_at_destination(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_migration: bool = False,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Let this host keep the guest's definition: without that, it is gone when it stops."""
        self._domain("post_live_migration_at_destination", instance).persistent = True

    def _migrate(self, name: str, dest: Hypervisor, copy_disks: bool, graphics_listen_addrs: dict[str, str]) -> None:
        host = self.hypervisor
        settings, now = self._settings(), self._time.now
        with host.migrating(name, dest, copy_disks=copy_disks, settings=settings, now=now) as job:
            while job.is_under_way and job.phase != "post-copy":
                self._time.wait(job)
                if not job.is_of_this_process:
                    raise exceptions.MigrationError(reason=f"domain {name} has stopped under way")
            if job.phase == "aborted":
                raise exceptions.MigrationError(reason=f"the migration of domain {name} was aborted")
            host.migrate(name, dest, copy_disks=copy_disks, graphics_listen_addrs=graphics_listen_addrs)
            while job.is_under_way:
                self._time.wait(job)

    def _shares_disks(self, dest_check_data: dict[str, Any], shared_path: bool, disks: list[dict[str, Any]]) -> bool:
        in_pool = self.hypervisor.image_pool is not None
        if in_pool and dest_check_data.get("image_type") == self.hypervisor.image_type:
            return True
        if shared_path and not in_pool:
            return True
        return bool(dest_check_data.get("is_volume_backed") and not disks)

    def _check_disks_fit(self, uuid: str, dest_check_data: dict[str, Any], disks: list[dict[str, Any]]) -> None:
        size = "disk_size" if dest_check_data["disk_over_commit"] else "virt_disk_size"
        necessary = sum(disk[size] for disk in disks)
        available = (dest_check_data["disk_available_mb"] or 0) * MIB
        if available < necessary:
            raise exceptions.MigrationPreCheckError(
                reason=f"Unable to migrate {uuid}: Disk of instance is too large"
                f" (available on destination host: {available} < need: {necessary})"
            )

    def _create_directory(self, directory: str, disk_infos: list[dict[str, Any]]) -> None:
        instances_path = self.hypervisor.instances_path
        if directory in instances_path.directories:
            raise exceptions.DestinationDiskExists(path=self._location(directory))
        instances_path.directories[directory] = {}
        for info in disk_infos:
            name = info["path"].rpartition("/")[2]
            disk = Disk(info["virt_disk_size"], backing_file=info["backing_file"])
            self.hypervisor.disk_storage.directories.setdefault(directory, {})[name] = disk


def _graphics_listen_addrs(migrate_data: MigrateData | None) -> dict[str, str]:
    result = (migrate_data or {}).get("pre_live_migration_result") or {}
    if "graphics_listen_addrs" not in result:
        raise exceptions.MigrationError(reason="the destination did not tell where its consoles listen")
    addresses: dict[str, str] = dict(result["graphics_listen_addrs"])
    return addresses
