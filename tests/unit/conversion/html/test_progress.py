"""The conversion over time."""

from fakevirt.conversion.html.progress import progress
from fakevirt.conversion.html.results import Result


def test_without_an_earlier_board_there_is_none(make_content, make_faults):
    assert progress(make_content(results=[make_faults(runs=1, same=1)])) == []


def test_boards_come_in_the_order_given_and_this_run_last(make_content, make_board, make_row):
    earlier = [Result("board", f"{n}.json", make_board(make_row(verdict="DIVERGED"))) for n in (2, 1)]
    bars = progress(make_content(results=earlier))
    assert [bar.label for bar in bars] == ["2.json", "1.json", "this run"]
    assert [(bar.count("DIVERGED"), bar.count("SAME")) for bar in bars] == [(1, 0), (1, 0), (0, 1)]


def test_segments_of_a_bar_stand_on_each_other(make_content, make_board, make_row):
    rows = [make_row(name, verdict=verdict) for name, verdict in zip("abc", ("DIVERGED", "SAME", "SAME"), strict=True)]
    bar, _ = progress(make_content(results=[Result("board", "x.json", make_board(*rows))]))
    assert [(s.mark.word, s.count, s.below) for s in bar.segments] == [("SAME", 2, 0), ("DIVERGED", 1, 2)]
    assert bar.work_items == 3


def test_a_bar_counts_what_is_left_unversioned(make_content, make_board, make_row):
    board = make_board(make_row(raw_conductor_calls=1, dict_accesses=2), make_row(unversioned_arguments=4))
    bar, now = progress(make_content(results=[Result("board", "x.json", board)]))
    assert (bar.left, now.left) == (7, 0)
