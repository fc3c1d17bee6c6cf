"""What the strategy believes of a world while it draws requests: as if nothing failed."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakevirt import states
from fakevirt.conversion.generated.example import Server, World


@dataclass(slots=True)
class Guest:
    """A server, as it is if all that was asked for has been done.

    Args:
        server: Which one.
        host: Where it runs.
        volumes: How many volumes are attached.
        boots_from_volume: Whether the first of them is its root disk.
        state: Its ``vm_state``.
    """

    server: Server
    host: str
    volumes: int
    boots_from_volume: bool
    state: str = states.ACTIVE


@dataclass(slots=True)
class Situation:
    """A world and its servers.

    Args:
        world: The arguments of the world.
        guests: Its servers, in the order in which they were made.
        flavors: The flavors that were set up.
        asked: Whether anything was asked for.
    """

    world: World
    guests: list[Guest] = field(default_factory=list)
    flavors: list[str] = field(default_factory=list)
    asked: bool = False

    @property
    def there(self) -> list[Guest]:
        """The servers that are not deleted."""
        return [guest for guest in self.guests if guest.state != states.DELETED]

    def others(self, host: str) -> list[str]:
        """Return the other hosts."""
        return [name for name in self.world.hosts if name != host]

    def add(self, host: str, volumes: int, boots_from_volume: bool) -> None:
        """Add a server that is made."""
        self.guests.append(Guest(Server(len(self.guests)), host, volumes, boots_from_volume))
