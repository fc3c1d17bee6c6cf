import json

import pytest
from oslo_context import context as oslo_context

from fakevirt.context import RequestContext, admin_context
from fakevirt.instrument.snapshot import Entity, snapshot


@pytest.fixture
def context():
    return RequestContext(user_id="alice", project_id="demo", roles=["member"])


def test_a_context_survives_the_wire(context):
    arrived = RequestContext.from_dict(json.loads(json.dumps(context.to_dict())))
    assert arrived.to_dict() == context.to_dict()
    assert arrived.request_id == context.request_id
    assert arrived.roles == ["member"]


def test_two_requests_have_different_ids():
    assert RequestContext().request_id != RequestContext().request_id


def test_a_new_context_does_not_become_the_thread_s_current_one():
    before = oslo_context.get_current()
    RequestContext()
    assert oslo_context.get_current() is before


def test_a_context_sees_no_deleted_rows_and_has_no_admin_rights_by_default(context):
    assert context.read_deleted == "no"
    assert context.is_admin is False


def test_elevated_is_a_copy_with_admin_rights_of_the_same_request(context):
    elevated = context.elevated()
    assert elevated.is_admin is True
    assert context.is_admin is False
    assert (elevated.user_id, elevated.request_id) == (context.user_id, context.request_id)


def test_elevated_keeps_read_deleted_unless_told_otherwise():
    context = RequestContext(read_deleted="only")
    assert context.elevated().read_deleted == "only"
    assert context.elevated(read_deleted="yes").read_deleted == "yes"
    assert context.read_deleted == "only"


def test_the_admin_context_acts_for_nobody():
    context = admin_context(read_deleted="yes")
    assert context.is_admin is True
    assert context.user_id is None
    assert context.read_deleted == "yes"


def test_its_snapshot_tells_who_asks_in_which_request_and_what_they_see(context):
    assert snapshot(context) == Entity(
        "RequestContext",
        "object",
        {
            "user_id": "alice",
            "project_id": "demo",
            "is_admin": False,
            "roles": list(context.roles),
            "request_id": context.request_id,
            "read_deleted": "no",
        },
    )


def test_its_snapshot_tells_an_elevated_context_apart(context):
    assert snapshot(context.elevated()) != snapshot(context)
    assert snapshot(context.elevated(read_deleted="yes")) != snapshot(context.elevated())


def test_what_a_transport_adds_to_it_is_none_of_its_own(context):
    assert RequestContext.from_dict({**context.to_dict(), "client_timeout": 6}).to_dict() == context.to_dict()
