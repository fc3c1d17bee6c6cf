"""The driver for Nova: what its hypervisor has of a guest, and of another one, after each call."""

import copy
import dataclasses
from unittest import mock

# The first of Nova's, since it chooses threads or eventlet.
import nova.tests.unit.virt.test_virt_drivers
from nova import exception, objects
from nova.compute import power_state, provider_tree
from nova.tests.unit import utils
from nova.virt import fake

from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.storage import GIB, MIB

RUNNING, PAUSED, OFF = power_state.RUNNING, power_state.PAUSED, power_state.SHUTDOWN
#: What a disk has counted, and a VIF, and a processor.
DISK, VIF, CPU = [11, 12, 13, 14, 15], [21, 22, 23, 24, 25, 26, 27, 28], 31


def connection(volume):
    return {"driver_volume_type": "iscsi", "data": {"volume_id": volume}, "serial": volume}


def block_devices(**volumes):
    mapping = [
        {"connection_info": connection(volume), "mount_device": f"/dev/{device}"} for device, volume in volumes.items()
    ]
    return {"root_device_name": "/dev/vda", "swap": None, "ephemerals": [], "block_device_mapping": mapping}


class GuestCase(nova.test.TestCase):
    """A guest with a volume and a VIF on the first of two hosts, and others that are to be left alone."""

    def setUp(self):
        super().setUp()
        hypervisors = Hypervisors()
        self.src, self.dst = (InMemoryDriver(fake.FakeVirtAPI(), hypervisors) for _ in range(2))
        self.src.init_host("src")
        self.dst.init_host("dst")
        self.context = utils.get_test_admin_context()
        self.others = []
        for driver in (self.src, self.dst):
            other = self.make()
            other_vif = {**copy.deepcopy(utils.get_test_network_info()[0]), "id": f"vif of {other.name}"}
            driver.spawn(self.context, other, None, [], None, {}, [other_vif], block_devices(vdb=f"of {other.name}"))
            self.others.append((driver.hypervisor, other.name))
        self.instance = self.make()
        self.vifs = utils.get_test_network_info()[:1]
        self.vif = self.vifs[0]
        self.info = block_devices(vdb="volume")
        self.src.spawn(self.context, self.instance, None, [], None, {}, self.vifs, self.info)
        self.before = self.of_others()
        self.addCleanup(lambda: self.assertEqual(self.before, self.of_others()))

    def make(self):
        instance = utils.get_test_instance(self.context, obj=True)
        instance.flavor.root_gb, instance.flavor.ephemeral_gb, instance.flavor.swap = 2, 0, 0
        return instance

    def of_others(self):
        told = []
        for host, name in self.others:
            domain = host.domains[name]
            told.append(
                (
                    dataclasses.asdict(domain),
                    [volume in host.connected_volumes for volume in domain.volumes.values()],
                    [vif in host.plugged_vifs for vif in domain.vifs],
                    sorted(host.instances_path.directories.get(domain.uuid, ())),
                )
            )
        return told

    @property
    def domain(self):
        return self.src.hypervisor.domains[self.instance.name]

    def has(self, driver, *, state=RUNNING, volumes=None, vifs=None):
        """Check that the guest is on the host of a driver only, with all that belongs to it."""
        volumes = {"vdb": "volume"} if volumes is None else volumes
        vifs = [self.vif["id"]] if vifs is None else vifs
        self.assertEqual(state, driver.get_info(self.instance).state)
        domain = driver.hypervisor.domains[self.instance.name]
        self.assertEqual((self.instance.uuid, volumes, vifs), (domain.uuid, domain.volumes, domain.vifs))
        flavor = self.instance.flavor
        self.assertEqual((flavor.memory_mb, flavor.vcpus), (domain.memory_mb, domain.vcpus))
        self.assertIn(self.instance.name, driver.list_instances())
        self.assertIn(self.instance.uuid, driver.list_instance_uuids())
        self.assertLessEqual(set(volumes.values()), driver.hypervisor.connected_volumes.keys())
        self.assertLessEqual(set(vifs), driver.hypervisor.plugged_vifs.keys())
        self.assertTrue(driver.instance_on_disk(self.instance))
        self.has_not(self.dst if driver is self.src else self.src)

    def has_not(self, driver, *, files=False):
        self.assertNotIn(self.instance.name, driver.list_instances())
        self.assertNotIn(self.instance.uuid, driver.list_instance_uuids())
        self.assertNotIn("volume", driver.hypervisor.connected_volumes)
        self.assertNotIn(self.vif["id"], driver.hypervisor.plugged_vifs)
        self.assertEqual(files, driver.instance_on_disk(self.instance))
        left = [name for name in driver.hypervisor.instances_path.directories if name.startswith(self.instance.uuid)]
        self.assertEqual(files, bool(left))


class Lifecycle(GuestCase):
    def test_a_guest_that_is_spawned_runs_with_what_it_was_given(self):
        self.has(self.src)
        disks = self.src.hypervisor.disks(self.instance.name)
        self.assertEqual([2 * GIB], [disk.virt_disk_size for disk in disks.values()])
        self.assertRaises(
            exception.InstanceExists, self.src.spawn, self.context, self.instance, None, [], None, {}, self.vifs
        )

    def test_a_guest_may_be_spawned_and_stay_off(self):
        self.src.destroy(self.context, self.instance, self.vifs, self.info)
        arguments = (self.context, self.instance, None, [], None, {}, self.vifs, self.info)
        self.src.spawn(*arguments, power_on=False)
        self.has(self.src, state=OFF)

    def test_a_guest_whose_root_disk_is_a_volume_has_none_of_its_own(self):
        self.src.destroy(self.context, self.instance, self.vifs, self.info)
        info = {**block_devices(vda="volume")}
        self.src.spawn(self.context, self.instance, None, [], None, {}, self.vifs, info)
        self.assertEqual([], self.domain.disks)

    def test_nothing_is_left_of_one_that_is_destroyed(self):
        self.src.destroy(self.context, self.instance, self.vifs, self.info)
        self.has_not(self.src)
        self.src.destroy(self.context, self.instance, None, None)

    def test_disks_are_kept_if_that_is_wanted(self):
        self.src.destroy(self.context, self.instance, self.vifs, self.info, destroy_disks=False)
        self.has_not(self.src, files=True)

    def test_nothing_is_left_where_it_is_cleaned_up(self):
        self.src.power_off(self.instance)
        self.src.cleanup(self.context, self.instance, self.vifs, self.info)
        self.has_not(self.src)

    def test_cleaning_up_may_leave_disks_and_vifs(self):
        self.src.power_off(self.instance)
        self.src.cleanup(self.context, self.instance, self.vifs, self.info, destroy_disks=False, destroy_vifs=False)
        self.assertTrue(self.src.instance_on_disk(self.instance))
        self.assertIn(self.vif["id"], self.src.hypervisor.plugged_vifs)
        data = objects.LibvirtLiveMigrateData(is_shared_block_storage=True)
        self.src.cleanup(self.context, self.instance, None, None, destroy_disks=False, migrate_data=data)
        self.assertFalse(self.src.instance_on_disk(self.instance))

    def test_a_snapshot_is_described_in_glance(self):
        with mock.patch("nova.image.glance.API") as glance:
            self.src.init_host("src")
            glance.return_value.get.return_value = {"name": "snapshot"}
            told = []
            self.src.snapshot(self.context, self.instance, "image", lambda **step: told.append(step["task_state"]))
        ((_, image, values), _) = glance.return_value.update.call_args
        self.assertEqual(("image", "active", 64 * MIB), (image, values["status"], values["size"]))
        self.assertEqual(["image_pending_upload", "image_uploading"], told)


class Power(GuestCase):
    def test_off_and_on(self):
        for _ in range(2):
            self.src.power_off(self.instance)
            self.has(self.src, state=OFF)
        self.forget()
        self.src.power_on(self.context, self.instance, self.vifs, self.info)
        self.has(self.src)

    def forget(self):
        """Let the host lose what a hard reboot sets up again."""
        self.src.hypervisor.connected_volumes.pop("volume")
        self.src.hypervisor.plugged_vifs.pop(self.vif["id"])

    def test_a_reboot_sets_up_everything(self):
        self.forget()
        self.src.reboot(self.context, self.instance, self.vifs, "HARD", self.info)
        self.has(self.src)
        self.src.reboot(self.context, self.instance, self.vifs, "SOFT", self.info)
        self.has(self.src)

    def test_a_reboot_tells_of_volumes_that_have_failed(self):
        self.src.hypervisor.failed_volumes.add("volume")
        told = []
        self.src.reboot(self.context, self.instance, self.vifs, "HARD", self.info, told.append)
        self.assertEqual([["/dev/vdb"]], told)

    def test_pause_and_suspend(self):
        self.src.pause(self.instance)
        self.has(self.src, state=PAUSED)
        self.src.unpause(self.instance)
        self.has(self.src)
        self.src.suspend(self.context, self.instance)
        self.has(self.src, state=OFF)
        self.forget()
        self.src.resume(self.context, self.instance, self.vifs, self.info)
        self.has(self.src)
        self.src.resume(self.context, self.instance, self.vifs, self.info)
        self.has(self.src)

    def test_what_cannot_be_done_to_one_that_is_off(self):
        self.src.power_off(self.instance)
        for attempt in (
            lambda: self.src.pause(self.instance),
            lambda: self.src.unpause(self.instance),
            lambda: self.src.suspend(self.context, self.instance),
            lambda: self.src.resume(self.context, self.instance, self.vifs),
        ):
            self.assertRaises(exception.InstanceInvalidState, attempt)

    def test_a_host_that_boots_runs_its_guests(self):
        self.src.power_off(self.instance)
        self.forget()
        self.src.resume_state_on_host_boot(self.context, self.instance, self.vifs, None, self.info)
        self.has(self.src)
        self.src.poll_rebooting_instances(60, [self.instance])
        self.has(self.src)

    def test_soft_delete_and_restore(self):
        self.src.soft_delete(self.instance)
        self.has(self.src, state=OFF)
        self.assertRaises(
            exception.InstancePowerOnFailure, self.src.power_on, self.context, self.instance, self.vifs, self.info
        )
        for _ in range(2):
            self.src.restore(self.instance)
            self.has(self.src)

    def test_rescue(self):
        image = objects.ImageMeta(id="a1b2c3d4-0000-4000-8000-000000000000")
        self.src.rescue(self.context, self.instance, self.vifs, image, "secret", self.info, None)
        self.has(self.src, volumes={})
        (rescue,) = [
            disk for name, disk in self.src.hypervisor.disks(self.instance.name).items() if name == "disk.rescue"
        ]
        self.assertIn(image.id, rescue.backing_file)
        for _ in range(2):
            self.src.unrescue(self.context, self.instance)
            self.has(self.src)

    def test_a_guest_that_is_not_there_is_not_found(self):
        self.assertRaises(exception.InstanceNotFound, self.dst.pause, self.instance)


class Devices(GuestCase):
    def test_a_volume_comes_and_goes(self):
        self.src.attach_volume(self.context, connection("new"), self.instance, "/dev/vdc")
        self.has(self.src, volumes={"vdb": "volume", "vdc": "new"})
        self.assertRaises(
            exception.DevicePathInUse,
            self.src.attach_volume,
            self.context,
            connection("another"),
            self.instance,
            "/dev/vdc",
        )
        self.src.detach_volume(self.context, connection("new"), self.instance, "/dev/vdc")
        self.has(self.src)
        self.assertNotIn("new", self.src.hypervisor.connected_volumes)
        self.assertRaises(
            exception.DiskNotFound, self.src.detach_volume, self.context, connection("x"), self.instance, "/dev/vdy"
        )

    def test_an_encryptor_is_needed_to_the_end(self):
        arguments = (self.context, connection("new"), self.instance, "/dev/vdc")
        self.src.attach_volume(*arguments, encryption={"provider": "luks"})
        self.assertRaises(exception.DevicePathInUse, self.src.detach_volume, *arguments)
        self.src.detach_volume(*arguments, encryption={"provider": "luks"})

    def test_a_volume_is_swapped(self):
        arguments = (self.context, connection("volume"), connection("new"), self.instance, "/dev/vdb", 2)
        self.src.swap_volume(*arguments)
        self.has(self.src, volumes={"vdb": "new"})
        self.assertNotIn("volume", self.src.hypervisor.connected_volumes)

    def test_a_volume_that_grows_is_one_of_the_guests(self):
        self.src.extend_volume(self.context, connection("volume"), self.instance, 2)
        self.assertRaises(
            exception.DiskNotFound, self.src.extend_volume, self.context, connection("x"), self.instance, 2
        )
        self.assertRaises(
            exception.InstanceNotFound, self.dst.extend_volume, self.context, connection("volume"), self.instance, 2
        )

    def test_a_volume_without_an_id_goes_by_where_it_is(self):
        self.src.attach_volume(self.context, {"driver_volume_type": "fake", "data": {}}, self.instance, "/dev/vdc")
        self.assertEqual(f"{self.instance.uuid}:/dev/vdc", self.domain.volumes["vdc"])

    def test_a_connector_tells_the_address_for_block_storage(self):
        self.flags(my_block_storage_ip="198.51.100.7")
        self.assertEqual(
            ("198.51.100.7", "src"),
            tuple(self.src.get_volume_connector(self.instance)[name] for name in ("ip", "host")),
        )

    def test_an_interface_comes_and_goes(self):
        vif = {**copy.deepcopy(self.vif), "id": "new"}
        self.src.attach_interface(self.context, self.instance, None, vif)
        self.has(self.src, vifs=[self.vif["id"], "new"])
        self.assertRaises(
            exception.InterfaceAttachFailed, self.src.attach_interface, self.context, self.instance, None, vif
        )
        self.src.detach_interface(self.context, self.instance, vif)
        self.has(self.src)
        self.assertNotIn("new", self.src.hypervisor.plugged_vifs)

    def test_vifs_are_plugged_and_unplugged(self):
        self.src.unplug_vifs(self.instance, self.vifs)
        self.assertNotIn(self.vif["id"], self.src.hypervisor.plugged_vifs)
        self.src.plug_vifs(self.instance, self.vifs)
        self.has(self.src)


class Readings(GuestCase):
    def setUp(self):
        super().setUp()
        self.domain.cpu_times = [CPU]
        self.domain.block_io = {device: list(DISK) for device in self.domain.devices}
        self.domain.vif_io = {vif: list(VIF) for vif in self.domain.vifs}

    def test_counters_are_the_guests(self):
        self.assertEqual(DISK, self.src.block_stats(self.instance, "vdb"))
        self.assertLessEqual({CPU, *DISK, *VIF}, set(self.src.get_diagnostics(self.instance).values()))
        bdm = {"volume_id": "volume", "device_name": "/dev/vdb"}
        asked = [{"instance": self.instance, "instance_bdms": [bdm]}]
        (usage,) = self.src.get_all_volume_usage(self.context, asked)
        self.assertEqual(["volume", *DISK[:2]], [usage[name] for name in ("volume", "rd_req", "rd_bytes")])

    def test_counters_are_told_in_novas_form(self):
        told = self.src.get_instance_diagnostics(self.instance)
        self.assertEqual(("running", "libvirt"), (told.state, told.driver))
        self.assertEqual([(0, CPU)], [(cpu.id, cpu.time) for cpu in told.cpu_details])
        self.assertEqual([(VIF[0], VIF[4])], [(nic.rx_octets, nic.tx_octets) for nic in told.nic_details])
        self.assertEqual([(DISK[1], DISK[3])] * 2, [(disk.read_bytes, disk.write_bytes) for disk in told.disk_details])
        self.assertEqual(self.instance.flavor.memory_mb, told.memory_details.maximum)
        self.assertEqual((1, 1, 2), (told.num_cpus, told.num_nics, told.num_disks))

    def test_consoles_are_the_guests(self):
        self.domain.console_log = "its own"
        self.assertEqual("its own", self.src.get_console_output(self.context, self.instance))
        for kind in ("vnc", "spice", "serial"):
            console = getattr(self.src, f"get_{kind}_console")(self.context, self.instance)
            self.assertEqual(self.domain.consoles[kind].port, console.port)
            self.assertEqual(self.src.get_host_ip_addr(), console.host)

    def test_disks_are_the_guests(self):
        self.assertIn(self.instance.uuid, self.src.get_instance_disk_info(self.instance, self.info))
        self.assertNotIn("volume", self.src.get_instance_disk_info(self.instance, self.info))
        self.assertIn("volume", self.src.get_instance_disk_info(self.instance))
        mark = self.src.check_instance_shared_storage_local(self.context, self.instance)
        self.assertTrue(self.src.check_instance_shared_storage_remote(self.context, mark))
        self.assertFalse(self.dst.check_instance_shared_storage_remote(self.context, mark))
        self.src.check_instance_shared_storage_cleanup(self.context, mark)
        self.assertFalse(self.src.check_instance_shared_storage_remote(self.context, mark))
        self.assertTrue(self.src.delete_instance_files(self.instance))
        self.assertFalse(self.src.instance_on_disk(self.instance))
        self.assertIsNone(self.src.check_instance_shared_storage_local(self.context, self.instance))

    def test_a_host_tells_what_it_has(self):
        self.assertEqual(["src"], self.src.get_available_nodes())
        ((uuid, name),) = self.src.get_nodenames_by_uuid().items()
        resources = self.src.get_available_resource("src")
        self.assertEqual(("src", uuid, "qemu"), (name, resources["uuid"], resources["hypervisor_type"]))
        self.assertEqual([("x86_64", "qemu", "hvm")], resources["supported_instances"])
        self.assertEqual({}, self.src.get_available_resource("elsewhere"))
        self.assertEqual(self.domain.id, self.src.get_info(self.instance).internal_id)
        self.assertGreater(self.src.get_host_cpu_stats()["frequency"], 0)

    def test_a_host_reports_what_it_has_to_placement(self):
        self.flags(reserved_host_cpus=1, reserved_host_memory_mb=256, reserved_host_disk_mb=1024)
        tree = provider_tree.ProviderTree()
        tree.new_root("src", "a1b2c3d4-0000-4000-8000-000000000000")
        self.src.update_provider_tree(tree, "src")
        told = {
            name: (inventory["total"], inventory["reserved"], inventory["max_unit"])
            for name, inventory in tree.data("src").inventory.items()
        }
        self.assertEqual({"VCPU": (16, 1, 16), "MEMORY_MB": (32768, 256, 32768), "DISK_GB": (1000, 1, 1000)}, told)


class Moves(GuestCase):
    def send(self, **flavor):
        wanted = {"root_gb": 2, "ephemeral_gb": 0, "swap": 0, **flavor}
        arguments = (self.context, self.instance, self.dst.get_host_ip_addr(), wanted, self.vifs, self.info)
        return self.src.migrate_disk_and_power_off(*arguments)

    def arrive(self, sent, *, grows=False, power_on=True):
        arguments = (self.context, None, self.instance, sent, self.vifs, None, grows, {}, self.info, power_on)
        self.dst.finish_migration(*arguments)

    def test_a_resize_is_confirmed(self):
        sent = self.send()
        self.assertEqual(OFF, self.src.get_info(self.instance).state)
        self.assertNotIn("volume", self.src.hypervisor.connected_volumes)
        self.arrive(sent)
        self.instance.host = "dst"
        self.src.confirm_migration(self.context, None, self.instance, self.vifs)
        self.has(self.dst)

    def test_a_resize_grows_disks_and_may_leave_the_guest_off(self):
        sent = self.send(root_gb=5)
        self.instance.flavor.root_gb = 5
        self.arrive(sent, grows=True, power_on=False)
        (disk,) = self.dst.hypervisor.disks(self.instance.name).values()
        self.assertEqual((5 * GIB, f"root of {self.instance.uuid}"), (disk.virt_disk_size, disk.content))
        self.assertEqual(OFF, self.dst.get_info(self.instance).state)

    def test_a_resize_is_reverted(self):
        for power_on, state in ((True, RUNNING), (False, OFF)):
            self.arrive(self.send())
            self.dst.destroy(self.context, self.instance, self.vifs, self.info)
            arguments = (self.context, self.instance, self.vifs, None, self.info, power_on)
            self.src.finish_revert_migration(*arguments)
            self.has(self.src, state=state)

    def test_a_smaller_disk_is_refused(self):
        error = self.assertRaises(exception.InstanceFaultRollback, self.send, root_gb=1)
        self.assertIsInstance(error.inner_exception, exception.ResizeError)
        self.has(self.src)

    def prepare(self):
        resources = [driver.get_available_resource(name) for driver, name in ((self.src, "src"), (self.dst, "dst"))]
        data = self.dst.check_can_live_migrate_destination(self.context, self.instance, *resources, None, None)
        data.is_volume_backed = False
        data = self.src.check_can_live_migrate_source(self.context, self.instance, data, self.info)
        self.dst.cleanup_live_migration_destination_check(self.context, data)
        self.assertEqual(set(), self.dst.hypervisor.instances_path.test_files)
        disks = self.src.get_instance_disk_info(self.instance, self.info)
        return self.dst.pre_live_migration(self.context, self.instance, self.info, self.vifs, disks, data)

    def test_a_live_migration_takes_everything_along(self):
        data, ended = self.prepare(), []
        self.src.live_migration(
            self.context, self.instance, "dst", lambda *args: ended.append(args), lambda *_, **__: None, True, data
        )
        self.assertEqual([(self.context, self.instance, "dst", True, data)], ended)
        self.src.post_live_migration(self.context, self.instance, self.info)
        self.src.post_live_migration_at_source(self.context, self.instance, self.vifs)
        self.assertNotIn(self.vif["id"], self.src.hypervisor.plugged_vifs)
        self.assertNotIn("volume", self.src.hypervisor.connected_volumes)
        self.assertFalse(self.dst.hypervisor.domains[self.instance.name].persistent)
        self.dst.post_live_migration_at_destination(self.context, self.instance, self.vifs)
        self.assertTrue(self.dst.hypervisor.domains[self.instance.name].persistent)
        self.src.cleanup(self.context, self.instance, self.vifs)
        self.has(self.dst)

    def test_a_live_migration_that_fails_is_told_with_all_arguments(self):
        data, ended = self.prepare(), []

        def recover(*args, migration_status):
            ended.append((*args, migration_status))

        self.dst.hypervisor.connected_volumes.clear()
        self.dst.hypervisor.connected_volumes["of " + self.others[1][1]] = {}
        self.src.live_migration(self.context, self.instance, "dst", lambda *_: None, recover, True, data)
        self.assertEqual([(self.context, self.instance, "dst", data, "error")], ended)

    def test_what_was_prepared_is_undone(self):
        data = self.prepare()
        self.assertIn("volume", self.dst.hypervisor.connected_volumes)
        self.assertTrue(self.dst.instance_on_disk(self.instance))
        arguments = (self.context, self.instance, self.vifs, self.info, True, data)
        self.dst.rollback_live_migration_at_destination(*arguments)
        self.has(self.src)

    def test_disks_may_be_kept_where_it_was_prepared(self):
        data = self.prepare()
        arguments = (self.context, self.instance, self.vifs, self.info, False, data)
        self.dst.rollback_live_migration_at_destination(*arguments)
        self.assertTrue(self.dst.instance_on_disk(self.instance))

    def test_disks_that_do_not_fit_are_refused(self):
        self.dst.hypervisor.instances_path.capacity_gb = 3
        self.assertRaises(exception.MigrationPreCheckError, self.prepare)
