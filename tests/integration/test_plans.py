"""Partial conversions that break are seen, and named by the work items that decide it."""

import functools
import types

import pytest

from fakevirt.cli import main
from fakevirt.conversion.board import fill_board
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.plans import plans_of
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.conversion.verification import verify
from fakevirt.manager import post_live_migration
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.steps import write_compute_node
from fakevirt.objects.block_device import BlockDeviceMappingList

MOVED = SCENARIOS["shared_storage"]
ROLLED_BACK = SCENARIOS["rollback_without_info_cache"]


def without_compat(manager, context, instance, dest, block_migration=False, migrate_data=None):
    """Be _post_live_migration as it was when it was reverted: converted before whoever hands it its instance."""
    BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    post_live_migration.objects(manager, context, instance, dest, block_migration, migrate_data)


@functools.wraps(post_live_migration.legacy)
def takes_dicts_only(manager, context, instance, *args):
    """Be an unconverted method whose type test is too narrow for the object of a converted caller."""
    if not isinstance(instance, dict):
        raise TypeError("an instance is a dict")
    post_live_migration.legacy(manager, context, instance, *args)


def test_a_callee_that_is_converted_before_its_caller_is_named_with_it(plant):
    plant("_post_live_migration", without_compat, post_live_migration)
    assert fill_board([MOVED]).passes
    (failure,) = fill_board([MOVED], plans="singles").failures
    assert failure.verdict is Verdict.DIVERGED
    assert str(failure.decided_by) == "live_migration=legacy with _post_live_migration=objects"


def test_a_legacy_callee_that_breaks_on_objects_is_named_with_its_converted_caller(plant):
    plant("_post_live_migration", post_live_migration.objects, types.SimpleNamespace(legacy=takes_dicts_only))
    (failure,) = fill_board([MOVED], plans="singles").failures
    assert str(failure.decided_by) == "live_migration=objects with _post_live_migration=legacy"


def test_all_plans_that_fail_for_one_reason_are_one_failure(plant):
    plant("_post_live_migration", without_compat, post_live_migration)
    plans = [ConversionPlan.only("_post_live_migration"), ConversionPlan.all_but("live_migration")]
    found = verify([MOVED], plans)
    assert [finding.verdict for finding in found.findings] == [Verdict.DIVERGED, Verdict.DIVERGED]
    assert [failure.plan for failure in found.failures] == plans[:1]


def test_the_command_says_which_work_items_decide_it_and_how_to_see_it_again(plant, capsys):
    plant("_post_live_migration", without_compat, post_live_migration)
    assert main(["verify", "--scenario", "shared_storage", "--plans", "singles"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "DIVERGED: shared_storage (Both hosts see the same disks)"
    assert "  decided by:   live_migration=legacy with _post_live_migration=objects" in lines
    assert "  reproduce:    fakevirt verify --scenario shared_storage --plans singles" in lines


def test_a_work_item_that_is_never_entered_and_still_asked_for_is_varied_too(monkeypatch):
    write = write_compute_node.objects

    def forgets_to_write(manager, context, node, values):
        # Not while the cloud is set up: what is asked for there is not what the request asks for.
        return write(manager, context, node, values) if manager.service.trace.is_muted else node

    monkeypatch.setattr(write_compute_node, "objects", forgets_to_write)
    assert "delete_orphan_compute_nodes" not in ROLLED_BACK.enters
    plans = [*plans_of("ends"), ConversionPlan.only("delete_orphan_compute_nodes")]
    (failure,) = verify([ROLLED_BACK], plans).failures
    assert str(failure.decided_by) == "_rollback_live_migration=legacy with delete_orphan_compute_nodes=objects"


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_find_the_same(processes):
    scenarios = [SCENARIOS["refused_by_the_source"], SCENARIOS["rules_changed"]]
    found = verify(scenarios, plans_of("singles"), processes=processes)
    assert found.failures == ()
    assert [(f.scenario, str(f.plan)) for f in found.findings] == [
        ("refused_by_the_source", "legacy"),
        ("refused_by_the_source", "objects"),
        ("refused_by_the_source", "only check_can_live_migrate_destination"),
        ("refused_by_the_source", "all but check_can_live_migrate_destination"),
        ("refused_by_the_source", "only check_can_live_migrate_source"),
        ("refused_by_the_source", "all but check_can_live_migrate_source"),
        ("refused_by_the_source", "only compute_utils"),
        ("refused_by_the_source", "all but compute_utils"),
        ("rules_changed", "legacy"),
        ("rules_changed", "objects"),
    ]
