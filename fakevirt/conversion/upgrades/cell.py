"""A mix of releases: those of the source, the destination and the conductor."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from fakevirt.releases import Release


class Support(enum.Enum):
    """How a mix stands to the order of a rolling upgrade: the conductor first, one release at a time."""

    SUPPORTED = "supported"
    SKIPS_A_RELEASE = "skips a release"
    CONDUCTOR_TOO_OLD = "the conductor is older than a host"


@dataclass(frozen=True, slots=True)
class Cell:
    """One mix.

    Args:
        conductor: The release of the conductor and the API.
        source: The release of the host ``src``.
        destination: The release of the host ``dst``.
        support: Whether a rolling upgrade comes by it.
    """

    conductor: Release
    source: Release
    destination: Release
    support: Support

    @property
    def is_mixed(self) -> bool:
        """Whether there is more than one release in it."""
        return len({self.conductor, self.source, self.destination}) > 1

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}, conductor {self.conductor}"


def cells(releases: Sequence[Release]) -> list[Cell]:
    """Return every mix of some releases, by conductor, source and destination.

    Args:
        releases: The releases, the oldest first.
    """
    age = {release: number for number, release in enumerate(releases)}

    def support(conductor: Release, *hosts: Release) -> Support:
        ages = [age[host] for host in hosts]
        if max(ages) > age[conductor]:
            return Support.CONDUCTOR_TOO_OLD
        return Support.SKIPS_A_RELEASE if age[conductor] - min(ages) > 1 else Support.SUPPORTED

    mixes = itertools.product(releases, repeat=3)
    return [Cell(conductor, src, dst, support(conductor, src, dst)) for conductor, src, dst in mixes]
