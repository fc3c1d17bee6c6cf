from __future__ import annotations

import datetime
from typing import Any

import netaddr
import pytest
from oslo_utils import uuidutils
from sqlalchemy import delete

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api, builders, models
from fakevirt.db.engine import Database
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.instrument.trace import Trace

pytestmark = pytest.mark.usefixtures("active")


def create(context: RequestContext, **updates: Any) -> models.Instance:
    return api.instance_create(context, builders.instance_row(id=None, **updates))


def items(instance: models.Instance, name: str = "system_metadata") -> dict[str, str]:
    return {row["key"]: row["value"] for row in instance[name]}


def test_an_instance_is_created_with_all_that_belongs_to_it(context: RequestContext) -> None:
    created = create(
        context,
        metadata={"a": "1"},
        system_metadata={"b": "2"},
        info_cache={"network_info": "[1]"},
        security_groups=["default"],
    )
    found = api.instance_get_by_uuid(context, created["uuid"])
    assert items(found, "metadata") == {"a": "1"}
    assert items(found) == {"b": "2"}
    assert found["info_cache"]["network_info"] == "[1]"
    assert [group["name"] for group in found["security_groups"]] == ["default"]
    assert dict(created).keys() == dict(found).keys()


def test_an_instance_without_a_uuid_gets_one(context: RequestContext) -> None:
    assert uuidutils.is_uuid_like(api.instance_create(context, {"host": "src"})["uuid"])


def test_the_default_security_group_is_made_once(context: RequestContext) -> None:
    first, second = (create(context, security_groups=["default"]) for _ in range(2))
    assert first["security_groups"][0].id == second["security_groups"][0].id


def test_an_unknown_security_group_leaves_no_instance(context: RequestContext, trace: Trace) -> None:
    with pytest.raises(exceptions.SecurityGroupNotFoundForProject, match="web"):
        create(context, security_groups=["web"])
    assert len(trace) == 0


def test_an_instance_is_found_by_its_id(context: RequestContext) -> None:
    created = create(context)
    assert api.instance_get(context, created.id)["uuid"] == created["uuid"]


def test_an_instance_that_does_not_exist_is_not_found(context: RequestContext) -> None:
    uuid = uuidutils.generate_uuid()
    with pytest.raises(exceptions.InstanceNotFound, match=uuid):
        api.instance_get_by_uuid(context, uuid)
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_get(context, 1)
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_update(context, uuid, {"host": "dst"})
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_destroy(context, uuid)


def test_what_is_no_uuid_is_invalid(context: RequestContext) -> None:
    with pytest.raises(exceptions.InvalidUUID):
        api.instance_update(context, "1", {"host": "dst"})
    with pytest.raises(exceptions.InvalidUUID):
        api.instance_destroy(context, "1")


@pytest.mark.parametrize(
    ("columns_to_join", "joined"),
    [
        (None, {"info_cache", "security_groups", "metadata", "system_metadata"}),
        ([], {"info_cache", "security_groups"}),
        (["system_metadata"], {"info_cache", "security_groups", "system_metadata"}),
    ],
)
def test_relationships_are_joined_as_asked_for(
    context: RequestContext, columns_to_join: list[str] | None, joined: set[str]
) -> None:
    created = create(context)
    found = api.instance_get_by_uuid(context, created["uuid"], columns_to_join=columns_to_join)
    relationships = set(models.Instance.__mapper__.relationships.keys())
    assert relationships & dict(found).keys() == joined


def test_instances_are_found_by_host_and_node(context: RequestContext) -> None:
    first, second, _ = (create(context, host=host, node=node) for host, node in ("ax", "ay", "bx"))
    assert [row.id for row in api.instance_get_all_by_host(context, "a")] == [first.id, second.id]
    assert [row.id for row in api.instance_get_all_by_host_and_node(context, "a", "y")] == [second.id]


def test_an_update_returns_the_row_before_and_after(context: RequestContext, now: datetime.datetime) -> None:
    uuid = create(context, host="src", updated_at=None)["uuid"]
    old, new = api.instance_update_and_get_original(context, uuid, {"host": "dst"})
    assert (old["host"], old["updated_at"]) == ("src", None)
    assert (new["host"], new["updated_at"]) == ("dst", now)
    assert dict(api.instance_get_by_uuid(context, uuid)).keys() == dict(new).keys()
    assert api.instance_get_by_uuid(context, uuid)["host"] == "dst"


def test_an_update_writes_exactly_what_it_is_given(
    context: RequestContext, trace: Trace, now: datetime.datetime
) -> None:
    uuid = create(context, host="src")["uuid"]
    api.instance_update(context, uuid, {"host": "src", "task_state": None, "expected_task_state": None})
    assert trace.effects[-1].operation == "update instances"
    assert trace.effects[-1].arguments == {
        "where": {"uuid": uuid},
        "values": {"host": "src", "task_state": None, "updated_at": now},
    }


def test_an_update_leaves_the_callers_values_alone(context: RequestContext) -> None:
    uuid = create(context)["uuid"]
    values = {"expected_task_state": None, "system_metadata": {"a": "1"}, "host": "dst"}
    api.instance_update(context, uuid, values)
    assert values == {"expected_task_state": None, "system_metadata": {"a": "1"}, "host": "dst"}


@pytest.mark.parametrize("expected", ["migrating", ["migrating"], ("resizing", "migrating"), {"migrating"}])
def test_an_update_in_the_expected_task_state_is_written(context: RequestContext, expected: object) -> None:
    uuid = create(context, task_state="migrating")["uuid"]
    new = api.instance_update(context, uuid, {"task_state": None, "expected_task_state": expected})
    assert new["task_state"] is None


@pytest.mark.parametrize(
    ("state", "expected", "error"),
    [
        ({"task_state": "resizing"}, {"expected_task_state": "migrating"}, exceptions.UnexpectedTaskStateError),
        ({"task_state": None}, {"expected_task_state": ["migrating"]}, exceptions.UnexpectedTaskStateError),
        ({"task_state": "migrating"}, {"expected_task_state": None}, exceptions.UnexpectedTaskStateError),
        ({"task_state": "deleting"}, {"expected_task_state": None}, exceptions.UnexpectedDeletingTaskStateError),
        ({"vm_state": "error"}, {"expected_vm_state": ["active"]}, exceptions.UnexpectedVMStateError),
    ],
)
def test_an_update_in_an_unexpected_state_writes_nothing(
    context: RequestContext,
    trace: Trace,
    state: dict[str, Any],
    expected: dict[str, Any],
    error: type[exceptions.NovaException],
) -> None:
    uuid = create(context, **state)["uuid"]
    before = len(trace)
    with pytest.raises(error) as caught:
        api.instance_update(context, uuid, {"host": "dst", "system_metadata": {"a": "1"}, **expected})
    assert type(caught.value) is error
    assert len(trace) == before
    assert api.instance_get_by_uuid(context, uuid)["host"] == "fake-host"


def test_an_update_replaces_system_metadata(context: RequestContext) -> None:
    uuid = create(context, system_metadata={"kept": "1", "changed": "1", "gone": "1"})["uuid"]
    wanted = {"kept": "1", "changed": "2", "new": "3"}
    old, new = api.instance_update_and_get_original(context, uuid, {"system_metadata": wanted})
    assert items(old) == {"kept": "1", "changed": "1", "gone": "1"}
    assert items(new) == items(api.instance_get_by_uuid(context, uuid)) == wanted


def test_metadata_that_stays_equal_is_not_written(context: RequestContext, trace: Trace) -> None:
    uuid = create(context, metadata={"kept": "1", "changed": "1", "gone": "1"})["uuid"]
    before = len(trace)
    api.instance_update(context, uuid, {"metadata": {"kept": "1", "changed": "2", "new": "3"}})
    operations = [effect.operation for effect in trace.effects[before:]]
    assert operations == [
        "update instance_metadata",
        "update instance_metadata",
        "insert instance_metadata",
        "update instances",
    ]


def test_times_and_addresses_of_objects_are_stored_as_the_database_has_them(context: RequestContext) -> None:
    uuid = create(context)["uuid"]
    at = datetime.datetime(2014, 10, 16, 14, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    values = {
        "launched_at": at,
        "terminated_at": "2014-10-16T12:00:01.000000",
        "access_ip_v4": netaddr.IPAddress("::1"),
    }
    api.instance_update(context, uuid, values)
    found = api.instance_get_by_uuid(context, uuid)
    assert found["launched_at"] == datetime.datetime(2014, 10, 16, 12, 0)
    assert found["terminated_at"] == datetime.datetime(2014, 10, 16, 12, 0, 1)
    assert found["access_ip_v4"] == "::1"


def test_a_destroyed_instance_is_seen_by_those_who_read_deleted_rows(
    context: RequestContext, now: datetime.datetime
) -> None:
    kept, destroyed = create(context, host="a"), create(context, host="a")
    api.instance_destroy(context, destroyed["uuid"])
    with pytest.raises(exceptions.InstanceNotFound):
        api.instance_get_by_uuid(context, destroyed["uuid"])
    row = api.instance_get_by_uuid(context.elevated(read_deleted="yes"), destroyed["uuid"])
    assert (row["deleted"], row["deleted_at"]) == (row.id, now)
    seen = {
        read: [row.id for row in api.instance_get_all_by_host(context.elevated(read_deleted=read), "a")]
        for read in ("no", "yes", "only")
    }
    assert seen == {"no": [kept.id], "yes": [kept.id, destroyed.id], "only": [destroyed.id]}


@pytest.fixture
def some(context: RequestContext) -> dict[str, Any]:
    """Four instances of a host: active, rescued, soft-deleted and deleted."""
    states = {"active": {"task_state": "rebooting"}, "rescued": {}, "soft-delete": {}, "deleted": {}}
    some = {state: create(context, host="a", vm_state=state, **values) for state, values in states.items()}
    api.instance_destroy(context, some["deleted"]["uuid"])
    return some


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["deleted", "soft-delete", "rescued", "active"]),
        ({"host": "b"}, []),
        ({"vm_state": "rescued", "host": "a"}, ["rescued"]),
        ({"vm_state": ["active", "rescued"]}, ["rescued", "active"]),
        ({"task_state": None, "deleted": False}, ["rescued"]),
        ({"deleted": False}, ["rescued", "active"]),
        ({"deleted": False, "soft_deleted": True}, ["soft-delete", "rescued", "active"]),
        ({"deleted": True}, ["deleted", "soft-delete"]),
        ({"deleted": True, "soft_deleted": False}, ["deleted"]),
    ],
)
def test_filters_find_instances_the_newest_first(
    context: RequestContext, some: dict[str, Any], filters: dict[str, Any], found: list[str]
) -> None:
    assert [row["vm_state"] for row in api.instance_get_all_by_filters(context, filters)] == found


def test_filters_find_several_uuids(context: RequestContext, some: dict[str, Any]) -> None:
    uuids = [some["active"]["uuid"], some["deleted"]["uuid"]]
    assert [row["uuid"] for row in api.instance_get_all_by_filters(context, {"uuid": uuids})] == uuids[::-1]
    assert api.instance_get_all_by_filters(context, {"uuid": []}) == []


def test_the_newest_is_the_one_that_was_created_last(context: RequestContext, now: datetime.datetime) -> None:
    later = create(context, created_at=now + datetime.timedelta(hours=1))
    earlier = create(context, created_at=now)
    found = api.instance_get_all_by_filters(context, {"deleted": False})
    assert [row["uuid"] for row in found] == [later["uuid"], earlier["uuid"]]


def test_filters_find_only_the_projects_own_for_who_is_no_admin(context: RequestContext, some: dict[str, Any]) -> None:
    def found(project_id: str) -> int:
        user = RequestContext(user_id="someone", project_id=project_id)
        return len(api.instance_get_all_by_filters(user, {"deleted": False}))

    assert (found("fake_project"), found("another")) == (2, 0)


def test_a_filter_that_is_none_is_refused(context: RequestContext) -> None:
    with pytest.raises(NotImplementedError, match="instances by 'name'"):
        api.instance_get_all_by_filters(context, {"name": ".*"})


def test_destroying_keeps_system_metadata_only(context: RequestContext) -> None:
    uuid = create(context, metadata={"a": "1"}, system_metadata={"b": "2"}, security_groups=["default"])["uuid"]
    api.instance_fault_create(context, builders.fault_row(id=None, instance_uuid=uuid))
    api.instance_destroy(context, uuid)
    assert api.instance_info_cache_get(context, uuid) is None
    assert api.instance_metadata_get(context, uuid) == {}
    assert api.instance_fault_get_by_instance_uuids(context, [uuid]) == {uuid: []}
    assert api.security_group_get_by_instance(context, uuid) == []
    assert api.instance_system_metadata_get(context, uuid) == {"b": "2"}


def test_the_info_cache_is_written(context: RequestContext, trace: Trace, now: datetime.datetime) -> None:
    instance = create(context)
    updated = api.instance_info_cache_update(context, instance["uuid"], {"network_info": "[]"})
    assert updated["network_info"] == "[]"
    assert trace.effects[-1].operation == "update instance_info_caches"
    assert trace.effects[-1].arguments == {
        "where": {"id": instance["info_cache"].id},
        "values": {"network_info": "[]", "updated_at": now},
    }


def test_a_missing_info_cache_is_made(context: RequestContext, database: Database) -> None:
    uuid = create(context)["uuid"]
    with database.transaction() as connection:
        connection.execute(delete(models.InstanceInfoCache))
    assert api.instance_info_cache_get(context, uuid) is None
    api.instance_info_cache_update(context, uuid, {"network_info": "[1]"})
    found = api.instance_info_cache_get(context, uuid)
    assert found is not None
    assert found["network_info"] == "[1]"


def test_a_deleted_info_cache_cannot_be_written(context: RequestContext) -> None:
    uuid = create(context)["uuid"]
    api.instance_info_cache_delete(context, uuid)
    assert api.instance_info_cache_get(context, uuid) is None
    with pytest.raises(exceptions.InstanceInfoCacheNotFound):
        api.instance_info_cache_update(context, uuid, {"network_info": "[]"})


@pytest.mark.parametrize(
    ("get", "update"),
    [
        (api.instance_metadata_get, api.instance_metadata_update),
        (api.instance_system_metadata_get, api.instance_system_metadata_update),
    ],
)
def test_metadata_is_merged_or_replaced(context: RequestContext, get: Any, update: Any) -> None:
    uuid = create(context)["uuid"]
    assert update(context, uuid, {"a": "1", "b": "2"}, delete=False) == {"a": "1", "b": "2"}
    update(context, uuid, {"b": "3"}, delete=False)
    assert get(context, uuid) == {"a": "1", "b": "3"}
    update(context, uuid, {"c": "4"}, delete=True)
    assert get(context, uuid) == {"c": "4"}


def test_a_security_group_is_added(context: RequestContext) -> None:
    uuid = create(context)["uuid"]
    group = api.security_group_create(context, builders.security_group_row(id=None, name="web"))
    api.instance_add_security_group(context, uuid, group.id)
    assert [row["name"] for row in api.instance_get_by_uuid(context, uuid)["security_groups"]] == ["web"]


def test_rows_returned_earlier_do_not_change(context: RequestContext, active: DatabaseFixture) -> None:
    created = create(context, host="src")
    api.instance_update(context, created["uuid"], {"host": "dst"})
    active.database.reset()
    assert created["host"] == "src"
