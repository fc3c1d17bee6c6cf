"""One run of a scenario in a mix of releases: how it ended, what it left, and what went over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.conversion.check import uncollected
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.conversion.observation import PLAIN
from fakevirt.conversion.scenarios import Scenario
from fakevirt.conversion.upgrades.cell import Cell
from fakevirt.flavors import is_flavor_key
from fakevirt.instrument.canonical import CanonicalEffect, Canonicalizer
from fakevirt.instrument.snapshot import Entity, Failure
from fakevirt.instrument.trace import Effect, Raised
from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import Release
from fakevirt.usage_error import UsageError


@dataclass(frozen=True, slots=True)
class WireMessage:
    """A message with an instance, as it went over the wire.

    Args:
        work_item: The work item of the method that it calls.
        method: The method.
        version: The RPC version that it was sent with.
        payload: In which form the instance went: ``dict``, or ``Instance`` with its version.
        size: How many bytes the message had.
    """

    work_item: str | None
    method: str
    version: str
    payload: str
    size: int


@dataclass(frozen=True, slots=True)
class Error:
    """What a method raised.

    Args:
        work_item: The work item that it happened in.
        method: The method.
        failure: The exception.
    """

    work_item: str | None
    method: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class CellRun:
    """What a run did.

    Args:
        effects: What was told, how the request ended and what it left, in canonical form.
        errors: What methods of managers raised, in the order in which they ended.
        messages: The messages that carried an instance.
        backported: The work items that got an object in an older version than its sender's.
        entered: The work items that ran.
    """

    effects: tuple[CanonicalEffect, ...]
    errors: tuple[Error, ...]
    messages: tuple[WireMessage, ...]
    backported: frozenset[str]
    entered: frozenset[str]


#: Columns that only newer releases write.
_NEWER_COLUMNS = {"table services": "version", "table compute_nodes": "host"}


def run_in(cell: Cell, scenario: Scenario, plan: ConversionPlan) -> CellRun:
    """Run a scenario in a mix of releases.

    Args:
        cell: The mix.
        scenario: What is run; its hosts are ``src`` and ``dst``.
        plan: Which call path each work item takes, on every host.
    """
    hosts = {"src": cell.source, "dst": cell.destination}
    with uncollected(), Cloud(plan=plan, conductor=cell.conductor, hosts=hosts, **scenario.cloud) as cloud:
        return watch(cloud, scenario.name, lambda: scenario.request(cloud))


def watch(cloud: Cloud, name: str, request: Callable[[], Any]) -> CellRun:
    """Let something be asked of a cloud, and tell what it did.

    Args:
        cloud: The cloud.
        name: What is asked.
        request: Asks it.
    """
    begin = len(cloud.trace)
    asked = Effect("request", name)
    try:
        asked.returned(request())
    except UsageError:
        raise
    except Exception as error:
        asked.raised(error)
    done = cloud.trace.effects[begin:]
    # An error is told with the arguments of the method that raised it, in the version that they had.
    told = [effect for effect in done if effect.channel == "notifier" and "." in effect.operation]
    left = [*told, asked, *(Effect("state", what, {"content": content}) for what, content in _state(cloud))]
    canonicalizer = Canonicalizer(cloud.epoch, recognise, normalise, names=cloud.names, plain_channels=PLAIN)
    return CellRun(
        tuple(canonicalizer.effects(left)),
        tuple(_errors(done, asked)),
        tuple(_messages(done)),
        frozenset(_backported(done, cloud.conductor_release)),
        frozenset(effect.scope for effect in done if effect.channel == "manager" and effect.scope is not None),
    )


def _state(cloud: Cloud) -> Iterator[tuple[str, Any]]:
    """Return the world's state but for what each release has in another place; flavors are as the API sees them."""
    state = cloud.state()
    del state["table instance_extra"]
    # A row that is deleted has its own id for it.
    state["table instance_system_metadata"] = [
        {**row, "id": None, "deleted": bool(row["deleted"])}
        for row in state["table instance_system_metadata"]
        if not is_flavor_key(row["key"])
    ]
    for table, column in _NEWER_COLUMNS.items():
        state[table] = [{name: value for name, value in row.items() if name != column} for row in state[table]]
    yield from state.items()
    yield "flavors", dict(_flavors(cloud))


def _flavors(cloud: Cloud) -> Iterator[tuple[str, Any]]:
    for name in cloud.names.values():
        if not name.startswith("server-"):
            continue
        try:
            server = cloud.server(name)
        except exceptions.InstanceNotFound:
            continue
        for namespace in (None, "old", "new"):
            yield f"{name} {namespace or 'current'}", cloud.flavor_of(server, namespace)


def _errors(effects: Iterable[Effect], request: Effect) -> Iterator[Error]:
    raised = [
        effect for effect in effects if effect.channel in ("manager", "rpc") and isinstance(effect.outcome, Raised)
    ]
    # What ended first, and of several that ended together the innermost, is where it began.
    for effect in sorted(raised, key=lambda effect: (effect.ended, -effect.began)):
        assert isinstance(effect.outcome, Raised)
        yield Error(_work_item(effect), effect.operation, effect.outcome.failure)
    if isinstance(request.outcome, Raised):
        yield Error(None, request.operation, request.outcome.failure)


def _messages(effects: Iterable[Effect]) -> Iterator[WireMessage]:
    for effect in effects:
        instance = effect.arguments.get("instance")
        if effect.channel != "rpc" or instance is None:
            continue
        payload = f"{instance.schema} {instance.version}" if isinstance(instance, Entity) else "dict"
        yield WireMessage(
            _work_item(effect), effect.operation, effect.details["version"], payload, effect.details["size"]
        )


def _backported(effects: Iterable[Effect], conductor: Release) -> Iterator[str]:
    for effect in effects:
        if effect.channel != "conductor" or effect.scope is None:
            continue
        name, _, version = effect.details.get("returned", "").partition(" ")
        if effect.operation.startswith("object_backport") or (name and version != conductor.objects.get(name)):
            yield effect.scope


def _work_item(effect: Effect) -> str | None:
    """Return the work item that an effect counts to: a message counts to the method that it calls."""
    method = vars(ComputeManager).get(effect.operation)
    return method.work_item if isinstance(method, WorkItemMethod) else effect.scope
