"""An RPC call and its reply: within the process as clouds have it, and by oslo.messaging's own driver for tests."""

import contextlib

import oslo_messaging as messaging
import pytest

from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.trace import Trace
from fakevirt.objects.primitive import legacy_dict
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.transport import open_transport
from fakevirt.services import Service

LIMIT = 0.2e-3
FORMS = {
    "text": "a uuid in place of the instance",
    "legacy": "a legacy dict with everything joined",
    "object": "an Instance with everything joined",
}

pytestmark = pytest.mark.benchmark(group="an RPC call")


class Endpoint:
    target = messaging.Target(version="3.0")

    def pre_live_migration(self, context, instance, block_migration):
        return {"volumes": []}


@contextlib.contextmanager
def by_fakevirt():
    with RPCFixture() as rpc:
        rpc.serve(Service("nova-compute", "dst", Trace()), "compute", Endpoint())
        # What is recorded stays: a long trace would measure the garbage collector.
        yield rpc.transport, rpc.trace.effects.clear


@contextlib.contextmanager
def by_oslo():
    transport = open_transport("fake://")
    server = messaging.get_rpc_server(
        transport,
        messaging.Target(topic="compute", server="dst", version="3.0"),
        [Endpoint()],
        serializer=RequestContextSerializer(),
    )
    server.start()
    yield transport, lambda: None
    server.stop()
    server.wait()


@pytest.mark.parametrize(
    ("transport", "form"),
    [*((by_fakevirt, form) for form in FORMS), (by_oslo, "text")],
    ids=[*(f"fakevirt-{form}" for form in FORMS), "oslo-text"],
)
def test_rpc_call(benchmark, measured, transport, form):
    context = RequestContext(user_id="user", project_id="project")
    with Cloud() as cloud:
        server = cloud.boot("src")
    instance = {"text": server.uuid, "legacy": legacy_dict(server), "object": server}[form]
    with transport() as (opened, forget):
        target = messaging.Target(topic="compute", version="3.0")
        client = messaging.get_rpc_client(opened, target, serializer=RequestContextSerializer())

        def call():
            client.prepare(server="dst").call(context, "pre_live_migration", instance=instance, block_migration=False)

        rounds = 500 if transport is by_fakevirt else 20
        benchmark.pedantic(call, setup=forget, rounds=rounds, warmup_rounds=5)
    if transport is by_fakevirt:
        measured(f"`fakevirt://`, recorded, {FORMS[form]}", LIMIT)
    else:
        measured(f"oslo.messaging's `fake://`, {FORMS[form]}")
