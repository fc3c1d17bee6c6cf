"""What a cloud makes its compute managers and virt drivers with, and what these must offer."""

from __future__ import annotations

import functools
import inspect
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fakevirt.backends.image import ImageAPI
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.migration_job import MigrationJob, MigrationTime
from fakevirt.driver.profile import Profile
from fakevirt.manager.compute import ComputeManager, ManagerParts
from fakevirt.usage_error import UsageError

Made = TypeVar("Made")

#: How many steps a cloud's clock takes in a second.
_STEPS = 1_000_000
#: What part of one may be left out.
_TOO_LITTLE = 1e-3


class Sleep(Protocol):
    """Lets some seconds pass on the cloud's clock."""

    def __call__(self, seconds: float, or_until: Callable[[], bool] = ...) -> object:
        """Let them pass.

        Args:
            seconds: How many.
            or_until: Whether to go on at once; others may be at work meanwhile, who make it so.
        """


@dataclass(frozen=True, slots=True)
class DriverParts:
    """What a virt driver is built from.

    Args:
        hypervisor: The hypervisor of the host, in memory: what the driver does to guests it does there, since a cloud
            sets guests up in it and looks there for what a run has left.
        peers: Returns the hypervisor of another host, by its name or address.
        image_api: The image service.
        profile: In which form the driver is to take instances; None: in any.
        sleep: Lets some seconds pass on the cloud's clock, which stands still otherwise.
        now: Returns what that clock shows, in seconds.
    """

    hypervisor: Hypervisor
    peers: Callable[[str], Hypervisor]
    image_api: ImageAPI
    profile: Profile | None
    sleep: Sleep
    now: Callable[[], float]


class ManagerFactory(Protocol):
    """Makes the compute manager of a host: a class that takes its parts, or a function."""

    def __call__(self, parts: ManagerParts) -> ComputeManager:
        """Return the manager.

        Args:
            parts: The services around it, the driver of its host, and the plan.
        """


class DriverFactory(Protocol):
    """Makes the virt driver of a host: a class that takes its parts, or a function.

    The driver need not derive from anything. It has every method of
    :class:`fakevirt.driver.interface.ComputeDriver`; what it does not support raises NotImplementedError.
    """

    def __call__(self, parts: DriverParts) -> Any:
        """Return the driver.

        Args:
            parts: The hypervisor that it drives, and what it may ask.
        """


def fake_virt_driver(parts: DriverParts) -> FakeVirtDriver:
    """Return what drives a host unless something else is given."""

    def wait(job: MigrationJob) -> None:
        phase = job.phase
        # Rounded up: by less than a step the clock does not move, and the job would never be there.
        steps = math.ceil(job.due * _STEPS - _TOO_LITTLE)
        parts.sleep(steps / _STEPS, or_until=lambda: job.phase != phase)

    return FakeVirtDriver(
        parts.hypervisor,
        peers=parts.peers,
        profile=parts.profile,
        image_api=parts.image_api,
        time=MigrationTime(now=parts.now, wait=wait),
    )


def factory_named(path: str, argument: str, *, where: str) -> Callable[..., Any]:
    """Return what a name stands for.

    Args:
        path: The module and, behind a colon, the class or function.
        argument: The argument of a cloud that it is for: ``manager`` or ``driver``.
        where: Where the name was given, for the message.

    Raises:
        UsageError: There is no such thing, or it cannot be called.
    """
    try:
        factory = pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        happened = f"{path!r} cannot be found: {error}"
    else:
        if callable(factory):
            return factory  # type: ignore[no-any-return]
        happened = f"{path!r} is {factory!r}"
    raise UsageError(
        expected=f"the name of what makes a {argument} for each host, such as mine.{argument}:{argument.capitalize()}",
        happened=happened,
        where=where,
        how_to_go_on="name the module and, behind a colon, the class or function; the module must be importable",
    )


def made(made: Made, interface: type, argument: str) -> Made:
    """Return what a factory made, after a look at its methods.

    Args:
        made: It.
        interface: Whose public methods it must have.
        argument: The argument of the cloud that the factory was.

    Raises:
        UsageError: It lacks one.
    """
    missing = [name for name in _public_methods(interface) if not hasattr(made, name)]
    if missing:
        more = f", nor {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(
            expected=f"what has the methods of {interface.__name__}",
            happened=f"{type(made).__name__} has no {missing[0]}{more}",
            where=f"Cloud({argument}=…)",
            how_to_go_on=f"add {', '.join(missing)}, or derive from {interface.__module__}.{interface.__name__}",
        )
    return made


@functools.cache
def _public_methods(interface: type) -> tuple[str, ...]:
    members = inspect.getmembers_static(interface)
    return tuple(name for name, member in members if not name.startswith("_") and hasattr(member, "__get__"))
