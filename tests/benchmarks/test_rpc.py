"""An RPC call within the process, recorded on a trace: the limit is 0.5 ms."""

import oslo_messaging as messaging
import pytest

from fakevirt.cloud import Cloud
from fakevirt.context import RequestContext
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.trace import Trace
from fakevirt.objects.primitive import legacy_dict
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.services import Service

LIMIT = 0.5e-3


class Endpoint:
    target = messaging.Target(version="3.0")

    def pre_live_migration(self, context, instance, block_migration):
        return {"volumes": []}


@pytest.mark.parametrize("form", ["text", "legacy", "object"])
def test_rpc_call(benchmark, hold, form):
    context = RequestContext(user_id="user", project_id="project")
    with Cloud() as cloud:
        server = cloud.boot("src")
    instance = {"text": server.uuid, "legacy": legacy_dict(server), "object": server}[form]
    with RPCFixture() as rpc:
        rpc.serve(Service("nova-compute", "dst", Trace()), "compute", Endpoint())
        target = messaging.Target(topic="compute", version="3.0")
        client = messaging.get_rpc_client(rpc.transport, target, serializer=RequestContextSerializer())

        def call():
            client.prepare(server="dst").call(context, "pre_live_migration", instance=instance, block_migration=False)

        benchmark.pedantic(call, rounds=200, iterations=5, warmup_rounds=5)
    hold(benchmark.stats.stats.data, LIMIT)
