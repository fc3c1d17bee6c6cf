from __future__ import annotations

import datetime
from typing import Any

import pytest

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.db import api, builders, models

pytestmark = pytest.mark.usefixtures("active")


def service(context: RequestContext, **updates: Any) -> models.Service:
    return api.service_create(context, builders.service_row(id=None, **updates))


def node(context: RequestContext, **updates: Any) -> models.ComputeNode:
    if "service_id" not in updates:
        updates["service_id"] = service(context).id
    return api.compute_node_create(context, builders.compute_node_row(id=None, **updates))


def instance(context: RequestContext, **updates: Any) -> models.Instance:
    return api.instance_create(context, builders.instance_row(id=None, **updates))


def migration(context: RequestContext, **updates: Any) -> models.Migration:
    if "instance_uuid" not in updates:
        updates["instance_uuid"] = instance(context)["uuid"]
    return api.migration_create(context, builders.migration_row(id=None, **updates))


def test_the_compute_service_of_a_host_comes_with_its_nodes(context: RequestContext) -> None:
    service(context, host="src", binary="nova-cert", topic="cert")
    created = service(context, host="src")
    first, second = (node(context, service_id=created.id, hypervisor_hostname=name) for name in "ab")
    found = api.service_get_by_compute_host(context, "src")
    assert found.id == created.id
    assert [row.id for row in found["compute_node"]] == [first.id, second.id]


def test_a_host_without_compute_service_is_not_found(context: RequestContext) -> None:
    service(context, host="src", binary="nova-cert", topic="cert")
    with pytest.raises(exceptions.ComputeHostNotFound, match="src"):
        api.service_get_by_compute_host(context, "src")


def test_nodes_of_a_service_are_joined_where_asked_for(context: RequestContext) -> None:
    created = service(context)
    assert "compute_node" not in api.service_get(context, created.id)
    assert api.service_get(context, created.id, with_compute_node=True)["compute_node"] == []


def test_enabled_services_are_found_by_topic(context: RequestContext) -> None:
    enabled = service(context, host="a")
    service(context, host="b", disabled=True)
    service(context, host="c", binary="nova-cert", topic="cert")
    assert [row.id for row in api.service_get_all_by_topic(context, "compute")] == [enabled.id]


def test_a_host_has_one_service_of_a_binary_and_of_a_topic(context: RequestContext) -> None:
    service(context)
    with pytest.raises(exceptions.ServiceBinaryExists):
        service(context, topic="other")
    with pytest.raises(exceptions.ServiceTopicExists):
        service(context, binary="other")


def test_a_service_is_updated(context: RequestContext) -> None:
    created = service(context)
    api.service_update(context, created.id, {"disabled": True})
    assert api.service_get(context, created.id)["disabled"] is True


def test_a_destroyed_service_takes_its_nodes_along_and_may_be_made_again(context: RequestContext) -> None:
    created = service(context)
    gone = node(context, service_id=created.id)
    api.service_destroy(context, created.id)
    with pytest.raises(exceptions.ServiceNotFound):
        api.service_get(context, created.id)
    with pytest.raises(exceptions.ComputeHostNotFound):
        api.compute_node_get(context, gone.id)
    assert service(context).id != created.id


def test_what_does_not_exist_is_not_found(context: RequestContext) -> None:
    for call in (api.service_get, api.service_destroy, api.compute_node_get_by_service_id):
        with pytest.raises(exceptions.ServiceNotFound, match="7"):
            call(context, 7)
    for call in (api.compute_node_get, api.compute_node_delete):
        with pytest.raises(exceptions.ComputeHostNotFound, match="7"):
            call(context, 7)
    with pytest.raises(exceptions.MigrationNotFound, match="7"):
        api.migration_get(context, 7)


def test_updates_of_what_does_not_exist_are_not_found(context: RequestContext) -> None:
    with pytest.raises(exceptions.ServiceNotFound):
        api.service_update(context, 7, {})
    with pytest.raises(exceptions.ComputeHostNotFound):
        api.compute_node_update(context, 7, {})
    with pytest.raises(exceptions.MigrationNotFound):
        api.migration_update(context, 7, {})


def test_a_compute_node_comes_with_its_service(context: RequestContext) -> None:
    created = node(context, service_id=service(context, host="src").id)
    assert api.compute_node_get(context, created.id)["service"]["host"] == "src"


def test_the_first_node_of_a_service_is_found(context: RequestContext) -> None:
    service_id = service(context).id
    first, _ = (node(context, service_id=service_id) for _ in range(2))
    assert api.compute_node_get_by_service_id(context, service_id).id == first.id


def test_an_update_of_a_compute_node_is_always_dated_now(context: RequestContext, now: datetime.datetime) -> None:
    created = node(context)
    long_ago = now - datetime.timedelta(days=1)
    updated = api.compute_node_update(context, created.id, {"free_ram_mb": 1, "updated_at": long_ago})
    assert (updated["free_ram_mb"], updated["updated_at"]) == (1, now)
    assert api.compute_node_get(context, created.id)["updated_at"] == now


def test_a_deleted_compute_node_is_soft_deleted(context: RequestContext) -> None:
    created = node(context, service_id=service(context).id)
    api.compute_node_delete(context, created.id)
    with pytest.raises(exceptions.ComputeHostNotFound):
        api.compute_node_delete(context, created.id)
    assert api.service_get_by_compute_host(context, "fake-host")["compute_node"] == []
    deleted = api.compute_node_get(context.elevated(read_deleted="only"), created.id)
    assert deleted["deleted"] == created.id


def test_all_nodes_are_listed_by_service(context: RequestContext) -> None:
    first, second, gone = (service(context, host=host) for host in ("a", "b", "c"))
    api.service_destroy(context, gone.id)
    nodes = [node(context, service_id=number) for number in (second.id, first.id, gone.id)]
    listed = api.compute_node_get_all(context)
    assert [row["id"] for row in listed] == [nodes[1].id, nodes[0].id, nodes[2].id]
    assert [row["service"] and row["service"]["host"] for row in listed] == ["a", "b", None]
    assert "created_at" in listed[0]
    assert "created_at" not in api.compute_node_get_all(context, no_date_fields=True)[0]


def test_a_migration_is_updated(context: RequestContext) -> None:
    created = migration(context)
    api.migration_update(context, created.id, {"status": "done"})
    assert api.migration_get(context, created.id)["status"] == "done"


def test_migrations_in_progress_are_found_on_either_side(context: RequestContext) -> None:
    uuid = instance(context, system_metadata={"a": "1"})["uuid"]
    here = {"source_compute": "h", "source_node": "n", "instance_uuid": uuid}
    leaving = migration(context, **here)
    coming = migration(context, dest_compute="h", dest_node="n", instance_uuid=None)
    migration(context, **here, status="confirmed")
    migration(context, source_compute="h", source_node="other")
    found = api.migration_get_in_progress_by_host_and_node(context, "h", "n")
    assert [row.id for row in found] == [leaving.id, coming.id]
    assert [item["key"] for item in found[0]["instance"]["system_metadata"]] == ["a"]
    assert found[1]["instance"] is None


def test_a_migration_is_found_by_its_instance_and_status(context: RequestContext) -> None:
    instance(context, uuid="one")
    created = migration(context, instance_uuid="one", status="finished")
    migration(context, instance_uuid="one", status="error")
    assert api.migration_get_by_instance_and_status(context, "one", "finished").id == created.id
    with pytest.raises(exceptions.MigrationNotFoundByStatus, match="one with status confirmed"):
        api.migration_get_by_instance_and_status(context, "one", "confirmed")


def test_finished_migrations_to_a_host_are_unconfirmed_for_as_long_as_they_did_not_change(
    context: RequestContext, now: datetime.datetime
) -> None:
    long_ago, lately = now - datetime.timedelta(seconds=60), now - datetime.timedelta(seconds=59)
    wanted = migration(context, status="finished", updated_at=long_ago)
    migration(context, status="finished", updated_at=lately)
    migration(context, status="confirming", updated_at=long_ago)
    migration(context, status="finished", updated_at=long_ago, dest_compute="other")
    deleted = migration(context, status="finished", updated_at=long_ago, deleted=1)
    found = api.migration_get_unconfirmed_by_dest_compute(context, 60, "fake-dest")
    assert [row.id for row in found] == [wanted.id, deleted.id]
