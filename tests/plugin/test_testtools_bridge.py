MODULE = """
import fixtures
import testtools
from testtools.content import text_content

class Half(fixtures.Fixture):
    def _setUp(self):
        self.addDetail("log", text_content("half set up"))
        raise RuntimeError("broken")

class Whole(fixtures.Fixture):
    def _setUp(self):
        self.addDetail("log", text_content("set up"))

class Skipping(fixtures.Fixture):
    def _setUp(self):
        self.useFixture(Whole())
        raise testtools.TestCase.skipException("no hypervisor here")
"""


def test_a_failure_is_shown_at_its_line_with_every_detail(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_it(self):
        self.useFixture(Whole())
        self.addDetail("mine", text_content("from the test"))
        self.assertEqual(1, 2)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       self.assertEqual(1, 2)",
            "E       *MismatchError: 1 != 2",
            "*- testtools detail mine -*",
            "from the test",
            "*- testtools detail log -*",
            "set up",
        ]
    )
    assert "Incompatible Exception" not in result.stdout.str()
    assert "detail traceback" not in result.stdout.str()


def test_a_fixture_that_cannot_be_set_up_fails_with_its_own_exception_and_details(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_it(self):
        self.useFixture(Half())
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       RuntimeError: broken", "*- testtools detail log -*", "half set up"])
    assert "SetupError" not in result.stdout.str()


def test_a_skip_in_a_fixture_is_a_skip(run):
    result = run(
        MODULE
        + """
class TestBody(testtools.TestCase):
    def test_it(self):
        self.useFixture(Skipping())

class TestSetUp(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(Skipping())

    def test_it(self):
        pass
""",
        "-rs",
    )
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED [[]2[]] test_a_skip_in_a_fixture_is_a_skip.py:*: no hypervisor here"])


def test_other_outcomes_are_as_they_were(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_passes(self):
        self.useFixture(Whole())

    def test_skips(self):
        self.skipTest("not today")

    def test_fails_as_known(self):
        self.expectFailure("known", self.assertEqual, 1, 2)

    def test_succeeds_unexpectedly(self):
        self.expectFailure("known", self.assertEqual, 1, 1)
"""
    )
    result.assert_outcomes(passed=1, skipped=1, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["Unexpected success"])


def test_a_failed_expectation_shows_its_mismatch_and_no_machinery(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_it(self):
        self.expectThat(1, testtools.matchers.Equals(2))
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Forced Test Failure", "*- testtools detail Failed expectation -*", "*: 1 != 2"])
    assert "runtest.py" not in result.stdout.str()


def test_of_two_failures_the_first_is_shown_and_the_other_is_a_detail(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_it(self):
        self.addCleanup(lambda: 1 / 0)
        self.assertEqual(1, 2)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E       *MismatchError: 1 != 2", "*- testtools detail traceback-1 -*", "ZeroDivisionError: division by zero"]
    )


def test_it_works_on_workers_and_without_xdist(run):
    text = (
        MODULE
        + """
class TestIt(testtools.TestCase):
    def test_fails(self):
        self.addDetail("mine", text_content("from the test"))
        self.assertEqual(1, 2)

    def test_skips(self):
        self.useFixture(Skipping())
"""
    )
    for arguments in (["-n2"], ["-p", "no:xdist", "--assert=plain"]):
        result = run(text, *arguments, subprocess=True)
        result.assert_outcomes(failed=1, skipped=1)
        result.stdout.fnmatch_lines(["*- testtools detail mine -*", "from the test"])


def test_both_call_paths_works_in_a_test_case(run):
    result = run(
        MODULE
        + """
class TestIt(testtools.TestCase):
    @both_call_paths
    def test_same(self, cloud):
        request(cloud)

    @pytest.mark.allow("driver", "one more call", operation="get_volume_connector")
    @both_call_paths
    def test_allowed(self, cloud):
        request(cloud, differs=True)

    @both_call_paths
    def test_differs(self, cloud):
        request(cloud, differs=True)
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E   *ConversionError: DIVERGED: *::TestIt::test_differs"])


def test_the_trace_of_a_cloud_fixture_is_a_detail(run):
    result = run(
        MODULE
        + """
from fakevirt.fixtures.cloud import CloudFixture

class TestIt(testtools.TestCase):
    def test_it(self):
        cloud = self.useFixture(CloudFixture()).cloud
        request(cloud)
        self.assertEqual(1, 2)
"""
    )
    result.stdout.fnmatch_lines(
        ["*- testtools detail fakevirt-trace -*", "*driver dst: check_can_live_migrate_destination(*"]
    )
