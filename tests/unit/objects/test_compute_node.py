import pytest

from fakevirt import exceptions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.objects import ComputeNode, ComputeNodeList, Service


@pytest.fixture
def service(context, database) -> Service:
    """A compute service with two nodes."""
    row = db.service_create(context, builders.service_row(id=None, host="src"))
    for hostname in ("node-1", "node-2"):
        values = builders.compute_node_row(
            id=None, service_id=row.id, hypervisor_hostname=hostname, stats='{"io_workload": "1"}'
        )
        db.compute_node_create(context, values)
    return Service.get_by_id(context, row.id)


def test_a_service_may_own_many_nodes(context, service):
    nodes = ComputeNodeList.get_by_service(context, service)
    assert [node.hypervisor_hostname for node in nodes] == ["node-1", "node-2"]
    assert ComputeNode.get_by_service_id(context, service.id).id == nodes[0].id
    assert ComputeNode.get_by_id(context, nodes[1].id).hypervisor_hostname == "node-2"
    assert len(ComputeNodeList.get_all(context)) == 2


def test_only_the_id_of_the_service_goes_to_the_conductor(context, service, compute_host, conductor):
    assert len(ComputeNodeList.get_by_service(context, service)) == 2
    ((method, _, args, kwargs),) = conductor.calls
    assert (method, args, kwargs) == ("ComputeNodeList._get_by_service", (service.id,), {"use_slave": False})


def test_stats_are_a_dict_and_the_address_is_one(context, service):
    node = ComputeNode.get_by_service_id(context, service.id)
    assert node.stats == {"io_workload": "1"}
    assert str(node.host_ip) == "192.0.2.1"


def test_a_node_without_stats_has_them_not_set(context):
    node = ComputeNode._from_db_object(context, ComputeNode(), builders.compute_node_row(stats=None))
    assert not node.obj_attr_is_set("stats")


def test_a_node_is_created_saved_and_destroyed(context, service):
    values = builders.compute_node_row(service_id=service.id, hypervisor_hostname="node-3", stats={"io_workload": "2"})
    fields = {
        name: value for name, value in values.items() if name in ComputeNode.fields and name not in ("id", "deleted")
    }
    node = ComputeNode(context, **fields)
    node.create()
    node.stats = {"io_workload": "3"}
    node.host_ip = "192.0.2.9"
    node.vcpus_used = 2
    node.save()
    read = ComputeNode.get_by_id(context, node.id)
    assert (read.stats, str(read.host_ip), read.vcpus_used) == ({"io_workload": "3"}, "192.0.2.9", 2)
    with pytest.raises(exceptions.ObjectActionError, match="already created"):
        node.create()
    node.destroy()
    with pytest.raises(exceptions.ComputeHostNotFound):
        node.destroy()


def test_a_host_destroys_a_node_through_the_conductor(context, service, database, compute_host):
    node = ComputeNodeList.get_by_service(context, service)[1]
    node.destroy()
    deleted = [effect for effect in database.trace.on("db") if effect.operation == "update compute_nodes"]
    assert [effect.arguments["where"] for effect in deleted] == [{"id": node.id}]
