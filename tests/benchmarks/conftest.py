"""What the benchmarks share: each states its limit, and the run ends with what was measured against them."""

import itertools
import statistics
import timeit

import pytest

HELD = pytest.StashKey[list[str]]()


def written(seconds):
    """Return a time in the unit that suits it."""
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if abs(seconds) * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


@pytest.fixture
def hold(request):
    """Return a function that holds measured times against a limit, both in seconds.

    The least of them counts: it is what the code takes, and the others are what the machine did besides.
    """

    def held(seconds, limit):
        # The same work on every machine, so that figures of a slow or busy one can be read.
        loop = min(timeit.repeat("sum(range(1000))", number=100, repeat=50)) / 100
        line = (
            f"{request.node.name}: {written(min(seconds))}, median {written(statistics.median(seconds))}, "
            f"limit {written(limit)}; sum(range(1000)) takes {written(loop)}"
        )
        request.config.stash.setdefault(HELD, []).append(line)
        assert min(seconds) <= limit, line

    return held


@pytest.fixture
def added():
    """Return a function that measures, in turns, how many seconds one call takes more than another."""

    def added(call, bare, *, number=200, repeat=50):
        def seconds(function):
            return timeit.timeit(function, number=number) / number

        pairs = [(seconds(bare), seconds(call)) for _ in itertools.repeat(None, repeat)]
        least = min(with_bare for with_bare, _ in pairs)
        return [with_call - least for _, with_call in pairs]

    return added


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section("limits")
    for line in config.stash.get(HELD, ()):
        terminalreporter.line(line)
