import logging
import threading

import oslo_messaging as messaging
import pytest

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.exceptions import InstanceNotFound
from fakevirt.instrument.trace import Trace
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.server import InProcessRPCServer, expected_exceptions, get_server
from fakevirt.rpc.transport import open_transport
from fakevirt.services import Service


class Endpoint:
    target = messaging.Target(version="3.0")

    def where(self, context):
        return [services.current().host, threading.get_ident(), context.user_id]

    @expected_exceptions(InstanceNotFound)
    def expected(self, context):
        raise InstanceNotFound(instance_id="i")

    def unexpected(self, context):
        raise InstanceNotFound(instance_id="i")


class Relay:
    target = messaging.Target(version="3.0")

    def __init__(self, client):
        self.client = client

    def relay(self, context):
        there = self.client.call(context, "where")
        return [services.current().host, there[0]]


@pytest.fixture
def context():
    return RequestContext(user_id="me")


def service(host):
    return Service("nova-compute", host, Trace())


def client(transport, server):
    target = messaging.Target(topic="compute", server=server, version="3.0")
    return messaging.get_rpc_client(transport, target, serializer=RequestContextSerializer())


def test_an_endpoint_runs_as_its_service_on_the_callers_stack(context):
    transport = open_transport()
    get_server(transport, "compute", service("a"), [Endpoint()]).start()

    host, thread, user = client(transport, "a").call(context, "where")

    assert (host, thread, user) == ("a", threading.get_ident(), "me")
    assert services.current() is None


def test_an_endpoint_that_calls_another_host_stays_itself(context):
    transport = open_transport()
    get_server(transport, "compute", service("a"), [Relay(client(transport, "b"))]).start()
    get_server(transport, "compute", service("b"), [Endpoint()]).start()

    assert client(transport, "a").call(context, "relay") == ["a", "b"]


def test_the_service_ends_with_an_endpoint_that_raises(context):
    transport = open_transport()
    get_server(transport, "compute", service("a"), [Endpoint()]).start()

    with pytest.raises(InstanceNotFound):
        client(transport, "a").call(context, "expected")

    assert services.current() is None


def test_an_expected_exception_is_not_logged_as_an_error(context, caplog):
    transport = open_transport()
    get_server(transport, "compute", service("a"), [Endpoint()]).start()

    for method in ("expected", "unexpected"):
        client(transport, "a").cast(context, method)

    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "unexpected" in errors[0].exc_text


def test_on_another_transport_the_same_endpoint_runs_as_its_service_in_a_thread(context):
    transport = open_transport("fake://")
    server = get_server(transport, "compute", service("a"), [Endpoint()])
    server.start()
    try:
        host, thread, user = client(transport, "a").call(context, "where")
    finally:
        server.stop()
        server.wait()
        transport.cleanup()

    assert not isinstance(server, InProcessRPCServer)
    assert (host, user) == ("a", "me")
    assert thread != threading.get_ident()
