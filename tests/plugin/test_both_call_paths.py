def test_the_test_runs_on_both_paths_and_passes_if_nothing_else_differs(run):
    result = run(
        """
plans = []

@both_call_paths
def test_it(cloud):
    plans.append(str(cloud.plan))
    request(cloud)

def test_plans():
    assert plans == ["legacy", "objects"]
"""
    )
    result.assert_outcomes(passed=2)


def test_a_difference_fails_with_the_aligned_traces_and_a_line_that_reproduces_it(run):
    result = run(
        """
@both_call_paths
def test_it(cloud):
    request(cloud, differs=True)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   *ConversionError: DIVERGED: test_a_difference_fails_with*.py::test_it",
            "*1 difference; the first: driver get_volume_connector on dst is on the objects path only",
            "* legacy   —",
            "* objects  driver dst: get_volume_connector(*",
            "*reproduce:    pytest test_a_difference_fails_with*.py::test_it",
        ]
    )
    assert "plugin.py" not in result.stdout.str()


def test_a_test_that_calls_no_work_item_fails_as_not_compared(run):
    result = run(
        """
@both_call_paths
def test_it(cloud):
    cloud.boot("src")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NOT_COMPARED: *::test_it", "*the run under the plan 'legacy' entered no work item"])


def test_other_arguments_are_fixtures_and_parameters_as_ever(run):
    result = run(
        """
@pytest.fixture
def volumes():
    return 1

class TestIt:
    @pytest.mark.parametrize("host", ["dst", "other"])
    @both_call_paths(hosts=("src", "dst", "other"), shared_storage=True)
    def test_it(self, volumes, cloud, host, tmp_path):
        assert tmp_path.exists()
        cloud.check_can_live_migrate(cloud.boot("src", volumes=volumes), to=host)
"""
    )
    result.assert_outcomes(passed=2)


def test_a_failure_of_the_test_itself_is_shown_at_its_line_with_its_path(run):
    result = run(
        """
@both_call_paths
def test_it(cloud):
    request(cloud)
    assert not cloud.plan.converted
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       assert not cloud.plan.converted",
            "E       fakevirt: this is the run on the objects call path (plan 'objects'), the legacy call path passed",
        ]
    )
    assert "decorator.py" not in result.stdout.str()


def test_pytest_fail_is_told_with_its_path(run):
    result = run(
        """
@both_call_paths
def test_it(cloud):
    pytest.fail("no good")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E       Failed: no good", "E       fakevirt: this is the run on the legacy call path*"]
    )


def test_a_skip_stays_a_skip_with_its_own_reason(run):
    result = run(
        """
import unittest

@both_call_paths
def test_pytest(cloud):
    pytest.skip("not today")

@both_call_paths
def test_unittest(cloud):
    raise unittest.SkipTest("not today")
""",
        "-rs",
    )
    result.assert_outcomes(skipped=2)
    reasons = [line for line in result.outlines if line.startswith("SKIPPED")]
    assert reasons
    assert all(line.endswith("not today") for line in reasons)


def test_mocker_spies_on_a_step_of_the_manager_on_both_paths(run):
    result = run(
        """
@both_call_paths
def test_it(cloud, mocker):
    spy = mocker.spy(cloud.host("src").manager, "_post_live_migration")
    cloud.live_migrate(cloud.boot("src"), to="dst")
    spy.assert_called_once()
"""
    )
    result.assert_outcomes(passed=1)


def test_an_unknown_argument_of_the_cloud_is_refused_in_four_parts(run):
    result = run(
        """
@both_call_paths(host=("src",))
def test_it(cloud):
    request(cloud)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected: * arguments of Cloud: plan, conductor, hosts, *",
            "*happened: * host is none",
            "*where:*",
            "*how to go on:*",
        ]
    )


def test_it_runs_on_workers_with_plain_asserts_and_without_xdist(run):
    text = """
@pytest.mark.parametrize("n", range(3))
@both_call_paths
def test_it(cloud, n):
    request(cloud)
"""
    run(text, "-n2", "--assert=plain", subprocess=True).assert_outcomes(passed=3)
    run(text, "-p", "no:xdist", subprocess=True).assert_outcomes(passed=3)


def test_it_needs_nothing_of_the_plugin(run):
    result = run(
        """
@pytest.mark.allow("driver", "one more call", operation="get_volume_connector")
@both_call_paths
def test_it(cloud):
    request(cloud, differs=True)
""",
        "-p",
        "no:fakevirt",
        ini="markers = allow\n",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
