"""The command from its start, and one rehearsal of an upgrade."""

import subprocess
import sys

import pytest

from fakevirt.conversion.upgrades.rehearsal import rehearse
from fakevirt.manager.plan import ConversionPlan
from fakevirt.releases import JUNO, KILO

PROGRAM = "from fakevirt.cli import main; raise SystemExit(main())"


@pytest.mark.benchmark(group="the command")
@pytest.mark.parametrize(
    ("options", "limit"),
    [(["--plans", "ends"], 20), (["--plans", "singles"], 30), (["--plans", "all"], 180), (["--upgrade"], 60)],
    ids=["ends", "singles", "all", "upgrade"],
)
def test_verify(benchmark, measured, options, limit):
    command = [sys.executable, "-c", PROGRAM, "verify", *options]
    benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, check=True), rounds=1)
    measured(f"`fakevirt verify {' '.join(options)}`", limit)


@pytest.mark.benchmark(group="a rehearsal of an upgrade")
def test_a_rehearsal_of_an_upgrade(benchmark, measured):
    benchmark.pedantic(lambda: rehearse(JUNO, KILO, ConversionPlan.objects()), rounds=3)
    measured("Juno to Kilo, everything converted", 2)
