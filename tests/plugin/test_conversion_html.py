"""The report of a pytest run."""

import json
import re
import sys

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


def compared(path):
    """Return the verdict of each comparison of a report, by its name, in order."""
    return dict(
        reversed(found)
        for found in re.findall(r'data-verdict="(\w+)".*?<strong>(.*?)</strong>', path.read_text(), re.DOTALL)
    )


def traces(path):
    (data,) = re.findall(r'id="traces">(.*?)</script>', path.read_text(), re.DOTALL)
    return json.loads(data)


@pytest.mark.parametrize(
    ("arguments", "ini"),
    [
        pytest.param(("--conversion-html", "report.html"), "", id="option"),
        pytest.param((), "conversion_html = report.html\n", id="ini"),
    ],
)
def test_it_has_every_comparison_of_the_run(run, pytester, arguments, ini):
    result = run(TEXT, *arguments, ini=ini)
    path = pytester.path / "report.html"
    result.stdout.fnmatch_lines([f"*report: {path}*"])
    name = "test_it_has_every_comparison_of_the_run.py"
    assert compared(path) == {
        f"{name}::test_differs": "DIVERGED",
        "refused_by_the_source": "SAME",
        f"{name}::test_same": "SAME",
    }
    assert f"pytest {name}::test_differs" in path.read_text()


def test_a_run_that_only_collects_leaves_the_report_as_it_is(run, pytester):
    path = pytester.path / "report.html"
    path.write_text("what was compared before")
    result = run(TEXT, "--conversion-html", "report.html", "--conversion-board", "--collect-only")
    result.stdout.no_fnmatch_line("*conversion board*")
    assert path.read_text() == "what was compared before"


def test_the_traces_are_in_it(run, pytester):
    run(TEXT, "--conversion-html", "report.html")
    shown = traces(pytester.path / "report.html")
    (differs,) = [step for step in shown["diagrams"][0] if step[1] == "differs"]
    assert differs[2] == -1
    assert shown["calls"][differs[3]][2].startswith("driver dst: get_volume_connector(")


def test_what_workers_compared_is_merged(run, pytester):
    alone, merged = pytester.path / "alone.html", pytester.path / "merged.html"
    run(TEXT, "--conversion-html", alone)
    run(TEXT, "--conversion-html", merged, "-n2", subprocess=True)
    assert len(compared(alone)) == 3
    assert merged.read_text() == alone.read_text()


def test_the_board_is_not_printed_for_it(run):
    result = run(TEXT, "--conversion-html", "report.html")
    result.stdout.no_fnmatch_line("*Conversion board*")


def test_a_run_that_compared_nothing_says_so(run, pytester):
    run("def test_it(): pass", "--conversion-html", "report.html")
    assert "No work item was compared in this run." in (pytester.path / "report.html").read_text()


def test_a_file_that_cannot_be_written_is_told_before_anything_runs(run):
    result = run(TEXT, "--conversion-html", "nowhere/report.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "*expected:     a file that can be written",
            "happened:     'nowhere/report.html' cannot",
            "where:        the option --conversion-html",
            "how to go on: name a file in a folder that exists",
        ]
    )
    assert result.outlines == []


def test_without_jinja2_it_is_refused_before_anything_runs(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "fakevirt.conversion.html.page", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run(TEXT, "--conversion-html", "report.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["how to go on: pip install 'fakevirt[[]html]'"])
