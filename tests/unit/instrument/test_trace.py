import pytest

from fakevirt.instrument.snapshot import Failure
from fakevirt.instrument.trace import Effect, Raised, Returned, Trace, current_scope, scope


@pytest.fixture
def trace():
    return Trace()


def test_effects_keep_the_order_in_which_they_began(trace):
    outer = trace.record("rpc", "live_migration")
    inner = trace.record("driver", "live_migration")
    inner.returned()
    outer.returned()
    assert [effect.channel for effect in trace] == ["rpc", "driver"]
    assert len(trace) == 2


def test_arguments_are_those_of_the_moment_of_the_call(trace):
    arguments = {"block_device_info": {"block_device_mapping": []}}
    effect = trace.record("driver", "cleanup", arguments)
    arguments["block_device_info"]["block_device_mapping"].append("vda")
    assert effect.arguments == {"block_device_info": {"block_device_mapping": []}}


def test_an_effect_without_arguments_has_none(trace):
    assert trace.record("notification", "compute.instance.update").arguments == {}


def test_an_effect_under_way_has_no_outcome(trace):
    assert trace.record("driver", "spawn").outcome is None


def test_the_returned_value_is_that_of_the_moment_of_the_return(trace):
    result = {"is_shared_storage": True}
    effect = trace.record("driver", "check_can_live_migrate_source")
    effect.returned(result)
    result.clear()
    assert effect.outcome == Returned({"is_shared_storage": True})


def test_returning_nothing_is_an_outcome(trace):
    effect = trace.record("driver", "cleanup")
    effect.returned()
    assert effect.outcome == Returned(None)


def test_an_exception_is_an_outcome(trace):
    effect = trace.record("driver", "spawn")
    effect.raised(ValueError("no space"))
    assert effect.outcome == Raised(Failure("ValueError", "builtins", "no space"))


def test_an_effect_knows_its_place_and_where_the_trace_stood_when_it_ended(trace):
    outer = trace.record("rpc", "live_migration")
    inner = trace.record("driver", "live_migration")
    inner.returned()
    trace.record("db", "update instances")
    outer.raised(ValueError())
    assert (outer.began, outer.ended) == (0, 3)
    assert (inner.began, inner.ended) == (1, 2)


def test_a_choice_that_was_asked_for_is_noted_unless_nothing_is_recorded(trace):
    trace.consult("live_migration")
    with trace.muted():
        trace.consult("detach_volume")
    assert trace.consulted == {"live_migration"}


def test_service_and_details_stand_on_the_effect(trace):
    effect = trace.record("rpc", "pre_live_migration", service="src", version="3.26", kind="call")
    assert effect.service == "src"
    assert effect.details == {"version": "3.26", "kind": "call"}


def test_an_effect_is_attributed_to_the_innermost_scope(trace):
    with scope("live_migration"):
        trace.record("driver", "live_migration")
        with scope("_post_live_migration"):
            trace.record("driver", "post_live_migration")
        trace.record("driver", "unfilter_instance")
    trace.record("driver", "get_info")
    assert [effect.scope for effect in trace] == ["live_migration", "_post_live_migration", "live_migration", None]


def test_a_scope_ends_when_its_block_raises():
    with pytest.raises(ValueError, match="driver"), scope("live_migration"):
        raise ValueError("driver")
    assert current_scope() is None


def test_nothing_is_recorded_while_muted_but_an_effect_is_still_handed_out(trace):
    with trace.muted():
        effect = trace.record("db", "insert instances")
        effect.returned(1)
    assert len(trace) == 0
    assert effect.outcome is None


def test_an_inner_muted_block_does_not_end_the_outer_one(trace):
    with trace.muted():
        with trace.muted():
            pass
        trace.record("db", "insert instances")
    trace.record("db", "update instances")
    assert [effect.operation for effect in trace] == ["update instances"]


def test_recording_goes_on_after_a_muted_block_that_raised(trace):
    with pytest.raises(ValueError, match="boot"), trace.muted():
        raise ValueError("boot")
    trace.record("db", "update instances")
    assert len(trace) == 1


def test_effects_are_selected_by_channel_in_their_common_order(trace):
    for channel in ("db", "rpc", "driver", "db"):
        trace.record(channel, "x")
    assert [effect.channel for effect in trace.on("driver", "db")] == ["db", "driver", "db"]
    assert trace.on("volume") == []


def test_two_traces_do_not_share_effects(trace):
    trace.record("db", "update instances")
    assert list(Trace()) == []


def test_an_effect_is_shown_in_one_line():
    assert repr(Effect("driver", "spawn", {"instance": "a"}, "src")) == "<driver src: spawn(instance)>"
    assert repr(Effect("state", "table instances")) == "<state: table instances()>"
