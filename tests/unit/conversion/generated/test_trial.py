"""One example on both call paths."""

from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.generated.example import Call, Example, Server, World
from fakevirt.conversion.generated.trial import compare_example
from fakevirt.exceptions import HypervisorUnavailable, InstanceInvalidState
from fakevirt.manager.plan import ConversionPlan

SERVER = Server(0)
BOOT = Call("boot", ("src",))
SUSPEND = Call("suspend", (SERVER,))


def fails(operation):
    return Call("faults.fail", ("driver", operation), {"with_": HypervisorUnavailable})


def test_it_tells_how_requests_ended_and_what_they_entered():
    trial = compare_example(Example(World(), (BOOT, SUSPEND, SUSPEND)))
    assert trial.passes
    assert trial.outcomes == (None, None, InstanceInvalidState)
    assert trial.requests == 3
    assert trial.comparison.legacy.entered == {"remaining_instance_attr", "compute_utils"}


def test_its_plan_is_held_against_the_legacy_path():
    plan = ConversionPlan.only("compute_utils")
    comparison = compare_example(Example(World(plan=plan), (BOOT, SUSPEND))).comparison
    assert (comparison.legacy.plan, comparison.objects.plan) == (ConversionPlan.legacy(), plan)


def test_a_fault_whose_call_never_came_is_left_out():
    trial = compare_example(Example(World(), (BOOT, fails("reboot"), SUSPEND)))
    assert trial.comparison.verdict.passes
    assert trial.example.calls == (BOOT, SUSPEND)


def test_what_faults_may_change_may_change_and_is_part_of_the_test():
    # The error notification tells the instance that came in.
    stopped = (BOOT, Call("rescue", (SERVER,)), fails("unrescue"), Call("unrescue", (SERVER,)))
    calls = (Call("boot", ("src",), {"volumes": 1}), fails("finish_migration"), Call("resize", (SERVER,)))
    for example in (stopped, calls):
        trial = compare_example(Example(World(), example))
        assert trial.comparison.verdict is Verdict.ALLOWED
        assert trial.test.count("pytest.mark.allow") == len(trial.allowed)


def test_objects_of_an_older_release_have_fewer_fields():
    world = World(releases=("icehouse", "icehouse"), conductor="juno")
    move = Call("check_can_live_migrate", (SERVER,), {"to": "dst"})
    trial = compare_example(Example(world, (BOOT, move)))
    assert trial.comparison.verdict is Verdict.ALLOWED
    assert [allowance.operation for allowance in trial.allowed] == ["check_can_live_migrate_destination"]


def test_what_enters_no_work_item_does_not_pass():
    assert not compare_example(Example(World(), (BOOT,))).passes
