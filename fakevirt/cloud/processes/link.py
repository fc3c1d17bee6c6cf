"""Calls between processes of a cloud, over a socket that only they know."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from fakevirt.cloud.processes.causality import Cause
from fakevirt.cloud.processes.pickling import CallBack, Functions, dumps, loads
from fakevirt.usage_error import UsageError

#: Does what another process asks for, given why, what, and with which arguments.
Handle = Callable[[Cause, str, tuple[Any, ...], dict[str, Any]], Any]


class Gone(ConnectionError):
    """The other process has ended."""


class LinkServer:
    """Answers calls, each connection in a thread of its own.

    Args:
        handle: Does what is asked for.
        functions: Keeps functions that it returns.
        call_back: Calls a function of whoever asks.
    """

    def __init__(self, handle: Handle, functions: Functions, call_back: CallBack) -> None:
        self._handle = handle
        self._functions = functions
        self._call_back = call_back
        self._listener = Listener(family="AF_UNIX", backlog=64)
        self._connections: set[Connection[Any, Any]] = set()
        self._listening = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        address: str = self._listener.address
        return address

    def close(self) -> None:
        """Listen no more."""
        if self._listening:
            # Who waits for a connection does not notice that its socket is closed, and is told by a last one.
            self._listening = False
            with contextlib.suppress(OSError):
                Client(self.address).close()
        for connection in list(self._connections):
            # The thread that reads from it finds its end, and closes it.
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as its:
                its.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with self._listener:
            while True:
                try:
                    connection = self._listener.accept()
                except (OSError, EOFError):
                    continue
                if not self._listening:
                    connection.close()
                    return
                self._connections.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection[Any, Any]) -> None:
        with connection, contextlib.suppress(EOFError, OSError):
            while True:
                connection.send_bytes(self._answer(connection.recv_bytes()))
        self._connections.discard(connection)

    def _answer(self, request: bytes) -> bytes:
        try:
            cause, name, args, kwargs = loads(request, self._call_back)
            answer = True, self._handle(cause, name, args, kwargs)
        except BaseException as error:
            answer = False, error
        try:
            return dumps(answer, self._functions)
        except Exception as reason:
            return dumps((False, _cannot_cross(answer[1], reason)), self._functions)


class Link:
    """Calls a process.

    Args:
        address: Where it listens.
        functions: Keeps functions among the arguments.
        call_back: Calls a function of the other process.
    """

    def __init__(self, address: str, functions: Functions, call_back: CallBack) -> None:
        self._address = address
        self._functions = functions
        self._call_back = call_back
        self._idle: list[Connection[Any, Any]] = []

    def call(self, cause: Cause, name: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        """Have something done there, and return what that returns.

        Args:
            cause: Why.
            name: What.
            args: Its arguments.
            kwargs: Its arguments by name.

        Raises:
            Gone: The process has ended.
            UsageError: An argument cannot be copied.
            BaseException: Whatever it raises.
        """
        try:
            request = dumps((cause, name, args, kwargs or {}), self._functions)
        except Exception as reason:
            raise _cannot_cross((args, kwargs), reason) from reason
        try:
            connection = self._idle.pop() if self._idle else Client(self._address)
            connection.send_bytes(request)
            answer = connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise Gone(f"no answer to {name}") from error
        self._idle.append(connection)
        succeeded, value = loads(answer, self._call_back)
        if not succeeded:
            raise value
        return value

    def close(self) -> None:
        """Close its connections."""
        while self._idle:
            self._idle.pop().close()


def _cannot_cross(what: Any, reason: Exception) -> UsageError:
    return UsageError(
        expected="values that can be copied into another process",
        happened=f"{what!r} cannot: {reason}",
        where="a call between two processes of a cloud",
        how_to_go_on="hand on plain data, objects, or what a module has under its name",
    )
