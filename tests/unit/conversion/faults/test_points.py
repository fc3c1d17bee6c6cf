import pytest

from fakevirt.conversion.check import run
from fakevirt.conversion.faults.points import points, races
from fakevirt.conversion.faults.sweep import fault_free
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock
from fakevirt.instrument.faults import Fault, Kind
from fakevirt.manager.plan import CallPath, ConversionPlan


@pytest.fixture(scope="module")
def comparison():
    return fault_free(SCENARIOS["driver_fails"])


def lines(found):
    return [str(injection) for point in found for injection in point.injections()]


def test_calls_of_every_boundary_are_points(comparison):
    channels = {point.legacy.channel for point in points(comparison) if point.is_on_both}
    assert channels >= {"driver", "db", "conductor", "network", "volume", "rpc", "notifier"}


def test_a_point_belongs_to_the_work_item_that_was_running(comparison):
    items = {point.work_item for point in points(comparison) if "driver.detach_volume#1 fail" in str(lines([point]))}
    assert items == {"detach_volume"}


def test_a_message_belongs_to_the_method_that_it_calls(comparison):
    items = {p.work_item for p in points(comparison) if p.legacy and p.legacy.operation == "pre_live_migration"}
    assert items == {"live_migration"}


def test_the_same_write_is_one_point_although_other_methods_of_the_conductor_make_it(comparison):
    same = "conductor.instance_update#1|conductor.object_action Instance.save#1 drop-reply"
    assert same in lines(points(comparison))


def test_what_one_path_does_only_is_a_point_without_faults(comparison):
    (only,) = [p for p in points(comparison) if p.objects is None and p.legacy.operation == "node_is_available"]
    assert not only.is_on_both
    assert lines([only]) == []


def test_a_transaction_is_one_point_however_much_it_writes():
    found = points(fault_free(SCENARIOS["volume_detached_with_usage"]))
    commits = [p.legacy.details["commit"] for p in found if p.is_on_both and p.legacy.channel == "db"]
    assert len(commits) == len(set(commits))


def test_a_second_writer_strikes_once_between_two_questions_to_the_conductor(comparison):
    chosen = races(comparison)
    asked = [effect.began for effect in comparison.legacy.trace.on("conductor")]
    before = [sum(began < point.legacy.began for began in asked) for point in chosen]
    assert before == sorted(before)
    assert len(chosen) > len(set(before)) / 2
    assert len(chosen) < sum(point.is_on_both for point in points(comparison))


@pytest.mark.parametrize("path", [CallPath.LEGACY, CallPath.OBJECTS])
def test_what_another_fault_stands_for_is_the_same_run(path):
    scenario = SCENARIOS["suspended"]
    plan = ConversionPlan.legacy() if path is CallPath.LEGACY else ConversionPlan.objects()
    found = points(fault_free(scenario))
    calls = {str(injection.on(path)): injection for p in found for injection in p.injections() if p.is_on_both}

    def steps(fault):
        observation = run(scenario, plan, faults=[fault])
        assert not observation.unstruck
        states = {e.operation: e.content for e in observation.effects if e.channel == "state"}
        # The text of the error is another one.
        del states["table instance_faults"]
        return [e.key for e in observation.effects], states

    compared = 0
    for point in found:
        for kind in point.covered:
            commit = getattr(point, path.value)
            (call,) = [
                p
                for p in found
                if p.is_on_both
                and getattr(p, path.value).channel == "conductor"
                and getattr(p, path.value).began < commit.began < getattr(p, path.value).ended
            ]
            fault = next(f for f in call.injections() if (f.legacy.kind is Kind.FAIL) is (kind is Kind.FAIL)).on(path)
            assert str(fault) in calls
            what = DBDeadlock if kind is Kind.FAIL else DBConnectionError
            planted = Fault("db", commit.operation, commit.details["nth"], kind, what)
            assert steps(planted) == steps(fault)
            compared += 1
    assert compared >= 4
