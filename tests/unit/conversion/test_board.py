"""The board: one row for each work item."""

import datetime
import json

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board import Board, BoardRow, chosen_scenarios, fill_board, row_of, worst
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.observation import Observation
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

ITEM = "live_migration"


def call(operation, channel="driver", scope=ITEM, **arguments):
    return Effect(channel, operation, arguments, service="src", scope=scope)


def compared(legacy, objects, **kwargs):
    def observation(plan, effects):
        trace = Trace()
        trace.effects = [Effect("manager", ITEM, {}, service="src", scope=ITEM), *effects]
        return Observation(plan, trace, tuple(Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)))

    return compare(
        observation(ConversionPlan.legacy(), legacy), observation(ConversionPlan.objects(), objects), **kwargs
    )


def board_row(**values):
    values = {"raw_conductor_calls": (), "dict_accesses": (), "unversioned_arguments": (), **values}
    return BoardRow(ITEM, ("one",), values.pop("verdict", Verdict.SAME), **values, had_to_accept_an_object=())


INSTANCE = {form: Entity("Instance", form, {"uuid": "a"}) for form in ("dict", "object")}


@pytest.fixture(scope="module")
def board():
    seen = []
    scenarios = [SCENARIOS["refused_by_the_source"], SCENARIOS["driver_fails"]]
    filled = fill_board(scenarios, compared=lambda scenario, comparison: seen.append((scenario, comparison)))
    assert [scenario for scenario, _ in seen] == scenarios
    assert [comparison for _, comparison in seen] == list(filled.comparisons.values())
    return filled


def test_it_has_a_row_for_each_work_item_that_is_entered_in_the_order_of_the_list(board):
    assert [row.work_item for row in board.rows] == [
        "check_can_live_migrate_destination",
        "check_can_live_migrate_source",
        "live_migration",
        "_rollback_live_migration",
        "detach_volume",
        "compute_utils",
    ]


def test_a_row_has_the_scenarios_that_enter_its_work_item(board):
    rows = {row.work_item: row for row in board.rows}
    assert rows["check_can_live_migrate_source"].scenarios == ("refused_by_the_source", "driver_fails")
    assert rows["detach_volume"].scenarios == ("driver_fails",)


def test_it_passes_and_shows_the_reasons_of_what_is_allowed(board):
    assert board.passes
    assert board.reasons == sorted(board.reasons)
    assert any("_instance_update wrote the host once more" in reason for reason in board.reasons)


def test_a_board_of_some_scenarios_misses_no_allowance(board):
    assert board.unused == ()


def test_drivers_that_got_a_dict_had_to_accept_an_object_first(board):
    rows = {row.work_item: row for row in board.rows}
    assert rows["live_migration"].had_to_accept_an_object == ("live_migration",)
    assert "detach_volume" in rows["detach_volume"].had_to_accept_an_object


def test_its_primitive_is_json_and_says_the_same(board):
    primitive = json.loads(json.dumps(board.to_primitive()))
    assert primitive["passes"] is True
    assert primitive["scenarios"] == {"refused_by_the_source": "SAME", "driver_fails": "ALLOWED"}
    assert primitive["allowances"] == board.reasons
    assert primitive["unused_allowances"] == []
    (row,) = [row for row in primitive["work_items"] if row["work_item"] == "detach_volume"]
    assert row["scenarios"] == ["driver_fails"]
    assert (row["verdict"], row["raw_conductor_calls"], row["dict_accesses"]) == ("SAME", 0, 0)


def test_one_work_item_has_one_row():
    board = fill_board([SCENARIOS["refused_by_the_source"]], work_item="check_can_live_migrate_source")
    assert [row.work_item for row in board.rows] == ["check_can_live_migrate_source"]


@pytest.mark.parametrize(
    ("row", "passes"),
    [
        (board_row(), True),
        (board_row(verdict=Verdict.ALLOWED), True),
        (board_row(verdict=Verdict.DIVERGED), False),
        (board_row(verdict=Verdict.NOT_COMPARED), False),
        (board_row(raw_conductor_calls=(call("instance_update"),)), False),
        (board_row(dict_accesses=(call("getitem"),)), False),
        (board_row(unversioned_arguments=(call("spawn"),)), False),
    ],
)
def test_it_passes_if_nothing_is_to_be_done(row, passes):
    assert Board({}, (board_row(), row), ()).passes is passes


def test_it_does_not_pass_with_an_allowance_that_nothing_used():
    board = Board({}, (board_row(),), (Allowance("db", "of no use"),))
    assert not board.passes
    assert board.to_primitive()["unused_allowances"] == ["of no use"]


def test_the_worst_verdict_counts():
    ordered = [Verdict.SAME, Verdict.ALLOWED, Verdict.NOT_COMPARED, Verdict.DIVERGED]
    for n, verdict in enumerate(ordered):
        assert worst(ordered[: n + 1]) is verdict
        assert worst(reversed(ordered[: n + 1])) is verdict


def test_a_row_counts_what_is_left_over_all_comparisons():
    left = [
        call("instance_update", "conductor"),
        call("object_action Instance.save", "conductor"),
        call("getitem Instance.host", "dict_access"),
        call("spawn", instance=INSTANCE["dict"]),
        call("spawn", scope="run_instance", instance=INSTANCE["dict"]),
    ]
    comparison = compared(left, left)
    row = row_of(ITEM, {"one": comparison, "two": comparison})
    assert [effect.operation for effect in row.raw_conductor_calls] == ["instance_update"] * 2
    assert [effect.operation for effect in row.dict_accesses] == ["getitem Instance.host"] * 2
    assert [effect.operation for effect in row.unversioned_arguments] == ["spawn"] * 2


@pytest.mark.parametrize(
    ("legacy", "objects", "named"),
    [
        (call("spawn", instance=INSTANCE["dict"]), call("spawn", instance=INSTANCE["object"]), ("spawn",)),
        (call("spawn", instance=INSTANCE["object"]), call("spawn", instance=INSTANCE["object"]), ()),
        (call("spawn", instance=INSTANCE["dict"]), call("spawn", instance=INSTANCE["dict"]), ()),
        (call("spawn", instance=INSTANCE["dict"]), call("other", instance=INSTANCE["object"]), ()),
        (call("x", "volume", instance=INSTANCE["dict"]), call("x", "volume", instance=INSTANCE["object"]), ()),
        (
            call("spawn", scope="run_instance", instance=INSTANCE["dict"]),
            call("spawn", scope="run_instance", instance=INSTANCE["object"]),
            (),
        ),
    ],
    ids=["dict, then object", "object", "dict", "two methods", "no driver", "another work item"],
)
def test_a_driver_method_had_to_accept_an_object_if_it_got_a_dict_before(legacy, objects, named):
    assert row_of(ITEM, {"one": compared([legacy], [objects])}).had_to_accept_an_object == named


def test_scenarios_are_chosen_by_work_item_and_by_name():
    assert chosen_scenarios() == list(SCENARIOS.values())
    assert chosen_scenarios(scenario="driver_fails") == [SCENARIOS["driver_fails"]]
    chosen = chosen_scenarios("detach_volume")
    assert chosen
    assert all("detach_volume" in scenario.enters for scenario in chosen)
    assert chosen_scenarios("detach_volume", "driver_fails") == [SCENARIOS["driver_fails"]]


def test_a_work_item_that_no_scenario_enters_is_refused_with_those_that_are_done():
    with pytest.raises(UsageError) as refused:
        chosen_scenarios("run_instance")
    assert refused.value.happened == "no scenario enters 'run_instance'"
    assert refused.value.how_to_go_on.startswith("take one of: check_can_live_migrate_destination, ")
    assert "run_instance" not in refused.value.how_to_go_on


@pytest.mark.parametrize(
    ("work_item", "scenario"), [("nonsense", None), (None, "nonsense"), ("detach_volume", "consoles_on")]
)
def test_names_that_are_none_or_do_not_go_together_are_refused(work_item, scenario):
    with pytest.raises(UsageError):
        chosen_scenarios(work_item, scenario)
