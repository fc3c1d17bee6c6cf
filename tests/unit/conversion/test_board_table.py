"""The board as a table for the terminal."""

import io

import pytest
from rich.console import Console

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.board_row import BoardRow
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.comparison import Verdict


def printed(*rows, reasons=(), unused=(), extent=None):
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(board_table(iter(rows), reasons, unused, extent))
    return console.file.getvalue().splitlines()


def row(verdict=Verdict.SAME, **values):
    return BoardRow("live_migration", ("one", "two"), verdict, **values)


def cells(lines):
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_row_has_its_verdict_and_its_numbers(verdict):
    calls = ("conductor instance_update",) * 3
    (shown,) = cells(printed(row(verdict, raw_conductor_calls=calls)))
    assert shown == ["live_migration", "2", verdict.value, "3", "0", "0", "-"]


def test_methods_stand_below_each_other():
    shown = cells(printed(row(had_to_accept_an_object=("driver.cleanup", "driver.spawn"))))
    assert [line[-1] for line in shown] == ["driver.cleanup", "driver.spawn"]


def test_what_is_left_is_told_once_for_each_place():
    access = "dict_access getitem Instance.host at file.py:1 in method"
    lines = printed(row(dict_accesses=(access, access), raw_conductor_calls=("conductor instance_update",)))
    assert [line.rstrip() for line in lines if line.startswith("left")] == [
        "left in live_migration: conductor instance_update",
        "left in live_migration: dict_access getitem Instance.host at file.py:1 in method",
    ]


def test_where_the_runs_part_and_how_much_was_proved_are_told_below_the_table():
    lines = printed(row(Verdict.DIVERGED, parts_at=("driver detach_volume",)), extent="2 plans, 86 runs")
    assert [line.rstrip() for line in lines[-2:]] == [
        "2 plans, 86 runs",
        "parts in live_migration: driver detach_volume",
    ]


def test_reasons_and_unused_allowances_come_last():
    lines = printed(row(), reasons=["it follows"], unused=[Allowance("db", "of no use", "update instances")])
    assert [line.rstrip() for line in lines[-2:]] == [
        "allowed: it follows",
        "unused allowance on db update instances: of no use",
    ]


def test_what_an_audit_finds_has_a_column_if_there_was_one():
    (shown,) = cells(printed(row(left_in_the_code=7)))
    assert shown == ["live_migration", "2", "SAME", "0", "0", "0", "7", "-"]
    assert not any("the code" in line for line in printed(row()))


def test_a_work_item_whose_code_was_not_read_has_no_number():
    shown = cells(printed(row(left_in_the_code=0), row()))
    assert [line[-2] for line in shown] == ["0", "-"]
