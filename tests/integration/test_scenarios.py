"""Partial conversions, and what the board does not show.

That every scenario passes with everything converted, that it enters just the work items that it says and that no
allowance is superfluous shows on the whole board: test_readme has it.
"""

import pytest

from fakevirt.conversion.board import fill_board
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.scenarios import SCENARIOS, Scenario
from fakevirt.manager.plan import ConversionPlan


def pass_or_tell(board):
    """Return whether a board passes, having shown what does not."""
    for failure in board.failures:
        print(failure.message)
    for row in board.rows:
        print(row)
    return board.passes


GROUPS: dict[str, list[Scenario]] = {}
for scenario in SCENARIOS.values():
    GROUPS.setdefault(scenario.request.__module__.rpartition(".")[2], []).append(scenario)

#: Where much meets: the others of a group are like its first ones. `fakevirt verify --plans` has them all.
MIXED = {
    scenario.name: scenario
    for group in GROUPS.values()
    for number, scenario in enumerate(group)
    if len(scenario.enters) > 2 or (len(scenario.enters) == 2 and number < 5)
}


@pytest.mark.parametrize("scenario", MIXED.values(), ids=MIXED)
def test_each_work_item_alone_and_all_but_each(scenario):
    assert pass_or_tell(fill_board([scenario], plans="singles"))


@pytest.mark.parametrize("name", ["shared_storage_one_volume", "rollback_without_info_cache", "volume_detached"])
def test_every_subset_of_the_work_items_is_a_plan_that_works(name):
    board = fill_board([SCENARIOS[name]], plans="all")
    assert pass_or_tell(board)
    assert board.plans == 4096
    assert len(board.findings) == 2 ** len(board.findings[0].matter)


@pytest.mark.parametrize("scenarios", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("plan", [ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def test_scenarios_repeat_themselves_exactly(scenarios, plan):
    for scenario in scenarios[:2]:
        assert compare(run(scenario, plan), run(scenario, plan)).verdict is Verdict.SAME


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
