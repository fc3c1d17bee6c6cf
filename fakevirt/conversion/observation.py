"""One run of a request in a world of its own, and what was seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from fakevirt.cloud import Cloud
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.conversion.invariants import Breach, breaches
from fakevirt.instrument.canonical import CanonicalEffect, Canonicalizer, Form
from fakevirt.instrument.faults import Fault
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.rpc.versions import takes_object
from fakevirt.usage_error import UsageError

#: The boundaries at which two runs are compared. The conductor is not among them: it is the call path itself.
COMPARED = frozenset(
    {
        "request",
        "manager",
        "driver",
        "db",
        "rpc",
        "network",
        "volume",
        "image",
        "scheduler",
        "consoleauth",
        "notifier",
        "state",
    }
)
#: Where a dict in the place of an object is an unversioned argument.
VERSIONED = frozenset({"rpc", "driver", "network", "volume"})
#: Where a dict is the columns of a row and nothing else.
PLAIN = frozenset({"db", "state"})


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is left unversioned: each must be empty on the object path.

    Args:
        raw_conductor_calls: Calls of the conductor's raw methods.
        dict_accesses: Dict-style accesses to objects.
        unversioned_arguments: Effects that carry a dict where an object belongs.
    """

    raw_conductor_calls: tuple[Effect, ...]
    dict_accesses: tuple[Effect, ...]
    unversioned_arguments: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run did.

    Args:
        plan: The plan that it ran under.
        trace: Everything that was recorded.
        effects: What is compared, in canonical form: the trace, the outcome of the request and the final state.
        error: What the request raised.
        set_up_error: What kept the world from being set up.
        unstruck: Faults that were planted and whose call never came.
        breaches: What the run has left broken.
        faults: What was planted besides what the request plants.
    """

    plan: ConversionPlan
    trace: Trace = field(default_factory=Trace)
    effects: tuple[CanonicalEffect, ...] = ()
    error: Exception | None = None
    set_up_error: Exception | None = None
    unstruck: tuple[Fault, ...] = ()
    breaches: frozenset[Breach] = frozenset()
    faults: tuple[Fault, ...] = ()

    @property
    def entered(self) -> frozenset[str]:
        """The work items that ran."""
        return frozenset(e.scope for e in self.trace.on("manager") if e.scope is not None)

    def leftovers(self, work_item: str) -> Leftovers:
        """Return what is left unversioned in ``work_item``."""
        return Leftovers(
            tuple(
                effect
                for effect in self.trace.on("conductor")
                if effect.scope == work_item and not effect.operation.startswith("object_")
            ),
            tuple(effect for effect in self.trace.on("dict_access") if effect.scope == work_item),
            tuple(
                effect.effect
                for effect in self.effects
                if effect.channel in VERSIONED and owner(effect) == work_item and _is_unversioned(effect)
            ),
        )


_observed: ContextVar[ConversionPlan | None] = ContextVar("fakevirt_observed_plan", default=None)


def observed_plan() -> ConversionPlan | None:
    """Return the plan of the run that is being observed, None outside any."""
    return _observed.get()


def observe(
    plan: ConversionPlan,
    build: Callable[[ConversionPlan], AbstractContextManager[Cloud]],
    request: Callable[[Cloud], Any],
    faults: Collection[Fault] = (),
) -> Observation:
    """Run a request in a world of its own.

    Args:
        plan: Which call path each work item takes.
        build: Makes the world.
        request: What is asked of it. What it raises is part of what is observed.
        faults: What is planted besides what the request plants.
    """
    with contextlib.ExitStack() as worlds:
        try:
            cloud = worlds.enter_context(build(plan))
        except UsageError:
            raise
        except Exception as error:
            return Observation(plan, set_up_error=error)
        for fault in faults:
            cloud.faults.plant(fault)
        effect = Effect("request", getattr(request, "__name__", "request"))
        raised = None
        worlds.callback(_observed.reset, _observed.set(plan))
        try:
            effect.returned(request(cloud))
        except UsageError:
            raise
        except Exception as error:
            effect.raised(error)
            raised = error
        final = cloud.state()
        state = [Effect("state", what, {"content": content}) for what, content in final.items()]
        canonicalizer = Canonicalizer(cloud.epoch, recognise, normalise, names=cloud.names, plain_channels=PLAIN)
        compared = [e for e in cloud.trace if e.channel in COMPARED]
        effects = tuple(canonicalizer.effects([*compared, effect, *state]))
        return Observation(
            plan,
            cloud.trace,
            effects,
            raised,
            unstruck=tuple(cloud.faults.unstruck),
            breaches=breaches(final, cloud.trace, cloud.names),
            faults=tuple(faults),
        )


def _is_unversioned(effect: CanonicalEffect) -> bool:
    """Tell whether an effect carries something else than an object, or an object that its receiver cannot expect."""
    forms = {form.form for form in effect.forms if form.path.startswith("arguments") and not _is_plain(effect, form)}
    version = effect.effect.details.get("version")
    unexpected = version is not None and not takes_object(effect.operation, version)
    return bool(forms - {"object"}) or ("object" in forms and unexpected)


def _is_plain(effect: CanonicalEffect, form: Form) -> bool:
    """Tell whether a dict is what a message has there: no version spoken here has an object for it.

    A flavor is a dict until Liberty (compute RPC 4.1), and a request_spec, which holds an instance's, until Newton.
    """
    return effect.channel == "rpc" and (form.schema == "Flavor" or form.path.startswith("arguments.request_spec"))


def owner(effect: CanonicalEffect) -> str | None:
    """Return the work item that an effect belongs to: a message belongs to the method that it calls."""
    method = ComputeManager.__dict__.get(effect.operation) if effect.channel == "rpc" else None
    return method.work_item if isinstance(method, WorkItemMethod) else effect.effect.scope
