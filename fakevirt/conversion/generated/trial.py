"""One example on both call paths."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import Comparison, compare
from fakevirt.conversion.generated.example import Example
from fakevirt.conversion.generated.player import Player
from fakevirt.conversion.generated.source import source_of
from fakevirt.conversion.known import KNOWN, faults, releases
from fakevirt.conversion.observation import Observation
from fakevirt.conversion.scenarios import Scenario
from fakevirt.instrument.trace import Raised
from fakevirt.manager.plan import ConversionPlan


@dataclass(frozen=True, slots=True)
class Trial:
    """An example on both call paths.

    Args:
        example: What was run; a fault whose call never came is not in it.
        outcomes: How each call that plants no fault ended on the legacy path.
        comparison: What differs.
        allowed: What differs and may, besides what always may.
    """

    example: Example
    outcomes: tuple[type[Exception] | None, ...]
    comparison: Comparison
    allowed: tuple[Allowance, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing differs that may not."""
        return self.comparison.verdict.passes

    @property
    def cause(self) -> str | None:
        """What examples have in common that diverge for the same reason; None if this one passes."""
        if self.passes:
            return None
        cause = self.comparison.cause
        if cause is None:
            return self.comparison.not_compared
        field = re.sub("[0-9]+", "n", str(cause.field))
        return f"{self.comparison.to_blame}: {cause.channel} {cause.operation} {field}"

    @property
    def requests(self) -> int:
        """How many calls were made that plant no fault."""
        return len(self.outcomes)

    @property
    def test(self) -> str:
        """A test that does the same, to be pasted."""
        return source_of(self.example, self.outcomes, self.allowed)


def compare_example(example: Example) -> Trial:
    """Run an example on the legacy path and under its plan, and compare.

    Args:
        example: The example.
    """
    measure = Player(example)
    legacy = run(_scenario(measure, example), ConversionPlan.legacy())
    # Nothing would have gone otherwise without them.
    calls = tuple(call for number, call in enumerate(example.calls) if number not in measure.unstruck)
    example = dataclasses.replace(example, calls=calls)
    objects = run(_scenario(Player(example), example), example.world.plan)
    known = _known_of(example, legacy)
    comparison = compare(legacy, objects, known=(*KNOWN, *known))
    return Trial(example, tuple(measure.outcomes), comparison, tuple(a for a in known if a in comparison.used))


def _known_of(example: Example, legacy: Observation) -> tuple[Allowance, ...]:
    """Return the allowances that hold for an example besides those that always do.

    What may differ under faults may differ where something fails that was not planted: a host that is cut off, say.
    """
    failed = any(isinstance(effect.outcome, Raised) for effect in legacy.trace.on("manager"))
    planted = any(call.plants_fault for call in example.calls)
    return (*(faults.ALLOWANCES if failed or planted else ()), *(releases.ALLOWANCES if example.world.releases else ()))


def _scenario(player: Player, example: Example) -> Scenario:
    return Scenario(player.__name__, player, frozenset(), example.world.arguments)
