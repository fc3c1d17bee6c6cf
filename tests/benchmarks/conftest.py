"""What the benchmarks share: each group has its references measured in the same run, and some have a limit.

``--performance FILE`` writes the tables into the places that FILE has for them, and a picture beside it.
"""

import dataclasses
import os
import platform
import re
import timeit
from pathlib import Path

import pytest
from benchmarks.drawing import drawn

MEASURED = pytest.StashKey[list["Measured"]]()
PATHS = pytest.StashKey[list["Paths"]]()
PROFILE = pytest.StashKey[list[tuple[str, bool | None, float]]]()
SIZES = pytest.StashKey[list[tuple[int, float, float]]]()


@dataclasses.dataclass
class Measured:
    """What took how long, in seconds, and how long it may take: in seconds, and in those of the first of its group."""

    group: str
    name: str
    least: float
    median: float
    limit: float | None
    times: float | None
    first: float

    @property
    def ratio(self):
        return self.least / self.first

    @property
    def targets(self):
        limits = {} if self.limit is None else {written(self.limit): self.least <= self.limit}
        if self.times is not None:
            limits[f"{self.times} times the first"] = self.ratio <= self.times
        return limits


@dataclasses.dataclass
class Paths:
    """What the two call paths of a work item cost: seconds, and numbers for each run of a scenario."""

    work_item: str
    scenarios: int
    seconds: tuple[float, float]
    queries: tuple[float, float]
    round_trips: tuple[float, float]
    sent: tuple[float, float]


def written(seconds):
    """Return a time in the unit that suits it."""
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if abs(seconds) * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


@pytest.fixture
def measured(request, benchmark):
    """Return a function that takes down what the benchmark took, and holds it against limits.

    The least of the times counts: it is what the code takes, and the others are what the machine did besides.
    """

    def measured(name, limit=None, *, times=None, seconds=None):
        everything = request.config.stash.setdefault(MEASURED, [])
        data = sorted(benchmark.stats.stats.data if seconds is None else seconds)
        first = next((taken.least for taken in everything if taken.group == benchmark.group), data[0])
        taken = Measured(benchmark.group, name, data[0], data[len(data) // 2], limit, times, first)
        everything.append(taken)
        missed = [limit for limit, is_met in taken.targets.items() if not is_met]
        assert not missed, f"{name}: {written(taken.least)} and {taken.ratio:.2f} times the first, limit {missed}"

    return measured


@pytest.fixture(scope="session")
def paths(pytestconfig):
    """The list of what the call paths of work items cost."""
    return pytestconfig.stash.setdefault(PATHS, [])


@pytest.fixture(scope="session")
def profile(pytestconfig):
    """The list of what a comparison's time goes to: a name, whether it is fakevirt's own, and seconds.

    What is neither, None, is a call of a library, with all that it calls.
    """
    return pytestconfig.stash.setdefault(PROFILE, [])


@pytest.fixture(scope="session")
def sizes(pytestconfig):
    """The list of what a live migration costs: other instances, its seconds, and the seconds it took to insert them."""
    return pytestconfig.stash.setdefault(SIZES, [])


def pytest_addoption(parser):
    parser.addoption("--performance", type=Path, metavar="FILE", help="write the tables into FILE")


def pytest_terminal_summary(terminalreporter, config):
    stashed = {
        "measured": (MEASURED, measured_table),
        "paths": (PATHS, paths_table),
        "profile": (PROFILE, profile_table),
        "sizes": (SIZES, sizes_table),
    }
    # What was not measured this time stays on the page as it is.
    tables = {name: table(config.stash[key]) for name, (key, table) in stashed.items() if key in config.stash}
    if MEASURED in config.stash:
        tables["machine"] = machine()
    for table in tables.values():
        terminalreporter.write_line("")
        terminalreporter.write_line(table)
    path = config.option.performance
    if path is not None:
        text = path.read_text()
        for name, table in tables.items():
            begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
            text, places = re.subn(f"{begin}.*?{end}", lambda _, t=table: f"{begin}\n{t}\n{end}", text, flags=re.DOTALL)  # noqa: B023
            assert places == 1, f"{path} has no place for {name}"
        path.write_text(text)
        if SIZES in config.stash:
            path.with_name("scale.svg").write_text(drawn([point[:2] for point in config.stash[SIZES]]))


def machine():
    # The same work on every machine, so that figures of a slow or busy one can be read.
    loop = min(timeit.repeat("sum(range(1000))", number=100, repeat=50)) / 100
    return (
        f"Measured with {platform.python_implementation()} {platform.python_version()} on {os.cpu_count()} cores, "
        f"where `sum(range(1000))` takes {written(loop)}."
    )


def measured_table(everything):
    lines = ["| what | least | median | times the first | target |", "|---|---|---|---|---|"]
    for group in dict.fromkeys(taken.group for taken in everything):
        members = [taken for taken in everything if taken.group == group]
        lines.append(f"| **{group}** | | | | |")
        for taken in members:
            targets = "; ".join(f"{limit}: {'met' if is_met else 'missed'}" for limit, is_met in taken.targets.items())
            cells = (taken.name, written(taken.least), written(taken.median), f"{taken.ratio:.2f}", targets)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def paths_table(everything):
    lines = [
        "| work item | scenarios | time | queries | conductor round trips | bytes sent |",
        "|---|---|---|---|---|---|",
    ]
    for cost in everything:
        legacy, objects = cost.seconds
        cells = [
            f"{written(legacy)} → {written(objects)} ({objects / legacy:.2f})",
            *(f"{before:.1f} → {after:.1f}" for before, after in (cost.queries, cost.round_trips)),
            "{:.0f} → {:.0f}".format(*cost.sent),
        ]
        lines.append(f"| `{cost.work_item}` | {cost.scenarios} | {' | '.join(cells)} |")
    return "\n".join(lines)


def profile_table(everything):
    whole = sum(seconds for _, is_own, seconds in everything if is_own is not None)
    lines = ["| where | time | of all |", "|---|---|---|"]
    for heading, own in (("**libraries**", False), ("**fakevirt**", True)):
        parts = [(name, seconds) for name, is_own, seconds in everything if is_own is own]
        lines += [
            f"| {name} | {written(seconds)} | {seconds / whole:.0%} |"
            for name, seconds in [(heading, sum(seconds for _, seconds in parts)), *parts]
            if seconds > whole / 100
        ]
    calls = [(name, seconds) for name, is_own, seconds in everything if is_own is None]
    lines += [f"| within {name} | {written(seconds)} | {seconds / whole:.0%} |" for name, seconds in calls]
    return "\n".join(lines)


def sizes_table(everything):
    lines = ["| other instances | a live migration and the state after it | inserting them |", "|---|---|---|"]
    lines += [f"| {count:,} | {written(taken)} | {written(inserting)} |" for count, taken, inserting in everything]
    return "\n".join(lines)
