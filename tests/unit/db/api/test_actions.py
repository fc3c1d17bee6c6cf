from __future__ import annotations

import datetime
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.instrument.trace import Trace

pytestmark = pytest.mark.usefixtures("instance")

UUID = "11111111-1111-1111-1111-111111111111"
OF_ACTION = {"instance_uuid": UUID, "request_id": "req-1"}


@pytest.fixture
def instance(active: DatabaseFixture, context: RequestContext) -> None:
    """The instance that actions and faults are those of."""
    api.instance_create(context, builders.instance_row(id=None, uuid=UUID))


def start(context: RequestContext, **values: Any) -> Any:
    return api.action_start(context, {"action": "live-migration", **OF_ACTION, **values})


def test_faults_are_returned_by_instance_the_newest_first(context: RequestContext) -> None:
    for message in ("first", "second"):
        api.instance_fault_create(context, builders.fault_row(id=None, instance_uuid=UUID, message=message))
    faults = api.instance_fault_get_by_instance_uuids(context, [UUID, "other"])
    assert [fault["message"] for fault in faults[UUID]] == ["second", "first"]
    assert faults["other"] == []


def test_a_created_fault_has_all_columns(context: RequestContext, now: datetime.datetime) -> None:
    values = {"instance_uuid": UUID, "code": 500, "message": "boom", "details": "", "host": "src"}
    fault = api.instance_fault_create(context, values)
    assert fault == {**builders.fault_row(**values), "id": 1, "created_at": now}


def test_an_action_is_found_by_its_request(context: RequestContext, now: datetime.datetime) -> None:
    assert api.action_get_by_request_id(context, UUID, "req-1") is None
    start(context)
    found = api.action_get_by_request_id(context, UUID, "req-1")
    assert found is not None
    assert (found["action"], found["start_time"]) == ("live-migration", now)


def test_actions_are_returned_the_newest_first(context: RequestContext) -> None:
    for request in ("req-1", "req-2"):
        start(context, request_id=request)
    assert [row["request_id"] for row in api.actions_get(context, UUID)] == ["req-2", "req-1"]


def test_an_action_is_finished(context: RequestContext, now: datetime.datetime) -> None:
    start(context)
    api.action_finish(context, {**OF_ACTION, "finish_time": now, "message": "done"})
    found = api.action_get_by_request_id(context, UUID, "req-1")
    assert found is not None
    assert (found["finish_time"], found["message"]) == (now, "done")


def test_an_event_belongs_to_its_action(context: RequestContext, trace: Trace, now: datetime.datetime) -> None:
    action = start(context)
    event = api.action_event_start(
        context, {**OF_ACTION, "event": "compute_x", "start_time": "2014-10-16T12:00:00.000000"}
    )
    assert event["action_id"] == action.id
    assert trace.effects[-1].arguments["values"] == {
        "event": "compute_x",
        "action_id": action.id,
        "start_time": now,
        "created_at": now,
        "deleted": 0,
    }


@pytest.mark.parametrize(("result", "message"), [("Success", None), ("Error", "Error")])
def test_an_event_that_fails_is_noted_on_its_action(
    context: RequestContext, result: str, message: str | None, now: datetime.datetime
) -> None:
    start(context)
    api.action_event_start(context, {**OF_ACTION, "event": "compute_x"})
    values = {**OF_ACTION, "event": "compute_x", "result": result, "finish_time": now, "traceback": "lines"}
    event = api.action_event_finish(context, values)
    assert (event["result"], event["finish_time"], event["traceback"]) == (result, now, "lines")
    action = api.action_get_by_request_id(context, UUID, "req-1")
    assert action is not None
    assert action["message"] == message


def test_without_an_action_there_are_no_events(context: RequestContext) -> None:
    for call in (api.action_event_start, api.action_event_finish, api.action_finish):
        with pytest.raises(exceptions.InstanceActionNotFound, match="req-1"):
            call(context, {**OF_ACTION, "event": "compute_x"})


def test_an_event_that_never_started_cannot_finish(context: RequestContext) -> None:
    start(context)
    with pytest.raises(exceptions.InstanceActionEventNotFound, match="compute_x"):
        api.action_event_finish(context, {**OF_ACTION, "event": "compute_x", "result": "Success"})


def test_a_service_on_its_own_behalf_takes_the_newest_action() -> None:
    user, service = RequestContext(project_id="project"), RequestContext(is_admin=True)
    for request_id in ("req-1", "req-2"):
        newest = start(user, request_id=request_id)
    started = api.action_event_start(service, {**OF_ACTION, "request_id": "req-3", "event": "compute_stop_instance"})
    assert started["action_id"] == newest.id


def test_a_service_on_its_own_behalf_needs_an_action() -> None:
    with pytest.raises(exceptions.InstanceActionNotFound):
        api.action_event_start(RequestContext(is_admin=True), {**OF_ACTION, "event": "compute_stop_instance"})
