"""A search shared out: each process draws with a seed of its own, and what it finds can be repeated alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fakevirt.conversion.generated.search import search
from fakevirt.conversion.verification import Progress
from fakevirt.conversion.workers import outcomes


@dataclass(frozen=True, slots=True)
class Share:
    """What one search found, as it leaves its process.

    Args:
        number: How many examples were asked for.
        seed: What they were drawn with.
        passes: Whether no example diverges, and the search was one.
        message: All that there is to say.
    """

    number: int
    seed: int
    passes: bool
    message: str


def search_in_shares(number: int, seed: int, *, processes: int, progress: Progress) -> list[Share]:
    """Search with several seeds at once: ``seed``, the next one, and so on.

    Args:
        number: How many examples in all.
        seed: What the first share is drawn with.
        processes: How many searches there are, at most one for each example.
        progress: Told of every example of a single search, else of every search that ends.

    Returns:
        What each found, in the order of the seeds.
    """
    if processes == 1:
        return [_share(number, seed, progress)]
    shares: list[Share] = []
    for share in outcomes(_search, list(_seeds(number, seed, processes)), processes=processes):
        shares.append(share)
        progress(sum(each.number for each in shares), number)
    return sorted(shares, key=lambda share: share.seed)


def _seeds(number: int, seed: int, processes: int) -> Iterator[tuple[int, int]]:
    for n in range(min(processes, number)):
        yield len(range(n, number, processes)), seed + n


def _search(share: tuple[int, int]) -> Share:
    return _share(*share)


def _share(number: int, seed: int, progress: Progress | None = None) -> Share:
    found = search(number, seed, progress=progress)
    return Share(number, seed, found.passes, found.message)
