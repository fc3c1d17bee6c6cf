"""A virt driver on the in-memory hypervisor, which behaves as Nova's libvirt driver of the Juno cycle does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from fakevirt import exceptions, states
from fakevirt.driver.hypervisor import (
    GIB,
    Disk,
    Domain,
    FilterRules,
    Hypervisor,
    PluggedVif,
    volume_id_of,
)
from fakevirt.driver.interface import (
    BlockDeviceInfo,
    ComputeDriver,
    Context,
    Instance,
    MigrateData,
    NetworkInfo,
)
from fakevirt.driver.profile import Profile, reader

_MIB = 1024**2
_HOSTNAME = re.compile(r"[\w.:-]+")


class FakeVirtDriver(ComputeDriver):
    """Runs guests on an in-memory hypervisor.

    Args:
        hypervisor: The host it runs on.
        peers: Returns the hypervisor of another host by its name, as a migration URI does; it raises for one that
            cannot be reached.
        profile: In which form each method takes an instance.
    """

    capabilities: ClassVar[Mapping[str, bool]] = {"has_imagecache": False, "supports_recreate": True}

    def __init__(
        self,
        hypervisor: Hypervisor,
        *,
        peers: Callable[[str], Hypervisor],
        profile: Profile | None = None,
    ) -> None:
        super().__init__()
        self.hypervisor = hypervisor
        self.profile = profile or Profile()
        self._peers = peers

    def init_host(self, host: str) -> None:
        """Do nothing: the hypervisor is up."""

    def get_info(self, instance: Instance) -> dict[str, Any]:
        """Return state, memory and processors of the guest; its ``id`` is -1 while it is not active."""
        domain = self._domain("get_info", instance)
        return {
            "state": domain.power_state,
            "max_mem": domain.memory_mb * 1024,
            "mem": domain.memory_mb * 1024,
            "num_cpu": domain.vcpus,
            "cpu_time": 0,
            "id": domain.id,
        }

    def instance_exists(self, instance: Instance) -> bool:
        """Return whether there is a guest of the instance's name."""
        return self.profile.reader("instance_exists", instance)("name") in self.hypervisor.domains

    def list_instances(self) -> list[str]:
        """Return the names of all guests."""
        return list(self.hypervisor.domains)

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all guests."""
        return [domain.uuid for domain in self.hypervisor.domains.values()]

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        """Return the names of the hypervisor's nodes."""
        return list(self.hypervisor.nodes)

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Return what the host has and uses; nothing for a node that is not its own."""
        host = self.hypervisor
        if nodename not in host.nodes:
            return {}
        storage = host.disk_storage
        free_gb = max(storage.free_bytes, 0) // GIB
        return {
            "vcpus": host.vcpus,
            "memory_mb": host.memory_mb,
            "local_gb": storage.capacity_gb,
            "vcpus_used": sum(domain.vcpus for domain in host.domains.values() if domain.active),
            "memory_mb_used": host.memory_mb_used,
            "local_gb_used": storage.capacity_gb - free_gb,
            "hypervisor_type": host.hypervisor_type,
            "hypervisor_version": host.hypervisor_version,
            "hypervisor_hostname": nodename,
            "cpu_info": host.cpu.to_json(),
            "disk_available_least": (free_gb * GIB - host.disk_over_committed) // GIB,
            "supported_instances": json.dumps([[host.cpu.arch, "kvm", "hvm"]]),
            "pci_passthrough_devices": "[]",
            "numa_topology": None,
        }

    def get_host_ip_addr(self) -> str:
        """Return the address of the host."""
        return self.hypervisor.my_ip

    def get_volume_connector(self, instance: Instance) -> dict[str, Any]:
        """Return how volumes reach this host, whatever the instance."""
        self.profile.reader("get_volume_connector", instance)
        host = self.hypervisor
        return {"ip": host.my_ip, "host": host.hostname, "initiator": host.initiator}

    @property
    def need_legacy_block_device_info(self) -> bool:
        """Say no: block_device_info comes in Havana's format."""
        return False

    def block_stats(self, instance_name: Any, disk_id: str) -> list[int] | None:
        """Return the counters of a disk; None when the guest or the disk is gone."""
        domain = self.hypervisor.domains.get(self._name("block_stats", instance_name))
        if domain is None or disk_id not in (*domain.volumes, *domain.block_io):
            return None
        return list(domain.block_io.get(disk_id, [0, 0, 0, 0, 0]))

    def get_instance_disk_info(self, instance_name: Any, block_device_info: BlockDeviceInfo | None = None) -> str:
        """Return the guest's disks as libvirt finds them.

        Disks in a pool are no files and are left out. Volumes are block devices, whose size is not known here: they
        are listed unless ``block_device_info`` says that they are volumes.
        """
        name = self._name("get_instance_disk_info", instance_name)
        domain = self.hypervisor.lookup(name)
        infos = []
        if self.hypervisor.image_pool is None:
            for disk_name, disk in self.hypervisor.disks(name).items():
                infos.append(self._disk_info(self._location(domain.uuid, disk_name), "qcow2", disk))
        known_volumes = {device_of(volume["mount_device"]) for volume in volumes_of(block_device_info)}
        for device, volume_id in domain.volumes.items():
            if device not in known_volumes:
                infos.append(self._disk_info(f"/dev/disk/by-id/{volume_id}", "raw", Disk(0)))
        return json.dumps(infos)

    def instance_on_disk(self, instance: Instance) -> bool:
        """Return whether the instance has a directory here."""
        uuid = self.profile.reader("instance_on_disk", instance)("uuid")
        return uuid in self.hypervisor.instances_path.directories

    def spawn(
        self,
        context: Context,
        instance: Instance,
        image_meta: dict[str, Any],
        injected_files: Any,
        admin_password: str | None,
        network_info: NetworkInfo | None = None,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Create the guest's disks, connect it to its networks and volumes, and run it.

        An instance without an image is backed by its volumes and has no root disk of its own.

        Raises:
            InstanceExists: There is a guest of that name.
            InsufficientFreeMemory: It does not fit; what was created for it stays until it is destroyed.
        """
        read = self.profile.reader("spawn", instance)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        if name in host.domains:
            raise exceptions.InstanceExists(name=name)
        disks = self._fresh_disks(read, block_device_info)
        host.instances_path.directories[uuid] = {}
        host.disk_storage.directories[uuid] = disks
        domain = Domain(
            name,
            uuid,
            memory_mb=read("memory_mb"),
            vcpus=read("vcpus"),
            disks=list(disks),
            vifs=[vif["id"] for vif in network_info or ()],
            graphics_listen_addrs=host.graphics_listen_addrs,
        )
        for volume in volumes_of(block_device_info):
            host.connect_volume(volume["connection_info"])
            domain.volumes[device_of(volume["mount_device"])] = volume_id_of(volume["connection_info"])
        self._plug(uuid, network_info)
        self._filter(uuid, network_info)
        host.define(domain)
        host.start(domain)

    def destroy(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
    ) -> None:
        """Stop the guest, if it is here, and clean up."""
        domain = self.hypervisor.domains.get(self.profile.reader("destroy", instance)("name"))
        if domain is not None and domain.active:
            self.hypervisor.stop(domain)
        self.cleanup(context, instance, network_info, block_device_info, destroy_disks, migrate_data)

    def cleanup(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
        destroy_disks: bool = True,
        migrate_data: MigrateData | None = None,
        destroy_vifs: bool = True,
    ) -> None:
        """Unplug, unfilter, disconnect the volumes and forget the guest.

        The directory goes with the disks, and also when only the disks are shared (``is_shared_block_storage``).
        """
        read = self.profile.reader("cleanup", instance)
        host, name, uuid = self.hypervisor, read("name"), read("uuid")
        if destroy_vifs:
            self._unplug(network_info)
        host.filters.pop(uuid, None)
        for volume in volumes_of(block_device_info):
            host.disconnect_volume(volume["connection_info"])
        if destroy_disks and host.image_pool is not None:
            host.image_pool.directories.pop(uuid, None)
        if destroy_disks or (migrate_data or {}).get("is_shared_block_storage", False):
            host.instances_path.directories.pop(uuid, None)
        if name in host.domains:
            host.undefine(host.domains[name])

    def delete_instance_files(self, instance: Instance) -> bool:
        """Remove the instance's directory."""
        uuid = self.profile.reader("delete_instance_files", instance)("uuid")
        self.hypervisor.instances_path.directories.pop(uuid, None)
        return True

    def reboot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        reboot_type: str,
        block_device_info: BlockDeviceInfo | None = None,
        bad_volumes_callback: Callable[..., Any] | None = None,
    ) -> None:
        """Restart the guest; ``HARD``, and ``SOFT`` for one that is off, set up its networks and volumes as well."""
        domain = self._domain("reboot", instance)
        if reboot_type == "SOFT" and domain.power_state == states.RUNNING:
            domain.id = self.hypervisor.next_number()
        else:
            self._hard_reboot(domain, network_info, block_device_info)

    def pause(self, instance: Instance) -> None:
        """Pause a guest that runs; InstanceInvalidState if it is off."""
        self._switch("pause", instance, states.POWER_PAUSED)

    def unpause(self, instance: Instance) -> None:
        """Let a paused guest go on; InstanceInvalidState if it is off."""
        self._switch("unpause", instance, states.RUNNING)

    def suspend(self, instance: Instance) -> None:
        """Save the guest's memory and stop it; InstanceInvalidState if it is off."""
        domain = self._domain("suspend", instance)
        if not domain.active:
            raise _invalid_state(domain, "suspend")
        self.hypervisor.stop(domain)
        domain.saved = True

    def resume(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run a guest from its saved memory; InstanceInvalidState without that."""
        domain = self._domain("resume", instance)
        if not domain.saved:
            raise _invalid_state(domain, "resume")
        self._run(domain, network_info, block_device_info)

    def resume_state_on_host_boot(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest unless it is active."""
        domain = self._domain("resume_state_on_host_boot", instance)
        if not domain.active:
            self._run(domain, network_info, block_device_info)

    def power_off(self, instance: Instance, timeout: int = 0, retry_interval: int = 0) -> None:
        """Stop the guest; one that is off stays off."""
        domain = self._domain("power_off", instance)
        if domain.active:
            self.hypervisor.stop(domain)

    def power_on(
        self,
        context: Context,
        instance: Instance,
        network_info: NetworkInfo,
        block_device_info: BlockDeviceInfo | None = None,
    ) -> None:
        """Run the guest, as a hard reboot does."""
        self._hard_reboot(self._domain("power_on", instance), network_info, block_device_info)

    def attach_volume(
        self,
        context: Context,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        disk_bus: str | None = None,
        device_type: str | None = None,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Connect a volume and give it to the guest as ``mountpoint``.

        Raises:
            InstanceNotFound: There is no such guest.
            DeviceIsBusy: The guest has something there.
        """
        domain = self._domain("attach_volume", instance)
        device = device_of(mountpoint)
        if device in domain.volumes:
            raise exceptions.DeviceIsBusy(device=device)
        self.hypervisor.connect_volume(connection_info)
        domain.volumes[device] = volume_id_of(connection_info)
        if encryption:
            self.hypervisor.encryptors.add(volume_id_of(connection_info))

    def detach_volume(
        self,
        connection_info: dict[str, Any],
        instance: Instance,
        mountpoint: str,
        encryption: dict[str, Any] | None = None,
    ) -> None:
        """Take a volume from the guest and disconnect it; without the guest, only disconnect it.

        Raises:
            DiskNotFound: The guest has nothing there.
            DeviceIsBusy: It is read through an encryptor, and ``encryption`` is not given.
        """
        domain = self.hypervisor.domains.get(self.profile.reader("detach_volume", instance)("name"))
        if domain is not None:
            device = device_of(mountpoint)
            if device not in domain.volumes:
                raise exceptions.DiskNotFound(location=device)
            if domain.volumes[device] in self.hypervisor.encryptors and not encryption:
                raise exceptions.DeviceIsBusy(device=device)
            del domain.volumes[device]
        self.hypervisor.disconnect_volume(connection_info)

    def plug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Connect VIFs to the host's network."""
        self._plug(self.profile.reader("plug_vifs", instance)("uuid"), network_info)

    def unplug_vifs(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Disconnect VIFs from the host's network; they need not be connected."""
        self.profile.reader("unplug_vifs", instance)
        self._unplug(network_info)

    def ensure_filtering_rules_for_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Put the instance's rules in place."""
        self._filter(self.profile.reader("ensure_filtering_rules_for_instance", instance)("uuid"), network_info)

    def unfilter_instance(self, instance: Instance, network_info: NetworkInfo) -> None:
        """Remove the instance's rules; there need not be any."""
        self.hypervisor.filters.pop(self.profile.reader("unfilter_instance", instance)("uuid"), None)

    def refresh_instance_security_rules(self, instance: Instance) -> None:
        """Renew the instance's rules; an instance that has none here is passed over."""
        uuid = self.profile.reader("refresh_instance_security_rules", instance)("uuid")
        if uuid in self.hypervisor.filters:
            self.hypervisor.filters[uuid].refreshes += 1

    def refresh_security_group_rules(self, security_group_id: Any) -> None:
        """Renew the rules of every instance here: who is in the group is not known."""
        self._refresh_all()

    def refresh_security_group_members(self, security_group_id: Any) -> None:
        """Renew the rules of every instance here: who is in the group is not known."""
        self._refresh_all()

    def check_instance_shared_storage_local(self, context: Context, instance: Instance) -> dict[str, Any] | None:
        """Leave a test file if the instance has a directory here."""
        uuid = self.profile.reader("check_instance_shared_storage_local", instance)("uuid")
        if uuid not in self.hypervisor.instances_path.directories:
            return None
        return {"filename": self._create_test_file()}

    def check_instance_shared_storage_remote(self, context: Context, data: dict[str, Any]) -> bool:
        """Return whether the test file is visible here."""
        return data["filename"] in self.hypervisor.instances_path.test_files

    def check_instance_shared_storage_cleanup(self, context: Context, data: dict[str, Any]) -> None:
        """Remove the test file."""
        self._remove_test_file(data["filename"])

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
        """Move the guest to ``dest``, at once and on the caller's stack.

        Both callbacks are called as ``(context, instance, dest, block_migration, migrate_data)``. What
        ``post_method`` raises is not recovered from: the guest has left.

        Raises:
            InvalidHostname: ``dest`` is no host name; nothing was tried, so nothing is recovered.
            MigrationError: The destination lacks something or did not tell where consoles listen.
            InstanceNotFound: There is no such guest here.
            InstanceExists: There is one of that name on the destination.
            InsufficientFreeMemory: It does not fit there.
        """
        read = self.profile.reader("live_migration", instance)
        if not _HOSTNAME.fullmatch(dest):
            raise exceptions.InvalidHostname(hostname=dest)
        try:
            self.hypervisor.migrate(
                read("name"),
                self._peers(dest),
                copy_disks=block_migration,
                graphics_listen_addrs=_graphics_listen_addrs(migrate_data),
            )
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
        self.profile.reader("rollback_live_migration_at_destination", instance)
        self.destroy(context, instance, network_info, block_device_info, destroy_disks, migrate_data)

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

    def _domain(self, method: str, instance: Instance) -> Domain:
        return self.hypervisor.lookup(self.profile.reader(method, instance)("name"))

    def _name(self, method: str, instance_name: Any) -> str:
        if isinstance(instance_name, str):
            return instance_name
        name: str = self.profile.reader(method, instance_name)("name")
        return name

    def _location(self, uuid: str, disk: str = "") -> str:
        return self.hypervisor.instances_path.location(uuid, disk)

    def _disk_info(self, path: str, kind: str, disk: Disk) -> dict[str, Any]:
        return {
            "type": kind,
            "path": path,
            "virt_disk_size": disk.virt_disk_size,
            "backing_file": disk.backing_file,
            "disk_size": disk.disk_size,
            "over_committed_disk_size": disk.virt_disk_size - disk.disk_size,
        }

    def _fresh_disks(self, read: Callable[[str], Any], block_device_info: BlockDeviceInfo | None) -> dict[str, Disk]:
        uuid, image_ref = read("uuid"), read("image_ref")
        swap = (block_device_info or {}).get("swap") or {}
        disks = {}
        if image_ref:
            base = self._location("_base", image_ref)
            disks["disk"] = Disk.written(read("root_gb"), f"root of {uuid}", base)
        if read("ephemeral_gb"):
            disks["disk.local"] = Disk.written(read("ephemeral_gb"), f"ephemeral of {uuid}")
        if swap.get("swap_size"):
            disks["disk.swap"] = Disk(swap["swap_size"] * _MIB, content=f"swap of {uuid}")
        return disks

    def _hard_reboot(
        self, domain: Domain, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None
    ) -> None:
        domain.persistent = True
        if domain.active:
            self.hypervisor.stop(domain)
        domain.graphics_listen_addrs = self.hypervisor.graphics_listen_addrs
        self._run(domain, network_info, block_device_info)

    def _run(self, domain: Domain, network_info: NetworkInfo | None, block_device_info: BlockDeviceInfo | None) -> None:
        for volume in volumes_of(block_device_info):
            self.hypervisor.connect_volume(volume["connection_info"])
        self._plug(domain.uuid, network_info)
        self._filter(domain.uuid, network_info)
        self.hypervisor.start(domain)

    def _switch(self, method: str, instance: Instance, power_state: int) -> None:
        domain = self._domain(method, instance)
        if not domain.active:
            raise _invalid_state(domain, method)
        domain.power_state = power_state

    def _plug(self, uuid: str, network_info: NetworkInfo | None) -> None:
        for vif in network_info or ():
            self.hypervisor.plugged_vifs[vif["id"]] = PluggedVif(uuid, vif["address"])

    def _unplug(self, network_info: NetworkInfo | None) -> None:
        for vif in network_info or ():
            self.hypervisor.plugged_vifs.pop(vif["id"], None)

    def _filter(self, uuid: str, network_info: NetworkInfo | None) -> None:
        self.hypervisor.filters[uuid] = FilterRules([vif["id"] for vif in network_info or ()])

    def _refresh_all(self) -> None:
        for rules in self.hypervisor.filters.values():
            rules.refreshes += 1

    def _create_test_file(self) -> str:
        # The host is part of the name, so that two hosts with storage of their own never mistake it.
        filename = f"tmp-{self.hypervisor.hostname}-{self.hypervisor.next_number()}"
        self.hypervisor.instances_path.test_files.add(filename)
        return filename

    def _remove_test_file(self, filename: str) -> None:
        self.hypervisor.instances_path.test_files.discard(filename)

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
        available = (dest_check_data["disk_available_mb"] or 0) * _MIB
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


def volumes_of(block_device_info: BlockDeviceInfo | None) -> Iterator[dict[str, Any]]:
    """Yield the volumes of block_device_info: ``connection_info`` and ``mount_device`` of each."""
    yield from (block_device_info or {}).get("block_device_mapping") or ()


def device_of(mountpoint: str) -> str:
    """Return the target device of a mount point: ``vdb`` for ``/dev/vdb``."""
    return mountpoint.rpartition("/")[2]


def _graphics_listen_addrs(migrate_data: MigrateData | None) -> dict[str, str]:
    result = (migrate_data or {}).get("pre_live_migration_result") or {}
    if "graphics_listen_addrs" not in result:
        raise exceptions.MigrationError(reason="the destination did not tell where its consoles listen")
    addresses: dict[str, str] = dict(result["graphics_listen_addrs"])
    return addresses


def _invalid_state(domain: Domain, method: str) -> exceptions.InstanceInvalidState:
    return exceptions.InstanceInvalidState(
        instance_uuid=domain.uuid, attr="power_state", state=domain.power_state, method=method
    )
