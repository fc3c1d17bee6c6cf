"""A service process: what runs in it, and what home may ask of it."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fakevirt.cloud.factories import DriverFactory, DriverParts, ManagerFactory, made
from fakevirt.cloud.processes import causality
from fakevirt.cloud.processes.causality import Cause
from fakevirt.cloud.processes.collected_trace import SentEffect, SentFaults, SentTrace
from fakevirt.cloud.processes.hardware import BorrowingDriver, LentHardware
from fakevirt.cloud.processes.link import Gone, Link, LinkServer
from fakevirt.cloud.processes.messages import Office
from fakevirt.cloud.processes.pickling import Functions
from fakevirt.cloud.wiring import Wiring
from fakevirt.conductor.api import ConductorIndirection
from fakevirt.db.engine import Database
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.interface import ComputeDriver
from fakevirt.driver.profile import Profile
from fakevirt.instrument import determinism
from fakevirt.instrument.probe import probe
from fakevirt.instrument.snapshot import snapshot
from fakevirt.manager import locks
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import Release
from fakevirt.services import Service, running_as
from fakevirt.settings import Settings

#: What home gets as a value when it reads an attribute; of anything else it gets a handle.
_VALUES = (type(None), bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a service process is to be.

    Args:
        home: Where home listens.
        world: The name of the cloud on the broker.
        process: The name of the process: a host, or ``conductor``.
        processes: The names of all service processes.
        transport_url: The broker's address.
        release: The release of its services.
        plan: Which call path each work item takes.
        settings: How it is configured.
        seed: Where the cloud's uuids and random numbers begin.
        database_url: Where the database is, for a process that has one.
        make_manager: Makes the compute manager.
        make_driver: Makes the driver.
        profile: In which form the driver takes instances.
    """

    home: str
    world: str
    process: str
    processes: tuple[str, ...]
    transport_url: str
    release: Release
    plan: ConversionPlan
    settings: Settings
    seed: int
    database_url: str | None = None
    make_manager: ManagerFactory | None = None
    make_driver: DriverFactory | None = None
    profile: Profile | None = None


def run(assignment: Assignment) -> None:
    """Run a service process until home ends it, or ends."""
    # As the command does: what managers log of failures that tests bring about is in the traces.
    logging.getLogger().addHandler(logging.NullHandler())
    process = ServiceProcess(assignment)
    try:
        process.start()
    except BaseException as error:
        process.ask("failed", assignment.process, error)
        return
    process.ask("ready", assignment.process, process.address)
    with contextlib.suppress(Gone):
        # Home does not answer; the connection ends with it.
        process.ask("stay", assignment.process)
    os._exit(0)


class ServiceProcess:
    """The services of this process.

    Args:
        assignment: What they are.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._functions = Functions()
        self._home = Link(assignment.home, self._functions, self._call_home)
        self._server = LinkServer(self._handle, self._functions, self._call_home)
        self._hardware = LentHardware(assignment.process, self.ask)
        self._casts = 0
        self._numbering = threading.Lock()
        self._roots: dict[str, Any] = {}

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Have home do something, and return what that returns."""
        return self._home.call(causality.current(muted=causality.is_muted()), name, args, kwargs)

    def start(self) -> None:
        """Serve what is assigned."""
        assignment = self._assignment
        locks.hold_by(causality.activity)
        self._trace = SentTrace(self.ask)
        self._faults = _Faults(self.ask, self._hardware)
        office = Office(
            assignment.world,
            assignment.processes,
            self._trace,
            self._faults,
            lambda effect: effect.number if isinstance(effect, SentEffect) else None,
            lambda number: SentEffect(self.ask, number),
            causality.is_muted,
            self,
            self._hardware.given_back,
        )
        transport = office.transport(assignment.transport_url)
        self._clock = clock = _HomeClock(self.ask)
        self._undo = contextlib.ExitStack()
        self._undo.enter_context(
            determinism.frozen(assignment.seed, clock=clock, uuid4=functools.partial(self.ask, "uuid4"))
        )
        self._wiring = Wiring(
            transport=transport,
            plan=assignment.plan,
            settings=assignment.settings,
            trace=self._trace,
            faults=self._faults,
            network_api=self._backend("network"),
            volume_api=self._backend("volume"),
            image_api=self._backend("image"),
            consoleauth=self._backend("consoleauth"),
            sleep=clock.advance,
            pin=lambda: self.ask("pin"),
        )

        def serve(topic: str, service: Service, *endpoints: object) -> None:
            office.get_server(transport, topic, service, *endpoints).start()

        if assignment.database_url is not None:
            database = Database.shared(assignment.database_url)
            self._service = self._make_service("nova-conductor", "conductor", database=database)
            scheduler = self._make_service("nova-scheduler", "scheduler", database=database)
            self._roots["scheduler"] = self._wiring.serve_controllers(self._service, scheduler, serve)
        else:
            indirection_api = ConductorIndirection(transport)
            self._service = self._make_service("nova-compute", assignment.process, indirection_api=indirection_api)
            driver = self._make_driver()
            assert assignment.make_manager is not None
            manager = self._wiring.serve_host(self._service, driver, assignment.make_manager, serve)
            self._roots |= {"driver": driver, "manager": manager}

    def new_cast(self) -> str:
        """Return a name for a cast that is about to be sent."""
        with self._numbering:
            self._casts += 1
            return f"{self._assignment.process}-{os.getpid()}-{self._casts}"

    def await_cast(self, cast: str, process: str) -> None:
        """Wait for a cast at home."""
        self.ask("await_cast", cast, process)

    def handled(self, cast: str) -> None:
        """Tell home that a cast is over."""
        self.ask("handled", cast)

    def _make_service(
        self, binary: str, host: str, *, database: Database | None = None, indirection_api: Any = None
    ) -> Service:
        assignment = self._assignment
        return Service(
            binary,
            host,
            self._trace,
            database=database,
            indirection_api=indirection_api,
            notifier=_Notifier(self._backend(f"notifier {host}")),
            settings=assignment.settings,
            release=assignment.release,
            faults=self._faults,
        )

    def _make_driver(self) -> ComputeDriver:
        assignment = self._assignment
        assert assignment.make_driver is not None
        with self._hardware.borrowed():
            own: Hypervisor = self._hardware.hypervisor(assignment.process)
            image_api, clock = self._backend("image"), self._clock
            parts = DriverParts(own, self._peer, image_api, assignment.profile, self._sleep, clock.seconds)
            driver = made(assignment.make_driver(parts), ComputeDriver, "driver")
        borrowing: Any = BorrowingDriver(driver, self._hardware)
        probed: ComputeDriver = probe(
            borrowing,
            "driver",
            self._trace,
            self._faults,
            service=assignment.process,
            interface=ComputeDriver,
        )
        return probed

    def _sleep(self, seconds: float, or_until: Callable[[], bool] = lambda: False) -> None:
        if not or_until():
            self._clock.advance(seconds)

    def _peer(self, host: str) -> Hypervisor:
        return self._hardware.hypervisor(self.ask("peer", host))

    def _backend(self, name: str) -> Any:
        return _Backend(name, self.ask, self._hardware)

    def _call_home(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self._hardware.given_back():
            return self.ask("function", number, args, kwargs)

    def _handle(self, cause: Cause, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with causality.because_of(cause), running_as(self._service):
            match name:
                case "read_pins":
                    return self._wiring.read_pins()
                case "get":
                    value = getattr(self._at(args[0]), args[1])
                    return (True, value) if isinstance(value, _VALUES) else (False, callable(value))
                case "set":
                    return setattr(self._at(args[0]), args[1], args[2])
                case _:
                    assert name == "call", name
                    path, method, *rest = args
                    result = getattr(self._at(path), method)(*rest, **kwargs)
                    return list(result) if isinstance(result, Iterator) or method in ("keys", "values") else result

    def _at(self, path: tuple[str, ...]) -> Any:
        value = self._roots[path[0]]
        for name in path[1:]:
            value = getattr(value, name)
        return value


class _Backend:
    """A service at home, which is probed there."""

    def __init__(self, name: str, ask: Any, hardware: LentHardware) -> None:
        self.__dict__.update(_name=name, _ask=ask, _hardware=hardware)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def method(*args: Any, **kwargs: Any) -> Any:
            with self._hardware.given_back():
                return self._ask("backend", self._name, name, *args, **kwargs)

        return method


class _Notifier:
    """A notifier at home. What is told is copied here: it may hold what no other process can have."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def info(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        self._backend.info(context, event_type, snapshot(payload), publisher_id)

    def warn(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        self._backend.warn(context, event_type, snapshot(payload), publisher_id)

    def error(self, context: Any, event_type: str, payload: Any, publisher_id: str | None = None) -> None:
        self._backend.error(context, event_type, snapshot(payload), publisher_id)


class _Faults(SentFaults):
    """What is planted at home; what strikes may look at the hypervisors."""

    def __init__(self, ask: Any, hardware: LentHardware) -> None:
        super().__init__(ask)
        self._hardware = hardware

    def strike(self, channel: str, operation: str, nth: int) -> Any:
        with self._hardware.given_back():
            return super().strike(channel, operation, nth)


class _HomeClock(determinism.Clock):
    """The clock at home."""

    def __init__(self, ask: Any) -> None:
        super().__init__()
        self._ask = ask

    def advance(self, seconds: float) -> None:
        self._ask("advance", seconds)

    def utcnow(self, with_timezone: bool = False) -> Any:
        return self._ask("utcnow", with_timezone)
