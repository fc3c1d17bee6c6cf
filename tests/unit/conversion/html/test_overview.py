"""What is known of each work item."""

import pytest

from fakevirt.conversion.html.overview import overview
from fakevirt.conversion.html.results import Result


def marks(content):
    """Return the words and notes of the only row."""
    (row,) = overview(content)
    return {column: (mark.word, mark.note) for column, mark in row.marks.items()}


def test_what_was_not_run_says_so(make_content):
    assert marks(make_content()) == {
        "legacy": ("SAME", ""),
        "objects": ("SAME", ""),
        "partial plans": ("not run", ""),
        "upgrade": ("not run", ""),
        "faults": ("not run", ""),
    }


def test_a_row_has_the_counters_of_the_board(make_content, make_board, make_row):
    (row,) = overview(make_content(make_board(make_row(raw_conductor_calls=3, dict_accesses=2))))
    assert row.counters == {"raw conductor calls": 3, "dict accesses": 2, "unversioned arguments": 0}


def test_a_divergence_says_where_the_runs_part(make_content, make_board, make_row):
    content = make_content(make_board(make_row(verdict="DIVERGED", parts_at=["driver spawn"])))
    assert marks(content)["objects"] == ("DIVERGED", "parts at driver spawn")


def test_partial_plans_of_this_run_count_before_those_of_others(make_content, make_board, make_row):
    board = make_board(make_row(verdict_on_partial_plans="ALLOWED"))
    other = Result("board", "all.json", make_board(make_row(verdict_on_partial_plans="DIVERGED")))
    assert marks(make_content(board, results=[other]))["partial plans"] == ("ALLOWED", "")
    assert marks(make_content(results=[other]))["partial plans"] == ("DIVERGED", "2 plans, all.json")


@pytest.mark.parametrize(
    ("hows", "shown"),
    [
        (["objects", "backported", "dict"], ("WORKS", "3 of 3 mixes")),
        (["objects", "FAILED"], ("FAILED", "1 of 2 mixes")),
        (["-"], ("not run", "")),
        (["objects", {"how": "FAILED", "path": "legacy"}], ("WORKS", "1 of 1 mixes")),
        (["objects", {"how": "FAILED", "support": "skips a release"}], ("WORKS", "1 of 1 mixes")),
        (["objects", {"how": "FAILED", "work_item": "live_migration"}], ("WORKS", "1 of 1 mixes")),
    ],
)
def test_an_upgrade_works_if_every_supported_mix_does_on_objects(make_content, make_upgrades, hows, shown):
    assert marks(make_content(results=[make_upgrades(*hows)]))["upgrade"] == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"runs": 5, "same": 5}, ("SAME", "5 faults")),
        ({"runs": 5, "same": 4, "allowed": 1}, ("ALLOWED", "5 faults")),
        ({"runs": 5, "same": 4, "diverged": 1}, ("DIVERGED", "1 of 5 faults")),
        ({"only_on_legacy": 2}, ("not run", "")),
    ],
)
def test_faults_have_the_worst_verdict_of_the_sweep(make_content, make_faults, counts, shown):
    assert marks(make_content(results=[make_faults(**counts)]))["faults"] == shown


def test_several_sweeps_are_taken_together(make_content, make_faults):
    results = [make_faults(runs=5, same=5), make_faults(runs=2, same=1, diverged=1)]
    assert marks(make_content(results=results))["faults"] == ("DIVERGED", "1 of 7 faults")


def test_what_an_audit_finds_is_a_counter_if_there_was_one(make_content, make_board, make_row):
    (row,) = overview(make_content(make_board(make_row(left_in_the_code=4))))
    assert row.counters["left in the code"] == 4
    (row,) = overview(make_content(make_board(make_row())))
    assert "left in the code" not in row.counters
