import pytest

TEXT = """
def test_it(call_path):
    assert call_path in ("legacy", "objects")

def test_other():
    pass
"""


def test_a_test_that_uses_it_runs_once_on_each_path(run):
    result = run(TEXT, "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*test_it?legacy? PASSED*", "*test_it?objects? PASSED*"])


@pytest.mark.parametrize(("path", "other"), [("legacy", "objects"), ("objects", "legacy")])
def test_the_option_leaves_one_path(run, path, other):
    result = run(TEXT, "-v", f"--call-path={path}")
    result.assert_outcomes(passed=2, deselected=1)
    result.stdout.no_fnmatch_line(f"*test_it?{other}?*")


def test_the_ini_file_says_the_same(run):
    run(TEXT, ini="call_path = legacy\n").assert_outcomes(passed=2, deselected=1)


def test_the_option_counts_before_the_ini_file(run):
    result = run(TEXT, "-v", "--call-path=objects", ini="call_path = legacy\n")
    result.stdout.fnmatch_lines(["*test_it?objects? PASSED*"])


def test_a_test_may_name_its_path_itself(run):
    result = run(
        """
@pytest.mark.parametrize("call_path", ["legacy"])
def test_it(fake_cloud, call_path):
    assert str(fake_cloud.plan) == "legacy"
"""
    )
    result.assert_outcomes(passed=1)


def test_it_works_on_workers(run):
    run(TEXT, "-n2", "--call-path=legacy", subprocess=True).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("arguments", "ini", "where"),
    [(("--call-path=dict",), "", "the option --call-path"), ((), "call_path = dict\n", "call_path in *tox.ini")],
)
def test_another_value_is_refused_in_four_parts(run, arguments, ini, where):
    result = run(TEXT, *arguments, ini=ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "*expected: * a call path: legacy or objects",
            "*happened: * 'dict' is none",
            f"*where: * {where}",
            "*how to go on: name one of the two, or leave it out to run both",
        ]
    )


def test_the_native_toml_settings_of_pytest_9_work_too(pytester):
    if int(pytest.__version__.partition(".")[0]) < 9:
        pytest.skip("pytest 9 reads [tool.pytest]")
    pytester.makepyprojecttoml('[tool.pytest]\ncall_path = "legacy"\nconversion_board = true\n')
    pytester.makepyfile("def test_it(call_path): pass")
    result = pytester.runpytest_inprocess("-p", "no:randomly")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["*conversion board*"])
