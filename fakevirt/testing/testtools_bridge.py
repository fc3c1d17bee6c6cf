"""testtools under pytest: a plugin of its own, loaded with the first test case of testtools.

testtools tells pytest of a failure in words only, its details among them, and of a fixture that skips as of one that
could not be set up. Here the report is made of what was really raised, and the details stand in sections of their own.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import Any

import fixtures
import pytest
import testtools

from fakevirt import running_test


@dataclass(slots=True)
class Caught:
    """What a test case caught while it ran.

    Args:
        skips: The requests to skip, in order.
        failures: Every other exception, in order, by the name of the detail that has its traceback.
    """

    skips: list[BaseException] = field(default_factory=list)
    failures: dict[str, BaseException] = field(default_factory=dict)

    def first_failure(self) -> BaseException | None:
        """Return the first exception, apart from those that only say that a fixture could not be set up."""
        failures = (error for error in self.failures.values() if not isinstance(error, fixtures.SetupError))
        return next(failures, None)


CAUGHT = pytest.StashKey[Caught]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Note what the test case catches from now on."""
    case = getattr(item, "instance", None)
    if not isinstance(case, testtools.TestCase):
        return
    caught = item.stash[CAUGHT] = Caught()

    def note(exc_info: Any) -> None:
        if isinstance(exc_info[1], case.skipException):
            caught.skips.append(exc_info[1])
            return
        # testtools adds the traceback, if it is to be shown at all, just before it tells.
        newest = next(reversed(case.getDetails()), "")
        if newest.startswith("traceback"):
            caught.failures[newest] = exc_info[1]

    case.addOnException(note)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Put what was raised in the place of testtools' words.

    pytest has put those in just before, and makes the report just after.
    """
    caught = item.stash.get(CAUGHT, None)
    if caught is None or call.when != "call" or call.excinfo is None:
        return
    if isinstance(call.excinfo.value, pytest.skip.Exception | pytest.xfail.Exception):
        return
    failure = caught.first_failure()
    if failure is not None:
        call.excinfo = pytest.ExceptionInfo.from_exception(_without_machinery(failure))
        _show_details(item, caught, failure)
    elif caught.skips:
        skip = caught.skips[0]
        # With its traceback the report names the place of the skip.
        reason = pytest.skip.Exception(str(skip) or "no reason given").with_traceback(skip.__traceback__)
        call.excinfo = pytest.ExceptionInfo.from_exception(reason)


def _without_machinery(failure: BaseException) -> BaseException:
    """Return what testtools itself raised, for an expectation that failed earlier, without the way it took."""
    frames = (frame for frame, _ in traceback.walk_tb(failure.__traceback__))
    if not all("__unittest" in frame.f_globals for frame in frames):
        return failure
    shown = pytest.fail.Exception(str(failure), pytrace=False)
    return shown.with_traceback(failure.__traceback__)


def _show_details(item: pytest.Item, caught: Caught, shown: BaseException) -> None:
    """Give the report a section for each detail, without what the failure itself says."""
    test = running_test.current()
    case = getattr(item, "instance", None)
    assert test is not None
    assert isinstance(case, testtools.TestCase)
    for name, content in case.getDetails().items():
        told = caught.failures.get(name)
        if told is not shown and not isinstance(told, fixtures.SetupError):
            test.sections.append((f"testtools detail {name}", content.as_text()))
