"""A comparison in words: what a person reads when the two paths diverge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fakevirt.conversion.comparison import Comparison, Row, Verdict
from fakevirt.conversion.difference import ABSENT, Difference
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.conversion.observation import PLAIN
from fakevirt.instrument.canonical import CanonicalEffect, Canonicalizer

if TYPE_CHECKING:
    from fakevirt.cloud.world import World

#: How many steps are shown on either side of a divergence, and how many divergences are shown.
_AROUND = 3
_SHOWN = 10
_WIDTH = 100
#: The request travels with every call and would be in every line.
_CONTEXT = "<RequestContext>"


def describe(
    comparison: Comparison, *, what: str, reproduce: str, decided_by: str | None = None, broken: Sequence[str] = ()
) -> str:
    """Return the whole message about a comparison.

    Args:
        comparison: The comparison.
        what: What was compared: the work item and scenario, or the test.
        reproduce: A line that does the same again.
        decided_by: The call paths that decide it, where other plans were tried.
        broken: What is broken in the end and should not be, by whom.
    """
    verdict = Verdict.DIVERGED if broken and comparison.verdict.passes else comparison.verdict
    lines = [
        f"{verdict.value}: {what}",
        f"  expected:     the plan {str(comparison.objects.plan)!r} causes the same effects as the legacy path",
    ]
    if comparison.not_compared is not None:
        lines += [f"  happened:     {comparison.not_compared}"]
    for allowance in comparison.unused:
        lines += [f"  happened:     nothing differs as allowed on {allowance.channel} ({allowance.reason})"]
    lines += [f"  broken:       {one}" for one in broken]
    if comparison.divergences:
        first = comparison.divergences[0]
        count = len(comparison.divergences)
        lines += [
            f"  happened:     {count} difference{'s' * (count > 1)}; the first: {_headline(first)}",
            f"  where:        effect {first.row + 1} of {len(comparison.rows)}",
            *_cause(comparison),
            *([] if decided_by is None else [f"  decided by:   {decided_by}"]),
            "",
            *aligned(comparison, around=[difference.row for difference in comparison.divergences[:_SHOWN]]),
            "",
        ]
        if count > _SHOWN:
            lines.append(f"  besides:      {count - _SHOWN} more differences, which often follow from the first")
    lines.append(f"  how to go on: {_next_step(comparison, broken)}")
    lines.append(f"  reproduce:    {reproduce}")
    return "\n".join(lines)


def aligned(comparison: Comparison, *, around: Iterable[int] | None = None) -> list[str]:
    """Return the aligned traces, a line for a step that both have and more for one that differs.

    Args:
        comparison: The comparison.
        around: Show only these steps and a few on either side of each; all, unless given.
    """
    rows = comparison.rows
    if around is None:
        shown = set(range(len(rows)))
    else:
        shown = {n for row in around for n in range(row - _AROUND, row + _AROUND + 1) if 0 <= n < len(rows)}
    lines = []
    for number in sorted(shown):
        if number and number - 1 not in shown:
            lines.append("       …")
        lines += _row(number, rows[number])
    return lines


def last_effects(cloud: World, *, count: int = 40) -> list[str]:
    """Return the last effects of a cloud's trace, one a line, after a line that says how many came before.

    Dict-style accesses are left out: they cross no boundary.

    Args:
        cloud: The cloud; it may be closed.
        count: How many effects are shown.
    """
    effects = [effect for effect in cloud.trace if effect.channel != "dict_access"]
    shown = effects[-count:]
    before = len(effects) - len(shown)
    canonicalizer = Canonicalizer(cloud.epoch, recognise, normalise, names=cloud.names, plain_channels=PLAIN)
    lines = [f"({before} effects before)"] if before else []
    lines += [f"{before + n:>5}  {brief(effect)}" for n, effect in enumerate(canonicalizer.effects(shown), start=1)]
    return lines or ["(no effects)"]


def brief(effect: CanonicalEffect, *, width: int = _WIDTH) -> str:
    """Return an effect in one line.

    Args:
        effect: The effect.
        width: How many characters the line has at most.
    """
    place = f"{effect.channel} {effect.service}" if effect.service else effect.channel
    if effect.channel == "state":
        return f"{place}: {effect.operation}"
    shown = {name: in_one_line(value) for name, value in effect.content["arguments"].items()}
    arguments = ", ".join(f"{name}={value}" for name, value in shown.items() if value != _CONTEXT)
    outcome = ""
    if "raised" in effect.content:
        outcome = f" raised {in_one_line(effect.content['raised'])}"
    elif "returned" in effect.content:
        outcome = f" -> {in_one_line(effect.content['returned'])}"
    return _cut(f"{place}: {effect.operation}({arguments}){outcome}", width)


def in_one_line(value: Any) -> str:
    """Return a value in canonical form in one line; a thing of the domain is its name and what it is known by."""
    match value:
        case dict() if len(value) == 1 and next(iter(value)).startswith("<"):
            ((schema, fields),) = value.items()
            return f"{schema[:-1]} {fields.get('uuid') or fields.get('id') or ''}".rstrip() + ">"
        case dict() if value.keys() == {"exception", "message"}:
            return f"{value['exception']}({value['message']!r})"
        case dict():
            return "{" + ", ".join(f"{k}: {in_one_line(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(in_one_line(item) for item in value) + "]"
        case _ if value is ABSENT:
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def _row(number: int, row: Row) -> list[str]:
    if not row.differences:
        return [f"  {number + 1:>4}          {brief(row.effect)}"]
    mark = "!" if any(d.allowance is None for d in row.differences) else "~"
    if row.legacy is None or row.objects is None:
        return [
            f"{mark} {number + 1:>4} legacy   {brief(row.legacy) if row.legacy else ABSENT}",
            f"{mark}      objects  {brief(row.objects) if row.objects else ABSENT}",
        ]
    lines = [f"{mark} {number + 1:>4} differs  {brief(row.effect)}"]
    for difference in row.differences:
        reason = f"   (allowed: {difference.allowance.reason})" if difference.allowance else ""
        lines += [
            f"              {difference.field}{reason}",
            f"                legacy   {_cut(in_one_line(difference.legacy), _WIDTH)}",
            f"                objects  {_cut(in_one_line(difference.objects), _WIDTH)}",
        ]
    return lines


def _headline(difference: Difference) -> str:
    place = f"{difference.channel} {difference.operation}" + (f" on {difference.service}" if difference.service else "")
    if difference.field is not None:
        legacy, objects = in_one_line(difference.legacy), in_one_line(difference.objects)
        return f"{place}: {difference.field} is {_cut(legacy, 60)} on legacy and {_cut(objects, 60)} on objects"
    return f"{place} is on the {'objects' if difference.legacy is ABSENT else 'legacy'} path only"


def _cause(comparison: Comparison) -> list[str]:
    """Return a line on the divergence that came first, unless that is the one that stands first."""
    cause = comparison.cause
    if cause is None or cause == comparison.divergences[0]:
        return []
    work_item = f"in {comparison.to_blame}, " if comparison.to_blame else ""
    return [f"  cause:        {work_item}effect {cause.row + 1}: {_headline(cause)}"]


def _next_step(comparison: Comparison, broken: Sequence[str]) -> str:
    if comparison.verdict is Verdict.NOT_COMPARED:
        return "make the request enter a work item on both paths, or remove the comparison"
    if comparison.divergences:
        return "mend the object path, or allow the difference with its reason"
    if broken:
        return "mend the path that breaks it, or let conversion/known/faults.py tell why it is broken by design"
    if comparison.unused:
        return "remove the allowance"
    return "nothing is to be done"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
