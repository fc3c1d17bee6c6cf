import pytest

TEXT = """
@both_call_paths
def test_same(cloud):
    request(cloud)

@both_call_paths
def test_differs(cloud):
    request(cloud, differs=True)

def test_scenario(conversion):
    conversion.check("check_can_live_migrate_source", "refused_by_the_source")
"""


def rows(result):
    """Return the cells of the board by work item."""
    lines = [line for line in result.outlines if line.startswith("│")]
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]
    return {row[0]: row[1:] for row in cells if row[0]}


def test_without_the_option_nothing_is_printed(run):
    result = run(TEXT)
    assert rows(result) == {}
    result.stdout.no_fnmatch_line("*board*")


@pytest.mark.parametrize(
    ("arguments", "ini"),
    [
        pytest.param(("--conversion-board",), "", id="option"),
        pytest.param((), "conversion_board = true\n", id="ini"),
    ],
)
def test_it_has_a_row_for_each_work_item_that_the_run_compared(run, arguments, ini):
    board = rows(run(TEXT, *arguments, ini=ini))
    assert board.keys() == {"check_can_live_migrate_destination", "check_can_live_migrate_source", "compute_utils"}
    assert board["check_can_live_migrate_source"][:5] == ["3", "DIVERGED", "0", "0", "0"]
    assert board["compute_utils"][0] == "1"


def test_what_workers_compared_is_merged(run):
    alone = rows(run(TEXT, "--conversion-board"))
    merged = rows(run(TEXT, "--conversion-board", "-n2", subprocess=True))
    assert merged
    assert merged == alone


def test_it_is_printed_without_xdist(run):
    assert rows(run(TEXT, "--conversion-board", "-p", "no:xdist", subprocess=True))


def test_a_run_that_compared_nothing_says_so(run):
    result = run("def test_it(): pass", "--conversion-board")
    result.stdout.fnmatch_lines(["No work item was compared in this run."])


def test_a_work_item_that_the_plan_does_not_convert_has_no_row(run):
    result = run(
        """
@both_call_paths(plan=fakevirt.ConversionPlan.only("check_can_live_migrate_source"))
def test_it(cloud):
    request(cloud)
""",
        "--conversion-board",
    )
    assert rows(result).keys() == {"check_can_live_migrate_source"}


def test_it_tells_the_reasons_of_allowances(run):
    result = run(
        """
@pytest.mark.allow("driver", "one more call", operation="get_volume_connector")
@both_call_paths
def test_it(cloud):
    request(cloud, differs=True)
""",
        "--conversion-board",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["allowed: *one more call"])
