import sys

import pytest

from fakevirt import exceptions
from fakevirt.objects import InstanceAction, InstanceActionEvent


@pytest.fixture
def action(context, uuid) -> InstanceAction:
    return InstanceAction.action_start(context, uuid, "live-migration")


def finish(context, uuid, **failure):
    return InstanceActionEvent.event_finish_with_failure(
        context, uuid, "compute_live_migration", want_result=True, **failure
    )


def test_an_action_is_that_of_the_request(context, uuid, action):
    found = InstanceAction.get_by_request_id(context, uuid, context.request_id)
    assert found.id == action.id
    assert (found.action, found.user_id, found.project_id) == ("live-migration", "fake_user", "fake_project")
    assert InstanceAction.get_by_request_id(context, uuid, "another") is None


def test_an_action_ends(context, uuid, action):
    action.finish()
    assert action.finish_time is not None
    assert InstanceAction.action_finish(context, uuid).finish_time is not None


def test_an_action_that_was_not_started_cannot_end(context, uuid):
    with pytest.raises(exceptions.InstanceActionNotFound):
        InstanceAction.action_finish(context, uuid)


def test_results_are_returned_only_if_wanted(context, uuid):
    assert InstanceAction.action_start(context, uuid, "live-migration", want_result=False) is None
    assert InstanceAction.action_finish(context, uuid, want_result=False) is None
    assert InstanceActionEvent.event_start(context, uuid, "compute_live_migration", want_result=False) is None
    assert InstanceActionEvent.event_finish(context, uuid, "compute_live_migration", want_result=False) is None


def test_an_event_that_ends_well_is_a_success(context, uuid, action):
    event = InstanceActionEvent.event_start(context, uuid, "compute_live_migration")
    assert (event.action_id, event.result) == (action.id, None)
    finished = finish(context, uuid)
    assert (finished.id, finished.result, finished.traceback) == (event.id, "Success", None)
    assert InstanceActionEvent.event_finish(context, uuid, "compute_live_migration").result == "Success"


def raised():
    try:
        raise ValueError("broken")
    except ValueError:
        return sys.exc_info()[1:]


def test_an_exception_and_its_traceback_become_text_before_they_leave_the_host(
    context, uuid, action, compute_host, conductor
):
    InstanceActionEvent.event_start(context, uuid, "compute_live_migration")
    error, traceback = raised()
    finished = finish(context, uuid, exc_val=error, exc_tb=traceback)
    _, _, _, kwargs = conductor.calls[-1]
    assert kwargs["exc_val"] == "broken"
    assert "in raised" in kwargs["exc_tb"]
    assert finished.result == "Error"
    assert finished.traceback == kwargs["exc_tb"]


def test_they_become_text_as_positional_arguments_too(context, uuid, action):
    InstanceActionEvent.event_start(context, uuid, "compute_live_migration")
    finished = InstanceActionEvent.event_finish_with_failure(context, uuid, "compute_live_migration", *raised(), True)
    assert finished.result == "Error"


def test_an_event_that_was_not_started_cannot_end(context, uuid, action):
    with pytest.raises(exceptions.InstanceActionEventNotFound):
        finish(context, uuid)
