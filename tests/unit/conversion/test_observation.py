"""One run of a request in a world of its own, and what was seen."""

import pytest

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.conversion.observation import COMPARED, Observation, observe, observed_plan
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

LEGACY, OBJECTS = ConversionPlan.legacy(), ConversionPlan.objects()


def build(plan):
    return Cloud(plan=plan)


def migrate(cloud):
    cloud.live_migrate(cloud.boot("src", volumes=1), to="dst")


def effect(observation, channel, operation):
    (found,) = [e for e in observation.effects if (e.channel, e.operation) == (channel, operation)]
    return found


def test_the_request_runs_in_a_world_under_the_plan():
    seen = []
    observation = observe(LEGACY, build, lambda cloud: seen.append((cloud.plan, observed_plan())))
    assert seen == [(LEGACY, LEGACY)]
    assert observation.plan is LEGACY
    assert observed_plan() is None


def test_what_the_request_returns_is_an_effect_of_its_name():
    def ask(cloud):
        return {"answer": 42}

    observation = observe(OBJECTS, build, ask)
    assert effect(observation, "request", "ask").content["returned"] == {"answer": 42}
    assert observation.error is None


def test_what_the_request_raises_is_an_effect_and_goes_no_further():
    def ask(cloud):
        raise exceptions.NotFound("nowhere")

    observation = observe(OBJECTS, build, ask)
    assert effect(observation, "request", "ask").content["raised"] == {"exception": "NotFound", "message": "nowhere"}
    assert isinstance(observation.error, exceptions.NotFound)


def test_a_request_without_a_name_is_called_request():
    class Ask:
        def __call__(self, cloud):
            return None

    assert effect(observe(OBJECTS, build, Ask()), "request", "request").content == {"arguments": {}}


def test_what_is_no_exception_goes_through_and_the_world_is_closed():
    def interrupt(cloud):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        observe(OBJECTS, build, interrupt)
    assert observed_plan() is None


def test_a_world_that_cannot_be_set_up_is_told():
    observation = observe(OBJECTS, lambda plan: 1 / 0, migrate)
    assert isinstance(observation.set_up_error, ZeroDivisionError)
    assert (observation.effects, observation.entered) == ((), frozenset())


def test_a_usage_error_is_the_users_and_nothing_to_compare():
    with pytest.raises(UsageError, match="database"):
        observe(OBJECTS, lambda plan: Cloud(plan=plan, database_url="nonsense"), migrate)


def test_only_boundaries_are_compared_and_the_state_at_the_end_is_one():
    observation = observe(OBJECTS, build, migrate)
    assert {e.channel for e in observation.effects} <= COMPARED
    assert {e.channel for e in observation.trace} - COMPARED == {"conductor"}
    states = [e.operation for e in observation.effects if e.channel == "state"]
    assert {"table instances", "hypervisor dst", "network", "volume", "consoleauth"} <= set(states)


def test_it_knows_which_work_items_were_entered():
    assert observe(OBJECTS, build, migrate).entered >= {"live_migration", "_post_live_migration", "compute_utils"}
    assert observe(OBJECTS, build, lambda cloud: cloud.boot("src")).entered == frozenset()
    assert Observation(OBJECTS).entered == frozenset()


def test_nothing_unversioned_is_left_on_the_object_path():
    observation = observe(OBJECTS, build, migrate)
    for item in observation.entered:
        left = observation.leftovers(item)
        assert (left.raw_conductor_calls, left.dict_accesses, left.unversioned_arguments) == ((), (), ())


def test_what_is_left_belongs_to_the_work_item_in_which_it_shows():
    observation = observe(LEGACY, build, migrate)
    left = observation.leftovers("check_can_live_migrate_destination")
    assert {e.operation for e in left.raw_conductor_calls} == {"service_get_all_by"}
    assert {e.operation for e in left.unversioned_arguments} == {"check_can_live_migrate_destination"}
    assert left.dict_accesses
    assert all(e.scope == "check_can_live_migrate_destination" for e in left.dict_accesses)


def test_a_message_belongs_to_the_method_that_it_calls():
    observation = observe(LEGACY, build, migrate)
    left = observation.leftovers("live_migration").unversioned_arguments
    assert ("rpc", "live_migration") in {(e.channel, e.operation) for e in left}
    (message,) = [e for e in left if (e.channel, e.operation) == ("rpc", "live_migration")]
    assert message.scope is None


def test_object_methods_are_no_raw_conductor_calls():
    observation = observe(LEGACY, build, migrate)
    operations = {e.operation for e in observation.leftovers("_post_live_migration").raw_conductor_calls}
    assert operations >= {"network_migrate_instance_start", "network_migrate_instance_finish"}
    assert not any(operation.startswith("object_") for operation in operations)
