"""RPC servers: each runs what it receives as the service that it belongs to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import oslo_messaging as messaging
from oslo_messaging.rpc import server as rpc_server

from fakevirt import services
from fakevirt.rpc.serializer import RequestContextSerializer
from fakevirt.rpc.transport import FakevirtDriver
from fakevirt.services import Service

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ServiceRPCServer(rpc_server.RPCServer):  # type: ignore[misc]
    """An RPC server whose endpoints run as ``service``.

    Args:
        service: The service that it belongs to.
        transport: Where it listens.
        target: Its topic and name.
        dispatcher: Finds the endpoint of a message.
        executor: Which executor runs the endpoints, where there is a choice.
    """

    def __init__(self, service: Service, transport: Any, target: Any, dispatcher: Any, executor: Any = None) -> None:
        super().__init__(transport, target, dispatcher, executor)
        self._service = service

    def _process_incoming(self, incoming: Any) -> None:
        with services.running_as(self._service):
            super()._process_incoming(incoming)


class InProcessRPCServer(ServiceRPCServer):
    """A server that handles a message on the stack of whoever delivers it, and needs no thread."""

    def _on_incoming(self, incoming: Any) -> None:
        self._process_incoming(incoming)


def expected_exceptions(*errors: type[Exception]) -> Callable[[Endpoint], Endpoint]:
    """Declare what an RPC method raises in the normal course of things: its caller gets it and no log is written."""
    declare: Callable[[Endpoint], Endpoint] = messaging.expected_exceptions(*errors)
    return declare


def get_server(transport: Any, topic: str, service: Service, endpoints: Sequence[Any]) -> ServiceRPCServer:
    """Return a server, not started yet, which is named after the host of its service.

    Args:
        transport: Any transport of oslo.messaging.
        topic: ``compute`` or ``conductor``.
        service: What the endpoints run as.
        endpoints: Objects with RPC methods, and a ``target`` that tells namespace and version.
    """
    in_process = isinstance(transport._driver, FakevirtDriver)
    server: ServiceRPCServer = messaging.get_rpc_server(
        transport,
        messaging.Target(topic=topic, server=service.host),
        list(endpoints),
        serializer=RequestContextSerializer(),
        server_cls=functools.partial(InProcessRPCServer if in_process else ServiceRPCServer, service),
    )
    return server
