import pytest

from fakevirt.context import RequestContext
from fakevirt.objects import ComputeNode, Migration, Service
from fakevirt.rpc.serializer import RequestContextSerializer


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project", is_admin=True, roles=["a"], read_deleted="yes")


@pytest.fixture
def serializer():
    return RequestContextSerializer()


def test_a_context_survives(serializer, context):
    received = serializer.deserialize_context(serializer.serialize_context(context))

    assert isinstance(received, RequestContext)
    assert received.to_dict() == context.to_dict()
    assert received.request_id == context.request_id


def test_objects_survive_wherever_they_are_and_carry_the_receivers_context(serializer, context):
    sent = {"a": [Migration(source_compute="src")], "b": {"c": (Migration(dest_compute="dst"), 1)}, "d": None}

    received = serializer.deserialize_entity(context, serializer.serialize_entity(None, sent))

    assert received["a"][0].source_compute == "src"
    assert received["a"][0]._context is context
    assert received["b"]["c"][0].dest_compute == "dst"
    assert (received["b"]["c"][1], received["d"]) == (1, None)


def test_an_object_in_an_object_survives(serializer, context):
    sent = Service(host="src", compute_node=ComputeNode(hypervisor_hostname="node"))

    received = serializer.deserialize_entity(context, serializer.serialize_entity(None, sent))

    assert received.compute_node.hypervisor_hostname == "node"


def test_what_is_no_object_is_copied_as_it_is(serializer):
    sent = {"text": "x", "number": 1, "list": [{"y": None}], "set": {1}}

    serialized = serializer.serialize_entity(None, sent)

    assert serialized == {"text": "x", "number": 1, "list": [{"y": None}], "set": [1]}
    assert serialized["list"][0] is not sent["list"][0]
