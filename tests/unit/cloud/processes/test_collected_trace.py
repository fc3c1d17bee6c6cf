"""Effects of several processes are in the order of what caused what."""

import pytest

from fakevirt.cloud.processes.causality import Cause, because_of
from fakevirt.cloud.processes.collected_trace import CollectedTrace, SentFaults, SentTrace
from fakevirt.instrument.faults import FaultPlan, Kind
from fakevirt.instrument.trace import Effect, Returned, scope


@pytest.fixture
def trace():
    return CollectedTrace()


def add(trace, operation, cause=None):
    return trace.add(Effect("rpc", operation), cause)


def order(trace):
    assert [effect.began for effect in trace] == list(range(len(trace)))
    return [effect.operation for effect in trace]


def test_what_a_message_causes_stands_behind_it_and_before_what_its_sender_did_next(trace):
    sent = add(trace, "a cast")
    add(trace, "the next step of its sender")
    add(trace, "the first step of its receiver", sent)
    add(trace, "the second step of its receiver", sent)
    assert order(trace) == [
        "a cast",
        "the first step of its receiver",
        "the second step of its receiver",
        "the next step of its sender",
    ]


def test_what_comes_in_turns_from_two_receivers_is_told_apart(trace):
    first, second = add(trace, "1"), add(trace, "2")
    for step in "ab":
        add(trace, f"2{step}", second)
        add(trace, f"1{step}", first)
    assert order(trace) == ["1", "1a", "1b", "2", "2a", "2b"]


def test_what_a_message_of_a_receiver_causes_is_caused_by_the_first_one_too(trace):
    outer = add(trace, "outer")
    inner = add(trace, "inner", outer)
    add(trace, "after")
    add(trace, "step of inner", inner)
    add(trace, "step of outer", outer)
    assert order(trace) == ["outer", "inner", "step of inner", "step of outer", "after"]


def test_an_effect_of_home_belongs_to_what_home_does_it_for(trace):
    sent = add(trace, "a cast")
    add(trace, "after")
    with because_of(Cause(sent, "main", "run_instance", False, "src")):
        effect = trace.record("network", "allocate_for_instance", {"instance": "vm"})
    assert order(trace) == ["a cast", "allocate_for_instance", "after"]
    assert effect.scope == "run_instance"
    with trace.muted():
        trace.record("network", "unheard")
    assert len(trace) == 3


def asking(trace, faults=None):
    """Return what asks home, with home in the same process."""

    def ask(name, *args):
        match name:
            case "add":
                channel, operation, arguments, service, details = args
                return trace.add(Effect(channel, operation, arguments, service, None, details), None)
            case "end":
                return trace.end(*args)
            case "length":
                return len(trace)
            case "consult":
                return trace.consult(*args)
            case "count":
                return faults.count(*args)
            case "strike":
                struck = faults.strike(*args)
                return struck and (struck.kind, struck.error())

    return ask


def test_an_effect_that_is_sent_is_there_with_its_outcome_and_its_details(trace):
    sent = SentTrace(asking(trace))
    effect = sent.record("driver", "spawn", {"instance": "vm"}, service="src", nth=1)
    effect.details["returned"] = "Instance 1.13"
    effect.returned(3)
    (arrived,) = trace
    assert (arrived.channel, arrived.arguments, arrived.service) == ("driver", {"instance": "vm"}, "src")
    assert (arrived.outcome, arrived.ended) == (Returned(3), 1)
    assert arrived.details == {"nth": 1, "returned": "Instance 1.13"}
    assert len(sent) == 1


def test_nothing_is_sent_on_behalf_of_what_is_not_recorded(trace):
    sent = SentTrace(asking(trace))
    with because_of(Cause(None, "main", None, True, None)):
        sent.record("driver", "spawn").returned(1)
        sent.consult("run_instance")
    assert (len(trace), trace.consulted) == (0, set())
    sent.consult("run_instance")
    assert trace.consulted == {"run_instance"}


def test_what_is_planted_at_home_strikes_elsewhere(trace):
    faults = FaultPlan()
    faults.fail("driver", "spawn", with_=lambda: RuntimeError("no room"))
    faults.after("driver", "spawn", with_=lambda: RuntimeError("too late"), nth=2)
    sent = SentFaults(asking(trace, faults))
    with pytest.raises(RuntimeError, match="no room"):
        sent.strike("driver", "spawn", sent.count("driver", "spawn"))
    struck = sent.strike("driver", "spawn", sent.count("driver", "spawn"))
    assert struck.kind is Kind.AFTER
    assert str(struck.error()) == "too late"
    assert sent.strike("driver", "spawn", sent.count("driver", "spawn")) is None


def test_the_scope_of_a_cause_is_the_scope_of_what_is_done_for_it():
    from fakevirt.cloud.processes import causality

    with scope("live_migration"):
        cause = causality.current(muted=False)
    with because_of(cause):
        assert causality.current(muted=True).scope == "live_migration"
        assert causality.activity() == cause.activity
