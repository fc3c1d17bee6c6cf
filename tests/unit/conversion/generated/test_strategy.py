"""The strategy reaches everything that it is there for."""

import collections

import hypothesis
import pytest

from fakevirt.conversion.faults.declared import RAISES
from fakevirt.conversion.generated.example import Call, parts
from fakevirt.conversion.generated.requests import BUILD, REQUESTS
from fakevirt.conversion.generated.strategy import examples, faults
from fakevirt.manager.plan import ConversionPlan
from fakevirt.manager.work_items import item_names


def draw(strategy, number):
    drawn = []

    @hypothesis.seed(0)
    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    @hypothesis.given(strategy)
    def note(one):
        drawn.append(one)

    note()
    return drawn


@pytest.fixture(scope="module")
def drawn():
    return draw(examples(), 700)


@pytest.fixture(scope="module")
def calls(drawn):
    return [part for example in drawn for part in parts(example.calls) if isinstance(part, Call)]


def test_every_request_is_drawn(calls):
    methods = {call.method for call in calls}
    counters = {"get_instance_diagnostics", "get_console_output", "get_vnc_console"}
    assert {*REQUESTS, "boot", "create_server", *counters} <= methods


@pytest.mark.parametrize("name", ["create_server", *REQUESTS])
def test_every_fault_that_can_happen_to_a_request_is_drawn(name):
    request = REQUESTS.get(name, BUILD)
    planted = [call for (call,) in filter(None, draw(faults(request), 400))]
    places = {(channel, operation) for channel, operations in request.passes.items() for operation in operations}
    messages = {place for place in places if place[0] == "rpc"}
    assert {call.arguments for call in planted} == places
    assert {call.arguments for call in planted if call.method == "faults.drop"} == messages
    errors = {(call.arguments, call.options["with_"]) for call in planted if call.method != "faults.drop"}
    declared = {
        ((channel, operation), what)
        for channel, operation in places - messages
        for _, what in RAISES[channel][operation].kinds()
    }
    assert {(place, what) for place, what in errors if place not in messages} == declared


def test_every_kind_of_world_is_drawn(drawn):
    worlds = [example.world for example in drawn]
    assert {len(world.hosts) for world in worlds} == {2, 3}
    assert {world.shared_storage for world in worlds} == {True, False}
    assert {(world.conductor, *world.releases[:2]) for world in worlds} == {
        (None,),
        ("icehouse", "icehouse", "icehouse"),
        ("juno", "icehouse", "icehouse"),
        ("juno", "icehouse", "juno"),
        ("juno", "juno", "icehouse"),
        ("juno", "juno", "juno"),
        ("kilo", "kilo", "kilo"),
    }
    assert {world.settings.vnc_enabled for world in worlds} == {True, False}
    assert {world.settings.volume_usage_poll_interval for world in worlds} == {0, 60}


def test_most_plans_convert_everything_or_a_few_work_items_or_all_but_a_few(drawn):
    plans = collections.Counter(len(example.world.plan.converted) for example in drawn)
    assert plans.most_common(1)[0][0] == len(ConversionPlan.objects().converted)
    assert set(plans) == {*range(4), *range(len(item_names()) - 3, len(item_names()) + 1)}
    unconverted = {name for example in drawn for name in item_names() if name not in example.world.plan.converted}
    assert unconverted == set(item_names())


def test_servers_are_of_every_kind(calls):
    options = collections.defaultdict(set)
    for call in calls:
        if call.makes_server:
            for name, value in (call.options or {}).items():
                options[call.method, name].add(str(value))
    assert set(options) == {
        *(("boot", name) for name in ("volumes", "boot_from_volume", "encrypted", "networks", "info_cache")),
        ("boot", "image_mapping"),
        *(("create_server", name) for name in ("host", "block_devices", "boot_from_volume", "through_conductor")),
    }
    assert options["boot", "volumes"] == {"1", "2"}


def test_a_server_that_has_moved_moves_back(drawn):
    journeys = set()
    for example in drawn:
        to = [call.options["to"] for call in example.calls if call.method == "live_migrate"]
        journeys.add(tuple(to))
    assert {("dst", "src"), ("src", "dst")} <= journeys


def test_states_are_left_as_they_were_entered(drawn):
    followed = collections.Counter()
    for example in drawn:
        methods = [call.method for call in example.calls]
        pairs = (("rescue", "unrescue"), ("stop", "start"), ("shelve", "unshelve"), ("resize", "confirm_resize"))
        followed.update(first for first, then in pairs if first in methods and then in methods[methods.index(first) :])
    assert len(followed) == 4
    assert min(followed.values()) >= 3


def test_an_example_is_short(drawn):
    assert max(len(example.calls) for example in drawn) <= 10
    assert sum(len(example.calls) for example in drawn) / len(drawn) < 7
