"""The driver for Nova: Nova's own suite for drivers on it, and what that suite does not ask."""

import inspect
import threading
from unittest import mock

import fixtures

# The first of Nova's, since it chooses threads or eventlet; what else is needed of Nova comes with it.
import nova.tests.unit.virt.test_virt_drivers
from nova import objects
from nova.compute import power_state
from nova.tests.unit import utils
from nova.tests.unit.virt import test_virt_drivers
from nova.virt import driver, fake

from fakevirt import exceptions
from fakevirt.driver.hypervisor import CPU, Hypervisor
from fakevirt.driver.hypervisors import Hypervisors
from fakevirt.driver.migration_job import MigrationSettings
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
        self.saved = self.useFixture(fixtures.MockPatchObject(objects.Migration, "save")).mock

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

    def begin(self, *, dirty_rate=0, given=MigrationSettings(bandwidth=32), **settings):  # noqa: B008
        """Begin a live migration of a guest of 512 MiB, of which 32 are copied in a second, with options of Nova's."""
        self.start()
        self.clock = self.src.hypervisors.clock
        self.src.hypervisor.live_migration = given
        domain = self.src.hypervisor.lookup(self.instance.name)
        domain.memory_mb, domain.dirty_rate = 512, dirty_rate
        for name, value in settings.items():
            self.flags(**{f"live_migration_{name}": value}, group="libvirt")
        data = self.prepare(self.check())
        data.migration = self.migration = objects.Migration(self.context, id=1, status="running")
        self.thread = threading.Thread(target=self.migrate, args=[data], daemon=True)
        self.thread.start()
        self.clock.await_waiting(1)

    def ends(self):
        # It never does if what was asked is not heard.
        self.thread.join(10)
        return self.ended

    def test_it_takes_the_time_that_copying_takes(self):
        # 128 MiB of disks and 512 of memory.
        self.begin()
        self.clock.advance(19.9)
        self.assertEqual(([], [[self.instance.uuid], []]), (self.ended, self.where()))
        self.clock.advance(0.2)
        self.assertEqual(["post"], self.ends())
        self.assertEqual([[], [self.instance.uuid]], self.where())

    def test_how_far_it_has_come_is_told(self):
        self.begin()
        self.assertEqual((512 * 2**20, 128 * 2**20), (self.migration.memory_total, self.migration.disk_total))
        self.clock.advance(12)
        self.assertEqual(128 * 2**20, self.migration.disk_processed)
        self.assertEqual(0, self.migration.disk_remaining)
        # It is told every five seconds: the last time when five seconds of memory were copied.
        self.assertEqual(160 * 2**20, self.migration.memory_processed)
        self.assertEqual(352 * 2**20, self.migration.memory_remaining)
        self.assertEqual(31, objects.Instance.get_by_uuid(self.context, self.instance.uuid).progress)
        self.assertGreaterEqual(self.saved.call_count, 3)

    def test_bandwidth_is_what_nova_has_configured(self):
        self.begin(given=MigrationSettings(), bandwidth=64)
        self.clock.advance(10.1)
        self.assertEqual(["post"], self.ends())

    def test_what_is_set_for_the_hypervisor_holds_whatever_nova_has_configured(self):
        given = MigrationSettings(32, downtime=3, completion_timeout=60, timeout_action="force_complete")
        # It gives its disks 4 s, and 6 GiB 60 s each; 16 s of standing still are more than 3.
        self.begin(given=given, dirty_rate=32, bandwidth=64, completion_timeout=100, downtime=100)
        self.clock.advance(361)
        self.assertEqual(power_state.PAUSED, self.src.get_info(self.instance).state)
        self.clock.advance(20)
        self.assertEqual(["post"], self.ends())
        self.assertIs(given, self.src.hypervisor.live_migration)

    def test_what_was_given_stays_as_it_was_given(self):
        given = MigrationSettings(bandwidth=32, permit_post_copy=True, downtime=3)
        self.begin(given=given, completion_timeout=100, timeout_action="force_complete", permit_auto_converge=True)
        self.clock.advance(30)
        self.assertEqual(["post"], self.ends())
        self.assertIs(given, self.src.hypervisor.live_migration)

    def test_one_that_does_not_converge_goes_on(self):
        self.begin(dirty_rate=32, completion_timeout=0)
        self.clock.advance(1_000)
        self.assertEqual([], self.ended)
        self.src.live_migration_abort(self.instance)
        self.ends()

    def test_one_that_does_not_converge_is_slowed_down_where_that_is_permitted(self):
        self.begin(dirty_rate=40, completion_timeout=0, permit_auto_converge=True)
        self.clock.advance(1_000)
        self.assertEqual(["post"], self.ends())

    def test_one_that_takes_too_long_is_aborted(self):
        # A guest counts as 2 GiB at least, and so does each of its two disks.
        self.begin(dirty_rate=32, completion_timeout=100)
        self.clock.advance(599)
        self.assertEqual([], self.ended)
        self.clock.advance(2)
        self.assertEqual(["cancelled"], self.ends())
        self.assertEqual([[self.instance.uuid], []], self.where())

    def test_one_that_takes_too_long_is_completed_by_force(self):
        self.begin(dirty_rate=32, completion_timeout=100, timeout_action="force_complete")
        self.clock.advance(601)
        self.assertEqual(power_state.PAUSED, self.src.get_info(self.instance).state)
        self.clock.advance(20)
        self.assertEqual(["post"], self.ends())

    def test_one_that_does_not_converge_is_completed_by_force(self):
        self.begin(dirty_rate=32)
        asked = self.src.active_migrations[self.instance.uuid]
        self.src.live_migration_force_complete(self.instance)
        self.clock.advance(20)
        self.assertEqual((["post"], ["force-complete"]), (self.ends(), list(asked)))
        self.assertEqual([[], [self.instance.uuid]], self.where())

    def test_one_that_is_forced_takes_what_is_left_from_then_on(self):
        self.begin(dirty_rate=16)
        # Between two of the moments at which Nova is told how far it has come: 5.9 s of memory are copied.
        self.clock.advance(9.9)
        job = self.src.hypervisor.jobs[self.instance.name]
        self.assertEqual((9.9, 188.8), (job.elapsed, round(job.memory_processed, 6)))
        left = (512 - 188.8 + 5.9 * 16) / 32
        self.assertAlmostEqual(left, job.memory_remaining / 32)
        self.src.live_migration_force_complete(self.instance)
        self.clock.advance(left - 0.01)
        self.assertEqual([], self.ended)
        self.clock.advance(0.02)
        self.assertEqual(["post"], self.ends())

    def test_one_that_is_aborted_ends_then(self):
        self.begin(dirty_rate=32)
        self.clock.advance(7.3)
        job = self.src.hypervisor.jobs[self.instance.name]
        self.src.live_migration_abort(self.instance)
        self.assertEqual(["cancelled"], self.ends())
        self.assertEqual((7.3, 7.3), (self.clock.now, round(job.elapsed, 6)))

    def test_a_job_that_is_aborted_at_the_hypervisor_ends_with_the_next_look_at_the_clock(self):
        self.begin(dirty_rate=32)
        self.clock.advance(7.3)
        self.src.hypervisor.jobs[self.instance.name].abort()
        self.clock.advance(0)
        self.assertEqual(["cancelled"], self.ends())

    def test_one_that_is_forced_runs_on_the_destination_first_where_that_is_permitted(self):
        self.begin(dirty_rate=32, permit_post_copy=True)
        self.clock.advance(6)
        self.src.live_migration_force_complete(self.instance)
        self.clock.advance(0)
        self.assertEqual(([], [[], [self.instance.uuid]]), (self.ended, self.where()))
        self.assertEqual("running (post-copy)", self.migration.status)
        self.assertRaises(nova.exception.MigrationError, self.src.live_migration_abort, self.instance)
        self.clock.advance(20)
        self.assertEqual(["post"], self.ends())

    def test_one_that_does_not_converge_can_be_aborted(self):
        self.begin(dirty_rate=32)
        asked = self.src.active_migrations[self.instance.uuid]
        self.src.live_migration_abort(self.instance)
        self.assertEqual((["cancelled"], ["abort"]), (self.ends(), list(asked)))
        self.assertEqual({}, self.src.active_migrations)
        self.assertEqual([[self.instance.uuid], []], self.where())

    def test_one_that_does_not_converge_ends_with_its_service(self):
        self.begin(dirty_rate=32)
        self.src.cleanup_host("src")
        self.assertEqual(["cancelled"], self.ends())

    def test_one_in_post_copy_goes_on_without_its_service(self):
        self.begin(dirty_rate=32, permit_post_copy=True)
        self.src.live_migration_force_complete(self.instance)
        self.clock.advance(0)
        self.src.cleanup_host("src")
        self.assertEqual(["post"], self.ends())

    def test_a_guest_that_stops_under_way_stays(self):
        self.begin(dirty_rate=32)
        self.src.power_off(self.instance)
        self.clock.advance(60)
        self.assertEqual(["error"], self.ends())
        self.assertEqual([[self.instance.uuid], []], self.where())

    def test_what_is_done_meanwhile_is_drawn_from_a_seed(self):
        def end(seed):
            self.ended = []
            self.begin()
            self.clock.interleave(lambda: self.src.power_off(self.instance), seed=seed)
            return self.ends(), self.clock.now

        ends = [end(seed) for seed in range(8)]
        self.assertEqual(ends, [end(seed) for seed in range(8)])
        self.assertGreater(len({str(end) for end in ends}), 2)

    def test_hosts_on_one_message_bus_reach_each_other(self):
        first, second = (InMemoryDriver(fake.FakeVirtAPI()) for _ in range(2))
        self.assertIs(first.hypervisors, second.hypervisors)
        with mock.patch.object(nova.rpc, "TRANSPORT", mock.Mock()):
            third = InMemoryDriver(fake.FakeVirtAPI())
        self.assertIsNot(first.hypervisors, third.hypervisors)
