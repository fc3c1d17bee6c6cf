"""The virt driver of Stratus, which derives from nothing: it drives the hypervisor that it is given."""

import json

from fakevirt import exceptions, states
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import FilterRules, PluggedVif, volume_id_of
from fakevirt.driver.storage import Disk

#: What Stratus cannot do (see stratus.requirements).
UNSUPPORTED = {
    "attach_interface",
    "block_stats",
    "confirm_migration",
    "default_device_names_for_instance",
    "default_root_device_name",
    "detach_interface",
    "finish_migration",
    "finish_revert_migration",
    "get_all_bw_counters",
    "get_all_volume_usage",
    "get_instance_diagnostics",
    "get_rdp_console",
    "get_serial_console",
    "get_spice_console",
    "get_vnc_console",
    "inject_file",
    "migrate_disk_and_power_off",
    "poll_rebooting_instances",
    "rebuild",
    "rescue",
    "restore",
    "set_admin_password",
    "set_bootable",
    "snapshot",
    "soft_delete",
    "swap_volume",
    "unrescue",
}


def read(instance, name):
    """Return a field of an instance, which is an object or, from what is not converted, a dict."""
    return instance[name] if isinstance(instance, dict) else getattr(instance, name)


def volumes_of(block_device_info):
    return (block_device_info or {}).get("block_device_mapping") or []


def device_of(mountpoint):
    return mountpoint.rpartition("/")[2]


class Driver:
    need_legacy_block_device_info = False

    def __init__(self, parts):
        self.host = parts.hypervisor
        self.peers = parts.peers
        self.leases = {}

    def __getattr__(self, name):
        if name not in UNSUPPORTED:
            raise AttributeError(name)

        def unsupported(*args, **kwargs):
            raise NotImplementedError(name)

        return unsupported

    # The host

    def init_host(self, host):
        pass

    def cleanup_host(self, host):
        pass

    def get_host_ip_addr(self):
        return self.host.my_ip

    def get_host_cpu_stats(self):
        return dict(self.host.cpu_stats)

    def get_available_nodes(self, refresh=False):
        return list(self.host.nodes)

    def node_is_available(self, nodename):
        return nodename in self.host.nodes

    def get_available_resource(self, nodename):
        if nodename not in self.host.nodes:
            return {}
        free_gb = self.host.disk_storage.free_bytes // 1024**3
        active = [domain for domain in self.host.domains.values() if domain.active]
        return {
            "vcpus": self.host.vcpus,
            "vcpus_used": sum(domain.vcpus for domain in active),
            "memory_mb": self.host.memory_mb,
            "memory_mb_used": sum(domain.memory_mb for domain in active),
            "local_gb": self.host.disk_storage.capacity_gb,
            "local_gb_used": self.host.disk_storage.capacity_gb - free_gb,
            "hypervisor_type": "stratus",
            "hypervisor_version": 1,
            "hypervisor_hostname": nodename,
            "cpu_info": self.host.cpu.to_json(),
            "disk_available_least": free_gb,
            "supported_instances": "[]",
            "pci_passthrough_devices": "[]",
            "numa_topology": None,
        }

    def get_per_instance_usage(self):
        return {}

    def estimate_instance_overhead(self, instance_info):
        return {"memory_mb": 0}

    def manage_image_cache(self, context, all_instances):
        pass

    # What there is

    def get_num_instances(self):
        return len(self.host.domains)

    def list_instances(self):
        return list(self.host.domains)

    def list_instance_uuids(self):
        return [domain.uuid for domain in self.host.domains.values()]

    def instance_exists(self, instance):
        return read(instance, "name") in self.host.domains

    def get_info(self, instance):
        domain = self._guest(instance)
        memory = domain.memory_mb * 1024
        return {
            "state": domain.power_state,
            "max_mem": memory,
            "mem": memory,
            "num_cpu": domain.vcpus,
            "cpu_time": 0,
            "id": domain.id,
        }

    def get_diagnostics(self, instance):
        return {"memory": self._guest(instance).memory_mb}

    def get_console_output(self, context, instance):
        return self._guest(instance).console_log

    # Guests come and go

    def spawn(
        self,
        context,
        instance,
        image_meta,
        injected_files,
        admin_password,
        network_info=None,
        block_device_info=None,
    ):
        if self.instance_exists(instance):
            raise exceptions.InstanceExists(name=read(instance, "name"))
        uuid = read(instance, "uuid")
        disks = {}
        if read(instance, "image_ref"):
            disks["disk"] = Disk.written(read(instance, "root_gb"), f"root of {uuid}")
        self.host.instances_path.directories[uuid] = disks
        self._start(instance, network_info, block_device_info)

    def destroy(
        self,
        context,
        instance,
        network_info,
        block_device_info=None,
        destroy_disks=True,
        migrate_data=None,
    ):
        domain = self.host.domains.get(read(instance, "name"))
        if domain is not None and domain.active:
            self.host.stop(domain)
        self.cleanup(context, instance, network_info, block_device_info, destroy_disks, migrate_data)

    def cleanup(
        self,
        context,
        instance,
        network_info,
        block_device_info=None,
        destroy_disks=True,
        migrate_data=None,
        destroy_vifs=True,
    ):
        if destroy_vifs:
            self.unplug_vifs(instance, network_info)
        self.unfilter_instance(instance, network_info)
        for volume in volumes_of(block_device_info):
            self.host.disconnect_volume(volume["connection_info"])
        if destroy_disks or (migrate_data or {}).get("is_shared_block_storage"):
            self.delete_instance_files(instance)
        name = read(instance, "name")
        if name in self.host.domains:
            self.host.undefine(self.host.domains[name])

    def post_interrupted_snapshot_cleanup(self, context, instance):
        pass

    def change_instance_metadata(self, context, instance, diff):
        pass

    # Power

    def power_on(self, context, instance, network_info, block_device_info=None):
        self.reboot(context, instance, network_info, "HARD", block_device_info)

    def power_off(self, instance, timeout=0, retry_interval=0):
        domain = self._guest(instance)
        if domain.active:
            self.host.stop(domain)

    def reboot(
        self,
        context,
        instance,
        network_info,
        reboot_type,
        block_device_info=None,
        bad_volumes_callback=None,
    ):
        domain = self._guest(instance)
        if domain.active:
            self.host.restart(domain)
            domain.power_state = states.RUNNING
        else:
            domain.saved = False
            self._connect(instance, network_info, block_device_info)
            self.host.start(domain)

    def pause(self, instance):
        self._guest(instance).power_state = states.POWER_PAUSED

    def unpause(self, instance):
        self._guest(instance).power_state = states.RUNNING

    def suspend(self, instance):
        domain = self._guest(instance)
        self.host.stop(domain)
        domain.saved = True

    def resume(self, context, instance, network_info, block_device_info=None):
        self._connect(instance, network_info, block_device_info)
        self.host.start(self._guest(instance))

    def resume_state_on_host_boot(self, context, instance, network_info, block_device_info=None):
        if not self._guest(instance).active:
            self.power_on(context, instance, network_info, block_device_info)

    # Volumes

    def get_volume_connector(self, instance):
        return {"ip": self.host.my_ip, "host": self.host.hostname, "initiator": self.host.initiator}

    def attach_volume(
        self,
        context,
        connection_info,
        instance,
        mountpoint,
        disk_bus=None,
        device_type=None,
        encryption=None,
    ):
        domain, device = self._guest(instance), device_of(mountpoint)
        if device in domain.devices:
            raise exceptions.DeviceIsBusy(device=device)
        self.host.connect_volume(connection_info)
        domain.volumes[device] = volume_id_of(connection_info)

    def detach_volume(self, connection_info, instance, mountpoint, encryption=None):
        domain = self.host.domains.get(read(instance, "name"))
        if domain is not None and domain.volumes.pop(device_of(mountpoint), None) is None:
            raise exceptions.DiskNotFound(location=mountpoint)
        self.host.disconnect_volume(connection_info)

    # Networks

    def plug_vifs(self, instance, network_info):
        for vif in network_info or []:
            self.host.plugged_vifs[vif["id"]] = PluggedVif(read(instance, "uuid"), vif["address"])

    def unplug_vifs(self, instance, network_info):
        for vif in network_info or []:
            self.host.plugged_vifs.pop(vif["id"], None)

    def ensure_filtering_rules_for_instance(self, instance, network_info):
        vifs = [vif["id"] for vif in network_info or []]
        self.host.filters[read(instance, "uuid")] = FilterRules(vifs)

    def unfilter_instance(self, instance, network_info):
        self.host.filters.pop(read(instance, "uuid"), None)

    def filter_defer_apply_on(self):
        pass

    def filter_defer_apply_off(self):
        pass

    def refresh_instance_security_rules(self, instance):
        if read(instance, "uuid") in self.host.filters:
            self.host.filters[read(instance, "uuid")].refreshes += 1

    def refresh_security_group_rules(self, security_group_id):
        self.refresh_provider_fw_rules()

    def refresh_security_group_members(self, security_group_id):
        self.refresh_provider_fw_rules()

    def refresh_provider_fw_rules(self):
        for rules in self.host.filters.values():
            rules.refreshes += 1

    def reset_network(self, instance):
        pass

    def inject_network_info(self, instance, nw_info):
        pass

    def macs_for_instance(self, instance):
        return None

    def dhcp_options_for_instance(self, instance):
        return None

    def deallocate_networks_on_reschedule(self, instance):
        return False

    # Disks

    def instance_on_disk(self, instance):
        return read(instance, "uuid") in self.host.instances_path.directories

    def delete_instance_files(self, instance):
        self.host.instances_path.directories.pop(read(instance, "uuid"), None)
        return True

    def get_instance_disk_info(self, instance_name, block_device_info=None):
        name = instance_name if isinstance(instance_name, str) else read(instance_name, "name")
        disks = self.host.disks(name).items()
        return json.dumps(
            [
                {
                    "type": "qcow2",
                    "path": path,
                    "virt_disk_size": disk.virt_disk_size,
                    "backing_file": "",
                    "disk_size": disk.disk_size,
                    "over_committed_disk_size": disk.virt_disk_size - disk.disk_size,
                }
                for path, disk in disks
            ]
        )

    def check_instance_shared_storage_local(self, context, instance):
        return {"filename": self._mark()} if self.instance_on_disk(instance) else None

    def check_instance_shared_storage_remote(self, context, data):
        return data["filename"] in self.host.instances_path.test_files

    def check_instance_shared_storage_cleanup(self, context, data):
        self.host.instances_path.test_files.discard(data["filename"])

    # Live migration

    def check_can_live_migrate_destination(
        self,
        context,
        instance,
        src_compute_info,
        dst_compute_info,
        block_migration=False,
        disk_over_commit=False,
    ):
        return {"filename": self._mark(), "block_migration": block_migration}

    def check_can_live_migrate_destination_cleanup(self, context, dest_check_data):
        self.host.instances_path.test_files.discard(dest_check_data["filename"])

    def check_can_live_migrate_source(self, context, instance, dest_check_data, block_device_info=None):
        backed = dest_check_data.get("is_volume_backed") and not self._guest(instance).disks
        shared = backed or dest_check_data["filename"] in self.host.instances_path.test_files
        if dest_check_data["block_migration"] and shared:
            raise exceptions.InvalidLocalStorage(path=self.host.hostname, reason="it is shared")
        if not dest_check_data["block_migration"] and not shared:
            raise exceptions.InvalidSharedStorage(path=self.host.hostname, reason="it is not shared")
        return {**dest_check_data, "is_shared_instance_path": shared, "is_shared_block_storage": shared}

    def pre_live_migration(
        self,
        context,
        instance,
        block_device_info,
        network_info,
        disk_info,
        migrate_data=None,
    ):
        if not (migrate_data or {}).get("is_shared_instance_path", True):
            if self.instance_on_disk(instance):
                raise exceptions.DestinationDiskExists(path=read(instance, "uuid"))
            disks = {disk["path"]: Disk(disk["virt_disk_size"]) for disk in json.loads(disk_info or "[]")}
            self.host.instances_path.directories[read(instance, "uuid")] = disks
        self._connect(instance, network_info, block_device_info)
        return {"listen": self.host.graphics_listen_addrs}

    def live_migration(
        self,
        context,
        instance,
        dest,
        post_method,
        recover_method,
        block_migration=False,
        migrate_data=None,
    ):
        try:
            prepared = (migrate_data or {}).get("pre_live_migration_result") or {}
            if "listen" not in prepared:
                raise exceptions.MigrationError(reason="the destination is not prepared")
            self.host.migrate(
                read(instance, "name"),
                self.peers(dest),
                copy_disks=block_migration,
                graphics_listen_addrs=prepared["listen"],
            )
        except Exception:
            recover_method(context, instance, dest, block_migration, migrate_data)
            raise
        post_method(context, instance, dest, block_migration, migrate_data)

    def rollback_live_migration_at_destination(
        self,
        context,
        instance,
        network_info,
        block_device_info,
        destroy_disks=True,
        migrate_data=None,
    ):
        self.cleanup(context, instance, network_info, block_device_info, destroy_disks, migrate_data)

    def post_live_migration(self, context, instance, block_device_info, migrate_data=None):
        for volume in volumes_of(block_device_info):
            self.host.disconnect_volume(volume["connection_info"])

    def post_live_migration_at_source(self, context, instance, network_info):
        self.unplug_vifs(instance, network_info)

    def post_live_migration_at_destination(
        self,
        context,
        instance,
        network_info,
        block_migration=False,
        block_device_info=None,
    ):
        self._guest(instance).persistent = True

    # Leases, which only Stratus has

    def renew_lease(self, instance, lease):
        self.leases[read(instance, "uuid")] = read(lease, "days")

    def _guest(self, instance):
        return self.host.lookup(read(instance, "name"))

    def _start(self, instance, network_info, block_device_info):
        uuid = read(instance, "uuid")
        domain = Domain(
            read(instance, "name"),
            uuid,
            memory_mb=read(instance, "memory_mb"),
            vcpus=read(instance, "vcpus"),
            disks=list(self.host.instances_path.directories[uuid]),
            vifs=[vif["id"] for vif in network_info or []],
        )
        for volume in volumes_of(block_device_info):
            domain.volumes[device_of(volume["mount_device"])] = volume_id_of(volume["connection_info"])
        self.host.define(domain)
        self._connect(instance, network_info, block_device_info)
        self.host.start(domain)

    def _connect(self, instance, network_info, block_device_info):
        for volume in volumes_of(block_device_info):
            self.host.connect_volume(volume["connection_info"])
        self.plug_vifs(instance, network_info)
        self.ensure_filtering_rules_for_instance(instance, network_info)

    def _mark(self):
        filename = f"{self.host.hostname}-{self.host.next_number()}"
        self.host.instances_path.test_files.add(filename)
        return filename
