"""What Nova's own FakeDriver lets pass: each of these fails when Nova mends it, and docs/how-to/nova.md lists them."""

import copy
from unittest import mock

# The first of Nova's, since it chooses threads or eventlet.
import nova.tests.unit.virt.test_virt_drivers
from nova.compute import power_state
from nova.tests.unit import utils
from nova.virt import fake


class Findings(nova.test.TestCase):
    def setUp(self):
        super().setUp()
        self.context = utils.get_test_admin_context()
        self.driver, self.dest = fake.FakeDriver(fake.FakeVirtAPI()), fake.FakeDriver(fake.FakeVirtAPI())
        self.driver.init_host("src")
        self.dest.init_host("dst")
        self.instance = utils.get_test_instance(self.context, obj=True)
        self.network_info = utils.get_test_network_info()
        self.spawn(self.driver)

    def spawn(self, driver):
        driver.spawn(self.context, self.instance, None, [], None, {}, self.network_info)

    def state(self):
        return self.driver.get_info(self.instance).state

    def test_a_live_migration_leaves_the_guest_where_it_was(self):
        post = mock.Mock()
        self.driver.live_migration(self.context, self.instance, "dst", post, mock.Mock())
        post.assert_called_once()
        self.assertEqual([self.instance.uuid], self.driver.list_instance_uuids())
        self.assertEqual([], self.dest.list_instance_uuids())

    def test_a_destination_is_told_that_a_guest_has_come_that_has_not(self):
        self.dest.post_live_migration_at_destination(self.context, self.instance, self.network_info)
        self.assertEqual([self.instance.uuid], self.dest.list_instance_uuids())

    def test_a_guest_that_is_paused_or_suspended_runs(self):
        self.driver.pause(self.instance)
        self.assertEqual(power_state.RUNNING, self.state())
        self.driver.suspend(self.context, self.instance)
        self.assertEqual(power_state.RUNNING, self.state())

    def test_a_guest_that_is_not_there_is_paused_rescued_and_soft_deleted(self):
        absent = self.dest
        absent.pause(self.instance)
        absent.rescue(self.context, self.instance, self.network_info, None, None, None, None)
        absent.soft_delete(self.instance)

    def test_a_guest_is_spawned_twice(self):
        self.spawn(self.driver)
        self.assertEqual([self.instance.uuid], self.driver.list_instance_uuids())

    def test_a_volume_takes_the_place_of_another(self):
        for volume in ("one", "two"):
            info = {"data": {"volume_id": volume}, "serial": volume}
            self.driver.attach_volume(self.context, info, self.instance, "/dev/vdb")
        self.assertEqual("two", self.driver._mounts[self.instance.name]["/dev/vdb"]["serial"])

    def test_a_volume_that_the_guest_does_not_have_is_detached(self):
        self.driver.detach_volume(self.context, {"serial": "x"}, self.instance, "/dev/vdy")

    def test_vifs_are_neither_plugged_nor_unplugged(self):
        before = copy.deepcopy(vars(self.driver))
        self.driver.unplug_vifs(self.instance, self.network_info)
        self.assertEqual(str(before["_interfaces"]), str(self.driver._interfaces))

    def test_a_console_and_counters_are_those_of_any_guest(self):
        console = self.dest.get_vnc_console(self.context, self.instance)
        self.assertEqual(self.driver.get_vnc_console(self.context, self.instance).port, console.port)
        self.assertEqual(self.driver.get_diagnostics(self.instance), self.dest.get_diagnostics(self.instance))
        self.assertEqual("FAKE CONSOLE OUTPUT\nANOTHER\nLAST LINE", self.dest.get_console_output(None, self.instance))
