"""The driver for Nova: Nova's own suite for drivers on it, and what that suite does not ask."""

import inspect
import threading
import time
from unittest import mock

# The first of Nova's, since it chooses threads or eventlet; what else is needed of Nova comes with it.
import nova.tests.unit.virt.test_virt_drivers
from nova.tests.unit import utils
from nova.tests.unit.virt import test_virt_drivers
from nova.virt import driver, fake

from fakevirt import exceptions
from fakevirt.driver.hypervisor import CPU, Hypervisor
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.driver.nova.base import novas
from fakevirt.driver.storage import Storage

#: What the driver declares no support for: it leaves these to Nova's ComputeDriver, which raises NotImplementedError.
NOT_IMPLEMENTED = {
    "cache_image",
    "default_device_names_for_instance",
    "default_root_device_name",
    "get_device_name_for_instance",
    "get_host_uptime",
    "get_mks_console",
    "host_maintenance_mode",
    "host_power_action",
    "is_share_mounted",
    "mount_share",
    "power_update_event",
    "quiesce",
    "rebuild",
    "set_admin_password",
    "set_host_enabled",
    "trigger_crash_dump",
    "umount_share",
    "unquiesce",
    "volume_snapshot_create",
    "volume_snapshot_delete",
}


def methods_of(cls):
    return dict(inspect.getmembers(cls, inspect.isfunction))


class NovasSuite(test_virt_drivers.FakeConnectionTestCase):
    """Nova's suite for its FakeDriver as it is, on our driver in that one's place."""

    def setUp(self):
        replaced = mock.patch.object(fake, "FakeDriver", InMemoryDriver)
        replaced.start()
        self.addCleanup(replaced.stop)
        log = mock.patch.object(test_virt_drivers, "LOG")
        self.addCleanup(self.check_not_implemented, log.start())
        self.addCleanup(log.stop)
        super().setUp()

    def check_not_implemented(self, log):
        """A NotImplementedError passes each of these tests, and is told in the log only."""
        for call in log.error.call_args_list:
            self.assertIn(call.args[1]["method"], NOT_IMPLEMENTED)

    def test_migrate_disk_and_power_off(self):
        self.connection.hypervisors.of("dest_host")
        super().test_migrate_disk_and_power_off()


class Interface(nova.test.NoDBTestCase):
    def test_what_is_not_implemented_is_what_it_says(self):
        ours = methods_of(InMemoryDriver)
        left = {
            name
            for name, method in methods_of(driver.ComputeDriver).items()
            if "raise NotImplementedError" in inspect.getsource(method) and ours[name] is method
        }
        self.assertEqual(NOT_IMPLEMENTED, left)

    def test_methods_take_what_those_of_nova_take(self):
        theirs = methods_of(driver.ComputeDriver)
        for name, method in methods_of(InMemoryDriver).items():
            if name in theirs and name != "__init__":
                parameters = inspect.signature(method).parameters
                self.assertEqual(list(inspect.signature(theirs[name]).parameters), list(parameters), name)

    def test_each_error_of_the_hypervisor_is_one_of_novas(self):
        for name in ("InstanceNotFound", "InstanceExists", "DiskNotFound", "MigrationError", "InvalidSharedStorage"):
            error = getattr(exceptions, name)("told", instance_id="1")
            self.assertIsInstance(novas(error), getattr(nova.exception, name))
            self.assertEqual("told", novas(error).format_message())


class LiveMigration(nova.test.TestCase):
    """The driver's half of a live migration, step by step as Nova's manager takes them."""

    def setUp(self):
        super().setUp()
        self.context = utils.get_test_admin_context()
        self.instance = utils.get_test_instance(self.context, obj=True)
        self.network_info = utils.get_test_network_info()
        self.ended = []

    def start(self, make=None, **kwargs):
        """Start two hosts, with the guest on the first."""
        hypervisors = Hypervisors(make) if make else Hypervisors()
        self.src, self.dst = (InMemoryDriver(fake.FakeVirtAPI(), hypervisors, **kwargs) for _ in range(2))
        self.src.init_host("src")
        self.dst.init_host("dst")
        self.src.spawn(self.context, self.instance, None, [], None, {}, self.network_info)

    def check(self, block_migration=None):
        resources = [driver.get_available_resource(host) for driver, host in ((self.src, "src"), (self.dst, "dst"))]
        data = self.dst.check_can_live_migrate_destination(
            self.context, self.instance, *resources, block_migration, None
        )
        data.is_volume_backed = False
        return self.src.check_can_live_migrate_source(self.context, self.instance, data)

    def prepare(self, data):
        disk_info = self.src.get_instance_disk_info(self.instance)
        return self.dst.pre_live_migration(self.context, self.instance, {}, self.network_info, disk_info, data)

    def migrate(self, data, dest="dst"):
        def post_method(context, instance, dest, block_migration, migrate_data):
            self.ended.append("post")

        def recover_method(context, instance, dest, migrate_data, migration_status="error"):
            self.ended.append(migration_status)

        self.src.live_migration(self.context, self.instance, dest, post_method, recover_method, False, data)

    def where(self):
        return [driver.list_instance_uuids() for driver in (self.src, self.dst)]

    def test_it_moves_the_guest_with_its_disks(self):
        self.start()
        data = self.prepare(self.check())
        self.assertTrue(data.block_migration)
        self.migrate(data)
        self.assertEqual(["post"], self.ended)
        self.assertEqual([[], [self.instance.uuid]], self.where())
        disk = self.dst.hypervisor.disks(self.instance.name)["disk"]
        self.assertEqual(f"root of {self.instance.uuid}", disk.content)

    def test_its_consoles_listen_where_the_destination_says(self):
        self.start()
        self.migrate(self.prepare(self.check()))
        address = self.dst.get_host_ip_addr()
        self.assertEqual(address, self.dst.get_vnc_console(self.context, self.instance).host)
        self.assertEqual(
            {"vnc": address, "spice": address},
            self.dst.hypervisor.lookup(self.instance.name).graphics_listen_addrs,
        )

    def test_disks_that_are_shared_stay_where_they_are(self):
        shared = Storage("shared")
        self.start(lambda hostname, my_ip: Hypervisor(hostname, my_ip=my_ip, instances_path=shared))
        data = self.check()
        self.assertFalse(data.block_migration)
        self.assertTrue(data.is_shared_instance_path)
        self.migrate(self.prepare(data))
        self.assertEqual([[], [self.instance.uuid]], self.where())

    def test_disks_that_are_not_shared_cannot_be_left(self):
        self.start()
        self.assertRaises(nova.exception.InvalidSharedStorage, self.check, block_migration=False)

    def test_the_guest_stays_where_the_destination_lacks_what_it_needs(self):
        self.start()
        data = self.prepare(self.check())
        self.dst.unplug_vifs(self.instance, self.network_info)
        self.migrate(data)
        self.assertEqual(["error"], self.ended)
        self.assertEqual([[self.instance.uuid], []], self.where())

    def test_the_guest_stays_where_the_destination_cannot_be_reached(self):
        self.start()
        self.migrate(self.prepare(self.check()), dest="elsewhere")
        self.assertEqual(["error"], self.ended)

    def test_nothing_is_recovered_from_a_name_that_is_none(self):
        self.start()
        data = self.prepare(self.check())
        self.assertRaises(nova.exception.InvalidHostname, self.migrate, data, dest="dst;true")
        self.assertEqual([], self.ended)

    def test_the_destination_takes_no_cpu_that_lacks_features(self):
        cpus = {"src": CPU(), "dst": CPU(features=frozenset())}
        self.start(lambda hostname, my_ip: Hypervisor(hostname, my_ip=my_ip, cpu=cpus[hostname]))
        self.assertRaises(nova.exception.InvalidCPUInfo, self.check)

    def end(self, ask):
        """Let a live migration that does not converge end by what ``ask`` does."""
        self.start(live_migration_converges=False)
        thread = threading.Thread(target=self.migrate, args=[self.prepare(self.check())], daemon=True)
        thread.start()
        while self.instance.uuid not in self.src.active_migrations:
            time.sleep(0)
        self.assertEqual([], self.ended)
        ask()
        # It never ends if what was asked is not heard.
        thread.join(60)

    def test_one_that_does_not_converge_is_completed_by_force(self):
        self.end(lambda: self.src.live_migration_force_complete(self.instance))
        self.assertEqual(["post"], self.ended)
        self.assertEqual([[], [self.instance.uuid]], self.where())

    def test_one_that_does_not_converge_can_be_aborted(self):
        self.end(lambda: self.src.live_migration_abort(self.instance))
        self.assertEqual(["cancelled"], self.ended)
        self.assertEqual([[self.instance.uuid], []], self.where())

    def test_one_that_does_not_converge_ends_with_its_service(self):
        self.end(lambda: self.src.cleanup_host("src"))
        self.assertEqual(["cancelled"], self.ended)

    def test_hosts_on_one_message_bus_reach_each_other(self):
        first, second = (InMemoryDriver(fake.FakeVirtAPI()) for _ in range(2))
        self.assertIs(first.hypervisors, second.hypervisors)
        with mock.patch.object(nova.rpc, "TRANSPORT", mock.Mock()):
            third = InMemoryDriver(fake.FakeVirtAPI())
        self.assertIsNot(first.hypervisors, third.hypervisors)
