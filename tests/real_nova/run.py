"""Run tests of Nova's, unchanged, with some of fakevirt's fixtures in each.

Nova's test cases forget their attributes when they end, which pytest does not bear: they are run as Nova runs them.
"""

import sys
import time

# Nova chooses which threads there are, before anything else is imported.
from fakevirt.fixtures import nova as fixtures  # isort: skip

import nova.test
from testtools.run import TestProgram

BEFORE = {
    "transport": fixtures.FastRPCFixture,
    "transport, casts as calls": lambda: fixtures.FastRPCFixture(casts="calls"),
}
AFTER = {"probe": fixtures.ProbedDriverFixture}


def use(names):
    """Let every test case of Nova's use the fixtures of these names."""
    set_up = nova.test.TestCase.setUp

    def with_fixtures(case):
        for name in names & BEFORE.keys():
            case.useFixture(BEFORE[name]())
        set_up(case)
        for name in names & AFTER.keys():
            case.useFixture(AFTER[name]())

    nova.test.TestCase.setUp = with_fixtures


def main(fixtures, *tests):
    """Run tests; say how long they took, and return whether they passed."""
    use(set(filter(None, fixtures.split("+"))))
    began = time.perf_counter()
    program = TestProgram(module=None, argv=["run", *tests], stdout=sys.stdout, exit=False)
    print(f"seconds: {time.perf_counter() - began:.1f}")
    print(f"tests: {program.result.testsRun}")
    return program.result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:]))
