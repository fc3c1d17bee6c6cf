"""A comparison finds what differs, where, and says whether it may."""

import dataclasses
import datetime

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.comparison import Verdict, compare
from fakevirt.conversion.difference import ABSENT
from fakevirt.conversion.observation import Observation
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.instrument.faults import Fault
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace, scope
from fakevirt.manager.plan import ConversionPlan

ITEM = "live_migration"
LEGACY, OBJECTS = ConversionPlan.legacy(), ConversionPlan.objects()


ROLLBACK = Effect("manager", "_rollback_live_migration", {}, service="src", scope="_rollback_live_migration")


def call(operation, channel="driver", service="src", **arguments):
    return Effect(channel, operation, arguments, service=service, scope=ITEM)


def observation(plan, *effects):
    trace = Trace()
    trace.effects = [Effect("manager", "live_migration", {}, service="src", scope=ITEM), *effects]
    canonical = Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)
    return Observation(plan, trace, tuple(canonical))


def compared(legacy, objects, **kwargs):
    return compare(observation(LEGACY, *legacy), observation(OBJECTS, *objects), **kwargs)


def test_two_runs_with_the_same_effects_are_the_same():
    assert compared([call("spawn", a=1)], [call("spawn", a=1)]).verdict is Verdict.SAME


def test_an_effect_that_the_object_path_lacks_is_a_divergence():
    comparison = compared([call("unfilter"), call("cleanup")], [call("cleanup")])
    (difference,) = comparison.divergences
    assert comparison.verdict is Verdict.DIVERGED
    assert (difference.channel, difference.operation, difference.field) == ("driver", "unfilter", None)
    assert difference.objects is ABSENT


def test_an_effect_that_the_object_path_adds_is_a_divergence():
    (difference,) = compared([call("cleanup")], [call("cleanup"), call("destroy")]).divergences
    assert difference.operation == "destroy"
    assert difference.legacy is ABSENT


def test_effects_in_another_order_are_divergences():
    comparison = compared([call("unfilter"), call("cleanup")], [call("cleanup"), call("unfilter")])
    assert comparison.verdict is Verdict.DIVERGED


def test_the_same_step_with_another_argument_differs_in_that_field():
    (difference,) = compared([call("cleanup", disks=True, vifs=1)], [call("cleanup", disks=False, vifs=1)]).divergences
    assert (difference.field, difference.legacy, difference.objects) == ("arguments.disks", True, False)


def test_a_field_within_a_field_is_named_by_its_path():
    legacy, objects = (
        call("update", values={"rows": [{"host": "src"}]}),
        call("update", values={"rows": [{"host": None}]}),
    )
    (difference,) = compared([legacy], [objects]).divergences
    assert difference.field == "arguments.values.rows[0].host"


def test_what_a_list_has_more_at_its_end_is_a_difference_of_its_own():
    legacy, objects = call("update", rows=["a"]), call("update", rows=["a", "b"])
    (difference,) = compared([legacy], [objects]).divergences
    assert (difference.field, difference.legacy, difference.objects) == ("arguments.rows[1]", ABSENT, "b")


def test_a_row_that_one_list_has_in_between_is_a_difference_of_its_own_and_so_are_the_ids_that_follow_from_it():
    rows = [{"id": n, "key": key} for n, key in ((1, "image"), (2, "ports"), (3, "flavor"))]
    legacy = call("update", rows=rows)
    objects = call("update", rows=[rows[0], {"id": 2, "key": "flavor"}])
    found = [(d.field, d.legacy, d.objects) for d in compared([legacy], [objects]).divergences]
    assert found == [
        ("arguments.rows[1]", {"id": "id-2", "key": "ports"}, ABSENT),
        ("arguments.rows[2].id", "id-3", "id-2"),
    ]


def test_lists_that_have_little_in_common_differ_as_a_whole():
    legacy, objects = call("update", rows=["a"]), call("update", rows=["b", "c"])
    (difference,) = compared([legacy], [objects]).divergences
    assert (difference.field, difference.legacy, difference.objects) == ("arguments.rows", ["a"], ["b", "c"])


def test_of_three_calls_alike_the_missing_one_is_named():
    legacy = [call("terminate_connection", volume=n) for n in ("one", "two", "three")]
    objects = [call("terminate_connection", volume=n) for n in ("one", "three")]
    (difference,) = compared(legacy, objects).divergences
    assert difference.legacy.content == {"arguments": {"volume": "two"}}


def test_a_call_by_another_host_is_another_step():
    comparison = compared([call("cleanup", service="src")], [call("cleanup", service="dst")])
    assert [d.field for d in comparison.divergences] == [None, None]


def test_a_notification_that_another_service_sends_differs_in_that_alone():
    legacy, objects = (call("volume.usage", "notifier", service=service) for service in ("conductor", "src"))
    (difference,) = compared([legacy], [objects]).divergences
    assert (difference.field, difference.legacy, difference.objects) == ("service", "conductor", "src")


def test_another_outcome_is_a_divergence():
    legacy, objects = call("get_info"), call("get_info")
    legacy.returned(1)
    objects.raised(KeyError("uuid"))
    fields = {d.field for d in compared([legacy], [objects]).divergences}
    assert fields == {"returned", "raised"}


def test_a_field_that_a_read_would_load_equals_anything():
    legacy = call("spawn", instance=Entity("Instance", "dict", {"uuid": "a", "metadata": {"role": "guest"}}))
    objects = call("spawn", instance=Entity("Instance", "object", {"uuid": "a"}, lazy=frozenset({"metadata"})))
    assert compared([legacy], [objects]).verdict is Verdict.SAME


def test_a_field_that_is_just_not_there_does_not():
    legacy = call("spawn", instance=Entity("Instance", "dict", {"uuid": "a", "host": "src"}))
    objects = call("spawn", instance=Entity("Instance", "object", {"uuid": "a"}))
    (difference,) = compared([legacy], [objects]).divergences
    assert difference.objects is ABSENT


HOST = Allowance("db", "the host is written once less", "update instances", "arguments.values.host")


def test_an_allowance_covers_the_field_that_it_names():
    legacy = [call("update instances", "db", values={"host": "src", "task_state": None})]
    objects = [call("update instances", "db", values={"task_state": None})]
    comparison = compared(legacy, objects, known=[HOST])
    assert comparison.verdict is Verdict.ALLOWED
    assert comparison.used == {HOST}


def test_an_allowance_covers_no_other_field():
    legacy = [call("update instances", "db", values={"host": "src", "task_state": None})]
    objects = [call("update instances", "db", values={"task_state": "migrating"})]
    comparison = compared(legacy, objects, known=[HOST])
    assert comparison.verdict is Verdict.DIVERGED
    assert [d.field for d in comparison.divergences] == ["arguments.values.task_state"]


def test_an_allowance_of_a_field_does_not_cover_the_loss_of_the_whole_effect():
    assert compared([call("update instances", "db")], [], known=[HOST]).verdict is Verdict.DIVERGED


def test_an_allowance_without_a_field_covers_the_whole_effect_and_no_field():
    whole = dataclasses.replace(HOST, field=None)
    assert compared([call("update instances", "db")], [], known=[whole]).verdict is Verdict.ALLOWED
    legacy, objects = call("update instances", "db", a=1), call("update instances", "db", a=2)
    assert compared([legacy], [objects], known=[whole]).verdict is Verdict.DIVERGED


def test_an_allowance_holds_only_while_its_work_item_is_converted():
    allowance = dataclasses.replace(HOST, field=None, work_item="_rollback_live_migration")
    legacy = observation(LEGACY, ROLLBACK, call("update instances", "db"))
    converted = observation(ConversionPlan.only("_rollback_live_migration"), ROLLBACK)
    unconverted = observation(ConversionPlan.all_but("_rollback_live_migration"), ROLLBACK)
    assert compare(legacy, converted, known=[allowance]).verdict is Verdict.ALLOWED
    assert compare(legacy, unconverted, known=[allowance]).verdict is Verdict.DIVERGED


def test_an_allowance_holds_only_where_its_work_item_is_entered():
    allowance = dataclasses.replace(HOST, field=None, work_item="_rollback_live_migration")
    assert compared([call("update instances", "db")], [], known=[allowance]).verdict is Verdict.DIVERGED


@pytest.mark.parametrize(
    ("narrower", "verdict"),
    [
        ({"scope": ITEM}, Verdict.ALLOWED),
        ({"scope": "compute_utils"}, Verdict.DIVERGED),
        ({"legacy": "src", "objects": ABSENT}, Verdict.ALLOWED),
        ({"legacy": "dst"}, Verdict.DIVERGED),
        ({"objects": "src"}, Verdict.DIVERGED),
    ],
)
def test_an_allowance_covers_only_the_scope_and_the_values_that_it_names(narrower, verdict):
    legacy = [call("update instances", "db", values={"host": "src"})]
    objects = [call("update instances", "db", values={})]
    assert compared(legacy, objects, known=[dataclasses.replace(HOST, **narrower)]).verdict is verdict


def test_a_fault_that_never_strikes_leaves_nothing_to_compare():
    fault = Fault("driver", "pre_live_migratoin", 1, lambda: None)
    legacy, objects = (dataclasses.replace(observation(plan), unstruck=(fault,)) for plan in (LEGACY, OBJECTS))
    comparison = compare(legacy, objects)
    assert comparison.verdict is Verdict.NOT_COMPARED
    assert "pre_live_migratoin" in comparison.not_compared


def test_a_fault_that_strikes_on_one_path_is_left_to_the_traces():
    fault = Fault("driver", "node_is_available", 1, lambda: None)
    objects = dataclasses.replace(observation(OBJECTS), unstruck=(fault,))
    assert compare(observation(LEGACY), objects).verdict is Verdict.SAME


def test_an_allowance_that_was_asked_for_and_covers_nothing_is_a_finding():
    comparison = compared([], [], allow=[HOST])
    assert comparison.verdict is Verdict.DIVERGED
    assert comparison.unused == (HOST,)


def test_a_known_allowance_that_covers_nothing_is_none():
    assert compared([], [], known=[HOST]).verdict is Verdict.SAME


def test_runs_that_enter_no_work_item_are_not_compared():
    comparison = compare(Observation(LEGACY), Observation(OBJECTS))
    assert comparison.verdict is Verdict.NOT_COMPARED
    assert "entered no work item" in comparison.not_compared


def test_a_run_that_could_not_be_set_up_is_not_compared():
    broken = Observation(OBJECTS, set_up_error=ValueError("no such host"))
    comparison = compare(observation(LEGACY), broken)
    assert comparison.verdict is Verdict.NOT_COMPARED
    assert "no such host" in comparison.not_compared


@pytest.mark.parametrize("entering", [{ITEM, "detach_volume"}, {"detach_volume"}, set()])
def test_runs_that_enter_other_work_items_than_they_should_are_not_compared(entering):
    assert compared([], [], entering=frozenset(entering)).verdict is Verdict.NOT_COMPARED


def test_what_is_entered_besides_is_not_compared_even_if_that_is_allowed():
    allowance = Allowance("manager", "it may", "_rollback_live_migration")
    comparison = compared([], [ROLLBACK], known=[allowance], entering=frozenset({ITEM}))
    assert comparison.verdict is Verdict.NOT_COMPARED
    assert "entered work items that it should not (_rollback_live_migration)" in comparison.not_compared


def test_what_is_entered_besides_is_a_divergence_with_a_place_if_nothing_allows_it():
    assert compared([], [ROLLBACK], entering=frozenset({ITEM})).verdict is Verdict.DIVERGED


def notify(**arguments):
    details = {"caller": ITEM}
    return Effect("manager", "notify", arguments, service="dst", scope="compute_utils", details=details)


def test_a_divergence_counts_for_the_work_item_in_which_it_shows():
    comparison = compared([call("unfilter"), notify()], [notify()])
    assert comparison.to_blame == ITEM
    assert comparison.verdict_for(ITEM) is Verdict.DIVERGED
    assert comparison.verdict_for("compute_utils") is Verdict.SAME


def test_what_differs_after_the_first_divergence_counts_for_nobody():
    missed = Effect("notifier", "start", {}, service="src", scope="compute_utils")
    comparison = compared([notify(), call("unfilter"), missed], [notify()])
    assert len(comparison.divergences) == 2
    assert comparison.cause == comparison.divergences[0]
    assert comparison.verdict_for("compute_utils") is Verdict.SAME


@pytest.mark.parametrize(("legacy", "objects"), [([notify()], []), ([notify(event="a")], [notify(event="b")])])
def test_whether_a_method_is_called_and_with_what_is_its_callers_doing(legacy, objects):
    assert compared(legacy, objects).to_blame == ITEM


def test_how_a_method_ends_is_its_own_doing():
    fails = notify()
    fails.raised(KeyError("uuid"))
    assert compared([notify()], [fails]).to_blame == "compute_utils"


def traced(plan, raised):
    """Return the observation of a message, whose method calls a driver that raises if ``raised``, and cleans up."""
    trace = Trace()
    with scope("live_migration"):
        message = trace.record("rpc", "live_migration")
        method = trace.record("manager", "live_migration", caller=None)
        with scope("detach_volume"):
            driver = trace.record("driver", "detach_volume")
            driver.raised(TypeError("not subscriptable")) if raised else driver.returned()
        if not raised:
            trace.record("driver", "cleanup").returned()
        for effect in (method, message):
            effect.raised(TypeError("not subscriptable")) if raised else effect.returned()
    return Observation(plan, trace, tuple(Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)))


@pytest.mark.parametrize("raised_on", ["legacy", "objects"])
def test_of_an_exception_that_travels_up_the_innermost_call_is_the_cause(raised_on):
    comparison = compare(traced(LEGACY, raised_on == "legacy"), traced(OBJECTS, raised_on == "objects"))
    assert comparison.divergences[0].channel == "rpc"
    assert (comparison.cause.channel, comparison.cause.operation) == ("driver", "detach_volume")
    assert comparison.to_blame == "detach_volume"


def test_without_a_divergence_nobody_is_to_blame():
    comparison = compared([], [])
    assert (comparison.cause, comparison.to_blame) == (None, None)


def test_a_divergence_in_no_work_item_counts_for_all():
    state = Effect("state", "table instances", {"content": [1]})
    comparison = compared([state], [Effect("state", "table instances", {"content": [2]})])
    assert comparison.verdict_for(ITEM) is Verdict.DIVERGED


def test_an_allowed_difference_counts_for_the_work_item_that_brings_it():
    allowance = dataclasses.replace(HOST, field=None, work_item="_rollback_live_migration")
    comparison = compared([ROLLBACK, call("update instances", "db")], [ROLLBACK], known=[allowance])
    assert comparison.verdict_for("_rollback_live_migration") is Verdict.ALLOWED
    assert comparison.verdict_for(ITEM) is Verdict.SAME
