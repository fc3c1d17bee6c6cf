"""The contract of drivers for Nova: our driver keeps to it, and drivers with a mistake do not."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # noqa: F401  # isort: skip

import os
import subprocess
import sys
import tempfile
import unittest

from nova import exception

from driver_mutants.runs import IN_ORDER, contract
from fakevirt import exceptions
from fakevirt.driver.nova import InMemoryDriver
from fakevirt.suite import nova

#: The contract with our driver, as arguments of pytest.
CONTRACT = (
    "--pyargs",
    "fakevirt.suite.nova_driver",
    "--fakevirt-driver=fakevirt.suite.nova:in_memory",
    "--fakevirt-requirements=fakevirt.suite.nova:IN_MEMORY_DRIVER",
)


class PausesNothing(InMemoryDriver):
    def pause(self, instance):
        self.get_info(instance)


class RaisesAnother(InMemoryDriver):
    def attach_volume(self, context, connection_info, instance, mountpoint, *args, **kwargs):
        try:
            super().attach_volume(context, connection_info, instance, mountpoint, *args, **kwargs)
        except exception.DevicePathInUse as error:
            raise exception.InvalidVolume(reason=mountpoint) from error


class RaisesOurs(InMemoryDriver):
    def get_info(self, instance, use_cache=True):
        try:
            return super().get_info(instance, use_cache)
        except exception.InstanceNotFound as error:
            raise exceptions.InstanceNotFound(instance_id=instance.uuid) from error


class StopsAll(InMemoryDriver):
    def power_off(self, instance, timeout=0, retry_interval=0):
        super().power_off(instance, timeout, retry_interval)
        for domain in self.hypervisor.domains.values():
            domain.active = False


class LeavesVolumesConnected(InMemoryDriver):
    def destroy(
        self, context, instance, network_info, block_device_info=None, destroy_disks=True, destroy_secrets=True
    ):
        super().destroy(context, instance, network_info, None, destroy_disks, destroy_secrets)


class LosesVolumesOnItsWay(InMemoryDriver):
    """What is attached to a guest that is paused is gone once it is resumed: only a sequence of calls tells."""

    def suspend(self, context, instance):
        self.get_info(instance)
        was_paused = self.hypervisor.lookup(instance.name).paused
        super().suspend(context, instance)
        if was_paused:
            self.hypervisor.lookup(instance.name).volumes.popitem()


class TakesOtherParameters(InMemoryDriver):
    def detach_interface(self, instance, context, vif):
        super().detach_interface(context, instance, vif)


def pauses_nothing(parts):
    return nova.in_memory(parts, PausesNothing)


def raises_another(parts):
    return nova.in_memory(parts, RaisesAnother)


def raises_ours(parts):
    return nova.in_memory(parts, RaisesOurs)


def stops_all(parts):
    return nova.in_memory(parts, StopsAll)


def leaves_volumes_connected(parts):
    return nova.in_memory(parts, LeavesVolumesConnected)


def loses_volumes_on_its_way(parts):
    return nova.in_memory(parts, LosesVolumesOnItsWay)


def takes_other_parameters(parts):
    return nova.in_memory(parts, TakesOtherParameters)


@unittest.skipUnless(os.environ.get("OS_NOVA_DISABLE_EVENTLET_PATCHING") == "True", "clouds run on native threads")
class Contract(unittest.TestCase):
    def told(self, driver, *tests):
        """Return the first test of the contract that tells a driver, of some of them."""
        arguments = [argument.replace("fakevirt.suite.nova:in_memory", f"{__name__}:{driver}") for argument in CONTRACT]
        return contract((*arguments, *tests)).failed.partition("[")[0]

    def test_our_driver_keeps_to_it(self):
        # As a project runs it: without Nova's test cases beside it.
        command = [sys.executable, "-m", "pytest", "-p", "fakevirt.fixtures.nova", *CONTRACT, *IN_ORDER]
        with tempfile.TemporaryDirectory() as directory:
            ended = subprocess.run(
                [*command, f"--rootdir={directory}", "-c", "/dev/null"], capture_output=True, text=True, check=False
            )
        self.assertEqual(0, ended.returncode, ended.stdout)
        self.assertRegex(ended.stdout, r"\d{3} passed")

    def test_a_change_that_is_left_out_is_told(self):
        test = "test_a_guest_that_was_paused_is_paused_and_can_go_on"
        self.assertEqual(test, self.told("pauses_nothing", "-k", "paused"))

    def test_an_error_that_managers_do_not_expect_is_told(self):
        test = "test_a_volume_is_not_attached_where_another_is"
        self.assertEqual(test, self.told("raises_another", "-k", test))

    def test_an_error_that_is_none_of_novas_is_told(self):
        test = "test_a_guest_that_is_not_there_is_not_found"
        self.assertEqual(test, self.told("raises_ours", "-k", test))

    def test_what_is_done_to_another_guest_is_told(self):
        test = "test_a_guest_that_was_powered_off_is_off_and_can_be_powered_on"
        self.assertEqual(test, self.told("stops_all", "-k", test))

    def test_what_is_left_of_a_guest_that_is_destroyed_is_told(self):
        test = "test_nothing_is_left_of_a_guest_that_was_destroyed"
        self.assertEqual(test, self.told("leaves_volumes_connected", "-k", test))

    def test_what_only_a_sequence_of_calls_shows_is_told(self):
        test = "test_any_sequence_of_calls_leaves_the_guest_as_it_should_be"
        self.assertEqual(test, self.told("loses_volumes_on_its_way", "-k", test))

    def test_other_parameters_than_novas_are_told(self):
        test = "test_a_method_can_be_called_as_the_interface_has_it"
        self.assertEqual(test, self.told("takes_other_parameters", "-k", "detach_interface"))
