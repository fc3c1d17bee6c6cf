"""A method finds the function of its call path."""

import types

import oslo_messaging as messaging
import pytest

from fakevirt import services
from fakevirt.instrument.trace import Raised, Returned, Trace, current_scope, scope
from fakevirt.manager.paths import SharedStep, WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.instance import Instance
from fakevirt.rpc.server import expected_exceptions
from fakevirt.services import Service


def legacy(manager, instance, dest="dst"):
    return "legacy", services.current(), current_scope()


def objects(manager, instance, dest="dst"):
    return "objects", services.current(), current_scope()


def fail(manager, instance):
    raise KeyboardInterrupt


@expected_exceptions(ValueError)
def refuse(manager, instance):
    raise ValueError("not now")


PAIR = types.SimpleNamespace(legacy=legacy, objects=objects)


class Manager:
    """Says where it is, and has methods of both kinds."""

    def __init__(self, plan):
        self.plan = plan
        self.service = Service("nova-compute", "src", Trace())

    migrate = WorkItemMethod(PAIR, "live_migration")
    help = WorkItemMethod(PAIR, "compute_utils", with_arguments=False)
    fail = WorkItemMethod(types.SimpleNamespace(legacy=fail, objects=fail), "live_migration")
    refuse = WorkItemMethod(types.SimpleNamespace(legacy=refuse, objects=refuse), "live_migration")
    step = SharedStep(PAIR)
    kept = SharedStep(PAIR, "delete_orphan_compute_nodes")


@pytest.fixture
def manager():
    return Manager(ConversionPlan.only("live_migration"))


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        (ConversionPlan.legacy(), "legacy"),
        (ConversionPlan.only("live_migration"), "objects"),
        (ConversionPlan.all_but("live_migration"), "legacy"),
    ],
    ids=str,
)
def test_the_plan_says_which_function_runs(plan, path):
    assert Manager(plan).migrate("instance")[0] == path


def test_it_runs_as_the_managers_service_in_the_scope_of_its_work_item(manager):
    assert manager.migrate("instance")[1:] == (manager.service, "live_migration")
    assert (services.current(), current_scope()) == (None, None)


def test_the_call_is_an_effect_with_its_arguments_by_name_and_its_result(manager):
    manager.migrate("instance")
    (effect,) = manager.service.trace
    assert (effect.channel, effect.operation, effect.service) == ("manager", "migrate", "src")
    assert effect.scope == "live_migration"
    assert effect.arguments == {"instance": "instance", "dest": "dst"}
    assert effect.outcome.value[0] == "objects"


@pytest.mark.parametrize(("instance", "form"), [({}, "dict"), (Instance(), "object"), ("name", None)])
def test_the_effect_tells_the_path_who_called_and_in_which_form_the_instance_came(manager, instance, form):
    manager.migrate(instance)
    with scope("live_migration"):
        manager.help(instance)
    migrate, help = manager.service.trace
    assert migrate.details == {"path": "objects", "caller": None, "instance": form}
    assert help.details == {"path": "legacy", "caller": "live_migration", "instance": form}


def test_the_plan_is_asked_when_a_method_is_called_and_not_when_it_is_handed_on(manager):
    callback = manager.migrate
    assert manager.service.trace.consulted == set()
    callback("instance")
    assert manager.service.trace.consulted == {"live_migration"}


def test_a_helper_tells_neither_arguments_nor_result(manager):
    assert manager.help("instance")[0] == "legacy"
    (effect,) = manager.service.trace
    assert (effect.arguments, effect.outcome) == ({}, Returned(None))


def test_what_it_raises_is_noted_whatever_it_is(manager):
    with pytest.raises(KeyboardInterrupt):
        manager.fail("instance")
    (effect,) = manager.service.trace
    assert effect.outcome.failure.kind == "KeyboardInterrupt"
    assert services.current() is None


def test_the_bound_method_bears_the_name_of_the_managers_method(manager):
    assert manager.migrate.__name__ == "migrate"
    assert manager.migrate.__self__ is manager


def test_without_a_manager_it_is_the_function_of_the_object_path(manager):
    assert Manager.migrate(manager, "instance")[0] == "objects"
    assert Manager.step is objects


@pytest.mark.parametrize(("running", "path"), [("live_migration", "objects"), ("compute_utils", "legacy")])
def test_a_shared_step_takes_the_path_of_the_work_item_that_runs(manager, running, path):
    with scope(running):
        assert manager.step("instance")[0] == path


def test_a_shared_step_outside_any_work_item_takes_the_object_path():
    assert Manager(ConversionPlan.legacy()).step("instance")[0] == "objects"


def test_a_shared_step_that_keeps_something_takes_the_path_of_its_own_work_item(manager):
    with scope("live_migration"):
        assert manager.kept("instance")[0] == "legacy"


def test_a_shared_step_that_was_looked_up_elsewhere_still_takes_the_path_of_the_work_item_that_runs():
    step = Manager(ConversionPlan.legacy()).step
    with scope("live_migration"):
        assert step("instance")[0] == "legacy"
    assert step("instance")[0] == "objects"


def test_a_shared_step_bears_the_name_of_the_managers_method(manager):
    assert (manager.step.__name__, manager.kept.__name__) == ("step", "kept")


def test_a_shared_step_is_no_effect(manager):
    manager.step("instance")
    assert len(manager.service.trace) == 0


def test_an_expected_exception_is_told_as_what_it_is(manager):
    with pytest.raises(messaging.ExpectedException):
        manager.refuse("instance")
    (effect,) = manager.service.trace
    assert isinstance(effect.outcome, Raised)
    assert (effect.outcome.failure.kind, effect.outcome.failure.message) == ("ValueError", "not now")
