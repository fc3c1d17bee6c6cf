"""Who handed what on in a run, and in which form."""

from __future__ import annotations

from dataclasses import dataclass

from fakevirt.conversion.observation import VERSIONED, Observation

#: The boundaries behind which there is a module that must accept what it is given; messages go to a manager's method.
MODULES = VERSIONED - {"rpc"}


@dataclass(frozen=True, slots=True)
class Handover:
    """A thing of the domain that was handed on.

    Args:
        giver: The work item that was running, None outside any.
        receiver: Who got it: a work item, or a method such as ``driver.detach_volume``.
        schema: What it is, such as ``Instance``.
        form: ``dict`` or ``object``.
    """

    giver: str | None
    receiver: str
    schema: str
    form: str

    @property
    def to_module(self) -> bool:
        """Whether a driver or a backend got it, and no work item."""
        return self.receiver.partition(".")[0] in MODULES


def handovers(observation: Observation) -> frozenset[Handover]:
    """Return what was handed on in a run: to methods of the modules, and to methods that belong to a work item."""
    to_modules = {
        Handover(effect.effect.scope, f"{effect.channel}.{effect.operation}", form.schema, form.form)
        for effect in observation.effects
        if effect.channel in MODULES
        for form in effect.forms
        # What is within an argument comes and goes with it, and the request's context goes everywhere.
        if form.path.startswith("arguments.") and form.path.count(".") == 1 and form.schema != "RequestContext"
    }
    to_work_items = {
        Handover(effect.details["caller"], effect.scope, "Instance", effect.details["instance"])
        for effect in observation.trace.on("manager")
        if effect.scope is not None and effect.details.get("instance") is not None
    }
    return frozenset(to_modules | to_work_items)
