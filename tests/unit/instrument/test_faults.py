import pytest

from fakevirt.instrument.faults import Fault, FaultPlan


@pytest.fixture
def faults():
    return FaultPlan()


def outcomes(faults, channel, operation, calls):
    """Return for each call whether a fault struck it."""
    struck = []
    for _ in range(calls):
        try:
            faults.strike(channel, operation)
            struck.append(False)
        except OSError:
            struck.append(True)
    return struck


def test_without_a_plan_no_call_fails(faults):
    assert outcomes(faults, "driver", "spawn", 3) == [False, False, False]


def test_by_default_the_next_call_fails_and_only_that_one(faults):
    faults.fail("driver", "spawn", with_=OSError)
    assert outcomes(faults, "driver", "spawn", 3) == [True, False, False]


def test_the_nth_call_fails(faults):
    faults.fail("driver", "spawn", with_=OSError, nth=3)
    assert outcomes(faults, "driver", "spawn", 4) == [False, False, True, False]


def test_calls_are_counted_from_the_moment_of_planting(faults):
    outcomes(faults, "driver", "spawn", 2)
    faults.fail("driver", "spawn", with_=OSError, nth=2)
    assert outcomes(faults, "driver", "spawn", 2) == [False, True]
    faults.fail("driver", "spawn", with_=OSError, nth=2)
    assert outcomes(faults, "driver", "spawn", 3) == [False, True, False]


def test_calls_of_other_operations_and_channels_are_not_counted(faults):
    faults.fail("driver", "spawn", with_=OSError, nth=2)
    assert outcomes(faults, "driver", "destroy", 5) == [False] * 5
    assert outcomes(faults, "volume", "spawn", 5) == [False] * 5
    assert outcomes(faults, "driver", "spawn", 2) == [False, True]


def test_faults_at_several_calls_of_one_operation_all_strike(faults):
    faults.fail("driver", "spawn", with_=OSError, nth=1)
    faults.fail("driver", "spawn", with_=OSError, nth=3)
    assert outcomes(faults, "driver", "spawn", 4) == [True, False, True, False]


def test_each_strike_raises_an_error_of_its_own(faults):
    made = []

    def error():
        made.append(OSError(f"number {len(made) + 1}"))
        return made[-1]

    faults.fail("driver", "spawn", with_=error)
    assert made == []
    with pytest.raises(OSError, match="number 1"):
        faults.strike("driver", "spawn")


def test_a_fault_can_be_written_down_with_the_call_counted_from_the_beginning(faults):
    assert outcomes(faults, "driver", "spawn", 1) == [False]
    struck = []
    faults.faults.append(Fault("driver", "spawn", 3, lambda: struck.append("struck")))
    faults.strike("driver", "spawn")
    assert struck == []
    faults.strike("driver", "spawn")
    assert struck == ["struck"]


def test_an_interference_happens_before_its_call_which_goes_on(faults):
    happened = []
    faults.interfere("driver", "live_migration", lambda: happened.append("instance deleted"), nth=2)
    assert outcomes(faults, "driver", "live_migration", 1) == [False]
    assert happened == []
    assert outcomes(faults, "driver", "live_migration", 2) == [False, False]
    assert happened == ["instance deleted"]


def test_an_interference_and_a_failure_can_be_planted_at_one_call(faults):
    happened = []
    faults.interfere("driver", "spawn", lambda: happened.append("first"))
    faults.fail("driver", "spawn", with_=OSError)
    assert outcomes(faults, "driver", "spawn", 1) == [True]
    assert happened == ["first"]


def test_an_interference_that_calls_the_operation_itself_counts_as_the_next_call(faults):
    inner = []
    faults.interfere("driver", "spawn", lambda: inner.extend(outcomes(faults, "driver", "spawn", 1)))
    faults.fail("driver", "spawn", with_=OSError, nth=2)
    assert outcomes(faults, "driver", "spawn", 2) == [False, False]
    assert inner == [True]
