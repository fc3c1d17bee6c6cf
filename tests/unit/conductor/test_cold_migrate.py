"""The conductor's part of a resize: choose a host, remember it, and say so if there is none."""

import oslo_messaging as messaging
import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import Flavor, Instance
from fakevirt.services import Service


class ComputeHost:
    """A compute manager that notes what it is to prepare for."""

    target = messaging.Target(version="3.35")

    def __init__(self):
        self.prepared = []

    def prep_resize(self, context, **arguments):
        self.prepared.append(arguments)


@pytest.fixture
def hosts(conductor, add_host):
    hosts = {}
    for host in ("src", "dst"):
        hosts[host] = ComputeHost()
        conductor.rpc.serve(Service("nova-compute", host, conductor.rpc.trace), "compute", hosts[host])
        add_host(host, {"free_ram_mb": 1024, "free_disk_gb": 10, "memory_mb": 2048, "local_gb": 20})
    return hosts


@pytest.fixture
def instance(in_conductor, context, row):
    values = {"action": "resize", "instance_uuid": row.uuid, "request_id": context.request_id}
    in_conductor(db.action_start, context, values)
    return in_conductor(Instance.get_by_uuid, context, row.uuid, expected_attrs=["system_metadata"])


@pytest.fixture
def resize(conductor, in_conductor, context, instance):
    def resize(reservations=None, memory_mb=512, **filter_properties):
        in_conductor(db.flavor_create, context, builders.flavor_row(id=None, memory_mb=memory_mb))
        flavor = in_conductor(Flavor.get_by_id, context, 1)
        hint = {"filter_properties": filter_properties}
        conductor.compute_task_api.resize_instance(context, instance, {}, hint, flavor, reservations)

    return resize


@pytest.fixture
def events(conductor):
    return lambda: [(row["event"], row["result"]) for row in conductor.database.content()["instance_actions_events"]]


def test_the_host_that_was_chosen_prepares(hosts, resize, instance, events):
    resize(ignore_hosts=["src"], reservations=["one"])
    (arguments,) = hosts["dst"].prepared
    assert hosts["src"].prepared == []
    assert arguments["instance"].uuid == instance.uuid
    assert (arguments["node"], arguments["reservations"]) == ("dst", ["one"])
    assert arguments["filter_properties"] == {
        "ignore_hosts": ["src"],
        "retry": {"num_attempts": 1, "hosts": [["dst", "dst"]]},
        "limits": {"memory_mb": 2048, "disk_gb": 20},
    }
    assert events() == [("cold_migrate", "Success")]


def test_it_is_told_what_is_asked_for_and_of_what_image(hosts, resize, instance, in_conductor, context):
    instance.system_metadata["image_os"] = "linux"
    resize(ignore_hosts=["src"])
    (arguments,) = hosts["dst"].prepared
    assert arguments["image"] == arguments["request_spec"]["image"] == {"properties": {"os": "linux"}}
    assert arguments["instance_type"]["extra_specs"] == {}
    assert "extra_specs" not in arguments["request_spec"]["instance_type"]
    assert arguments["request_spec"]["instance_uuids"] == [instance.uuid]
    assert arguments["request_spec"]["instance_properties"]["uuid"] == instance.uuid


def test_without_a_host_the_instance_is_free_again_and_the_quotas_too(
    conductor, hosts, resize, context, instance, in_conductor, events
):
    owner = {"project_id": instance.project_id, "user_id": instance.user_id}
    reservations = in_conductor(db.quota_reserve, context, {"ram": 1}, **owner)
    with pytest.raises(exceptions.NoValidHost, match="No valid host found for cold migrate"):
        resize(reservations, memory_mb=1 << 20)
    row = in_conductor(db.instance_get_by_uuid, context, instance.uuid)
    assert (row.vm_state, row.task_state) == ("active", None)
    (usage,) = conductor.database.content()["quota_usages"]
    assert usage["reserved"] == 0
    failure = conductor.notifier.messages[-1]
    assert (failure.event_type, failure.payload["state"]) == ("compute_task.migrate_server", "active")
    assert events() == [("cold_migrate", "Error")]


def test_a_resize_is_told_from_a_move(hosts, resize, in_conductor, context, instance):
    instance.instance_type_id = 5
    with pytest.raises(exceptions.NoValidHost, match="No valid host found for resize"):
        resize(memory_mb=1 << 20)


def test_what_keeps_the_host_from_being_told_frees_the_instance(
    conductor, hosts, resize, context, instance, in_conductor
):
    conductor.rpc.faults.fail("rpc", "prep_resize", with_=lambda: RuntimeError("no connection"))
    with pytest.raises(RuntimeError, match="no connection"):
        resize()
    row = in_conductor(db.instance_get_by_uuid, context, instance.uuid)
    assert (row.vm_state, row.task_state) == ("active", None)


def test_a_rebuild_is_none_of_its_tasks(conductor, hosts, context, instance, in_conductor):
    with pytest.raises(NotImplementedError):
        in_conductor(
            conductor.manager.additional_endpoints[0].migrate_server,
            context,
            instance,
            {},
            live=False,
            rebuild=True,
            flavor=None,
            block_migration=None,
            disk_over_commit=None,
        )
