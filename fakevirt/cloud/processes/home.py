"""The process of a cloud whose services run in processes of their own."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import secrets
import threading
import uuid
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from fakevirt import services
from fakevirt.backends.scheduler import Scheduler
from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory
from fakevirt.cloud.processes import causality, service
from fakevirt.cloud.processes.causality import Cause
from fakevirt.cloud.processes.collected_trace import CollectedTrace
from fakevirt.cloud.processes.handle import Handle
from fakevirt.cloud.processes.hardware import Hardware
from fakevirt.cloud.processes.link import Gone, Link, LinkServer
from fakevirt.cloud.processes.messages import Office
from fakevirt.cloud.processes.pickling import Functions
from fakevirt.cloud.processes.service import Assignment
from fakevirt.cloud.wiring import Wiring
from fakevirt.driver.interface import ComputeDriver
from fakevirt.instrument.faults import Kind
from fakevirt.instrument.trace import Effect, Raised, Returned
from fakevirt.manager.compute import ComputeManager
from fakevirt.rpc.broker import check_url
from fakevirt.services import Service
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from fakevirt.cloud.world import World

_CONTROLLERS = "conductor"


class Processes:
    """Conductor and hosts are processes, and their messages go over a broker.

    Args:
        url: The broker's address.
        make_manager: Makes the compute manager of a host, there.
        make_driver: Makes its driver, there.
    """

    def __init__(self, url: str, make_manager: ManagerFactory, make_driver: DriverFactory) -> None:
        self._url = url
        self._make_manager = make_manager
        self._make_driver = make_driver
        self.trace: CollectedTrace = CollectedTrace()

    @contextlib.contextmanager
    def open(self, world: World) -> Iterator[Any]:
        """Open the broker, and what service processes reach here."""
        check_url(self._url, where="a cloud whose services are processes of their own")
        if not world.database.is_on_server:
            raise UsageError(
                expected="a database that several processes can share: one on a server",
                happened="the database of the cloud is SQLite",
                where="a cloud whose services are processes of their own (--fakevirt-transport, --transport)",
                how_to_go_on="name one on PostgreSQL or MariaDB with --fakevirt-db or --db, or leave the transport out",
            )
        self._world = world
        self._name = f"fakevirt-{secrets.token_hex(8)}"
        self._functions = Functions()
        self._hardware = Hardware()
        self._twins: dict[str, Service] = {}
        self._running: dict[str, _Running] = {}
        self._over: set[str] = set()
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        with contextlib.ExitStack() as undo:
            self._server = LinkServer(self._handle, self._functions, self._call_back)
            undo.callback(self._server.close)
            undo.callback(self._end_all)
            office = Office(
                self._name,
                _Names(self),
                world.trace,
                world.faults,
                self.trace.number,
                self.trace._by_number.__getitem__,
                lambda: world.trace.is_muted,
                self,
                contextlib.nullcontext,
            )
            transport = office.transport(self._url)
            undo.callback(transport.cleanup)
            yield transport

    def run_controllers(self, wiring: Wiring, conductor: Service, scheduler: Service) -> Scheduler:
        """Start the process of conductor and scheduler."""
        self._twins |= {conductor.host: conductor, scheduler.host: scheduler}
        self._start(_CONTROLLERS, conductor, database_url=self._world.database.url)
        handle: Any = Handle(self._ask(_CONTROLLERS), ("scheduler",))
        return handle  # type: ignore[no-any-return]

    def run_host(
        self, wiring: Wiring, service: Service, parts: DriverParts, driver: ComputeDriver | None
    ) -> tuple[ComputeDriver, ComputeManager]:
        """Start the process of a host; one that takes another's place makes a driver of its own."""
        name = service.host
        self._twins[name] = service
        if driver is None:
            self._hardware.hypervisors.append(parts.hypervisor)
        self._start(
            name, service, make_manager=self._make_manager, make_driver=self._make_driver, profile=parts.profile
        )
        handles: list[Any] = [Handle(self._ask(name), (root,)) for root in ("driver", "manager")]
        return handles[0], handles[1]

    def read_pins(self, wiring: Wiring) -> None:
        """Let the clients of every process find out anew what they are pinned to."""
        wiring.read_pins()
        for name in self._running:
            self._ask(name)("read_pins")

    def process_id(self, name: str) -> int:
        """Return the id of a service process."""
        pid: int = self._running[name].process.pid
        return pid

    def new_cast(self) -> str:
        """Return a name for a cast that is about to be sent."""
        return f"home-{next(self._numbers)}"

    def await_cast(self, cast: str, process: str) -> None:
        """Wait for a cast."""
        with self._changed:
            self._changed.wait_for(lambda: cast in self._over or not self._running[process].is_alive)
            self._over.discard(cast)

    def handled(self, cast: str) -> None:
        """Note that a cast is over."""
        with self._changed:
            self._over.add(cast)
            self._changed.notify_all()

    def _start(self, name: str, twin: Service, **besides: Any) -> None:
        if name in self._running:
            self._running.pop(name).end()
        world = self._world
        assignment = Assignment(
            home=self._server.address,
            world=self._name,
            process=name,
            processes=(_CONTROLLERS, *world._releases),
            transport_url=self._url,
            release=twin.release,
            plan=world.plan,
            settings=world.settings,
            seed=world._seed,
            **besides,
        )
        try:
            pickle.dumps(assignment)
        except Exception as error:
            raise UsageError(
                expected="managers, drivers, releases and settings that another process can import",
                happened=f"one cannot be: {error}",
                where="a cloud whose services are processes of their own (--fakevirt-transport, --transport)",
                how_to_go_on="give classes and functions that a module has under their names",
            ) from None
        running = self._running[name] = _Running(name, assignment, self._functions, self._call_back, self._died)
        running.start()

    def _died(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _ask(self, name: str) -> Callable[..., Any]:
        def ask(what: str, *args: Any, **kwargs: Any) -> Any:
            # Whatever is asked of one may have it send messages to the others.
            self.await_all()
            cause = causality.current(muted=self._world.trace.is_muted)
            return self._running[name].link().call(cause, what, args, kwargs)

        return ask

    def await_all(self) -> None:
        """Return when every process that was started is ready."""
        for running in list(self._running.values()):
            running.link()

    def _end_all(self) -> None:
        for running in self._running.values():
            running.end()

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        raise NotImplementedError("functions of service processes stay there")

    def _handle(self, cause: Cause, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        handler = getattr(self, f"_on_{name}", None)
        if handler is not None:
            return handler(cause, *args)
        twin = self._twins.get(cause.service or "")
        with causality.because_of(cause), services.running_as(twin) if twin else contextlib.nullcontext():
            match name:
                case "strike":
                    struck = self._world.faults.strike(*args)
                    if struck is None:
                        return None
                    loses = struck.kind in (Kind.DROP, Kind.DROP_REPLY)
                    return struck.kind, None if loses else struck.error()
                case "function":
                    number, positional, named = args
                    return self._functions[number](*positional, **named)
                case "peer":
                    return self._world._peer(*args).hostname
                case _:
                    assert name == "backend", name
                    backend, method, *rest = args
                    return getattr(self._backend(backend), method)(*rest, **kwargs)

    def _backend(self, name: str) -> Any:
        kind, _, host = name.partition(" ")
        if kind == "notifier":
            return self._twins[host].notifier
        wiring = self._world._wiring
        return {
            "network": wiring.network_api,
            "volume": wiring.volume_api,
            "image": wiring.image_api,
            "consoleauth": wiring.consoleauth,
        }[kind]

    def _on_add(
        self, cause: Cause, channel: str, operation: str, arguments: Any, service: str | None, details: Any
    ) -> int:
        return self.trace.add(Effect(channel, operation, arguments, service, cause.scope, details), cause.message)

    def _on_end(self, cause: Cause, number: int, outcome: Returned | Raised, details: Any) -> None:
        self.trace.end(number, outcome, details)

    def _on_length(self, cause: Cause) -> int:
        return len(self.trace)

    def _on_consult(self, cause: Cause, choice: str) -> None:
        self.trace.consult(choice)

    def _on_count(self, cause: Cause, channel: str, operation: str) -> int:
        return self._world.faults.count(channel, operation)

    def _on_utcnow(self, cause: Cause, with_timezone: bool) -> Any:
        return self._world.clock.utcnow(with_timezone)

    def _on_uuid4(self, cause: Cause) -> uuid.UUID:
        return uuid.uuid4()

    def _on_advance(self, cause: Cause, seconds: float) -> None:
        self._world.clock.advance(seconds)

    def _on_lend(self, cause: Cause, known: str | None) -> tuple[str, bytes | None]:
        return self._hardware.lend(known)

    def _on_take_back(self, cause: Cause, content: bytes) -> str:
        return self._hardware.take_back(content)

    def _on_pin(self, cause: Cause) -> str | None:
        return self._world._pin

    def _on_await_cast(self, cause: Cause, cast: str, process: str) -> None:
        self.await_cast(cast, process)

    def _on_handled(self, cause: Cause, cast: str) -> None:
        self.handled(cast)

    def _on_ready(self, cause: Cause, name: str, address: str) -> None:
        self._running[name].told(address)

    def _on_failed(self, cause: Cause, name: str, error: BaseException) -> None:
        self._running[name].told(error)

    def _on_stay(self, cause: Cause, name: str) -> None:
        running = self._running[name]
        with running._changed:
            running._changed.wait_for(lambda: not running.is_alive)


class _Names:
    """The names of the service processes, as they are when somebody asks."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def __contains__(self, name: object) -> bool:
        self._processes.await_all()
        return name in self._processes._running

    def __iter__(self) -> Iterator[str]:
        return iter(self._processes._running)

    def __len__(self) -> int:
        return len(self._processes._running)


class _Running:
    """A service process."""

    def __init__(
        self, name: str, assignment: Assignment, functions: Functions, call_back: Any, died: Callable[[], None]
    ) -> None:
        self._name = name
        self._functions = functions
        self._call_back = call_back
        self._died = died
        self._told: str | BaseException | None = None
        self._link: Link | None = None
        self._changed = threading.Condition()
        context = _context()
        self.process = context.Process(  # type: ignore[attr-defined]
            target=service.run, args=(assignment,), name=f"fakevirt {name}", daemon=True
        )
        self.is_alive = True

    def start(self) -> None:
        self.process.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def told(self, told: str | BaseException) -> None:
        with self._changed:
            self._told = told
            self._changed.notify_all()

    def link(self) -> Link:
        """Return what calls it, once it is ready."""
        if self._link is None:
            with self._changed:
                self._changed.wait_for(lambda: self._told is not None or not self.is_alive)
            if isinstance(self._told, BaseException):
                raise self._told
            if self._told is None:
                raise Gone(f"the process of {self._name} has ended before it was ready")
            self._link = Link(self._told, self._functions, self._call_back)
        return self._link

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        if self._link is not None:
            self._link.close()
            with contextlib.suppress(OSError):
                os.unlink(self._link._address)

    def _watch(self) -> None:
        wait([self.process.sentinel])
        with self._changed:
            self.is_alive = False
            self._changed.notify_all()
        self._died()


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: not as a copy of this one, whose threads it would lack."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Imported once, and not in each process.
    context.set_forkserver_preload(["__main__", service.__name__])
    return context
