"""Where faults can strike: the steps of a fault-free run, on both call paths."""

from __future__ import annotations

import bisect
import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fakevirt.cloud.world import SECOND_WRITER
from fakevirt.conversion.comparison import Comparison, Row
from fakevirt.conversion.faults.alike import representatives
from fakevirt.conversion.faults.declared import What, kinds_of
from fakevirt.conversion.faults.injection import Injection
from fakevirt.conversion.observation import Observation, owner
from fakevirt.instrument.canonical import CanonicalEffect
from fakevirt.instrument.faults import Fault, Kind
from fakevirt.instrument.trace import Effect

#: What second writers do.
RACES: tuple[What, ...] = tuple((Kind.RACE, change) for change in SECOND_WRITER)


@dataclass(frozen=True, slots=True)
class Point:
    """A step at which faults can strike.

    Args:
        work_item: The work item that it belongs to.
        legacy: The effect on the legacy path; None where it is on the object path only.
        objects: The effect on the object path; None where it is on the legacy path only.
        covered: What need not be planted here, since the same run comes of a fault at another point.
    """

    work_item: str
    legacy: Effect | None
    objects: Effect | None
    covered: frozenset[Kind] = frozenset()

    @property
    def is_on_both(self) -> bool:
        """Whether both paths come here."""
        return self.legacy is not None and self.objects is not None

    def is_at(self, injection: Injection) -> bool:
        """Tell whether a fault strikes here."""
        return all(
            effect is not None and (effect.channel, effect.operation, effect.details["nth"]) == fault.where
            for effect, fault in ((self.legacy, injection.legacy), (self.objects, injection.objects))
        )

    def injections(self, kinds: Iterable[What] | None = None) -> Iterator[Injection]:
        """Yield a fault for each kind that can strike here, or of ``kinds``; none where one path only comes here.

        Kinds that nothing tells apart are one.
        """
        if self.legacy is not None and self.objects is not None:
            if kinds is None:
                is_call = self.legacy.details.get("kind") == "call"
                kinds = representatives(kinds_of(self.legacy), is_call=is_call)
            for kind, what in kinds:
                if kind in self.covered:
                    continue
                yield Injection(_fault(self.legacy, kind, what), _fault(self.objects, kind, what))


def points(comparison: Comparison) -> tuple[Point, ...]:
    """Return the points of a comparison, in order.

    Steps of the two paths are the same where the comparison has aligned them. Calls of the conductor, which it does not
    compare, are the same where they write the same, or have the same name and come between the same steps.

    Args:
        comparison: Two fault-free runs.
    """
    calls = list(_of_conductor(comparison))
    covered = _covered(calls, comparison)
    steps = [
        dataclasses.replace(point, covered=frozenset(kind for kind in Kind if (_step(point), kind) in covered))
        for point in _of_rows(comparison.rows)
    ]
    found = [*steps, *calls]
    return tuple(sorted(found, key=lambda point: _began(point.legacy, point.objects)))


def races(comparison: Comparison) -> tuple[Point, ...]:
    """Return the points before which a second writer makes a difference.

    A host sees a row through the conductor only: of points with no call of it between them the first stands for all.

    Args:
        comparison: Two fault-free runs.
    """
    asked = {
        "legacy": [effect.began for effect in comparison.legacy.trace.on("conductor")],
        "objects": [effect.began for effect in comparison.objects.trace.on("conductor")],
    }
    chosen: dict[tuple[object, ...], Point] = {}
    for point in points(comparison):
        if point.legacy is None or point.objects is None or point.legacy.channel == "db":
            continue
        before = tuple(
            sum(began < effect.began for began in asked[path])
            for path, effect in (("legacy", point.legacy), ("objects", point.objects))
        )
        chosen.setdefault(before, point)
    return tuple(chosen.values())


def _fault(effect: Effect, kind: Kind, what: object) -> Fault:
    return Fault(effect.channel, effect.operation, effect.details["nth"], kind, what)


def _began(legacy: Effect | None, objects: Effect | None) -> int:
    return (legacy or objects or Effect("", "")).began


def _covered(calls: Iterable[Point], comparison: Comparison) -> set[tuple[tuple[int | None, int | None], Kind]]:
    """Return the commits, with what happens to them, that end as a message to or from the conductor does that is lost.

    If a call begins with a commit, it makes no difference whether that fails or the request is lost, and if it ends
    with one, whether the commit's answer or the reply is lost: the caller gets an error, and nobody asks which.
    """
    covered: set[tuple[tuple[int | None, int | None], Kind]] = set()
    for call in calls:
        if call.legacy is None or call.objects is None:
            continue
        legacy = _within(call.legacy, comparison.legacy)
        objects = _within(call.objects, comparison.objects)
        for kind, end in ((Kind.FAIL, 0), (Kind.AFTER, -1)):
            if legacy and objects and legacy[end].channel == objects[end].channel == "db":
                covered.add(((_number(legacy[end]), _number(objects[end])), kind))
    return covered


def _within(call: Effect, observation: Observation) -> list[Effect]:
    effects = observation.trace.effects[call.began + 1 : call.ended]
    return [effect for effect in effects if effect.channel != "dict_access"]


def _step(point: Point) -> tuple[int | None, int | None]:
    return _commit(point.legacy), _commit(point.objects)


def _of_rows(rows: Sequence[Row]) -> Iterator[Point]:
    pairs = _commits(rows)
    of_objects = {objects: legacy for legacy, objects in pairs.items()}
    seen = set()
    for row in rows:
        work_item = owner(row.effect)
        if work_item is None or not kinds_of(row.effect.effect):
            continue
        for legacy, objects in _steps(row, pairs, of_objects):
            # What is written by one transaction fails as one: its first write stands for all.
            step = _commit(legacy), _commit(objects)
            if step not in seen:
                seen.add(step)
                yield Point(work_item, legacy, objects)


def _steps(
    row: Row, pairs: Mapping[int, int], of_objects: Mapping[int, int]
) -> Iterator[tuple[Effect | None, Effect | None]]:
    """Yield the steps that a row has: one of both paths, or one on either path where their transactions differ."""
    legacy, objects = row.legacy and row.legacy.effect, row.objects and row.objects.effect
    if legacy and objects and pairs.get(_number(legacy)) == _number(objects):
        yield legacy, objects
        return
    if legacy and _number(legacy) not in pairs:
        yield legacy, None
    if objects and _number(objects) not in of_objects:
        yield None, objects


def _commits(rows: Iterable[Row]) -> dict[int, int]:
    """Return which step of the object path is which of the legacy path: the one that it has most in common with."""
    common: Counter[tuple[int, int]] = Counter()
    for row in rows:
        if row.legacy is not None and row.objects is not None:
            common[_number(row.legacy.effect), _number(row.objects.effect)] += 1
    pairs: dict[int, int] = {}
    for (legacy, objects), _ in sorted(common.items(), key=lambda item: (-item[1], *(-n for n in item[0]))):
        if legacy not in pairs and objects not in pairs.values():
            pairs[legacy] = objects
    return pairs


def _number(effect: Effect) -> int:
    """Return what tells apart the steps that fail each on its own: a transaction is one."""
    number: int = effect.details.get("commit", effect.began)
    return number


def _commit(effect: Effect | None) -> int | None:
    return None if effect is None else _number(effect)


def _of_conductor(comparison: Comparison) -> Iterator[Point]:
    both = [row for row in comparison.rows if row.legacy is not None and row.objects is not None]
    pairs = _commits(both)
    legacy, reading_legacy = _writing(comparison.legacy, {number: number for number in pairs})
    objects, reading_objects = _writing(comparison.objects, {objects: number for number, objects in pairs.items()})
    paired: list[tuple[Effect | None, Effect | None]] = []
    paired += [(call, objects.pop(number, None)) for number, call in legacy.items()]
    paired += [(None, call) for call in objects.values()]
    gaps = _between(reading_legacy, [row.legacy for row in both])
    gaps_of_objects = _between(reading_objects, [row.objects for row in both])
    for gap in sorted(gaps.keys() | gaps_of_objects.keys()):
        paired += _paired(gaps.get(gap, []), gaps_of_objects.get(gap, []))
    for one, other in paired:
        scope = (one or other or Effect("", "")).scope
        if scope is not None:
            yield Point(scope, one, other)


def _writing(observation: Observation, steps: Mapping[int, int]) -> tuple[dict[int, Effect], list[Effect]]:
    """Return the calls of the conductor that write, by the first step that they write, and the other calls."""
    writing: dict[int, Effect] = {}
    others = []
    for call in observation.trace.on("conductor"):
        within = observation.trace.effects[call.began + 1 : call.ended]
        # A call that has somebody else do something is not the write that it begins with.
        sends = any(effect.channel == "rpc" for effect in within)
        numbers = [steps[_number(effect)] for effect in within if effect.channel == "db" and _number(effect) in steps]
        if numbers and numbers[0] not in writing and not sends:
            writing[numbers[0]] = call
        else:
            others.append(call)
    return writing, others


def _between(calls: Iterable[Effect], aligned: Sequence[CanonicalEffect | None]) -> dict[int, list[Effect]]:
    """Return calls by the number of the last aligned step before each."""
    began = [effect.effect.began for effect in aligned if effect is not None]
    between: dict[int, list[Effect]] = {}
    for call in calls:
        between.setdefault(bisect.bisect(began, call.began), []).append(call)
    return between


def _paired(left: Sequence[Effect], right: Sequence[Effect]) -> Iterator[tuple[Effect | None, Effect | None]]:
    """Pair calls between the same steps: one by one if each may be the other's conversion, else by name."""
    if len(left) == len(right) and all(map(_may_be_converted, left, right)):
        yield from zip(left, right, strict=True)
        return
    ours, theirs = _numbered(left), _numbered(right)
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        yield ours.get(name), theirs.get(name)


def _may_be_converted(legacy: Effect, objects: Effect) -> bool:
    """Tell whether both calls only read, in the same way or by a raw method and by an object's."""
    if any(call.ended != call.began + 1 for call in (legacy, objects)):
        return False
    return legacy.operation == objects.operation or not legacy.operation.startswith("object_")


def _numbered(calls: Iterable[Effect]) -> dict[tuple[str, int], Effect]:
    times: Counter[str] = Counter()
    numbered = {}
    for call in calls:
        times[call.operation] += 1
        numbered[call.operation, times[call.operation]] = call
    return numbered
