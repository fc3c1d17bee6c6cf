"""A generated scenario as plain data: a world, and what is called in it one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings

#: The methods of a cloud that return a server.
_MAKE_SERVERS = frozenset({"boot", "create_server"})


@dataclass(frozen=True, slots=True)
class World:
    """The arguments of a cloud.

    Args:
        hosts: The names of the compute hosts.
        releases: Their releases, one for each; all of this checkout's own unless given.
        conductor: The release of the conductor; the newest among the hosts' unless given.
        shared_storage: Whether the hosts see the same disks.
        settings: How every service is configured.
        plan: What is held against the legacy path.
    """

    hosts: tuple[str, ...] = ("src", "dst")
    releases: tuple[str, ...] = ()
    conductor: str | None = None
    shared_storage: bool = True
    settings: Settings = field(default_factory=Settings)
    plan: ConversionPlan = field(default_factory=ConversionPlan.objects)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the cloud that differ from its defaults, without the plan."""
        usual = World()
        hosts = dict(zip(self.hosts, self.releases, strict=True)) if self.releases else self.hosts
        arguments = {
            "hosts": hosts,
            "conductor": self.conductor,
            "shared_storage": self.shared_storage,
            "settings": self.settings,
        }
        return {name: value for name, value in arguments.items() if value != getattr(usual, name)}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was made.

    Args:
        number: Which one, in the order in which they were made, from 0.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method of the cloud.

    Args:
        method: The method, such as ``live_migrate`` or ``faults.fail``.
        arguments: Its positional arguments: plain data, classes of exceptions, servers, and calls that make them.
        options: Its arguments by name.
        item: Which item of what it returns is meant; all of it unless given.
    """

    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] | None = None
    item: int | None = None

    @property
    def makes_server(self) -> bool:
        """Whether it returns a server that others can name."""
        return self.method in _MAKE_SERVERS

    @property
    def plants_fault(self) -> bool:
        """Whether it lets something fail that comes later."""
        return self.method.startswith("faults.")


@dataclass(frozen=True, slots=True)
class Example:
    """A generated scenario.

    Args:
        world: The world.
        calls: What is called in it, in order.
    """

    world: World
    calls: tuple[Call, ...]


def parts(value: Any) -> Iterator[Any]:
    """Yield what an argument consists of, itself included."""
    yield value
    match value:
        case Call():
            yield from parts(value.arguments)
            yield from parts(value.options or {})
        case dict():
            yield from parts(list(value.values()))
        case list() | tuple():
            for item in value:
                yield from parts(item)
