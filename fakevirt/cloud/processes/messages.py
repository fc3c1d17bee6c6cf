"""Messages of a cloud over a broker: each carries what it is sent for, and a sender waits until its cast is handled."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any, Protocol

import oslo_messaging as messaging
from oslo_messaging._drivers import common
from oslo_messaging.transport import RPCTransport

from fakevirt.cloud.processes import causality
from fakevirt.cloud.processes.causality import Cause
from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.trace import Effect, Trace
from fakevirt.rpc.recording import RecordedEnding, ending_of, message_tap
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.server import ServiceRPCServer
from fakevirt.rpc.transport import Message, describe, open_transport
from fakevirt.services import Service

#: For how long a host may give no sign of life while a call waits for it, in seconds. It gives one twice as often.
SILENCE = 6
#: The name under which a message's context has its cause.
_CAUSE = "fakevirt"
#: The process of whoever listens to these.
_CONTROLLERS = {"conductor": "conductor", "scheduler": "conductor"}


class Deliveries(Protocol):
    """What keeps account of casts."""

    def new_cast(self) -> str:
        """Return a name for a cast that is about to be sent."""

    def await_cast(self, cast: str, process: str) -> None:
        """Return when a cast is handled, or the process is gone that was to handle it."""

    def handled(self, cast: str) -> None:
        """Note that a cast, and all that it caused, is over."""


@dataclasses.dataclass(frozen=True, slots=True)
class Office:
    """What sends and receives the messages of one process.

    Args:
        world: The name of the cloud on the broker, which clouds share.
        processes: The names of all service processes.
        trace: Where messages are recorded.
        faults: What may be planted at them.
        number: Returns the number of an effect.
        effect: Returns an effect by its number.
        is_muted: Tells whether nothing is recorded.
        deliveries: Keeps account of casts.
        away: Lets others have what this process has borrowed.
    """

    world: str
    processes: Collection[str]
    trace: Trace
    faults: FaultPlan
    number: Callable[[Effect], int | None]
    effect: Callable[[int], Effect]
    is_muted: Callable[[], bool]
    deliveries: Deliveries
    away: Callable[[], AbstractContextManager[None]]

    def transport(self, url: str) -> Any:
        """Return a transport to a broker.

        Args:
            url: The broker's address.
        """
        return RPCTransport(_Driver(open_transport(url)._driver, self, self._tap()))

    def _tap(self) -> Callable[[Message], RecordedEnding]:
        def on_behalf_of(effect: Effect) -> AbstractContextManager[None]:
            return causality.because_of(
                dataclasses.replace(causality.current(muted=self.is_muted()), message=self.number(effect))
            )

        return message_tap(self.trace, self.faults, on_behalf_of)

    def get_server(self, transport: Any, topic: str, service: Service, *endpoints: object) -> ServiceRPCServer:
        """Return a server, not started yet, of a service."""
        server: ServiceRPCServer = messaging.get_rpc_server(
            transport,
            messaging.Target(topic=topic, server=service.host),
            list(endpoints),
            serializer=RequestContextSerializer(),
            server_cls=functools.partial(_Server, self, service),
        )
        return server

    def process_of(self, target: Any) -> str:
        """Return the process that listens to a target."""
        name: str = _CONTROLLERS.get(target.topic) or target.server
        return name

    def on_broker(self, target: Any) -> Any:
        """Return a target as it is called on the broker."""
        return target(exchange=self.world, topic=f"{self.world}.{target.topic}")


class _Driver:
    """A driver of oslo.messaging's, whose messages are effects and carry their cause."""

    def __init__(self, driver: Any, office: Office, tap: Callable[[Message], RecordedEnding]) -> None:
        self._driver = driver
        self._office = office
        self._tap = tap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

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
        """Send a message; return the reply to a call, or nothing when a cast is handled."""
        office, is_call = self._office, bool(wait_for_reply)
        envelope = common.serialize_msg([ctxt, message])
        body = common.deserialize_msg(envelope)[1]
        ending = self._tap(describe(target, body, envelope, is_call=is_call))
        if ending.is_lost:
            return None
        with office.away():
            try:
                result = self._deliver(target, ctxt, message, ending, is_call, timeout)
            except messaging.MessagingTimeout as error:
                result = error
                ending.raised(error)
            except Exception as error:
                result = error
        if ending.failure is not None:
            result = ending.failure
            ending.raised(result)
        if isinstance(result, Exception):
            raise result
        return result

    def _deliver(
        self,
        target: Any,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        ending: RecordedEnding,
        is_call: bool,
        timeout: float | None,
    ) -> Any:
        office, process = self._office, self._office.process_of(target)
        if process not in office.processes:
            if is_call:
                raise messaging.MessagingTimeout(f"No reply from {target} to {message['method']}")
            return None
        muted = office.is_muted()
        number = None if muted else office.number(ending.effect)
        cast = None if is_call else office.deliveries.new_cast()
        cause = dataclasses.replace(causality.current(muted=muted), message=causality.message() if muted else number)
        ctxt = {**ctxt, _CAUSE: {"cause": dataclasses.asdict(cause), "effect": number, "cast": cast}}
        try:
            result = self._driver.send(
                office.on_broker(target),
                ctxt,
                message,
                wait_for_reply=is_call,
                timeout=timeout,
                call_monitor_timeout=SILENCE if is_call else None,
            )
        except messaging.MessagingTimeout:
            # Its text tells of queues and messages, which have names by chance, and the method is another one on the
            # other call path.
            raise messaging.MessagingTimeout("no reply") from None
        if cast is not None:
            office.deliveries.await_cast(cast, process)
        return result

    def listen(self, target: Any, batch_size: int, batch_timeout: float | None) -> Any:
        """Return what hands messages to a server, once it is started."""
        return self._driver.listen(self._office.on_broker(target), batch_size, batch_timeout)


class _Server(ServiceRPCServer):
    """A server that handles each message on behalf of what it was sent for."""

    def __init__(
        self, office: Office, service: Service, transport: Any, target: Any, dispatcher: Any, executor: Any = None
    ) -> None:
        super().__init__(service, transport, target, dispatcher, executor)
        self._office = office

    def _process_incoming(self, incoming: Any) -> None:
        (message,) = incoming
        why = message.ctxt.pop(_CAUSE)
        try:
            with causality.because_of(Cause(**why["cause"])):
                super()._process_incoming([_Incoming(message, self._told(message, why["effect"]), why["cast"] is None)])
        finally:
            if why["cast"] is not None:
                self._office.deliveries.handled(why["cast"])

    def _told(self, message: Any, effect: int | None) -> RecordedEnding | None:
        if effect is None:
            return None
        described = describe(self._target, message.message, {}, is_call=False)
        return ending_of(described, self._office.effect(effect))


class _Incoming:
    """A message at its receiver, which notes on its effect how it ended before anybody gets the answer."""

    def __init__(self, message: Any, ending: RecordedEnding | None, is_call: bool) -> None:
        self._message = message
        self._ending = ending
        self._is_call = is_call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._message, name)

    def reply(self, reply: Any = None, failure: Any = None) -> None:
        """Answer."""
        if self._ending is not None:
            if failure is not None:
                self._ending.raised(failure[1])
            else:
                answer = common.deserialize_msg(common.serialize_msg({"result": reply if self._is_call else None}))
                self._ending.returned(answer["result"])
        self._message.reply(reply, failure)
