import pytest
from testtools.matchers import Mismatch

from fakevirt.cloud import Cloud
from fakevirt.conversion.check import run
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.instrument.trace import Trace
from fakevirt.manager.plan import ConversionPlan
from fakevirt.matchers import ChangedRows, MadeDriverCalls, Notified, SameEffects, SentRPC


@pytest.fixture
def trace():
    trace = Trace()
    trace.record("rpc", "pre_live_migration", {"server": "dst"}, service="src")
    trace.record("driver", "pre_live_migration", service="dst")
    trace.record("driver", "live_migration", {"dest": "dst"}, service="src")
    trace.record("db", "update instances", {"where": {"uuid": "u"}, "values": {"host": "dst", "task_state": None}})
    trace.record("db", "insert instance_faults", {"values": {"code": 500}})
    trace.record("notifier", "compute.instance.update", service="src")
    return trace


def text_of(mismatch):
    assert isinstance(mismatch, Mismatch)
    return mismatch.describe()


@pytest.mark.parametrize(
    "matcher",
    [
        MadeDriverCalls("pre_live_migration", "live_migration"),
        MadeDriverCalls("live_migration", service="src"),
        MadeDriverCalls("live_migration"),
        MadeDriverCalls(service="other"),
        SentRPC("pre_live_migration"),
        SentRPC(service="dst"),
        Notified("compute.instance.update"),
        Notified("compute.instance.update", service="src"),
        ChangedRows("instances"),
        ChangedRows("instances", host="dst"),
        ChangedRows("instances", host="dst", task_state=None),
        ChangedRows("instance_faults", code=500),
    ],
    ids=str,
)
def test_it_matches_what_happened(matcher, trace):
    assert matcher.match(trace) is None


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (
            MadeDriverCalls("live_migration", "pre_live_migration"),
            "expected driver calls: live_migration, pre_live_migration\n"
            "what happened:         pre_live_migration, live_migration\n"
            "missing:               pre_live_migration after live_migration",
        ),
        (
            MadeDriverCalls("live_migration", "cleanup", service="src"),
            "expected driver calls of src: live_migration, cleanup\n"
            "what happened:                live_migration\n"
            "missing:                      cleanup after live_migration",
        ),
        (
            SentRPC(),
            "expected messages: none\nwhat happened:     pre_live_migration",
        ),
        (
            Notified("compute.instance.delete"),
            "expected notifications: compute.instance.delete\n"
            "what happened:          compute.instance.update\n"
            "missing:                compute.instance.delete",
        ),
        (
            ChangedRows("instances", host="src"),
            "expected a change of instances that writes host='src'\n"
            "changes of instances:\n"
            "  update instances: where {'uuid': 'u'}, values {'host': 'dst', 'task_state': None}",
        ),
        (
            ChangedRows("migrations"),
            "expected a change of migrations that writes anything\n"
            "changes of migrations:\n"
            "  none; tables that were changed: instance_faults, instances",
        ),
        (
            ChangedRows("instances", vm_state=None),
            "expected a change of instances that writes vm_state=None\n"
            "changes of instances:\n"
            "  update instances: where {'uuid': 'u'}, values {'host': 'dst', 'task_state': None}",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value),
)
def test_it_tells_what_was_expected_and_what_happened(matcher, text, trace):
    assert text_of(matcher.match(trace)) == text


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (MadeDriverCalls("a", "b", service="src"), "MadeDriverCalls('a', 'b', service='src')"),
        (SentRPC("a"), "SentRPC('a')"),
        (Notified(), "Notified()"),
        (ChangedRows("instances", host="dst"), "ChangedRows('instances', host='dst')"),
        (SameEffects(Cloud()), "SameEffects(<Cloud of src, dst, plan objects>)"),
        (SameEffects(Trace()), "SameEffects(<trace of 0 effects>)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_its_text_and_its_representation_are_how_it_was_made(matcher, text):
    assert (str(matcher), repr(matcher)) == (text, text)


def test_it_takes_a_cloud_and_an_observation():
    observation = run(SCENARIOS["refused_by_the_source"], ConversionPlan.objects())
    with Cloud(shared_storage=False) as cloud:
        observation_of_cloud = SCENARIOS["refused_by_the_source"].request
        with pytest.raises(Exception, match="not on shared storage"):
            observation_of_cloud(cloud)
    for traced in (observation, observation.trace, cloud, cloud.trace):
        assert MadeDriverCalls("check_can_live_migrate_source", service="src").match(traced) is None
        assert MadeDriverCalls(service="src").match(traced) is not None


def test_the_same_effects_match_whatever_form_they_had():
    scenario = SCENARIOS["shared_storage"]
    legacy, objects = run(scenario, ConversionPlan.legacy()), run(scenario, ConversionPlan.objects())
    assert SameEffects(legacy).match(objects) is None


def test_effects_differ_with_their_first_difference_shown(trace):
    other = Trace()
    other.effects = [*trace.effects[:2], *trace.effects[3:]]
    other.record("driver", "cleanup", {"destroy_disks": True}, service="src")
    trace.record("driver", "cleanup", {"destroy_disks": False}, service="src")
    lines = text_of(SameEffects(other).match(trace)).splitlines()
    assert lines[:2] == [
        "expected the same 6 effects",
        "happened: 2 of 7 steps differ, the first is step 3 (- expected, + happened):",
    ]
    assert lines[2:6] == [
        '     1  rpc src: pre_live_migration(server="dst")',
        "     2  driver dst: pre_live_migration()",
        '+    3  driver src: live_migration(dest="dst")',
        '     4  db: update instances(where={uuid: "u"}, values={host: "dst", task_state: null})',
    ]


def test_effects_that_carry_something_else_differ_in_that_field():
    expected, happened = Trace(), Trace()
    expected.record("driver", "cleanup", {"destroy_disks": True}, service="src")
    happened.record("driver", "cleanup", {"destroy_disks": False}, service="src")
    assert text_of(SameEffects(expected).match(happened)).splitlines()[2:] == [
        "!    1  driver src: cleanup(destroy_disks=true)",
        "        arguments.destroy_disks",
        "      - True",
        "      + False",
    ]


def test_an_effect_that_is_missing_is_marked_as_expected(trace):
    assert "-    1  rpc src: pre_live_migration" in text_of(SameEffects(trace).match(Trace()))
