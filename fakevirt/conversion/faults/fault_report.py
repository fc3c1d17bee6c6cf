"""A faulty run in words: what a person reads when it does not pass."""

from __future__ import annotations

import re

from fakevirt.conversion import report
from fakevirt.conversion.faults.sweep import FaultyRun


def describe(run: FaultyRun) -> str:
    """Return all that there is to say of a faulty run."""
    return report.describe(
        run.comparison,
        what=f"{run.work_item} / {run.scenario.name} with {run.planted}",
        reproduce=f"fakevirt verify {run.options}",
        broken=[
            *(f"only the object path: {breach}" for breach in sorted(run.regressions)),
            *(f"the legacy path, reviewed by nobody: {breach}" for breach in sorted(run.unreviewed)),
        ],
    )


def cause(run: FaultyRun) -> str:
    """Return what failures of the same kind have in common, in one line."""
    if run.comparison.not_compared is not None:
        return f"{run.work_item}: {run.comparison.not_compared}"
    difference = run.comparison.cause
    if difference is not None:
        where = "" if difference.field is None else f" {re.sub(r'[0-9]+', 'n', difference.field)}"
        side = "legacy" if str(difference.objects) == "—" else "objects" if str(difference.legacy) == "—" else "both"
        return f"{run.comparison.to_blame}: {difference.channel} {difference.operation}{where} ({side})"
    kind, broken = ("objects", run.regressions) if run.regressions else ("legacy", run.unreviewed)
    breach = min(broken)
    what = re.sub(r"-[0-9]+", "", breach.what)
    return f"{run.work_item}: {kind} breaks {breach.invariant} ({what})"
