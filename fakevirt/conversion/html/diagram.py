"""The two traces of a comparison as the steps of a sequence diagram: plain data that can leave the process."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TypedDict

from fakevirt.conversion.comparison import Comparison, Row
from fakevirt.conversion.difference import ABSENT, Difference
from fakevirt.conversion.observation import Observation
from fakevirt.conversion.report import brief, in_one_line
from fakevirt.instrument.canonical import CanonicalEffect
from fakevirt.instrument.trace import Effect

#: The lanes of a diagram from left to right: a channel, and its heading.
LANES = {
    "request": "request",
    "manager": "manager",
    "conductor": "conductor",
    "db": "database",
    "driver": "driver",
    "rpc": "RPC",
    "network": "network",
    "volume": "volume",
    "image": "image",
    "scheduler": "scheduler",
    "consoleauth": "console",
    "notifier": "notifications",
    "state": "final state",
}

#: How long the text of a step and the text of a value that differs may be.
_TEXT = 2000
_VALUE = 2000


class Call(TypedDict):
    """What one run did at a step.

    Attributes:
        lane: The channel that was called.
        caller: The channel of the innermost call that was under way, ``request`` outside any.
        text: The call in one line.
    """

    lane: str
    caller: str
    text: str


class FieldDifference(TypedDict):
    """One place where the two runs differ at a step.

    Attributes:
        field: The path of the field; None where one run alone has the step.
        legacy: What the legacy path has there.
        objects: What the other run has there.
        reason: Why it is allowed, None if it is not.
    """

    field: str | None
    legacy: str
    objects: str
    reason: str | None


class Step(TypedDict):
    """One row of the diagram.

    Attributes:
        number: Its place in the aligned traces, as messages have it; None for what is not compared.
        kind: ``same``, ``allowed``, ``differs``, or ``call path`` for what is not compared.
        legacy: What the legacy path did, None if it has no such step.
        objects: What the other run did, likewise.
        differences: Where they differ.
    """

    number: int | None
    kind: str
    legacy: Call | None
    objects: Call | None
    differences: list[FieldDifference]


class Diagram(TypedDict):
    """Two traces side by side.

    Attributes:
        name: What was compared: a scenario or a test.
        title: What happens in it, in a sentence; empty for a test.
        plan: The plan that was held against the legacy path.
        verdict: What was found.
        work_items: The verdict on each converted work item that was entered.
        not_compared: Why nothing could be compared, None if it could.
        reproduce: A line that does the same again.
        steps: The traces.
    """

    name: str
    title: str
    plan: str
    verdict: str
    work_items: dict[str, str]
    not_compared: str | None
    reproduce: str
    steps: list[Step]


def diagram_of(
    comparison: Comparison, *, name: str, title: str = "", work_items: Iterable[str], reproduce: str
) -> Diagram:
    """Return a comparison as a diagram.

    Args:
        comparison: The comparison.
        name: What was compared: a scenario or a test.
        title: What happens in it, in a sentence.
        work_items: The converted work items that were entered.
        reproduce: A line that does the same again.
    """
    return {
        "name": name,
        "title": title,
        "plan": str(comparison.objects.plan),
        "verdict": comparison.verdict.value,
        "work_items": {item: comparison.verdict_for(item).value for item in work_items},
        "not_compared": comparison.not_compared,
        "reproduce": reproduce,
        "steps": list(_steps(comparison)),
    }


def _steps(comparison: Comparison) -> Iterator[Step]:
    legacy, objects = _Side(comparison.legacy), _Side(comparison.objects)
    numbered = enumerate(comparison.rows, start=1)
    for is_silent, rows in itertools.groupby(numbered, lambda pair: _is_silent(pair[1])):
        if is_silent:
            yield _silent([number for number, _ in rows])
            continue
        for number, row in rows:
            yield from _call_path(
                legacy.conductor_calls_before(row.legacy), objects.conductor_calls_before(row.objects)
            )
            yield {
                "number": number,
                "kind": _kind(row),
                "legacy": legacy.call(row.legacy),
                "objects": objects.call(row.objects),
                "differences": [_difference(difference) for difference in row.differences],
            }


class _Side:
    """One run: who called whom, and the conductor calls that were not shown yet."""

    def __init__(self, observation: Observation) -> None:
        effects = [effect for effect in observation.trace if effect.channel != "dict_access"]
        self._callers = dict(_callers(effects))
        self._conductor = [effect for effect in effects if effect.channel == "conductor"]

    def call(self, effect: CanonicalEffect | None) -> Call | None:
        """Return an effect as the diagram has it."""
        if effect is None:
            return None
        caller = self._callers.get(effect.effect.began, "request")
        return {"lane": effect.channel, "caller": caller, "text": brief(effect, width=_TEXT)}

    def conductor_calls_before(self, effect: CanonicalEffect | None) -> list[Call]:
        """Return the conductor calls that began before an effect and after what was asked for last."""
        if effect is None:
            return []
        # The request's outcome and the final state are in no trace: they come after everything.
        began = effect.effect.began
        before = [call for call in self._conductor if began == -1 or call.began < began]
        del self._conductor[: len(before)]
        return [
            {
                "lane": "conductor",
                "caller": self._callers[call.began],
                # What it carried is not compared, and so has no canonical form.
                "text": f"conductor {call.service}: {call.operation}"
                if call.service
                else f"conductor: {call.operation}",
            }
            for call in before
        ]


def _callers(effects: Iterable[Effect]) -> Iterator[tuple[int, str]]:
    """Yield the place of each effect with the channel of the innermost one that was under way when it began."""
    under_way: list[tuple[int, str]] = []
    for effect in effects:
        while under_way and under_way[-1][0] <= effect.began:
            under_way.pop()
        yield effect.began, under_way[-1][1] if under_way else "request"
        if effect.ended is not None:
            under_way.append((effect.ended, effect.channel))


def _call_path(legacy: list[Call], objects: list[Call]) -> Iterator[Step]:
    """Yield a step for each pair of conductor calls: the conductor is the call path itself and is not compared."""
    for left, right in itertools.zip_longest(legacy, objects):
        yield {"number": None, "kind": "call path", "legacy": left, "objects": right, "differences": []}


def _is_silent(row: Row) -> bool:
    return row.effect.channel == "state" and not row.differences


def _silent(numbers: list[int]) -> Step:
    """Return one step for parts of the final state that say the same: every comparison has some thirty of them."""
    parts = f"{len(numbers)} parts are" if len(numbers) > 1 else "1 part is"
    call: Call = {"lane": "state", "caller": "request", "text": f"state: {parts} the same"}
    return {"number": numbers[0], "kind": "same", "legacy": call, "objects": call, "differences": []}


def _kind(row: Row) -> str:
    if not row.differences:
        return "same"
    return "differs" if any(difference.allowance is None for difference in row.differences) else "allowed"


def _difference(difference: Difference) -> FieldDifference:
    is_one_sided = difference.field is None
    return {
        "field": difference.field,
        "legacy": "" if is_one_sided else _value(difference.legacy),
        "objects": "" if is_one_sided else _value(difference.objects),
        "reason": None if difference.allowance is None else difference.allowance.reason,
    }


def _value(value: object) -> str:
    if value is ABSENT:
        return str(ABSENT)
    text = in_one_line(value)
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"
