"""xdist's workers need not be processes of the same machine: they are started apart, and addressed over sockets."""

import subprocess
import sys

import pytest


@pytest.fixture
def addresses(tmp_path):
    """Return where two environments wait for work, in a folder of their own that the run knows nothing of."""
    command = [sys.executable, "-u", "-m", "execnet.script.socketserver", "127.0.0.1:0"]
    waiting = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    yield [line.rpartition(", ")[2].strip(") \n") for line in (process.stdout.readline() for process in waiting)]
    for process in waiting:
        process.kill()
        process.communicate()


def test_the_suite_runs_there_and_the_board_is_put_together(run, addresses):
    remote = [argument for port in addresses for argument in ("--tx", f"socket=127.0.0.1:{port}")]
    suite = ("--pyargs", "fakevirt.suite.test_work_items", "-k", "refused_by_the_source or rules_changed]")
    result = run("", *suite, "--conversion-board", "--dist=load", *remote, "-v", subprocess=True)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*check_can_live_migrate_source * 1 * SAME *"])
    result.stdout.fnmatch_lines(["*refresh_instance_security_rules * 1 * SAME *"])
    assert {line[:5] for line in result.outlines if "PASSED" in line} == {"[gw0]", "[gw1]"}


def test_one_database_for_all_of_them_is_refused_before_they_start(run, tmp_path):
    url = f"--fakevirt-db=sqlite:///{tmp_path}/nova.db"
    result = run("def test_it(): pass", url, "--dist=load", "--tx", "popen", subprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected: * a database for each xdist worker"])
