"""The table of what was told, and its place in the documentation."""

import collections
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from driver_mutants.mutants import NOVAS, OWN, Mutant, mutants
from driver_mutants.operators import OPERATORS
from driver_mutants.runs import Outcome

DRIVERS = {OWN: "`FakeVirtDriver`", NOVAS: "`InMemoryDriver`"}
_ALL = "**all**"
#: Where the table stands on a page, the marks with it.
_PLACE = re.compile("<!-- mutants -->.*?<!-- end of mutants -->", re.DOTALL)


def driver_of(mutant: Mutant) -> str:
    """Return the package that a mutant's driver has its code in."""
    return next(part for part in DRIVERS if mutant.module.startswith(part))


def rows_of(mutant: Mutant) -> tuple[str, ...]:
    """Return the rows that a mutant counts in."""
    return mutant.operator, _ALL, f"… of {DRIVERS[driver_of(mutant)]}"


def sizes(tried: Iterable[Mutant]) -> dict[str, int]:
    """Return how many mutants each row of the table has, in their order."""
    counted = collections.Counter(row for mutant in tried for row in rows_of(mutant))
    rows = (*OPERATORS, _ALL, *(f"… of {name}" for name in DRIVERS.values()))
    return {row: counted[row] for row in rows if counted[row]}


def heading(every: int) -> str:
    """Return the sentence above the table: which mutants it is about."""
    made = [f"{len(mutants((part,)))} of {name}" for part, name in DRIVERS.items()]
    which = "all of them" if every == 1 else f"one of every {every}"
    return f"There are {' and '.join(made)}. The table has {which}, in one run:"


def table(outcomes: Sequence[Outcome]) -> str:
    """Return what was told, as Markdown."""
    told, told_by_novas, late = collections.Counter(), collections.Counter(), collections.Counter()
    for outcome in outcomes:
        for row in rows_of(outcome.mutant):
            told[row] += outcome.ours.failed is not None
            told_by_novas[row] += outcome.novas.failed is not None
            late[row] += outcome.ours.is_late or outcome.novas.is_late
    lines = [
        "| mistake | drivers | told by fakevirt | by Nova's suite | not through in time |",
        "|---|---|---|---|---|",
    ]
    for row, made in sizes(outcome.mutant for outcome in outcomes).items():
        shares = (f"{counted[row]} ({100 * counted[row] / made:.1f} %)" for counted in (told, told_by_novas))
        lines.append(f"| {row} | {made} | {' | '.join(shares)} | {late[row]} |")
    return "\n".join(lines)


def write(page: Path, every: int, outcomes: Sequence[Outcome]) -> None:
    """Put the table into its place on a page."""
    content = f"<!-- mutants -->\n{heading(every)}\n\n{table(outcomes)}\n<!-- end of mutants -->"
    text, places = _PLACE.subn(lambda _: content, page.read_text())
    if places != 1:
        raise LookupError(f"{page} has no place for the table")
    page.write_text(text)


def written(page: Path) -> str:
    """Return what stands in that place."""
    (place,) = _PLACE.findall(page.read_text())
    return place
