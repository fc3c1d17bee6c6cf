"""The board: one row for each work item."""

import json

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board import Board, chosen_scenarios, fill_board
from fakevirt.conversion.board_row import BoardRow
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.finding import Finding
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

ITEM = "live_migration"
REFUSED = SCENARIOS["refused_by_the_source"]


def board_of(*rows, verdict=Verdict.SAME, unused=()):
    nothing = frozenset()
    finding = Finding("one", ConversionPlan.objects(), verdict, rows, nothing, nothing, nothing)
    return Board(1, (finding,), (), rows, unused)


def board_row(**values):
    return BoardRow(ITEM, ("one",), values.pop("verdict", Verdict.SAME), **values)


@pytest.fixture(scope="module")
def board():
    seen = []
    board = fill_board([REFUSED, SCENARIOS["driver_fails"]], progress=lambda made, needed: seen.append((made, needed)))
    assert seen == [(2, 4), (4, 4)]
    return board


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


def test_methods_that_got_a_dict_had_to_accept_an_object_first(board):
    rows = {row.work_item: row for row in board.rows}
    assert rows["live_migration"].had_to_accept_an_object == ("driver.live_migration",)
    assert "driver.detach_volume" in rows["detach_volume"].had_to_accept_an_object


def test_its_primitive_is_json_and_says_the_same(board):
    primitive = json.loads(json.dumps(board.to_primitive()))
    assert primitive["passes"] is True
    assert primitive["scenarios"] == {"refused_by_the_source": "SAME", "driver_fails": "ALLOWED"}
    assert primitive["allowances"] == board.reasons
    assert primitive["unused_allowances"] == []
    (row,) = [row for row in primitive["work_items"] if row["work_item"] == "detach_volume"]
    assert row["scenarios"] == ["driver_fails"]
    assert (row["verdict"], row["raw_conductor_calls"], row["dict_accesses"]) == ("SAME", 0, 0)
    assert (primitive["plans"], primitive["runs"], primitive["failures"]) == (2, 4, [])


def test_one_work_item_has_one_row():
    board = fill_board([REFUSED], work_item="check_can_live_migrate_source")
    assert [row.work_item for row in board.rows] == ["check_can_live_migrate_source"]


@pytest.mark.parametrize(
    ("row", "passes"),
    [
        (board_row(), True),
        (board_row(raw_conductor_calls=("conductor instance_update",)), False),
        (board_row(dict_accesses=("dict_access getitem",)), False),
        (board_row(unversioned_arguments=("driver spawn",)), False),
    ],
)
def test_it_passes_if_nothing_unversioned_is_left(row, passes):
    assert board_of(board_row(), row).passes is passes


@pytest.mark.parametrize("verdict", Verdict)
def test_it_passes_if_every_run_passes_whatever_the_rows_say(verdict):
    assert board_of(board_row(), verdict=verdict).passes is verdict.passes


def test_it_does_not_pass_with_an_allowance_that_nothing_used():
    board = board_of(board_row(), unused=(Allowance("db", "of no use"),))
    assert not board.passes
    assert board.to_primitive()["unused_allowances"] == ["of no use"]


def test_it_says_how_many_runs_proved_how_many_plans(board):
    assert board.extent == "2 plans, 4 runs"
    assert fill_board([REFUSED], plans="all").extent == "4096 plans, 8 runs"


def test_a_run_that_fails_is_told_and_no_row_has_to_be_red(monkeypatch):
    monkeypatch.setattr("fakevirt.conversion.check.KNOWN", ())
    board = fill_board([SCENARIOS["driver_fails"]])
    (failure,) = board.to_primitive()["failures"]
    assert not board.passes
    assert (failure["scenario"], failure["plan"], failure["verdict"]) == ("driver_fails", "objects", "DIVERGED")
    assert failure["decided_by"] == {"_rollback_live_migration": "objects"}


def test_scenarios_are_chosen_by_work_item_and_by_name():
    assert chosen_scenarios() == list(SCENARIOS.values())
    assert chosen_scenarios(scenario="driver_fails") == [SCENARIOS["driver_fails"]]
    chosen = chosen_scenarios("detach_volume")
    assert chosen
    assert all("detach_volume" in scenario.enters for scenario in chosen)
    assert chosen_scenarios("detach_volume", "driver_fails") == [SCENARIOS["driver_fails"]]


@pytest.mark.parametrize(
    ("work_item", "scenario"), [("nonsense", None), (None, "nonsense"), ("detach_volume", "consoles_on")]
)
def test_names_that_are_none_or_do_not_go_together_are_refused(work_item, scenario):
    with pytest.raises(UsageError):
        chosen_scenarios(work_item, scenario)


LEGACY, ONLY, BUT = ConversionPlan.legacy(), ConversionPlan.only(ITEM), ConversionPlan.all_but(ITEM)


def finding(plan, verdict, *rows):
    return Finding("one", plan, verdict, rows, frozenset(), frozenset(), frozenset())


def board_with(*findings):
    return Board(2, findings, (), (board_row(),), ())


def test_a_row_has_a_verdict_with_nothing_converted():
    board = board_with(finding(LEGACY, Verdict.NOT_COMPARED), finding(ConversionPlan.objects(), Verdict.SAME))
    assert board.verdict_on_legacy(board_row()) is Verdict.NOT_COMPARED
    assert board.to_primitive()["work_items"][0]["verdict_on_legacy"] == "NOT_COMPARED"


def test_a_row_has_none_where_nothing_was_run_so():
    board = board_with(finding(ConversionPlan.objects(), Verdict.SAME))
    assert board.verdict_on_legacy(board_row()) is None
    assert board.verdict_on_partial_plans(board_row()) is None
    assert board.to_primitive()["work_items"][0]["verdict_on_partial_plans"] is None


def test_a_row_has_the_worst_verdict_under_partial_plans():
    board = board_with(
        finding(ONLY, Verdict.ALLOWED, board_row(verdict=Verdict.ALLOWED)),
        finding(ONLY, Verdict.SAME, board_row()),
        finding(ConversionPlan.objects(), Verdict.DIVERGED, board_row(verdict=Verdict.DIVERGED)),
    )
    assert board.verdict_on_partial_plans(board_row()) is Verdict.ALLOWED


def test_what_no_converted_work_item_is_to_blame_for_counts_for_all_that_are_entered():
    board = board_with(finding(BUT, Verdict.DIVERGED, BoardRow("compute_utils", ("one",), Verdict.SAME)))
    assert board.verdict_on_partial_plans(board_row()) is Verdict.DIVERGED
    assert board.verdict_on_partial_plans(BoardRow(ITEM, ("another",), Verdict.SAME)) is None


def test_what_another_work_item_is_to_blame_for_counts_for_that():
    board = board_with(finding(BUT, Verdict.DIVERGED, BoardRow("compute_utils", ("one",), Verdict.DIVERGED)))
    assert board.verdict_on_partial_plans(board_row()) is None
    assert board.verdict_on_partial_plans(BoardRow("compute_utils", ("one",), Verdict.SAME)) is Verdict.DIVERGED


def test_without_being_asked_for_there_are_no_diagrams(board):
    assert board.diagrams == []


def test_diagrams_are_of_everything_converted_and_of_plans_that_fail(monkeypatch):
    monkeypatch.setattr("fakevirt.conversion.check.KNOWN", ())
    board = fill_board([REFUSED, SCENARIOS["driver_fails"]], plans="singles", diagrams=True)
    found = {(diagram["name"], diagram["plan"], diagram["verdict"]) for diagram in board.diagrams}
    assert {("refused_by_the_source", "objects", "SAME"), ("driver_fails", "objects", "DIVERGED")} <= found
    assert {(f.scenario, str(f.plan)) for f in board.failures} <= {(name, plan) for name, plan, _ in found}
    assert len(found) == len(board.diagrams)


def test_diagrams_are_the_same_from_whatever_process_they_come():
    chosen = [REFUSED, SCENARIOS["driver_fails"]]
    alone, shared = (fill_board(chosen, diagrams=True, processes=count).diagrams for count in (1, 2))
    assert len(alone) == 2
    assert shared == alone


def test_an_audit_counts_for_the_work_items_that_it_names_and_does_not_decide():
    before = board_of(board_row())
    work_item = before.rows[0].work_item
    audited, other = before.with_audit({work_item: 3}), before.with_audit({"another": 3})
    assert [one.rows[0].left_in_the_code for one in (before, audited, other)] == [None, 3, 0]
    assert audited.passes is before.passes
    assert audited.to_primitive()["work_items"][0]["left_in_the_code"] == 3
