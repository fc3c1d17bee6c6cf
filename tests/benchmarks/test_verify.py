"""The command from its start: 20 s for the board, 30 s with each work item alone, 3 minutes with every subset."""

import subprocess
import sys

import pytest

PROGRAM = "from fakevirt.cli import main; raise SystemExit(main())"


@pytest.mark.parametrize(("plans", "limit"), [("ends", 20), ("singles", 30), ("all", 180)])
def test_verify(benchmark, hold, plans, limit):
    command = [sys.executable, "-c", PROGRAM, "verify", "--plans", plans]
    benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, check=True), rounds=1)
    hold(benchmark.stats.stats.data, limit)
