"""Sweeps of a few scenarios; `fakevirt verify --faults` has them all. And the proof that a sweep can fail."""

import contextlib
import gc
import logging
import re
import shlex
import weakref
from pathlib import Path

import pytest

from fakevirt import cli, states
from fakevirt.conversion.faults.check import SweepError, check_faults, check_sweep, tell
from fakevirt.conversion.faults.fault_board import sweep
from fakevirt.conversion.faults.sweep import Broken, Mode, fault_free, planned, run_with, seconds
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager import rollback_live_migration
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.manager.steps import revert_task_state
from fakevirt.objects.block_device import BlockDeviceMappingList

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "faults.md"
#: A save that is lost on its way, and the next one, which only means to free the server.
LOST_SAVE = "conductor.object_action Instance.save#1 fail MessageDeliveryFailure"


@pytest.mark.parametrize(
    ("work_item", "scenario"),
    [
        ("check_can_live_migrate_source", "refused_by_the_source"),
        ("_rollback_live_migration", "rollback_without_info_cache"),
        ("refresh_instance_security_rules", "refreshing_rules_fails"),
        ("remaining_instance_attr", "suspended"),
    ],
)
def test_every_fault_leads_to_the_same_on_both_paths(work_item, scenario):
    board = check_sweep(work_item, scenario)
    (row,) = board.rows
    assert (row.work_item, row.diverged) == (work_item, 0)
    assert row.runs == row.same + row.allowed >= row.points > 0


def test_second_writers_are_met_by_both_paths():
    board = check_sweep("_rollback_live_migration", "rollback_without_info_cache", Mode.RACES)
    assert {finding.options.split()[-1] for finding in board.findings} == {"task_state'", "deleting'", "host'"}


def test_a_second_fault_strikes_what_comes_after_the_first():
    scenario = SCENARIOS["suspended"]
    comparison = fault_free(scenario)
    (injection,) = [
        injection
        for _, injections in planned(comparison, "remaining_instance_attr", Mode.PAIRS)
        for injection in injections
        if str(injection) == "driver.suspend#1 fail HypervisorUnavailable"
    ]
    without = Broken.after(comparison)
    first = run_with(scenario, without, "remaining_instance_attr", (injection,))
    then = list(seconds(first))
    assert "driver.suspend" not in " ".join(map(str, then))
    assert any("instance_update" in str(second) for second in then)
    both = run_with(scenario, without, "remaining_instance_attr", (injection, then[0]))
    assert both.comparison.not_compared is None


@pytest.fixture
def unlogged():
    """Pytest keeps what is logged, errors with their frames included, until a test ends."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def objects_after_three_faults():
    for _ in range(3):
        check_faults(
            SCENARIOS["refused_by_the_source"], ["driver.check_can_live_migrate_destination#1 fail InvalidCPUInfo"]
        )
    gc.collect()
    # A pooled connection looks through its references to dead cursors every now and then.
    return sum(type(thing) is not weakref.ref for thing in gc.get_objects())


def test_faulty_runs_leave_nothing_behind_in_memory(unlogged):
    objects_after_three_faults()
    assert objects_after_three_faults() == objects_after_three_faults()


def save_all_that_was_assigned(manager, context, instance):
    instance.task_state = None
    instance.save()
    manager._update_resource_tracker(context, instance)


def test_a_refused_save_that_comes_back_with_the_next_one_is_seen_and_stands_in_the_readme(plant, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    plant("_revert_task_state", save_all_that_was_assigned, revert_task_state)
    run = check_faults(SCENARIOS["suspended"], [LOST_SAVE])
    (shown,) = re.findall(r"<!-- fault -->\n```text\n(.*?)\n```", PAGE.read_text(), re.DOTALL)
    assert tell(run) == shown
    fields = [(d.operation, d.field) for d in run.comparison.divergences]
    assert ("table instances", "arguments.content[0].vm_state") in fields


@object_compat
@wrap_exception("_rollback_live_migration")
@wrap_instance_fault
def forgets_an_error(manager, context, instance, dest, block_migration, migrate_data=None):
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.save(expected_task_state=[states.MIGRATING])
    with contextlib.suppress(Exception):
        manager.network_api.setup_networks_on_host(context, instance, manager.host)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    rollback_live_migration._undo_destination(manager, context, instance, bdms, dest, block_migration, migrate_data)


def test_a_bug_that_only_a_fault_shows_turns_the_sweep_red_and_the_effect_is_named(plant):
    plant("_rollback_live_migration", forgets_an_error, rollback_live_migration)
    with pytest.raises(SweepError) as failed:
        check_sweep("_rollback_live_migration", "rollback_without_info_cache")
    message = str(failed.value)
    assert "with network.setup_networks_on_host#2 after MessagingTimeout" in message
    assert (
        "cause:        in _rollback_live_migration, effect 33: manager _add_instance_fault_from_exc on src" in message
    )
    assert failed.value.board.rows[0].diverged >= 2


def test_the_line_that_reproduces_a_failure_does_so(plant, capsys):
    plant("_revert_task_state", save_all_that_was_assigned, revert_task_state)
    board = sweep([SCENARIOS["suspended"]], Mode.SINGLE, work_item="remaining_instance_attr")
    assert not board.passes
    for failure in board.failures:
        (line,) = re.findall(r"reproduce:    fakevirt (.*)", failure.message)
        assert cli.main(shlex.split(line)) == 1
        assert failure.message.splitlines()[0] in capsys.readouterr().out
