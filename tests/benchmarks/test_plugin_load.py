"""What the plugin adds to the start of a pytest run that does not use it: the limit is 15 ms."""

import subprocess
import sys

import pytest

LIMIT = 15e-3
#: pytest has itself loaded by the time it loads plugins.
PROGRAM = """
import time
import pytest

start = time.perf_counter()
import fakevirt.plugin
print(time.perf_counter() - start)
"""


def seconds_to_load():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return float(run.stdout)


def test_loading_the_plugin(benchmark, hold):
    seconds = []
    benchmark.pedantic(lambda: seconds.append(seconds_to_load()), rounds=10)
    hold(seconds, LIMIT)


@pytest.mark.parametrize("option", ["--version", "--markers"])
@pytest.mark.parametrize("plugin", ["fakevirt", "no:fakevirt"])
def test_a_run_that_does_not_use_the_plugin(benchmark, option, plugin):
    command = [sys.executable, "-m", "pytest", option, "-p", "no:cacheprovider", "-p", plugin]
    benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, check=True), rounds=3)
