"""What was found before: the ratchet for a project in the middle of its conversion."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fakevirt.audit.finding import Finding
from fakevirt.usage_error import UsageError

_FIELDS = ("path", "function", "rule", "source")
_WHERE = "fakevirt audit --baseline"

Identity = tuple[str, str, str, str]


def record(findings: Sequence[Finding], file: Path) -> None:
    """Write what is found to a file.

    Raises:
        UsageError: It cannot be written.
    """
    counts = Counter(finding.identity for finding in findings)
    entries = [{**dict(zip(_FIELDS, identity, strict=True)), "count": n} for identity, n in sorted(counts.items())]
    try:
        file.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            expected="a file that can be written",
            happened=f"{error.strerror}: {file}",
            where=_WHERE,
            how_to_go_on="name a file in a folder that exists",
        ) from None


def read_baseline(file: Path) -> Counter[Identity]:
    """Return how often each finding is in a file.

    Raises:
        UsageError: It is no such file.
    """
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return Counter({tuple(str(entry[name]) for name in _FIELDS): int(entry["count"]) for entry in entries})  # type: ignore[misc]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            expected="a file that --baseline has written",
            happened=f"{type(error).__name__}: {error}",
            where=f"{_WHERE} {file}",
            how_to_go_on="delete the file, and run again to record what is found today",
        ) from None


def new_findings(findings: Sequence[Finding], before: Counter[Identity]) -> tuple[Finding, ...]:
    """Return what is found and was not before; of equal ones, those further down."""
    left = before.copy()
    new = []
    for finding in findings:
        if left[finding.identity] > 0:
            left[finding.identity] -= 1
        else:
            new.append(finding)
    return tuple(new)


def gone(findings: Sequence[Finding], before: Counter[Identity]) -> int:
    """Return how many findings there were that are there no more."""
    return (before - Counter(finding.identity for finding in findings)).total()
