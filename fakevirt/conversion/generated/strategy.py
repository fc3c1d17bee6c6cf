"""The strategy: worlds and sequences of requests that are meaningful as long as nothing fails."""

from __future__ import annotations

from typing import Any

import oslo_messaging as messaging
from hypothesis import strategies as st

from fakevirt import releases, states
from fakevirt.conversion.faults.declared import RAISES, What
from fakevirt.conversion.generated.example import Call, Example, World
from fakevirt.conversion.generated.requests import BUILD, REQUESTS, Draw, Request
from fakevirt.conversion.generated.situation import Situation
from fakevirt.conversion.upgrades.cell import Support, cells
from fakevirt.instrument.faults import Kind
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names
from fakevirt.settings import Settings

#: How many calls at most, and how many servers.
_CALLS = 8
_SERVERS = 2
_EXISTING_VOLUME: dict[str, Any] = {
    "source_type": "volume",
    "destination_type": "volume",
    "device_type": "disk",
    "volume_id": Call("add_volume"),
}
_SETTINGS = (Settings(), Settings(vnc_enabled=True), Settings(volume_usage_poll_interval=60))
#: What happens to messages that are sent to a host.
_TO_MESSAGES: tuple[What, ...] = ((Kind.FAIL, messaging.MessageDeliveryFailure), (Kind.DROP, None))
#: The messages that are answered, so that the reply can be lost.
_CALLS_OF_HOSTS = frozenset(
    {
        "check_can_live_migrate_destination",
        "check_can_live_migrate_source",
        "pre_live_migration",
        "remove_volume_connection",
        "reserve_block_device_name",
    }
)


@st.composite
def examples(draw: Draw) -> Example:
    """Return the strategy of all examples."""
    situation = Situation(draw(worlds()))
    calls = [*draw(_servers(situation))]
    while len(calls) < _CALLS and (more := draw(_more(situation))):
        calls += more
    return Example(situation.world, tuple(calls))


@st.composite
def worlds(draw: Draw) -> World:
    """Return the strategy of worlds."""
    hosts = draw(st.sampled_from([("src", "dst"), ("src", "dst", "other")]))
    conductor, *of_hosts = draw(st.sampled_from([(), *_mixes(len(hosts))])) or [None]
    return World(
        hosts=hosts,
        conductor=conductor,
        releases=tuple(of_hosts),
        shared_storage=not draw(st.booleans()),
        settings=draw(st.sampled_from(_SETTINGS)),
        plan=draw(_plans()),
    )


def _mixes(hosts: int) -> list[tuple[str, ...]]:
    """Return the releases of the conductor and of each host that a rolling upgrade comes by.

    Raw dicts of two formats break the legacy path by themselves: such mixes are no measure.
    """
    return [
        (cell.conductor.name, cell.source.name, *[cell.destination.name] * (hosts - 1))
        for cell in cells(releases.registered())
        if cell.support is Support.SUPPORTED
        and len({one.legacy_format for one in (cell.conductor, cell.source, cell.destination)}) == 1
    ]


def _plans() -> st.SearchStrategy[ConversionPlan]:
    few = st.lists(st.sampled_from(item_names()), max_size=3, unique=True)
    # Most often everything is converted: that is where a conversion ends.
    everything = st.just(ConversionPlan.objects())
    return st.one_of(
        everything,
        everything,
        everything,
        few.map(lambda names: ConversionPlan.all_but(*names)),
        few.map(lambda names: ConversionPlan.only(*names)),
    )


@st.composite
def _servers(draw: Draw, situation: Situation) -> list[Call]:
    host = draw(st.sampled_from(situation.world.hosts))
    volumes = draw(st.integers(0, 2))
    boots_from_volume = volumes > 0 and draw(st.booleans())
    situation.add(host, volumes, boots_from_volume)
    if draw(st.booleans()):
        calls: list[Call] = draw(_built(situation, host, volumes, boots_from_volume))
        return calls
    options: dict[str, Any] = {}
    if volumes:
        options["volumes"] = volumes
    if boots_from_volume:
        options["boot_from_volume"] = True
    if volumes and draw(st.booleans()):
        options["encrypted"] = True
    for name, unusual in (("networks", False), ("info_cache", False), ("image_mapping", True)):
        if draw(st.integers(0, 7)) == 1:
            options[name] = unusual
    return [Call("boot", (host,), options or None)]


@st.composite
def _built(draw: Draw, situation: Situation, host: str, volumes: int, boots_from_volume: bool) -> list[Call]:
    """Ask for the server that is believed to be there."""
    situation.asked = True
    options: dict[str, Any] = {"host": host}
    if volumes:
        options["block_devices"] = [
            _EXISTING_VOLUME | ({"boot_index": 0} if boots_from_volume and not number else {})
            for number in range(volumes)
        ]
    if boots_from_volume:
        options["boot_from_volume"] = True
    if draw(st.booleans()):
        options["through_conductor"] = True
    return [*draw(faults(BUILD)), Call("create_server", (), options)]


@st.composite
def _more(draw: Draw, situation: Situation) -> list[Call]:
    """Return the strategy of one more request and of what fails on its way; of none, when it is enough."""
    if situation.asked and draw(st.integers(0, 5)) == 0:
        return []
    if not situation.there or (len(situation.guests) < _SERVERS and draw(st.integers(0, 9)) == 1):
        return draw(_servers(situation)) if len(situation.guests) < _SERVERS else []
    guest = draw(st.sampled_from(situation.there))
    # What the API refuses must be refused alike, but leads nowhere.
    refused = draw(st.integers(0, 15)) == 1
    fitting = [request for request in REQUESTS.values() if refused != (guest.state in request.states)]
    if not fitting:
        return []
    # What only another state leads to comes seldom enough.
    leading_on = [request for request in fitting if states.ACTIVE not in request.states]
    likely = leading_on if leading_on and draw(st.integers(0, 3)) else fitting
    request = draw(st.sampled_from([request for request in likely for _ in range(request.weight)]))
    situation.asked |= not request.sets_up
    return [*draw(faults(request)), request.draw(draw, situation, guest)]


@st.composite
def faults(draw: Draw, request: Request) -> list[Call]:
    """Return the strategy of what fails on the way of a request: mostly nothing."""
    places = [(channel, operation) for channel, operations in request.passes.items() for operation in operations]
    if not places or draw(st.integers(0, 2)) != 1:
        return []
    channel, operation = draw(st.sampled_from(places))
    kind, what = draw(st.sampled_from(_kinds(channel, operation)))
    match kind:
        case Kind.FAIL | Kind.AFTER:
            return [Call(f"faults.{kind}", (channel, operation), {"with_": what})]
        case Kind.DROP:
            return [Call("faults.drop", (channel, operation))]
    return [Call("faults.drop", (channel, operation), {"reply": True})]


def _kinds(channel: str, operation: str) -> tuple[What, ...]:
    if channel != "rpc":
        return RAISES[channel][operation].kinds()
    return (*_TO_MESSAGES, (Kind.DROP_REPLY, None)) if operation in _CALLS_OF_HOSTS else _TO_MESSAGES
