"""Runs our own tests, then Nova's with each combination of our parts beneath, and prints how they ended."""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

OWN = tuple(
    f"real_nova.test_{name}"
    for name in (
        "contract",
        "driver",
        "driver_states",
        "fake_driver",
        "fast_rpc",
        "imports",
        "in_time",
        "nova_faults",
        "probed_driver",
        "documents",
    )
)
FEW = ("nova.tests.functional.compute.test_live_migration",)
MANY = (
    *FEW,
    "nova.tests.functional.test_servers.ServerMovingTests",
    "nova.tests.functional.test_servers.ServerLiveMigrateForceAndAbort",
)
REGRESSIONS = "nova.tests.functional.regressions"
#: What tells a test that migrates a server.
MIGRATES = re.compile(r"os-migrateLive|live_migrat")
COMBINATIONS = (
    "",
    "probe",
    "transport",
    "transport with casts as calls",
    "driver",
    "driver+transport",
    "driver+transport+probe",
)
THREADS = {"native threads": "True", "eventlet": "False"}
#: For how long tests may run, in seconds: one that waits for ever is a failure.
PATIENCE = 3600


def regressions():
    """Return the names of Nova's tests of regressions in which a server migrates, without importing Nova here."""
    (folder,) = importlib.util.find_spec("nova").submodule_search_locations
    files = sorted(Path(folder, "tests", "functional", "regressions").glob("test_*.py"))
    return [f"{REGRESSIONS}.{file.stem}" for file in files if MIGRATES.search(file.read_text())]


def run(parts, tests, threads, log):
    """Run tests in a process of their own; return whether they passed, how many, of these on ours, and seconds."""
    environment = {
        **os.environ,
        "OS_NOVA_DISABLE_EVENTLET_PATCHING": THREADS[threads],
        "OS_STDOUT_CAPTURE": "1",
        "OS_STDERR_CAPTURE": "1",
    }
    command = [sys.executable, "-m", "real_nova.run", parts, *tests]
    with log.open("w") as output:
        status = subprocess.run(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False, timeout=PATIENCE
        ).returncode
    said = dict(re.findall(r"^(seconds|tests|on our driver): ([\d.]+)$", log.read_text(), re.MULTILINE))
    tests = int(said.get("tests", 0))
    return status == 0 and tests > 0, tests, int(said.get("on our driver", 0)), float(said.get("seconds", 0))


def main():
    """Run everything; return 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m real_nova", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every test of Nova's that migrates a server, not a few")
    parser.add_argument("--threads", choices=THREADS, action="append", help="which threads Nova has; both unless given")
    arguments = parser.parse_args()
    logs = Path(tempfile.mkdtemp(prefix="real-nova-"))
    print(f"what the tests print is in {logs}")
    tests_of_nova = (*MANY, *regressions()) if arguments.all else FEW
    passed = []
    for threads in arguments.threads or THREADS:
        log = logs / f"own {threads}.log"
        passed.append(run("", OWN, threads, log)[0])
        print(f"{threads}: our own tests {'passed' if passed[-1] else f'FAILED: {log}'}", flush=True)
        plain = None
        for parts in COMBINATIONS:
            log = logs / f"{parts or 'plain'} {threads}.log"
            good, tests, on_ours, seconds = run(parts, tests_of_nova, threads, log)
            plain = plain or seconds
            passed.append(good)
            ended = f"{tests} passed, {on_ours} of them on our driver" if good else f"FAILED: {log}"
            print(
                f"{threads}: Nova's, {parts or 'plain'}: {ended}, {seconds:.1f} s, {seconds / plain:.2f} of plain",
                flush=True,
            )
    return not all(passed)


if __name__ == "__main__":
    sys.exit(main())
