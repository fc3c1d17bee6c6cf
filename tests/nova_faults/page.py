"""The page that tells what was found."""

import collections
import importlib.metadata
from collections.abc import Iterable, Iterator

from nova_faults.runs import SCENARIOS, Run

#: The line that writes the page again.
COMMAND = "make nova-faults"
#: What is said of runs that break nothing, by the host that the guest is on.
_SOUND = {"The guest has moved all the same": "dst", "The guest stays, and nothing is broken": "src"}


def page(runs: Iterable[Run]) -> str:
    """Return the page as Markdown.

    Args:
        runs: Every run, the one without a fault first in each scenario.
    """
    runs = list(runs)
    return "\n".join([*_intro(runs), *_invariants(runs), *_scenarios(runs)]) + "\n"


def _intro(runs: list[Run]) -> Iterator[str]:
    faulty = [run for run in runs if run.fault is not None]
    broken = sum(bool(run.breaches) for run in faulty)
    version = importlib.metadata.version("nova")
    yield f"""# What Nova leaves behind

A live migration of Nova {version} between two compute services in Nova's own functional tests, with one thing that
fails: every call of a virt driver, of Cinder and of Neutron and every message in turn, before it takes effect and,
where it changes something, after. Below is what there is then of the instance.

The drivers are [`InMemoryDriver`](how-to/nova.md), which moves the guest and what belongs to it; Cinder, Neutron and
placement are Nova's fixtures; messages go through `FastRPCFixture(casts="calls")`, so that a run is the same each time.
Nova itself is unchanged. This page is written by `{COMMAND}`.

{len(faulty)} migrations with a fault, {broken} of which break something that should hold."""
    yield ""


def _invariants(runs: list[Run]) -> Iterator[str]:
    counts = collections.Counter(breach for run in runs for breach in run.breaches)
    yield "| what should hold | does not, in |"
    yield "|---|---|"
    for breach, count in counts.most_common():
        yield f"| {breach} | {count} |"
    yield ""


def _scenarios(runs: list[Run]) -> Iterator[str]:
    for name in SCENARIOS:
        of_it = [run for run in runs if run.scenario == name and run.fault is not None]
        yield f"## {name.capitalize()}"
        yield ""
        if not of_it:
            yield "It was not run."
            yield ""
            continue
        yield "| where | service | what fails | how | left behind | does not hold |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(run) for run in of_it if run.breaches or run.trouble or not run.is_struck)
        yield ""
        sound = [run for run in of_it if not (run.breaches or run.trouble) and run.is_struck]
        for text, where in _SOUND.items():
            told = [run for run in sound if run.after is not None and run.after.host == where]
            if told:
                yield f"{text}: {_named(told)}."
                yield ""


def _row(run: Run) -> str:
    point = run.fault.point
    left = "; ".join(f"{name} {_told(value)}" for name, value in run.after.changes(run.before)) if run.after else ""
    broken = "<br>".join(run.breaches)
    if run.trouble:
        broken = f"{broken}<br>{run.trouble}".removeprefix("<br>")
    if not run.is_struck and not run.trouble:
        broken = "the migration did not come to it"
    if run.refused:
        left = f"the API says {run.refused}; {left}"
    operation = f"`{point.operation}`" + (f" (call {point.nth})" if point.nth > 1 else "")
    return f"| {point.boundary} | {point.service} | {operation} | {run.fault.what} | {left} | {broken} |"


def _told(value: object) -> str:
    match value:
        case None:
            return "none"
        case str():
            return f"`{value}`" if len(value) < 40 else f"`{value[:37]}…`"
        case dict():
            return ", ".join(f"{host}: {status}" for host, status in value.items()) or "none"
        case tuple():
            return " and ".join(_told(item) if not isinstance(item, str) else item for item in value) or "none"
    return str(value)


def _named(runs: list[Run]) -> str:
    faults = dict.fromkeys((run.fault.point, run.fault.after) for run in runs)
    named = dict.fromkeys(
        f"{point.boundary} `{point.operation}` ({point.service}{', afterwards' if after else ''})"
        for point, after in faults
    )
    return ", ".join(named)
