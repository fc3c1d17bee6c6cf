"""Where the time of a comparison goes: to the libraries that make it real, and to fakevirt's own parts."""

import signal
import sysconfig
import time
import traceback
from collections import Counter
from pathlib import Path

import fakevirt
from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.manager.plan import ConversionPlan

#: How often the processor's time is looked at, in seconds (Linux has no finer timer for that), in how many comparisons.
INTERVAL = 0.004
COMPARISONS = 400
#: Calls of libraries, with all that they call, by the ends of their files' names and their own.
CALLS = {
    "SQLAlchemy's `Connection.execute`": ("sqlalchemy/engine/base.py", {"Connection.execute"}),
    "`json.dumps` and `json.loads`": ("json/__init__.py", {"dumps", "loads"}),
}
LIBRARIES = {
    "sqlalchemy": "SQLAlchemy, and SQLite in it",
    "oslo_versionedobjects": "oslo.versionedobjects",
    "oslo_messaging": "oslo.messaging",
    "json": "json",
}
OTHERS = "other libraries and Python's own"
OWN = {Path(fakevirt.__file__).parent: "fakevirt", Path(fakevirt.__file__).parents[1] / "manager": "fakevirt.manager"}
INSTALLED = [Path(sysconfig.get_path(name)) for name in ("platlib", "purelib", "stdlib")]


def part_of(filename):
    """Return whose code a file is, and whether it is fakevirt's own."""
    path = Path(filename)
    for folder, name in OWN.items():
        if folder in path.parents:
            parts = [name, *path.relative_to(folder).parts][: 2 if name == "fakevirt" else 1]
            return ".".join(parts).removesuffix(".py"), True
    for folder in INSTALLED:
        if folder in path.parents:
            return LIBRARIES.get(path.relative_to(folder).parts[0], OTHERS), False
    # What is compiled from text at run time: the constructors of data classes, for one.
    return OTHERS, False


def sampled(function):
    """Run a function; return how often each file's code was at work when it was looked at, and each of the calls."""
    seen, within = Counter(), Counter()

    def look(number, frame):
        seen[frame.f_code.co_filename] += 1
        codes = [stacked.f_code for stacked, _ in traceback.walk_stack(frame)]
        within.update(
            name
            for name, (file, functions) in CALLS.items()
            if any(code.co_qualname in functions and code.co_filename.endswith(file) for code in codes)
        )

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        function()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return seen, within


def test_profile(benchmark, profile):
    scenario, plan = SCENARIOS["shared_storage"], ConversionPlan.objects()
    seconds = []

    def compare():
        start = time.perf_counter()
        compare_scenario(scenario, plan)
        seconds.append(time.perf_counter() - start)

    benchmark.pedantic(compare, rounds=50, warmup_rounds=5)
    seen, within = sampled(lambda: [compare_scenario(scenario, plan) for _ in range(COMPARISONS)])
    a_look = min(seconds) / seen.total()
    taken = Counter()
    for filename, times in seen.items():
        taken[part_of(filename)] += times * a_look
    profile.extend((name, is_own, part) for (name, is_own), part in taken.most_common())
    profile.extend((name, None, times * a_look) for name, times in within.most_common())
    assert {name for name, is_own, _ in profile if is_own is False} == {*LIBRARIES.values(), OTHERS}
    assert within.keys() == CALLS.keys()
