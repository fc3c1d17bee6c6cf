"""What drivers are held to, run against a mutant."""

import contextlib
import io
import signal
import tempfile
import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

import pytest
from hypothesis import Phase

from driver_mutants.mutants import Mutant, planted_or_not
from fakevirt.suite import driver_sequences

#: How long it may take, in seconds: a mutant may go on for ever. Without a mistake it is a tenth, on an idle machine.
PATIENCE = 300
CONTRACT = ("--pyargs", "fakevirt.suite.test_driver")
#: In their order, so that a mutant is always killed by the same test.
IN_ORDER = tuple(f"-pno:{plugin}" for plugin in ("randomly", "benchmark", "xdist", "cov", "cacheprovider"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What tests say of a driver.

    Args:
        failed: The first that has failed, None if none has.
        is_late: They were not through in time. It is not known then what they say: the machine may have been busy.
    """

    failed: str | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant.

    Args:
        mutant: The mutant, None for the drivers as they are.
        ours: What our tests say.
        novas: What Nova's suite says, if it was run.
    """

    mutant: Mutant | None
    ours: Verdict
    novas: Verdict = Verdict()


def run(mutant: Mutant | None) -> Outcome:
    """Run the contract of drivers against a mutant, or against the driver as it is."""
    with planted_or_not(mutant):
        return Outcome(mutant, contract())


def contract(which: tuple[str, ...] = CONTRACT) -> Verdict:
    """Return what the contract says, up to the first test that fails.

    Args:
        which: The contract and the driver, as arguments of pytest.
    """
    failed = _Failed()
    # A sequence that fails is enough; nobody reads the shortest one.
    at_once = mock.patch.object(driver_sequences, "PHASES", [Phase.generate])
    with tempfile.TemporaryDirectory() as directory, at_once, _in_time() as watch:
        arguments = (*which, *IN_ORDER, "--exitfirst", "--quiet", f"--rootdir={directory}", "-c", "/dev/null")
        status = pytest.main([*arguments], plugins=[failed])
    if watch.has_rung:
        return Verdict(is_late=True)
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        raise RuntimeError(f"the contract could not be run: {status}")
    return Verdict(failed.name)


def first_failure(suite: unittest.TestSuite) -> Verdict:
    """Return what a suite says, up to the first test that fails."""
    result = unittest.TestResult()
    result.failfast = True
    with _in_time() as watch:
        suite.run(result)
    if watch.has_rung:
        return Verdict(is_late=True)
    return Verdict(next((test.id().rpartition(".")[2] for test, _ in (*result.failures, *result.errors)), None))


class _Failed:
    """Keeps the name of the first test that has failed."""

    def __init__(self) -> None:
        self.name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid.rpartition("::")[2]


class _Watch:
    """Rings once; what is under way then fails, whatever test that is."""

    def __init__(self) -> None:
        self.has_rung = False

    def ring(self, *_: object) -> None:
        self.has_rung = True
        raise TimeoutError(f"it was not through after {PATIENCE} s")


@contextlib.contextmanager
def _in_time() -> Iterator[_Watch]:
    """Let what takes too long end, and keep what is printed to itself."""
    watch = _Watch()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        before = signal.signal(signal.SIGALRM, watch.ring)
        signal.alarm(PATIENCE)
        try:
            yield watch
        except TimeoutError:
            # It rang between two tests.
            if not watch.has_rung:
                raise
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
