import pytest

from fakevirt import exceptions
from fakevirt.instrument.faults import Fault, FaultPlan, Kind
from fakevirt.usage_error import UsageError


@pytest.fixture
def faults():
    return FaultPlan()


def call(faults, channel, operation):
    """Return what is to happen to the effect of a call."""
    return faults.strike(channel, operation, faults.count(channel, operation))


def outcomes(faults, channel, operation, calls):
    """Return for each call whether a fault struck it."""
    struck = []
    for _ in range(calls):
        try:
            call(faults, channel, operation)
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
        call(faults, "driver", "spawn")


def test_a_fault_can_be_written_down_with_the_call_counted_from_the_beginning(faults):
    assert outcomes(faults, "driver", "spawn", 1) == [False]
    faults.plant(Fault("driver", "spawn", 3, Kind.FAIL, OSError))
    assert outcomes(faults, "driver", "spawn", 2) == [False, True]


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


def test_what_makes_its_text_of_arguments_can_be_planted_by_its_class(faults):
    faults.fail("driver", "pre_live_migration", with_=exceptions.MigrationPreCheckError)
    with pytest.raises(exceptions.MigrationPreCheckError, match="planted"):
        call(faults, "driver", "pre_live_migration")


def test_a_failure_after_the_effect_is_told_to_the_caller(faults):
    faults.after("volume", "detach", with_=ConnectionError, nth=2)
    assert call(faults, "volume", "detach") is None
    assert isinstance(call(faults, "volume", "detach").error(), ConnectionError)


def test_a_delay_moves_the_clock_and_a_race_has_rows_written():
    happened = []
    faults = FaultPlan(advance=lambda seconds: happened.append(seconds), write=lambda what: happened.append(what))
    faults.delay("driver", "spawn", 60)
    faults.race("driver", "spawn", "deleting")
    assert call(faults, "driver", "spawn") is None
    assert happened == [60, "deleting"]


def test_a_delay_without_a_world_is_refused_in_four_parts(faults):
    faults.delay("driver", "spawn", 60)
    with pytest.raises(UsageError, match="plant it in the faults of a Cloud"):
        call(faults, "driver", "spawn")


def test_only_messages_are_dropped(faults):
    faults.drop("rpc", "reboot_instance")
    faults.drop("conductor", "instance_update", reply=True)
    assert call(faults, "rpc", "reboot_instance").kind is Kind.DROP
    assert call(faults, "conductor", "instance_update").kind is Kind.DROP_REPLY
    with pytest.raises(UsageError, match=r"conductor, rpc"):
        faults.drop("driver", "spawn")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("driver", "spawn", 1, Kind.FAIL, OSError), "driver.spawn#1 fail OSError"),
        (Fault("db", "update instances", 3, Kind.AFTER, OSError), "db.update instances#3 after OSError"),
        (Fault("rpc", "reboot_instance", 1, Kind.DROP), "rpc.reboot_instance#1 drop"),
        (Fault("driver", "spawn", 2, Kind.DELAY, 1.5), "driver.spawn#2 delay 1.5"),
        (Fault("network", "allocate", 1, Kind.RACE, "host"), "network.allocate#1 race host"),
    ],
)
def test_a_fault_is_one_line(fault, line):
    assert str(fault) == line
