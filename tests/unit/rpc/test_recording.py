import oslo_messaging as messaging
import pytest

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.exceptions import InstanceNotFound
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.snapshot import Entity, Failure
from fakevirt.instrument.trace import Raised, Returned, Trace
from fakevirt.objects import InstanceInfoCache, Migration, MigrationList
from fakevirt.rpc.recording import recognise_objects, record_messages
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.transport import open_transport
from fakevirt.services import Service
from fakevirt.usage_error import UsageError


class Endpoint:
    target = messaging.Target(version="3.35")

    def echo(self, context, value):
        return value

    def fail(self, context):
        raise InstanceNotFound(instance_id="i")

    def object_action(self, context, objinst, objmethod, args, kwargs):
        return {}, None

    def object_class_action_versions(self, context, objname, objmethod, object_versions, args, kwargs):
        return None

    def object_backport(self, context, objinst, target_version):
        return None


class TaskEndpoint(Endpoint):
    target = messaging.Target(namespace="compute_task", version="3.35")


@pytest.fixture
def rpc():
    with RPCFixture() as fixture:
        service = Service("nova-compute", "dst", Trace())
        fixture.serve(service, "compute", Endpoint())
        fixture.serve(service, "conductor", Endpoint(), TaskEndpoint())
        yield fixture


@pytest.fixture
def context():
    return RequestContext(user_id="me")


def client(rpc, topic="compute", server="dst", **target):
    target = messaging.Target(topic=topic, server=server, version="3.26", **target)
    return messaging.get_rpc_client(rpc.transport, target, serializer=RequestContextSerializer())


def test_a_call_is_an_effect_of_its_sender(rpc, context):
    with services.running_as(Service("nova-compute", "src", Trace())):
        client(rpc).call(context, "echo", value=1)

    [effect] = rpc.trace
    assert (effect.channel, effect.operation, effect.service) == ("rpc", "echo", "src")
    assert effect.arguments == {"server": "dst", "value": 1}
    assert (effect.details["kind"], effect.details["version"]) == ("call", "3.26")
    assert effect.details["size"] > 0
    assert effect.outcome == Returned(1)


def test_outside_any_service_an_effect_has_no_service(rpc, context):
    client(rpc).cast(context, "echo", value=1)

    [effect] = rpc.trace
    assert effect.service is None
    assert effect.details["kind"] == "cast"


def test_objects_are_recognised_among_arguments_and_results(rpc, context):
    client(rpc).call(context, "echo", value={"m": [Migration(source_compute="src")]})

    [effect] = rpc.trace
    entity = Entity("Migration", "object", {"source_compute": "src"}, "1.1")
    assert effect.arguments["value"] == {"m": [entity]}
    assert effect.outcome == Returned({"m": [entity]})


def test_a_dict_of_an_instance_stays_a_dict(rpc, context):
    client(rpc).call(context, "echo", value={"uuid": "u", "host": "src"})

    assert rpc.trace.effects[0].arguments["value"] == {"uuid": "u", "host": "src"}


def test_what_can_be_loaded_and_is_not_there_is_lazy():
    from fakevirt.objects import Instance

    entity = recognise_objects(Instance(uuid="0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c", metadata={}).obj_to_primitive())

    assert "metadata" not in entity.lazy
    assert {"system_metadata", "info_cache", "fault"} <= entity.lazy


def test_objects_in_objects_are_recognised():
    migrations = MigrationList(objects=[Migration(id=1), Migration(id=2)])

    entity = recognise_objects(migrations.obj_to_primitive())

    assert entity.schema == "MigrationList"
    assert [item.fields for item in entity.fields["objects"]] == [{"id": 1}, {"id": 2}]


def test_an_object_that_is_not_known_here_is_recognised():
    primitive = {
        "nova_object.name": "Unheard",
        "nova_object.namespace": "nova",
        "nova_object.version": "9.9",
        "nova_object.data": {"x": 1},
    }

    assert recognise_objects(primitive) == Entity("Unheard", "object", {"x": 1}, "9.9")


def test_what_an_endpoint_raises_is_the_outcome(rpc, context):
    with pytest.raises(InstanceNotFound):
        client(rpc).call(context, "fail")
    client(rpc).cast(context, "fail")

    failure = Failure("InstanceNotFound", "fakevirt.exceptions", "Instance i could not be found.")
    assert [effect.outcome for effect in rpc.trace] == [Raised(failure), Raised(failure)]


def test_a_call_to_nobody_is_recorded_as_timed_out(rpc, context):
    with pytest.raises(messaging.MessagingTimeout):
        client(rpc, server="elsewhere").call(context, "echo", value=1)

    assert rpc.trace.effects[0].outcome.failure.kind == "MessagingTimeout"


def test_the_conductors_methods_have_a_channel_of_their_own(rpc, context):
    client(rpc, "conductor").call(context, "echo", value=1)

    [effect] = rpc.trace
    assert (effect.channel, effect.operation) == ("conductor", "echo")


def test_what_the_conductors_methods_carry_is_not_recorded(rpc, context):
    client(rpc, "conductor").call(context, "echo", value=1)

    [effect] = rpc.trace
    assert (effect.arguments, effect.outcome) == ({}, Returned(None))


def test_the_conductors_tasks_are_rpc(rpc, context):
    client(rpc, "conductor", namespace="compute_task").call(context, "echo", value=1)

    assert rpc.trace.effects[0].channel == "rpc"


def test_a_method_of_an_object_is_named(rpc, context):
    conductor = client(rpc, "conductor")
    cache = InstanceInfoCache(instance_uuid="0e9a3d4b-6a0e-4a06-8a4e-6a6e0c1a2b3c")

    conductor.call(context, "object_action", objinst=cache, objmethod="save", args=(), kwargs={"x": 1})
    conductor.call(
        context,
        "object_class_action_versions",
        objname="Instance",
        objmethod="get_by_uuid",
        object_versions={"Instance": "1.15"},
        args=("u",),
        kwargs={},
    )
    conductor.call(context, "object_backport", objinst=cache, target_version="1.4")

    assert [effect.operation for effect in rpc.trace] == [
        "object_action InstanceInfoCache.save",
        "object_class_action_versions Instance.get_by_uuid",
        "object_backport InstanceInfoCache",
    ]


def test_a_fault_strikes_at_the_sender_and_nothing_is_delivered(rpc, context):
    rpc.faults.fail("rpc", "echo", with_=lambda: messaging.MessageDeliveryFailure("lost"), nth=2)

    client(rpc).cast(context, "echo", value=1)
    with pytest.raises(messaging.MessageDeliveryFailure):
        client(rpc).cast(context, "echo", value=2)

    assert rpc.trace.effects[1].outcome.failure.kind == "MessageDeliveryFailure"


def test_a_transport_out_of_the_process_cannot_be_recorded():
    with pytest.raises(UsageError, match="fakevirt://"):
        record_messages(open_transport("fake://"), Trace(), FaultPlan())
