"""What a person reads about a comparison."""

import datetime

import pytest

from fakevirt.cloud import Cloud
from fakevirt.conversion import report
from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.comparison import compare
from fakevirt.conversion.observation import Observation
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Effect, Trace, scope
from fakevirt.manager.plan import ConversionPlan

ITEM = "live_migration"


def call(operation, channel="driver", service="src", **arguments):
    return Effect(channel, operation, arguments, service=service, scope=ITEM)


def observation(plan, *effects):
    trace = Trace()
    trace.effects = [Effect("manager", "live_migration", {}, service="src", scope=ITEM), *effects]
    return Observation(plan, trace, tuple(Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)))


def compared(legacy, objects, **kwargs):
    legacy_run = observation(ConversionPlan.legacy(), *legacy)
    return compare(legacy_run, observation(ConversionPlan.objects(), *objects), **kwargs)


def described(comparison):
    return report.describe(comparison, what="the item / the scenario", reproduce="fakevirt verify").splitlines()


def canonical(effect):
    return Canonicalizer(datetime.datetime(2014, 4, 17)).effect(effect)


def test_the_cause_is_told_where_another_divergence_stands_first():
    def run(plan, fails):
        trace = Trace()
        with scope(ITEM):
            outer = trace.record("manager", "live_migration", service="src", caller=None)
            inner = trace.record("driver", "live_migration", service="src")
            for effect in (inner, outer):
                effect.raised(TypeError("no")) if fails else effect.returned()
        return Observation(plan, trace, tuple(Canonicalizer(datetime.datetime(2014, 4, 17)).effects(trace)))

    lines = described(compare(run(ConversionPlan.legacy(), False), run(ConversionPlan.objects(), True)))
    assert lines[2].startswith("  happened:     2 differences; the first: manager live_migration on src: ")
    assert lines[4] == (
        "  cause:        in live_migration, effect 2: driver live_migration on src: raised is — on legacy and "
        "TypeError('no') on objects"
    )


def test_what_decides_it_is_told_where_that_is_known():
    comparison = compared([call("cleanup")], [])
    lines = report.describe(comparison, what="it", reproduce="again", decided_by="live_migration=objects").splitlines()
    assert "  decided by:   live_migration=objects" in lines


def test_a_divergence_is_told_in_four_parts_with_the_line_that_repeats_it():
    lines = described(compared([call("cleanup", disks=True)], [call("cleanup", disks=False)]))
    assert lines == [
        "DIVERGED: the item / the scenario",
        "  expected:     the plan 'objects' causes the same effects as the legacy path",
        "  happened:     1 difference; the first: driver cleanup on src: arguments.disks is true on legacy and "
        "false on objects",
        "  where:        effect 2 of 2",
        "",
        "     1          manager src: live_migration()",
        "!    2 differs  driver src: cleanup(disks=true)",
        "              arguments.disks",
        "                legacy   true",
        "                objects  false",
        "",
        "  how to go on: mend the object path, or allow the difference with its reason",
        "  reproduce:    fakevirt verify",
    ]


@pytest.mark.parametrize(
    ("legacy", "objects", "where", "marked"),
    [
        ([call("unfilter")], [], "legacy", ["legacy   driver src: unfilter()", "objects  —"]),
        ([], [call("destroy")], "objects", ["legacy   —", "objects  driver src: destroy()"]),
    ],
)
def test_an_effect_on_one_path_only_shows_both_sides(legacy, objects, where, marked):
    lines = described(compared(legacy, objects))
    assert f"is on the {where} path only" in lines[2]
    assert [line[7:] for line in lines[6:8]] == marked
    assert lines[6].startswith("!")


def test_three_steps_are_shown_on_either_side_and_what_is_left_out_is_marked():
    steps = [call(f"step{n}") for n in range(1, 12)]
    other = [*steps[:5], call("other"), *steps[5:]]
    shown = report.aligned(compared(steps, other), around=[6])
    assert [line.split()[-1] for line in shown if "step" in line] == [
        f"src: step{n}()".split()[-1] for n in range(3, 9)
    ]
    assert shown[0] == "       …"


def test_all_steps_are_shown_unless_some_are_chosen():
    steps = [call(f"step{n}") for n in range(20)]
    assert len(report.aligned(compared(steps, steps))) == 21


def test_an_allowed_difference_is_marked_otherwise_and_has_its_reason():
    allowance = Allowance("driver", "the driver has changed", "cleanup", "arguments.disks")
    comparison = compared([call("cleanup", disks=True)], [call("cleanup", disks=False)], known=[allowance])
    lines = report.aligned(comparison)
    assert lines[1].startswith("~    2 differs")
    assert lines[2].endswith("arguments.disks   (allowed: the driver has changed)")


def test_an_allowed_effect_on_one_path_only_is_marked_otherwise():
    comparison = compared([call("cleanup")], [], known=[Allowance("driver", "no longer needed", "cleanup")])
    assert report.aligned(comparison)[1].startswith("~")


def test_many_differences_are_counted_and_the_first_ten_shown():
    legacy = [call(f"step{n}", a=1) for n in range(12)]
    objects = [call(f"step{n}", a=2) for n in range(12)]
    lines = described(compared(legacy, objects))
    assert lines[2].startswith("  happened:     12 differences; the first: driver step0 on src")
    assert "  besides:      2 more differences, which often follow from the first" in lines


def test_ten_differences_are_not_many():
    legacy = [call(f"step{n}", a=1) for n in range(10)]
    objects = [call(f"step{n}", a=2) for n in range(10)]
    assert not any("besides" in line for line in described(compared(legacy, objects)))


def test_an_unused_allowance_is_told():
    lines = described(compared([call("a")], [call("a")], allow=[Allowance("driver", "not so")]))
    assert lines[0].startswith("DIVERGED")
    assert lines[2:4] == [
        "  happened:     nothing differs as allowed on driver (not so)",
        "  how to go on: remove the allowance",
    ]


def test_what_was_not_compared_says_why():
    comparison = compare(Observation(ConversionPlan.legacy()), Observation(ConversionPlan.objects()))
    lines = described(comparison)
    assert lines[0].startswith("NOT_COMPARED")
    assert lines[2:4] == [
        "  happened:     the run under the plan 'legacy' entered no work item",
        "  how to go on: make the request enter a work item on both paths, or remove the comparison",
    ]


def test_the_same_leaves_nothing_to_be_done():
    lines = described(compared([call("a")], [call("a")]))
    assert lines[0].startswith("SAME")
    assert lines[2] == "  how to go on: nothing is to be done"


@pytest.mark.parametrize(
    ("effect", "line"),
    [
        (call("cleanup"), "driver src: cleanup()"),
        (call("spawn", service=None, a=1), "driver: spawn(a=1)"),
        (call("spawn", values=[{"x": None}, "y"]), 'driver src: spawn(values=[{x: null}, "y"])'),
        (call("table instances", "state", None, content=[1]), "state: table instances"),
        (call("spawn", context=Entity("RequestContext", "object", {"user_id": "u"}), a=1), "driver src: spawn(a=1)"),
        (call("spawn", node=Entity("ComputeNode", "object", {"id": None})), "driver src: spawn(node=<ComputeNode>)"),
    ],
)
def test_an_effect_in_one_line(effect, line):
    assert report.brief(canonical(effect)) == line


def test_an_entity_is_told_by_its_uuid_or_id():
    shown = report.brief(canonical(call("spawn", instance=Entity("Instance", "object", {"uuid": "a", "host": "src"}))))
    assert shown == "driver src: spawn(instance=<Instance a>)"


def test_the_outcome_is_told():
    returned, raised = call("get_info"), call("get_info")
    returned.returned({"state": 1})
    raised.raised(ValueError("what"))
    assert report.brief(canonical(returned)).endswith("get_info() -> {state: 1}")
    assert report.brief(canonical(raised)).endswith("get_info() raised ValueError('what')")


def test_a_long_line_is_cut():
    line = report.brief(canonical(call("spawn", text="x" * 300)))
    assert len(line) == 100
    assert line.endswith("x…")


def test_a_headline_cuts_what_is_long():
    lines = described(compared([call("spawn", a="x" * 100)], [call("spawn", a="y")]))
    assert f'arguments.a is "{"x" * 58}… on legacy and "y" on objects' in lines[2]


def test_a_field_that_is_absent_is_a_dash():
    lines = described(compared([call("spawn", a={"b": 1})], [call("spawn", a={})]))
    assert "arguments.a.b is 1 on legacy and — on objects" in lines[2]


def test_the_last_effects_of_a_cloud_are_numbered_from_its_beginning():
    with Cloud() as cloud:
        assert report.last_effects(cloud) == ["(no effects)"]
        cloud.live_migrate(cloud.boot("src"), to="dst")
    count = len([effect for effect in cloud.trace if effect.channel != "dict_access"])
    first, *lines = report.last_effects(cloud, count=3)
    assert first == f"({count - 3} effects before)"
    assert [int(line.split()[0]) for line in lines] == [count - 2, count - 1, count]
    assert len(report.last_effects(cloud, count=count)) == count
