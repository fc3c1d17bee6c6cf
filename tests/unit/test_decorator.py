"""The decorator by itself, as any runner calls it."""

import inspect
import unittest

import pytest
import testtools

from fakevirt import both_call_paths, running_test
from fakevirt.conversion.check import ConversionError
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError


@pytest.fixture(autouse=True)
def _no_pytest():
    """Let the decorator see what it sees under another runner."""
    with running_test.running(None):
        yield


def request(cloud, differs=False):
    cloud.check_can_live_migrate(cloud.boot("src"), to="dst")
    if differs and cloud.plan.converted:
        cloud.host("dst").driver.get_volume_connector({"uuid": "x"})


def test_the_test_gets_a_cloud_of_each_path_and_its_other_arguments():
    seen = []

    @both_call_paths
    def test(first, cloud, *, last):
        seen.append((first, str(cloud.plan), last))
        request(cloud)

    assert test(1, last=2) is None
    assert seen == [(1, "legacy", 2), (1, "objects", 2)]


def test_its_signature_is_the_test_s_without_the_cloud():
    @both_call_paths
    def test(first, cloud, last=3):
        """What it does."""

    assert str(inspect.signature(test)) == "(first, last=3)"
    assert (test.__name__, test.__doc__) == ("test", "What it does.")


def test_arguments_are_those_of_the_cloud():
    hosts = []

    @both_call_paths(hosts=("src", "dst", "third"), shared_storage=False, plan=ConversionPlan.only("compute_utils"))
    def test(cloud):
        hosts.append((str(cloud.plan), cloud.host("third").name))
        server = cloud.boot("src", volumes=1, boot_from_volume=True)
        cloud.check_can_live_migrate(server, to="third")

    test()
    assert hosts == [("legacy", "third"), ("only compute_utils", "third")]


def test_both_clouds_are_closed_afterwards_and_begin_alike():
    uuids = []

    @both_call_paths
    def test(cloud):
        uuids.append(cloud.boot("src").uuid)
        request(cloud)

    test()
    assert uuids[0] == uuids[1]


def test_a_difference_is_a_conversion_error_with_the_comparison():
    @both_call_paths
    def test(cloud):
        request(cloud, differs=True)

    with pytest.raises(ConversionError, match=r"^DIVERGED: .*test_decorator.*<locals>\.test\n") as caught:
        test()
    (difference,) = caught.value.comparison.divergences
    assert difference.operation == "get_volume_connector"


def test_a_mark_on_the_function_allows_a_difference():
    @pytest.mark.allow("driver", "one more call", operation="get_volume_connector")
    @both_call_paths
    def test(cloud):
        request(cloud, differs=True)

    test()


def test_a_test_that_enters_no_work_item_is_not_compared():
    @both_call_paths
    def test(cloud):
        cloud.boot("src")

    with pytest.raises(ConversionError, match=r"^NOT_COMPARED: ") as caught:
        test()
    assert caught.value.comparison.not_compared == "the run under the plan 'legacy' entered no work item"


@pytest.mark.parametrize(
    ("failing", "note"),
    [
        (("legacy", "objects"), "fakevirt: this is the run on the legacy call path (plan 'legacy')"),
        (
            ("objects",),
            "fakevirt: this is the run on the objects call path (plan 'objects'), the legacy call path passed",
        ),
    ],
)
def test_a_failure_of_the_test_is_raised_as_it_is_and_says_on_which_path(failing, note):
    error = ValueError("the test's own")

    @both_call_paths
    def test(cloud):
        request(cloud)
        if str(cloud.plan) in failing:
            raise error

    with pytest.raises(ValueError, match="the test's own") as caught:
        test()
    assert caught.value is error
    assert error.__notes__[0] == note


def test_a_failure_on_the_object_path_only_shows_where_the_runs_differ():
    @both_call_paths
    def test(cloud):
        request(cloud, differs=True)
        assert not cloud.plan.converted

    with pytest.raises(AssertionError) as caught:
        test()
    assert "get_volume_connector" in caught.value.__notes__[1]


def test_a_cloud_that_cannot_be_set_up_is_the_caller_s_error():
    @both_call_paths(hosts=())
    def test(cloud):
        request(cloud)

    with pytest.raises(UsageError, match="the names of one or more compute hosts"):
        test()


def test_an_unknown_argument_is_refused():
    @both_call_paths(host=("src",))
    def test(cloud):
        request(cloud)

    with pytest.raises(UsageError, match="host is none"):
        test()


async def coroutine(cloud):
    """No test that could be called."""


def generator(cloud):
    yield


def without_cloud(clouds):
    """No test that could be given one."""


class TestClass:
    """No function."""


@pytest.mark.parametrize(
    ("test", "happened"),
    [
        (coroutine, "coroutine is a coroutine or generator function: calling it runs nothing"),
        (generator, "generator is a coroutine or generator function: calling it runs nothing"),
        (without_cloud, "without_cloud(clouds) takes no cloud"),
        (TestClass, f"{TestClass!r} is neither"),
        ("src", "'src' is neither"),
    ],
    ids=["coroutine", "generator", "without cloud", "class", "string"],
)
@pytest.mark.parametrize("decorate", [both_call_paths, both_call_paths(shared_storage=False)], ids=["bare", "called"])
def test_what_is_no_test_of_a_cloud_is_refused_at_once(test, happened, decorate):
    with pytest.raises(UsageError) as caught:
        decorate(test)
    assert caught.value.happened == happened


@pytest.mark.parametrize("case", [unittest.TestCase, testtools.TestCase])
def test_it_works_in_a_test_case_of_another_runner(case):
    class Example(case):
        @both_call_paths
        def test_same(self, cloud):
            request(cloud)
            assert isinstance(self, case)

        @both_call_paths
        def test_differs(self, cloud):
            request(cloud, differs=True)

    result = unittest.TestResult()
    unittest.TestSuite([Example("test_same"), Example("test_differs")]).run(result)
    ((failed, text),) = result.failures
    assert result.testsRun == 2
    assert not result.errors
    assert failed.id().endswith("test_differs")
    assert "DIVERGED: " in text
    assert "reproduce:    python -m unittest " in text
