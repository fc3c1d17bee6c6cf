"""The compliance suite, as a project runs it."""

from unittest.mock import ANY

import pytest

DRIVERS = """
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.suite import Requirements

class Sound(FakeVirtDriver):
    def __init__(self, parts):
        super().__init__(parts.hypervisor, peers=parts.peers, image_api=parts.image_api, profile=parts.profile)

class SwapsArguments(Sound):
    def power_off(self, instance, retry_interval=0, timeout=0):
        super().power_off(instance, timeout, retry_interval)

class NeedsMore(Sound):
    def pause(self, instance, really):
        super().pause(instance)

class TakesObjectsOnly(Sound):
    def unfilter_instance(self, instance, network_info):
        self.hypervisor.filters.pop(instance.uuid, None)

class PausesNothing(Sound):
    def pause(self, instance):
        self._domain("pause", instance)

class LeavesVolumesConnected(Sound):
    def destroy(self, context, instance, network_info, block_device_info=None, destroy_disks=True, migrate_data=None):
        super().destroy(context, instance, network_info, None, destroy_disks, migrate_data)

class RaisesItsOwn(Sound):
    def resume(self, context, instance, network_info, block_device_info=None):
        raise KeyError(instance["uuid"]) if self.hypervisor.domains == {} else None

class LeavesTheGuestBehind(Sound):
    def live_migration(self, context, instance, dest, post_method, recover_method, block_migration, migrate_data):
        post_method(context, instance, dest, block_migration, migrate_data)

class PausesEveryone(Sound):
    def pause(self, instance):
        for domain in self.hypervisor.domains.values():
            domain.power_state = 3

class RebootsWithoutRules(Sound):
    def reboot(self, context, instance, network_info, *more, **named):
        super().reboot(context, instance, [], *more, **named)

class DoesNotTellWhatFailed(Sound):
    def swap_volume(self, old_connection_info, new_connection_info, instance, mountpoint, resize_to):
        if mountpoint.rpartition("/")[2] in self._domain("swap_volume", instance).volumes:
            super().swap_volume(old_connection_info, new_connection_info, instance, mountpoint, resize_to)

class TellsOfAnother(Sound):
    def get_console_output(self, context, instance):
        return next(reversed(self.hypervisor.domains.values())).console_log

class CannotRescue(Sound):
    def rescue(self, *args, **kwargs):
        raise NotImplementedError

requirements = Requirements(
    unsupported={"rescue": "no images for that", "inject_file": "no agent", "rebuild": "?", "set_admin_password": "?"},
    left_out={"shared_storage": "there is none"},
)
"""
ALL = "from fakevirt.suite import *\n"
CONTRACT = "from fakevirt.suite import TestDriver\n"


@pytest.fixture
def suite(run, pytester):
    """Return a function that runs a part of the suite in a project, given its driver and pytest's arguments."""
    pytester.makepyfile(drivers=DRIVERS)
    pytester.syspathinsert()

    def run_suite(imports, driver, *arguments, declared=True):
        given = [f"--fakevirt-driver=drivers:{driver}"] if driver else []
        given += ["--fakevirt-requirements=drivers:requirements"] if driver and declared else []
        return run(imports, *given, *arguments)

    return run_suite


def test_a_project_takes_it_over_into_a_module_of_its_own(suite):
    chosen = "(volume_detached and not TestFaults and not volume_detached_) or refreshing_rules_fails or paused"
    result = suite(ALL, None, "-v", "-k", chosen)
    assert result.ret == 0
    result.stdout.fnmatch_lines_random(
        [
            "*::TestWorkItems::test_both_call_paths_do_the_same?volume_detached? PASSED*",
            "*::TestPlans::test_each_work_item_may_be_converted_first_or_last?volume_detached? PASSED*",
            "*::TestFaults::test_a_fault_has_the_same_consequences_on_both_call_paths?refreshing_rules_fails? PASSED*",
            "*::TestDriver::test_a_guest_that_was_paused_is_paused_and_can_go_on?dict? PASSED*",
        ]
    )


def test_it_runs_where_it_is(pytester):
    result = pytester.runpytest_subprocess(
        "--pyargs", "fakevirt.suite.test_driver", "-k", "paused", "-p", "no:randomly"
    )
    result.assert_outcomes(passed=2, deselected=ANY)


def test_upgrades_are_a_part_of_it(suite):
    result = suite(ALL, None, "-v", "-k", "TestReleases and volume_detached_with_usage")
    result.stdout.fnmatch_lines(
        ["*TestReleases::test_a_work_item_ends_in_every_mix*volume_detached_with_usage? PASSED*"]
    )


@pytest.mark.parametrize(
    ("driver", "chosen", "told"),
    [
        ("SwapsArguments", "power_off", "it takes 'retry_interval' in another place"),
        ("NeedsMore", "pause", "missing a required argument: 'really'"),
        ("TakesObjectsOnly", "rules_are_in_place", "'dict' object has no attribute 'uuid'"),
        ("PausesNothing", "paused", "assert 1 == 3"),
        ("LeavesVolumesConnected", "nothing_is_left", "assert not *"),
        ("RaisesItsOwn", "not_found and resume", "KeyError"),
        ("LeavesTheGuestBehind", "nowhere_else", "InstanceNotFound"),
        ("PausesEveryone", "paused_and_can", "another guest on src has other state than before: *"),
        ("RebootsWithoutRules", "any_sequence", "state.reboot()"),
        ("DoesNotTellWhatFailed", "cannot and swap", "DID NOT RAISE"),
        ("TellsOfAnother", "since_it_booted", "assert False"),
    ],
)
def test_a_driver_that_breaks_the_contract_fails(suite, driver, chosen, told):
    result = suite(CONTRACT, driver, "-k", chosen)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"*{told}*"])
    assert suite(CONTRACT, "Sound", "-k", chosen).ret == 0


def test_what_is_unsupported_is_skipped_with_its_reason(suite):
    result = suite(CONTRACT, "CannotRescue", "-rs", "-k", "is_rescued or injected")
    result.assert_outcomes(skipped=4, deselected=ANY)
    result.stdout.fnmatch_lines(["SKIPPED *the driver has no rescue: no images for that"])


def test_what_is_unsupported_is_no_part_of_sequences(suite):
    result = suite(CONTRACT, "CannotRescue", "-k", "any_sequence and object")
    result.assert_outcomes(passed=1, deselected=ANY)


def test_what_is_unsupported_and_not_declared_fails(suite):
    result = suite(CONTRACT, "CannotRescue", "-k", "is_rescued", declared=False)
    result.assert_outcomes(failed=2, deselected=ANY)
    result.stdout.fnmatch_lines(["*happened: *it raised NotImplementedError", "*where: *rescue of CannotRescue"])


def test_what_is_declared_as_unsupported_and_works_fails(suite):
    result = suite(CONTRACT, "Sound", "-k", "is_rescued")
    result.assert_outcomes(failed=2, deselected=ANY)
    result.stdout.fnmatch_lines(["*expected: *NotImplementedError, since the requirements say: no images for that"])


def test_a_scenario_is_left_out_with_its_reason(suite):
    result = suite(ALL, "Sound", "-rs", "-k", "TestWorkItems and test_both_call_paths_do_the_same[shared_storage]")
    result.stdout.fnmatch_lines(["SKIPPED *there is none"])


def test_a_scenario_that_comes_to_what_is_unsupported_is_skipped(suite):
    result = suite(ALL, "CannotRescue", "-rs", "-k", "TestWorkItems and rescued_and_unrescued")
    assert result.ret == 0


def test_a_project_may_override_the_fixture(run, pytester):
    pytester.makeconftest(
        """
import pytest
from fakevirt.suite import Requirements

@pytest.fixture(scope="session")
def fakevirt_requirements():
    return Requirements(left_out={"shared_storage": "there is none"})
"""
    )
    result = run(ALL, "-rs", "-k", "TestWorkItems and shared_storage")
    result.stdout.fnmatch_lines(["SKIPPED *there is none"])
