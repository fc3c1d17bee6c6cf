"""An oslo.messaging driver that delivers within the process and at once: on the caller's stack, where servers allow it.

What crosses is what crosses on RabbitMQ: JSON there and back, and exceptions as text that becomes exceptions again.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_messaging import conffixture
from oslo_messaging._drivers import base, common
from oslo_messaging.transport import RPCTransport

from fakevirt.usage_error import UsageError

#: Where exceptions may come from that a caller gets as themselves; any other arrives as a RemoteError.
ALLOWED_REMOTE_EXMODS = ("fakevirt.exceptions", "fakevirt.usage_error", "oslo_versionedobjects.exception")

SCHEME = "fakevirt"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came out of the wire.

    Args:
        topic: What it is sent to.
        server: The host that it is sent to; None for any that listens to the topic.
        method: The endpoint's method.
        arguments: Its arguments, in wire form: objects are primitives with a name and a version.
        version: The RPC version that the sender asks for.
        namespace: The endpoint's namespace.
        kind: ``call`` or ``cast``.
        size: Its length in bytes, as JSON.
    """

    topic: str
    server: str | None
    method: str
    arguments: dict[str, Any]
    version: str | None
    namespace: str | None
    kind: str
    size: int


class Ending(Protocol):
    """Is told how a message ended, a cast's included, and tells what becomes of it on the way."""

    @property
    def is_lost(self) -> bool:
        """Whether it is not delivered."""

    @property
    def failure(self) -> BaseException | None:
        """What the sender sees once it was delivered, whatever the endpoint did: the reply is lost, for instance."""

    def returned(self, value: Any) -> None:
        """The endpoint returned ``value`` (in wire form)."""

    def raised(self, error: BaseException) -> None:
        """The endpoint raised ``error``, or nobody was there to answer."""


#: Sees every message before it is delivered. What it raises is raised at the sender and the message is not delivered.
Tap = Callable[[Message], Ending]


def open_transport(url: str = f"{SCHEME}://", *, allowed_remote_exmods: Sequence[str] = ()) -> Any:
    """Return an ``oslo_messaging.RPCTransport``; transports within the process do not see each other.

    Args:
        url: ``fakevirt://``, or the address of a broker in oslo.messaging's form.
        allowed_remote_exmods: Further modules whose exceptions cross the wire as themselves.

    Raises:
        UsageError: The address cannot be read, or no driver is installed for it.
    """
    allowed = [*ALLOWED_REMOTE_EXMODS, *allowed_remote_exmods]
    conf = _conf()
    try:
        address = parsed(url)
        if address.transport == SCHEME:
            # Worlds are built by the thousand: the entry point need not be looked up for each.
            return RPCTransport(FakevirtDriver(conf, address, conf.control_exchange, allowed))
        return messaging.get_rpc_transport(conf, address, allowed)
    except (messaging.InvalidTransportURL, messaging.DriverLoadFailure) as error:
        # The rest of the address may hold a password.
        scheme = url.partition(":")[0]
        raise UsageError(
            expected="the address of a message transport, such as fakevirt:// or rabbit://user:password@host/",
            happened=f"oslo.messaging cannot use it ({type(error).__name__})",
            where=f"a transport address that begins with {scheme!r}",
            how_to_go_on="leave it out to deliver within the process, or install the driver that it names",
        ) from None


def parsed(url: str) -> Any:
    """Return oslo.messaging's ``TransportURL`` of an address; InvalidTransportURL."""
    return messaging.TransportURL.parse(_conf(), url)


@functools.cache
def _conf() -> cfg.ConfigOpts:
    """Return options of oslo.messaging at their defaults, apart from those of whoever else uses it in this process."""
    conf = cfg.ConfigOpts()
    # Its constructor registers every option that oslo.messaging reads, wherever the release at hand declares it.
    conffixture.ConfFixture(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    # Queues of a world go with the processes that listen; they would stay on the broker until it is set up anew.
    conf.set_override("amqp_auto_delete", True, group="oslo_messaging_rabbit")
    return conf


class FakevirtDriver(base.BaseDriver):  # type: ignore[misc]
    """The driver behind ``fakevirt://``; each one is an exchange of its own.

    A call to a server that does not listen ends in MessagingTimeout at once; a cast to it vanishes, and so does what an
    endpoint raises on a cast.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        url: Any,
        default_exchange: str | None = None,
        allowed_remote_exmods: Sequence[str] | None = None,
    ) -> None:
        super().__init__(conf, url, default_exchange, allowed_remote_exmods)
        self.tap: Tap | None = None
        #: Whether the sender of a cast stands still until it is handled, where servers have threads of their own.
        self.waits_for_casts = False
        self._listeners: dict[tuple[str | None, str], dict[str, _Listener]] = {}
        self._message_ids = itertools.count(1)

    def send(
        self,
        target: Any,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        wait_for_reply: bool | None = None,
        timeout: float | None = None,
        call_monitor_timeout: float | None = None,
        retry: int | None = None,
        transport_options: Any = None,
    ) -> Any:
        """Deliver a message and return the reply to a call."""
        envelope = common.serialize_msg([ctxt, message])
        context, body = common.deserialize_msg(envelope)
        incoming = _Incoming(context, body, next(self._message_ids), is_call=bool(wait_for_reply))
        ending = None
        if self.tap is not None:
            ending = self.tap(describe(target, body, envelope, is_call=incoming.is_call))
        if ending is None or not ending.is_lost:
            self._deliver(target, incoming, envelope, timeout)
        if incoming.is_call and not incoming.replied:
            incoming.error = messaging.MessagingTimeout(f"No reply from {target} to {message['method']}")
        if ending is not None:
            failure = ending.failure
            if failure is not None:
                ending.raised(failure)
                raise failure
            incoming.tell(ending)
        if not incoming.is_call:
            return None
        if incoming.remote_error is not None:
            raise common.deserialize_remote_exception(incoming.remote_error, self._allowed_remote_exmods)
        if incoming.error is not None:
            raise incoming.error
        return incoming.result

    def _deliver(self, target: Any, incoming: _Incoming, envelope: dict[str, Any], timeout: float | None) -> None:
        if target.fanout:
            for listener in list(self._servers(target).values()):
                context, body = common.deserialize_msg(envelope)
                copy = _Incoming(context, body, next(self._message_ids), is_call=False)
                listener.on_incoming_callback([copy])
                if self.waits_for_casts:
                    copy.wait(timeout)
            return
        receiver = self._receiver(target)
        if receiver is not None:
            receiver.on_incoming_callback([incoming])
            if incoming.is_call or self.waits_for_casts:
                incoming.wait(timeout)

    def send_notification(
        self, target: Any, ctxt: dict[str, Any], message: dict[str, Any], version: float, retry: int | None = None
    ) -> None:
        """Refuse: notifications have a backend of their own."""
        raise NotImplementedError("fakevirt:// carries RPC and no notifications")

    def listen(self, target: Any, batch_size: int, batch_timeout: float | None) -> _Listener:
        """Return what hands messages to a server, once it is started."""
        return _Listener(self._servers(target), target.server, batch_size, batch_timeout)

    def listen_for_notifications(
        self, targets_and_priorities: Any, pool: str | None, batch_size: int, batch_timeout: float | None
    ) -> None:
        """Refuse: notifications have a backend of their own."""
        raise NotImplementedError("fakevirt:// carries RPC and no notifications")

    def cleanup(self) -> None:
        """Forget every listener."""
        self._listeners.clear()

    def _servers(self, target: Any) -> dict[str, _Listener]:
        return self._listeners.setdefault((target.exchange or self._default_exchange, target.topic), {})

    def _receiver(self, target: Any) -> _Listener | None:
        servers = self._servers(target)
        if target.server is not None or not servers:
            return servers.get(target.server)
        # In turn: whoever is asked now is asked last the next time.
        server = next(iter(servers))
        servers[server] = listener = servers.pop(server)
        return listener


class _Listener(base.Listener):  # type: ignore[misc]
    def __init__(
        self, servers: dict[str, _Listener], server: str, batch_size: int, batch_timeout: float | None
    ) -> None:
        super().__init__(batch_size, batch_timeout)
        self._servers = servers
        self._server = server

    def start(self, on_incoming_callback: Callable[[list[_Incoming]], None]) -> None:
        if self._server in self._servers:
            raise UsageError(
                expected="one server for each host and topic",
                happened=f"{self._server!r} listens already",
                where="the start of an RPC server on a fakevirt:// transport",
                how_to_go_on="give the second server another host, or stop the first one",
            )
        super().start(on_incoming_callback)
        self._servers[self._server] = self

    def stop(self) -> None:
        self._servers.pop(self._server, None)
        super().stop()

    def cleanup(self) -> None:
        """There is nothing to release."""


class _Incoming(base.RpcIncomingMessage):  # type: ignore[misc]
    """A message at its receiver, and what becomes of it."""

    def __init__(self, ctxt: dict[str, Any], message: dict[str, Any], number: int, *, is_call: bool) -> None:
        # With an id, the base class does not draw a uuid from the world's frozen ones.
        super().__init__(ctxt, message, msg_id=str(number))
        self.is_call = is_call
        self.replied = False
        self._handled = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None
        self.remote_error: str | None = None

    def reply(self, reply: Any = None, failure: Any = None) -> None:
        """Take the answer; the one to a call goes through the wire, and what cannot is no answer."""
        try:
            if failure is not None:
                self.error = failure[1]
                if self.is_call:
                    self.remote_error = common.serialize_remote_exception(failure)
            elif self.is_call:
                self.result = common.deserialize_msg(common.serialize_msg({"result": reply}))["result"]
            self.replied = True
        finally:
            self._handled.set()

    def wait(self, timeout: float | None) -> None:
        """Return when it was handled: at once where that happened on the sender's stack."""
        self._handled.wait(timeout)

    def requeue(self) -> None:
        """Refuse, as ``require_features`` says."""
        raise NotImplementedError

    def heartbeat(self) -> None:
        """A sender that stands on the same stack needs no sign of life."""

    def tell(self, ending: Ending) -> None:
        if self.error is not None:
            ending.raised(self.error)
        elif self.replied:
            ending.returned(self.result)


def describe(target: Any, body: dict[str, Any], envelope: dict[str, Any], *, is_call: bool) -> Message:
    """Return a message as it comes out of the wire.

    Args:
        target: Where it goes.
        body: What is in it.
        envelope: What goes over the wire.
        is_call: Whether somebody waits for an answer.
    """
    return Message(
        topic=target.topic,
        server=target.server,
        method=body["method"],
        arguments=body["args"],
        version=body.get("version"),
        namespace=body.get("namespace"),
        kind="call" if is_call else "cast",
        size=sum(map(len, envelope.values())),
    )
