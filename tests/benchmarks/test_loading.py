"""What is loaded before a test says that it uses it."""

import subprocess
import sys
import time

import pytest

#: How long it takes to import a module once some others are.
IMPORT = """
import time
import {before}

start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def seconds_to_import(module, before):
    program = IMPORT.format(module=module, before=before)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.benchmark(group="loading")
@pytest.mark.parametrize(
    ("module", "before", "limit"),
    # pytest has itself loaded by the time it loads plugins.
    [("fakevirt.plugin", "pytest", 10e-3), ("fakevirt", "sys", 30e-3)],
)
def test_import(benchmark, measured, module, before, limit):
    seconds = []
    benchmark.pedantic(lambda: seconds.append(seconds_to_import(module, before)), rounds=20)
    measured(f"`import {module}`", limit, seconds=seconds)


@pytest.mark.benchmark(group="a run of pytest that does not use the plugin")
def test_a_run_that_does_not_use_the_plugin(benchmark, measured):
    seconds = {"no:fakevirt": [], "fakevirt": []}

    def both():
        # In turns: what the machine does besides befalls both.
        for plugin, taken in seconds.items():
            command = [sys.executable, "-m", "pytest", "--version", "-p", "no:cacheprovider", "-p", plugin]
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            taken.append(time.perf_counter() - start)

    benchmark.pedantic(both, rounds=20)
    for plugin, taken in seconds.items():
        measured(f"`pytest --version -p {plugin}`", seconds=taken)
