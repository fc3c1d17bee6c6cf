import dataclasses
import json

import pytest

from fakevirt.conversion.faults import fault_board
from fakevirt.conversion.faults.fault_board import FaultBoard, sweep
from fakevirt.conversion.faults.fault_table import fault_table
from fakevirt.conversion.faults.sweep import Mode
from fakevirt.conversion.known.faults import KnownBreach
from fakevirt.conversion.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def board():
    return sweep([SCENARIOS["refreshing_rules_fails"]], Mode.SINGLE)


def printed(board, capsys):
    from rich.console import Console

    Console(width=160).print(fault_table(board))
    return capsys.readouterr().out


def test_each_work_item_has_a_row_that_adds_up(board):
    (row,) = board.rows
    assert row.work_item == "refresh_instance_security_rules"
    assert row.runs == row.same + row.allowed + row.diverged == len(board.findings)
    assert board.passes


def test_progress_is_told():
    told = []
    sweep([SCENARIOS["refreshing_rules_fails"]], Mode.SINGLE, progress=lambda made, needed: told.append((made, needed)))
    assert told[-1][0] == told[-1][1] > 0


def test_a_board_without_rows_does_not_pass():
    assert not sweep([SCENARIOS["refreshing_rules_fails"]], Mode.SINGLE, work_item="detach_volume").passes


def test_a_known_breach_that_is_gone_does_not_pass(board, capsys):
    gone = dataclasses.replace(board, gone=(KnownBreach("nothing_left", "was so once"),))
    assert not gone.passes
    assert "known and gone: nothing_left (was so once)" in printed(gone, capsys)


def test_what_is_gone_is_only_asked_when_everything_was_swept(monkeypatch):
    unheard_of = KnownBreach("nothing_left", "never seen", "nothing at all")
    monkeypatch.setattr(fault_board, "BREACHES", (unheard_of,))
    scenarios = [SCENARIOS["refreshing_rules_fails"], SCENARIOS["rules_changed"]]
    assert sweep(scenarios[:1], Mode.SINGLE).gone == ()
    assert sweep(scenarios, Mode.SINGLE, whole=True).gone == (unheard_of,)


def test_failures_of_one_kind_are_told_once_with_their_number(board):
    one = dataclasses.replace(board.findings[0], passes=False, cause="the same", message="DIVERGED")
    failing = FaultBoard(board.rows, (one, one, one), (), ())
    (failure,) = failing.failures
    assert failure.message == "DIVERGED\n  besides:      2 more faults lead to a difference like it"
    assert not failing.passes


def test_a_step_that_one_path_only_comes_to_is_counted_and_named():
    board = sweep([SCENARIOS["rollback_without_info_cache"]], Mode.SINGLE, work_item="_rollback_live_migration")
    assert [(step.path, step.step) for step in board.one_sided] == [
        ("legacy", "driver.node_is_available#1"),
        ("legacy", "conductor.compute_node_update#1"),
        ("legacy", "db.update compute_nodes#1"),
    ]
    assert (board.rows[0].only_on_legacy, board.rows[0].only_on_objects) == (3, 0)
    assert board.to_primitive()["on_one_path_only"] == [dataclasses.asdict(step) for step in board.one_sided]


def test_it_is_written_as_json(board):
    assert json.loads(json.dumps(board.to_primitive()))["passes"] is True


def test_the_table_has_every_column(board, capsys):
    out = printed(board, capsys)
    for heading in ("points", "runs", "same", "allowed", "only on", "improve", "diverged"):
        assert heading in out
    assert "refresh_instance_security_rules" in out
