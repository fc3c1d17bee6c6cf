"""Where something can fail during a live migration, and what: drivers, Cinder, Neutron and messages."""

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import collections
import inspect
import sys
from dataclasses import dataclass
from unittest import mock

import oslo_messaging as messaging
from neutronclient.common import exceptions as neutron_exceptions
from nova import exception
from nova.compute.manager import ComputeManager
from nova.conductor.manager import ComputeTaskManager
from nova.tests.fixtures import neutron as neutron_fixture
from nova.volume import cinder
from oslo_messaging.rpc import client as rpc_client

#: What each boundary really raises.
ERRORS = {
    "driver": exception.HypervisorUnavailable,
    "Cinder": exception.CinderConnectionFailed,
    "Neutron": neutron_exceptions.ConnectionFailed,
    "call": messaging.MessagingTimeout,
    "cast": None,
}


@dataclass(frozen=True, slots=True)
class Point:
    """A place where something can fail.

    Args:
        boundary: ``driver``, ``Cinder``, ``Neutron``, ``call`` or ``cast``.
        service: The host of the compute service that is at work there, or ``conductor`` or ``API``.
        operation: The method.
        nth: Which call of it by that service since the migration was asked for.
    """

    boundary: str
    service: str
    operation: str
    nth: int

    def __str__(self) -> str:
        return f"{self.boundary} {self.service} {self.operation}#{self.nth}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure at a point.

    Args:
        point: Where.
        after: Whether the call has taken effect by then.
    """

    point: Point
    after: bool = False

    @property
    def what(self) -> str:
        """What happens."""
        error = ERRORS[self.point.boundary]
        if error is None:
            return "is lost"
        return f"{'takes effect, then ' if self.after else ''}{error.__name__}"

    def __str__(self) -> str:
        return f"{self.point}{'+' if self.after else ''}"


class Boundaries(fixtures.fixtures.Fixture):
    """Counts what crosses the boundaries while it watches, and lets one of the calls fail.

    Args:
        fault: What fails; None: nothing.

    Attributes:
        points: Every point that was come to.
        is_struck: Whether the fault was.
    """

    def __init__(self, fault: Fault | None = None) -> None:
        super().__init__()
        self.points: list[Point] = []
        self.is_struck = False
        self._fault = fault
        self._is_watching = False
        self._calls = collections.Counter()

    def watch(self) -> None:
        """Count from now on."""
        self._is_watching = True

    def stop(self) -> None:
        """Count no longer."""
        self._is_watching = False

    def drive(self, drivers) -> None:
        """Watch the drivers of some hosts, by host."""
        for host, driver in drivers.items():
            for name in (name for name in dir(driver) if not name.startswith("_")):
                method = getattr(driver, name)
                if callable(method):
                    self._wrap(driver, name, "driver", host)

    def _setUp(self) -> None:
        for name in (name for name in vars(cinder.API) if not name.startswith("_")):
            self._wrap(cinder.API, name, "Cinder")
        for name in (
            name
            for name in vars(neutron_fixture.NeutronFixture)
            if name[0] != "_" and name.rpartition("_")[2] in _NEUTRON
        ):
            self._wrap(neutron_fixture.NeutronFixture, name, "Neutron")
        for name in ("call", "cast"):
            self._wrap(rpc_client._CallContext, name, name, message=True)

    def _wrap(self, owner, name, boundary, service=None, message=False):
        real = getattr(owner, name)
        # What a test has put in the place of a method may be no method itself, and is not given the object.
        is_method = not isinstance(owner, type) or inspect.isfunction(inspect.getattr_static(owner, name))

        def wrapped(*args, **kwargs):
            operation = args[2] if message else name
            point = self._come_to(boundary, service, operation)
            if point is None or self._fault is None or self._fault.point != point:
                return real(*args, **kwargs)
            self.is_struck = True
            if boundary == "cast":
                return None
            if self._fault.after:
                real(*args, **kwargs)
            raise _error(boundary, point.service)

        patch = mock.patch.object(owner, name, wrapped if is_method else staticmethod(wrapped))
        patch.start()
        self.addCleanup(patch.stop)

    def _come_to(self, boundary, service, operation):
        if not self._is_watching:
            return None
        service = service or _at_work()
        self._calls[boundary, service, operation] += 1
        point = Point(boundary, service, operation, self._calls[boundary, service, operation])
        self.points.append(point)
        return point


#: The things that Neutron keeps and compute services ask for or change.
_NEUTRON = ("port", "ports", "binding", "networks", "network", "subnets", "floatingips", "groups")
#: Methods of Cinder and of Neutron that change something.
_CHANGES = ("create", "update", "delete", "complete", "activate")


def faults_at(points: list[Point]) -> list[Fault]:
    """Return what can happen at points: each fails or is lost, and what changes something fails after that."""
    return [
        Fault(point, after)
        for point in points
        for after in (False, True)
        if not after or point.boundary in ("driver", "call") or any(part in point.operation for part in _CHANGES)
    ]


def _error(boundary, service):
    error = ERRORS[boundary]
    match boundary:
        case "driver":
            return error(host=service)
        case "call":
            return error("planted")
    return error(reason="planted")


def _at_work() -> str:
    """Return the service that is at work, by the innermost manager on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        manager = frame.f_locals.get("self")
        if isinstance(manager, ComputeManager):
            return manager.host
        if isinstance(manager, ComputeTaskManager):
            return "conductor"
        frame = frame.f_back
    return "API"
