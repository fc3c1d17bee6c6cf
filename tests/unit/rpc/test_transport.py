import datetime
import subprocess
import sys
import textwrap
import threading
import zlib

import oslo_messaging as messaging
import pytest
from oslo_messaging.rpc import server as rpc_server

from fakevirt import exceptions
from fakevirt.rpc.transport import FakevirtDriver, Message, open_transport
from fakevirt.usage_error import UsageError


class Server(rpc_server.RPCServer):
    def _on_incoming(self, incoming):
        self._process_incoming(incoming)


class Endpoint:
    target = messaging.Target(version="3.35")

    def __init__(self, name="a"):
        self.name = name
        self.received = []

    def echo(self, context, value):
        self.received.append(value)
        return value

    def who(self, context):
        return self.name

    def change(self, context, value):
        value.append("changed")

    def change_and_echo(self, context, value):
        value.append("changed")
        self.received.append(value)

    def fail(self, context, error):
        raise ERRORS[error]()

    def give_what_cannot_be_sent(self, context):
        return object()


ERRORS = {
    "field": lambda: exceptions.InstanceNotFound(instance_id="i-1"),
    "lookup": lambda: KeyError("host"),
    "arithmetic": lambda: ArithmeticError("1/0"),
    "unknown_module": lambda: zlib.error("truncated"),
    "usage": lambda: UsageError(expected="a", happened="b", where="c", how_to_go_on="d"),
}


@pytest.fixture
def transport():
    return open_transport()


def serve(transport, *hosts, topic="compute", start=True):
    servers = []
    for host in hosts:
        target = messaging.Target(topic=topic, server=host)
        server = messaging.get_rpc_server(transport, target, [Endpoint(host)], server_cls=Server)
        if start:
            server.start()
        servers.append(server)
    return servers


def client(transport, server=None, topic="compute"):
    target = messaging.Target(topic=topic, server=server, version="3.0")
    return messaging.get_rpc_client(transport, target)


def test_a_call_returns_what_the_endpoint_returns(transport):
    serve(transport, "a")

    assert client(transport, "a").call({}, "echo", value={"n": [1, None]}) == {"n": [1, None]}


def test_a_message_reaches_the_server_that_it_is_sent_to(transport):
    serve(transport, "a", "b")

    assert client(transport, "b").call({}, "who") == "b"
    assert client(transport, "a").call({}, "who") == "a"


def test_servers_of_a_topic_are_asked_in_turn(transport):
    serve(transport, "a", "b")

    assert [client(transport).call({}, "who") for _ in range(4)] == ["a", "b", "a", "b"]


def test_topics_are_apart(transport):
    serve(transport, "a", topic="conductor")

    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a", topic="compute").call({}, "who")


def test_transports_of_one_process_do_not_see_each_other(transport):
    serve(transport, "a")

    with pytest.raises(messaging.MessagingTimeout):
        client(open_transport(), "a").call({}, "who")


def test_what_arrives_has_been_json(transport):
    [server] = serve(transport, "a")
    moment = datetime.datetime(2014, 4, 17, 12, 0, 0)

    returned = client(transport, "a").call({}, "echo", value=(1, {2: moment}))

    assert server.dispatcher.endpoints[0].received == [[1, {"2": "2014-04-17T12:00:00.000000"}]]
    assert returned == [1, {"2": "2014-04-17T12:00:00.000000"}]


def test_the_receiver_cannot_change_what_the_sender_holds(transport):
    serve(transport, "a")
    value = ["mine"]

    client(transport, "a").call({}, "change", value=value)

    assert value == ["mine"]


def test_what_cannot_be_json_is_refused_at_the_sender(transport):
    serve(transport, "a")

    with pytest.raises(ValueError, match="to primitive"):
        client(transport, "a").call({}, "echo", value=object())


def test_an_answer_that_cannot_be_json_is_no_answer(transport):
    serve(transport, "a")

    with pytest.raises(messaging.MessagingTimeout, match="give_what_cannot_be_sent"):
        client(transport, "a").call({}, "give_what_cannot_be_sent")


def test_an_exception_of_the_field_arrives_as_its_class_with_the_remote_traceback(transport):
    serve(transport, "a")

    with pytest.raises(exceptions.InstanceNotFound, match="could not be found") as raised:
        client(transport, "a").call({}, "fail", error="field")

    assert type(raised.value).__name__ == "InstanceNotFound_Remote"
    assert raised.value.kwargs == {"code": 404, "instance_id": "i-1"}
    assert raised.value.format_message() == "Instance i-1 could not be found."
    assert "in fail" in str(raised.value)


@pytest.mark.parametrize(("error", "expected"), [("lookup", KeyError), ("arithmetic", ArithmeticError)])
def test_an_exception_of_python_arrives_as_itself(transport, error, expected):
    serve(transport, "a")

    with pytest.raises(expected):
        client(transport, "a").call({}, "fail", error=error)


def test_an_exception_of_an_unknown_module_arrives_as_a_remote_error(transport):
    serve(transport, "a")

    with pytest.raises(messaging.RemoteError) as raised:
        client(transport, "a").call({}, "fail", error="unknown_module")

    assert raised.value.exc_type == "error"


def test_a_usage_error_arrives_as_itself_with_its_four_parts(transport):
    serve(transport, "a")

    with pytest.raises(UsageError) as raised:
        client(transport, "a").call({}, "fail", error="usage")

    assert (raised.value.expected, raised.value.how_to_go_on) == ("a", "d")


def test_modules_can_be_allowed_to_raise(transport):
    transport = open_transport(allowed_remote_exmods=["oslo_messaging.exceptions"])
    server = messaging.get_rpc_server(
        transport, messaging.Target(topic="compute", server="a"), [RaisesInvalidTarget()], server_cls=Server
    )
    server.start()

    with pytest.raises(messaging.MessagingTimeout, match="from afar"):
        client(transport, "a").call({}, "fail")


class RaisesInvalidTarget:
    target = messaging.Target(version="3.35")

    def fail(self, context):
        raise messaging.MessagingTimeout("from afar")


@pytest.mark.parametrize("method", ["no_such_method", "_private"])
def test_a_method_that_is_not_there_is_a_remote_error(transport, method):
    serve(transport, "a")

    with pytest.raises(messaging.RemoteError, match="NoSuchMethod"):
        client(transport, "a").call({}, method)


def test_a_newer_version_than_the_endpoint_has_is_a_remote_error(transport):
    serve(transport, "a")

    with pytest.raises(messaging.RemoteError, match="UnsupportedVersion"):
        client(transport, "a").prepare(version="3.36").call({}, "who")


def test_a_call_to_nobody_times_out(transport):
    with pytest.raises(messaging.MessagingTimeout, match="who"):
        client(transport, "a").call({}, "who")


def test_a_call_to_a_stopped_server_times_out_and_it_can_start_again(transport):
    [server] = serve(transport, "a")

    server.stop()
    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a").call({}, "who")

    server.start()
    assert client(transport, "a").call({}, "who") == "a"


def test_a_server_that_was_not_started_does_not_listen(transport):
    serve(transport, "a", start=False)

    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a").call({}, "who")


def test_two_servers_of_one_name_are_refused(transport):
    serve(transport, "a")

    with pytest.raises(UsageError, match="'a' listens already"):
        serve(transport, "a")


def test_a_cleaned_up_transport_has_no_servers(transport):
    serve(transport, "a")

    transport.cleanup()

    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a").call({}, "who")


def test_a_cast_has_run_when_it_returns(transport):
    [server] = serve(transport, "a")

    assert client(transport, "a").cast({}, "echo", value=1) is None

    assert server.dispatcher.endpoints[0].received == [1]


def test_a_cast_to_nobody_vanishes(transport):
    assert client(transport, "a").cast({}, "who") is None


def test_what_a_cast_raises_is_not_told(transport):
    serve(transport, "a")

    assert client(transport, "a").cast({}, "fail", error="field") is None


def test_a_broadcast_reaches_every_server_of_the_topic_and_each_has_a_copy(transport):
    servers = serve(transport, "a", "b")
    (other,) = serve(transport, "a", topic="conductor")

    client(transport).prepare(fanout=True).cast({}, "change_and_echo", value=[])

    assert [server.dispatcher.endpoints[0].received for server in (*servers, other)] == [
        [["changed"]],
        [["changed"]],
        [],
    ]


@pytest.fixture
def threaded(transport):
    """An endpoint whose server handles messages in threads of its own."""
    endpoint = Slow()
    server = messaging.get_rpc_server(transport, messaging.Target(topic="compute", server="a"), [endpoint])
    server.start()
    yield endpoint
    endpoint.go_on.set()
    server.stop()
    server.wait()


class Slow(Endpoint):
    def __init__(self):
        super().__init__()
        self.go_on = threading.Event()

    def wait(self, context):
        self.go_on.wait()
        self.received.append(threading.current_thread())


def test_a_call_waits_for_a_server_with_threads_of_its_own(transport, threaded):
    assert client(transport, "a").call({}, "echo", value=1) == 1
    with pytest.raises(exceptions.InstanceNotFound):
        client(transport, "a").call({}, "fail", error="field")


def test_a_call_to_a_server_with_threads_times_out(transport, threaded):
    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a").prepare(timeout=0.01).call({}, "wait")


def test_a_cast_does_not_wait_for_a_server_with_threads(transport, threaded):
    client(transport, "a").cast({}, "wait")

    assert threaded.received == []


@pytest.mark.parametrize("fanout", [False, True])
def test_the_sender_of_a_cast_waits_if_it_is_told_to(transport, threaded, fanout):
    transport._driver.waits_for_casts = True
    threaded.go_on.set()

    client(transport, None if fanout else "a").prepare(fanout=fanout).cast({}, "wait")

    (thread,) = threaded.received
    assert thread is not threading.current_thread()


def test_notifications_are_refused(transport):
    with pytest.raises(NotImplementedError, match="no notifications"):
        transport._send_notification(messaging.Target(topic="notifications"), {}, {}, 2.0)


def test_a_message_draws_no_uuid(transport, mocker):
    serve(transport, "a")
    draw = mocker.patch("uuid.uuid4")

    client(transport, "a").call({}, "who")

    draw.assert_not_called()


class Tap:
    def __init__(self, *, is_lost=False, failure=None):
        self.events = []
        self.is_lost = is_lost
        self.failure = failure

    def __call__(self, message):
        self.events.append(message)
        return self

    def returned(self, value):
        self.events.append(("returned", value))

    def raised(self, error):
        self.events.append(("raised", type(error)))


def test_a_tap_sees_messages_and_how_they_ended(transport):
    tap = transport._driver.tap = Tap()
    serve(transport, "a")
    sender = client(transport, "a")

    sender.call({"user": "me"}, "echo", value=(1,))
    sender.cast({}, "echo", value=2)
    with pytest.raises(KeyError):
        sender.call({}, "fail", error="lookup")
    sender.cast({}, "fail", error="field")

    first = tap.events[0]
    assert isinstance(first, Message)
    assert (first.topic, first.server, first.method, first.kind) == ("compute", "a", "echo", "call")
    assert (first.arguments, first.version, first.namespace) == ({"value": [1]}, "3.0", None)
    assert first.size > len('{"method": "echo", "args": {"value": [1]}}')
    assert tap.events[1] == ("returned", [1])
    assert tap.events[2].kind == "cast"
    # Nothing comes back from a cast.
    assert tap.events[3] == ("returned", None)
    assert tap.events[5] == ("raised", KeyError)
    assert tap.events[7] == ("raised", exceptions.InstanceNotFound)


def test_a_tap_is_told_of_a_call_to_nobody_and_of_nothing_for_a_cast(transport):
    tap = transport._driver.tap = Tap()

    client(transport, "a").cast({}, "who")
    with pytest.raises(messaging.MessagingTimeout):
        client(transport, "a").call({}, "who")

    assert [event for event in tap.events if not isinstance(event, Message)] == [("raised", messaging.MessagingTimeout)]


def test_what_a_tap_raises_keeps_the_message_from_its_receiver(transport):
    [server] = serve(transport, "a")

    def refuse(message):
        raise messaging.MessageDeliveryFailure("planted")

    transport._driver.tap = refuse

    with pytest.raises(messaging.MessageDeliveryFailure, match="planted"):
        client(transport, "a").cast({}, "echo", value=1)
    assert server.dispatcher.endpoints[0].received == []


@pytest.mark.parametrize("url", ["no-such-broker://user:secret@host/", "://secret"])
def test_an_address_without_a_driver_is_refused_and_its_password_not_shown(url):
    with pytest.raises(UsageError, match="address of a message transport") as raised:
        open_transport(url)

    assert "secret" not in str(raised.value)


def test_another_driver_of_oslo_messaging_can_be_named():
    transport = open_transport("fake://")

    assert not isinstance(transport._driver, FakevirtDriver)


def test_options_of_the_process_do_not_reach_it():
    from oslo_config import cfg

    assert open_transport().conf is not cfg.CONF
    assert open_transport().conf is open_transport().conf


def test_oslo_messaging_finds_the_driver_through_its_entry_point(tmp_path):
    metadata = tmp_path / "fakevirt_elsewhere-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fakevirt_elsewhere\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(
        "[oslo.messaging.drivers]\nfakevirt = fakevirt.rpc.transport:FakevirtDriver\n"
    )
    script = textwrap.dedent(
        f"""
        import sys
        sys.path[:0] = {[str(tmp_path), *sys.path]!r}
        from fakevirt.rpc.transport import open_transport
        import oslo_messaging
        transport = oslo_messaging.get_rpc_transport(open_transport().conf, url="fakevirt://")
        print(type(transport._driver).__name__)
        """
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "FakevirtDriver\n"


def test_a_cast_that_the_tap_loses_arrives_nowhere(transport):
    transport._driver.tap = Tap(is_lost=True)
    [server] = serve(transport, "a")
    client(transport, "a").cast({}, "echo", value=1)
    assert server.dispatcher.endpoints[0].received == []


def test_a_failure_of_the_tap_is_raised_once_the_message_was_delivered(transport):
    tap = transport._driver.tap = Tap(failure=messaging.MessagingTimeout("no reply"))
    [server] = serve(transport, "a")
    with pytest.raises(messaging.MessagingTimeout, match="no reply"):
        client(transport, "a").call({}, "echo", value=1)
    assert server.dispatcher.endpoints[0].received == [1]
    assert tap.events[-1] == ("raised", messaging.MessagingTimeout)
