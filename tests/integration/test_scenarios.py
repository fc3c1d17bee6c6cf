"""Every scenario, both call paths, and every kind of partial conversion."""

import itertools

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board import chosen_scenarios, fill_board
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan


@pytest.fixture(scope="module")
def board():
    return fill_board(chosen_scenarios())


def test_every_scenario_passes(board):
    failing = {name: c.verdict for name, c in board.comparisons.items() if not c.verdict.passes}
    assert failing == {}
    assert board.comparisons.keys() == SCENARIOS.keys()


def test_nothing_unversioned_is_left_on_the_object_path(board):
    left = {
        row.work_item: (row.raw_conductor_calls, row.dict_accesses, row.unversioned_arguments)
        for row in board.rows
        if row.raw_conductor_calls or row.dict_accesses or row.unversioned_arguments
    }
    assert left == {}


def test_the_counters_count_what_the_legacy_path_has():
    observation = run(SCENARIOS["pre_migration_fails"], ConversionPlan.legacy())
    rollback, fault = observation.leftovers("_rollback_live_migration"), observation.leftovers("compute_utils")
    assert {effect.operation for effect in rollback.raw_conductor_calls} == {"instance_update", "compute_node_update"}
    assert {effect.operation for effect in fault.raw_conductor_calls} >= {"instance_fault_create"}
    assert {e.operation for e in observation.leftovers("detach_volume").unversioned_arguments} >= {"detach_volume"}


def test_dict_style_accesses_are_counted_with_their_place():
    observation = run(SCENARIOS["shared_storage"], ConversionPlan.legacy())
    accesses = observation.leftovers("check_can_live_migrate_destination").dict_accesses
    assert any("check_can_live_migrate_destination.py" in effect.details["place"] for effect in accesses)


def test_every_known_allowance_is_used(board):
    assert board.unused == ()


def test_the_board_passes(board):
    assert board.passes


def test_a_known_allowance_that_nothing_needs_fails_the_board(monkeypatch):
    superfluous = Allowance("volume", "nothing differs here")
    monkeypatch.setattr("fakevirt.conversion.board.KNOWN", (*KNOWN, superfluous))
    board = fill_board(chosen_scenarios())
    assert board.unused == (superfluous,)
    assert not board.passes


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_scenario_repeats_itself_exactly(scenario):
    plan = ConversionPlan.objects()
    assert compare(run(scenario, plan), run(scenario, plan)).verdict is Verdict.SAME


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_each_work_item_alone_and_all_but_each(scenario):
    legacy = run(scenario, ConversionPlan.legacy())
    for work_item in sorted(scenario.enters):
        for plan in (ConversionPlan.only(work_item), ConversionPlan.all_but(work_item)):
            comparison = compare(legacy, run(scenario, plan), known=KNOWN, entering=scenario.enters)
            assert comparison.verdict.passes, (str(plan), comparison.divergences or comparison.not_compared)


@pytest.mark.parametrize("name", ["shared_storage_one_volume", "driver_fails_to_move_a_volume_backed_guest"])
def test_every_subset_of_the_work_items_is_a_plan_that_works(name):
    scenario = SCENARIOS[name]
    legacy = run(scenario, ConversionPlan.legacy())
    subsets = itertools.chain.from_iterable(
        itertools.combinations(sorted(scenario.enters), size) for size in range(len(scenario.enters) + 1)
    )
    for subset in subsets:
        observation = run(scenario, ConversionPlan.only(*subset))
        comparison = compare(legacy, observation, known=KNOWN, entering=scenario.enters)
        assert comparison.verdict.passes, (subset, comparison.divergences or comparison.not_compared)
