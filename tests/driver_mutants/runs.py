"""What drivers are held to, run against a mutant."""

import contextlib
import io
import signal
import tempfile
import unittest
from dataclasses import dataclass
from unittest import mock

import pytest
from hypothesis import Phase

from driver_mutants.mutants import Mutant, planted_or_not
from fakevirt.suite import driver_sequences

#: How long it may take, in seconds: a mutant may go on for ever.
PATIENCE = 120
CONTRACT = ("--pyargs", "fakevirt.suite.test_driver", "--exitfirst", "--quiet", "-p", "no:cacheprovider")
#: In their order, so that a mutant is always killed by the same test.
IN_ORDER = tuple(f"-pno:{plugin}" for plugin in ("randomly", "benchmark", "xdist", "cov"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant.

    Args:
        mutant: The mutant.
        killed_by: The test of ours that has failed, None if none has.
        killed_by_novas: The test of Nova's suite that has failed; None if none has, or it was not run.
    """

    mutant: Mutant | None
    killed_by: str | None
    killed_by_novas: str | None = None


def run(mutant: Mutant | None) -> Outcome:
    """Run the contract of drivers against a mutant, or against the driver as it is."""
    with planted_or_not(mutant):
        return Outcome(mutant, contract())


def contract() -> str | None:
    """Return the first test of the contract that fails."""
    failed = _Failed()
    # A sequence that fails is enough; nobody reads the shortest one.
    at_once = mock.patch.object(driver_sequences, "PHASES", [Phase.generate])
    with tempfile.TemporaryDirectory() as directory, _in_time(), at_once:
        status = pytest.main([*CONTRACT, *IN_ORDER, f"--rootdir={directory}", "-c", "/dev/null"], plugins=[failed])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        raise RuntimeError(f"the contract could not be run: {status}")
    return failed.name


def first_failure(suite: unittest.TestSuite) -> str | None:
    """Return the first test of a suite that fails."""
    result = unittest.TestResult()
    result.failfast = True
    with _in_time():
        suite.run(result)
    return next((test.id().rpartition(".")[2] for test, _ in (*result.failures, *result.errors)), None)


class _Failed:
    """Keeps the name of the first test that has failed."""

    def __init__(self) -> None:
        self.name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid.rpartition("::")[2]


@contextlib.contextmanager
def _in_time():
    """Let what takes too long fail, and keep what is printed to itself."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        before = signal.signal(signal.SIGALRM, _out_of_patience)
        signal.alarm(PATIENCE)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


def _out_of_patience(*_: object) -> None:
    raise TimeoutError(f"it was not through after {PATIENCE} s")
