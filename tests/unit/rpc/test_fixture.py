import oslo_messaging as messaging
import pytest

from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.trace import Trace
from fakevirt.services import Service


class Endpoint:
    target = messaging.Target(version="3.0")

    def ping(self, context):
        return "pong"


def call(transport):
    target = messaging.Target(topic="compute", server="a", version="3.0")
    return messaging.get_rpc_client(transport, target).call({}, "ping")


def test_a_server_listens_for_as_long_as_the_fixture_is_set_up(mocker):
    mocker.patch("fakevirt.rpc.server.RequestContextSerializer", messaging.NoOpSerializer)
    with RPCFixture() as rpc:
        rpc.serve(Service("nova-compute", "a", rpc.trace), "compute", Endpoint())
        assert call(rpc.transport) == "pong"

    with pytest.raises(messaging.MessagingTimeout):
        call(rpc.transport)


def test_trace_and_faults_can_be_given():
    trace, faults = Trace(), FaultPlan()
    faults.fail("rpc", "ping", with_=ZeroDivisionError)

    with RPCFixture(trace=trace, faults=faults) as rpc, pytest.raises(ZeroDivisionError):
        call(rpc.transport)

    assert [effect.operation for effect in trace] == ["ping"]
