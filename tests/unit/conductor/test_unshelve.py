"""The conductor's part of an unshelving: start the guest, or choose a host that builds it anew."""

import oslo_messaging as messaging
import pytest

from fakevirt import exceptions, states
from fakevirt.db import api as db
from fakevirt.objects import Instance
from fakevirt.services import Service


class ComputeHost:
    """A compute manager that notes what it is told."""

    target = messaging.Target(version="3.35")

    def __init__(self):
        self.told = []

    def start_instance(self, context, instance):
        self.told.append(("start", instance.task_state))

    def unshelve_instance(self, context, instance, image, filter_properties, node):
        self.told.append(("unshelve", image and image["name"], sorted(filter_properties), node))


@pytest.fixture
def told(conductor, add_host):
    host = ComputeHost()
    conductor.rpc.serve(Service("nova-compute", "src", conductor.rpc.trace), "compute", host)
    add_host("src", {"free_ram_mb": 1024, "free_disk_gb": 10, "memory_mb": 2048, "local_gb": 20})
    return host.told


@pytest.fixture
def unshelve(conductor, in_conductor, context, row):
    """Unshelve a server in a state; return it as it is then."""

    def unshelve(vm_state, image=True, **values):
        image_id = conductor.image_api.create(context, {"name": "shelved"})["id"] if image else None
        system_metadata = {"key": "value", **({"shelved_image_id": image_id} if image_id else {})}
        values = {"vm_state": vm_state, "task_state": "unshelving", "system_metadata": system_metadata, **values}
        in_conductor(db.instance_update, context, row.uuid, values)
        action = {"action": "unshelve", "instance_uuid": row.uuid, "request_id": context.request_id}
        in_conductor(db.action_start, context, action)
        if image == "gone":
            conductor.image_api.delete(context, image_id)
        instance = in_conductor(Instance.get_by_uuid, context, row.uuid, expected_attrs=["system_metadata"])
        conductor.compute_task_api.unshelve_instance(context, instance)
        return in_conductor(Instance.get_by_uuid, context, row.uuid, expected_attrs=["system_metadata"])

    return unshelve


@pytest.fixture
def events(conductor):
    return lambda: [(row["event"], row["result"]) for row in conductor.database.content()["instance_actions_events"]]


def test_a_guest_that_is_on_its_host_is_started_and_its_image_deleted(conductor, told, unshelve):
    instance = unshelve(states.SHELVED)
    assert told == [("start", states.POWERING_ON)]
    assert conductor.image_api.images == {}
    assert instance.system_metadata == {"key": "value"}


def test_one_without_an_image_is_just_started(told, unshelve):
    unshelve(states.SHELVED, image=False)
    assert told == [("start", states.POWERING_ON)]


@pytest.mark.parametrize(("image", "name"), [(True, "shelved"), (False, None)])
def test_a_guest_that_is_on_no_host_is_built_anew(told, unshelve, events, image, name):
    instance = unshelve(states.SHELVED_OFFLOADED, image=image)
    assert told == [("unshelve", name, ["limits"], "src")]
    assert events() == [("get_image_info", "Success"), ("schedule_instances", "Success")]
    assert instance.system_metadata == {"key": "value"}


def test_a_server_that_no_host_takes_stays_shelved(told, unshelve, events):
    instance = unshelve(states.SHELVED_OFFLOADED, memory_mb=4096)
    assert told == []
    assert (instance.vm_state, instance.task_state) == (states.SHELVED_OFFLOADED, None)
    assert "shelved_image_id" in instance.system_metadata
    assert events()[-1] == ("schedule_instances", "Error")


def test_a_server_whose_image_is_gone_is_in_error(conductor, told, unshelve, events):
    instance = unshelve(states.SHELVED_OFFLOADED, image="gone")
    assert told == []
    assert instance.vm_state == states.ERROR
    assert events() == [("get_image_info", "Error")]
    raised = [e for e in conductor.rpc.trace.on("rpc") if e.operation == "unshelve_instance"]
    assert raised[0].outcome.failure.kind == exceptions.UnshelveException.__name__


def test_a_server_that_is_not_shelved_is_in_error(told, unshelve):
    assert unshelve(states.ACTIVE).vm_state == states.ERROR
    assert told == []
