"""The whole board, from the start of the command: the limit is 20 s."""

import subprocess
import sys

LIMIT = 20
PROGRAM = "from fakevirt.cli import main; raise SystemExit(main())"


def test_verify(benchmark, hold):
    command = [sys.executable, "-c", PROGRAM, "verify"]
    benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, check=True), rounds=2)
    hold(benchmark.stats.stats.data, LIMIT)
