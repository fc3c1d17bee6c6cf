"""The search: a number of examples, and the smallest that diverges."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import hypothesis
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisException
from hypothesis.reporting import with_reporter

from fakevirt.conversion import report
from fakevirt.conversion.generated.example import Example
from fakevirt.conversion.generated.reduction import reduced
from fakevirt.conversion.generated.strategy import examples
from fakevirt.conversion.generated.trial import Trial, compare_example
from fakevirt.conversion.verification import Progress
from fakevirt.usage_error import UsageError


@dataclass(slots=True)
class Search:
    """What was run and found.

    Args:
        number: How many examples were asked for.
        seed: What they were drawn with: the same number and seed draw the same examples.
        examples: How many were compared.
        requests: How many calls were made in them, on each call path.
        entered: The work items that they entered.
        diverging: The smallest example that diverges, None if none did.
        troubles: What Hypothesis has to say of the search itself: that is never a pass.
    """

    number: int
    seed: int
    examples: int = 0
    requests: int = 0
    entered: set[str] = field(default_factory=set)
    diverging: Trial | None = None
    troubles: list[str] = field(default_factory=list)

    @property
    def passes(self) -> bool:
        """Whether no example diverges, and the search was one."""
        return self.diverging is None and not self.troubles

    @property
    def message(self) -> str:
        """All that there is to say."""
        lines = [f"hypothesis:     {trouble}" for trouble in self.troubles]
        if self.diverging is not None:
            lines += [_describe(self.diverging, self), "", "As a test:", "", self.diverging.test]
        counted = f"{self.examples} examples of seed {self.seed}: {self.requests} requests on each call path"
        verdict = "none diverged" if self.diverging is None else "one diverged, and is told as its smallest"
        return "\n".join([*lines, f"{counted}, {len(self.entered)} work items entered, {verdict}"])


class _Diverged(Exception):
    """An example diverges."""


def search(number: int, seed: int, *, progress: Progress | None = None) -> Search:
    """Compare examples on both call paths until one diverges, and make that one small.

    Args:
        number: How many examples.
        seed: What they are drawn with.
        progress: Told of every example; while one is made small there are more than were asked for.
    """
    found = Search(number, seed)
    runs = 0

    def compared(example: Example) -> Trial:
        nonlocal runs
        trial = compare_example(example)
        runs += 1
        if progress is not None:
            progress(runs, max(number, runs))
        return trial

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=number,
        derandomize=False,
        # Nothing is written into the folder of whoever asks, and nothing found before comes first.
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
        # How long drawing takes says something about the machine only.
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        verbosity=hypothesis.Verbosity.normal,
    )
    @hypothesis.given(examples())
    def both_call_paths_agree(example: Example) -> None:
        trial = compared(example)
        # What never reaches a manager proves nothing, and is not counted.
        hypothesis.assume(trial.comparison.legacy.entered)
        # One that diverges is run twice, to see that it always does.
        if found.diverging is None:
            found.examples += 1
            found.requests += trial.requests
            found.entered |= trial.comparison.legacy.entered
        if not trial.passes:
            found.diverging = trial
            raise _Diverged

    with _nothing_kept(), with_reporter(lambda what: found.troubles.append(str(what))):
        try:
            both_call_paths_agree()
        except _Diverged:
            assert found.diverging is not None
            found.diverging = _smallest(found.diverging, compared)
        except HypothesisException as error:
            found.troubles.append(f"{type(error).__name__}: {error}")
    return found


def _smallest(trial: Trial, compared: Callable[[Example], Trial]) -> Trial:
    cause = trial.cause

    def diverges(example: Example) -> bool:
        try:
            return compared(example).cause == cause
        except UsageError:
            # It names a host that is gone, say.
            return False

    return compared(reduced(trial.example, diverges))


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Let Hypothesis keep what it notes of the code in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="fakevirt-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _describe(trial: Trial, found: Search) -> str:
    return report.describe(
        trial.comparison,
        what=f"a generated scenario of {len(trial.example.calls)} calls",
        reproduce=f"fakevirt verify --random {found.number} --seed {found.seed}",
    )
