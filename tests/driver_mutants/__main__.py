"""How many mutants of our drivers our tests tell, and how many Nova's suite does: ``make driver-mutants``."""

import argparse
import logging
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent import futures
from pathlib import Path

from rich.console import Console
from rich.progress import track

# Nova chooses which threads there are, before anything else is imported.
from driver_mutants.under_nova import run  # isort: skip
from driver_mutants.mutants import PARTS, Mutant, mutants
from driver_mutants.runs import Outcome
from driver_mutants.table import driver_of, table, write

#: How many of a hundred are to be killed at least.
TARGET = 95


def main() -> int:
    """Try mutants, print what survives, and return 1 if that is too much."""
    parser = argparse.ArgumentParser(prog="python -m driver_mutants", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every one of so many; all take an hour")
    parser.add_argument("--only", choices=PARTS, action="append", help="try those of this driver")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into PAGE, of all drivers")
    arguments = parser.parse_args()
    if arguments.write and arguments.only:
        parser.error("a page has the table of all drivers: leave --only out")
    # What a mutant does wrong is in the report of the test that kills it.
    logging.disable(logging.CRITICAL)
    unharmed = run(None)
    for verdict in (unharmed.ours, unharmed.novas):
        if verdict.failed or verdict.is_late:
            print(f"without any mutant: {verdict}")
            return 1
    outcomes = _outcomes(mutants(arguments.only or PARTS)[:: arguments.every])
    print(table(outcomes))
    if arguments.write:
        write(arguments.write, arguments.every, outcomes)
    return 0 if all(_is_enough(outcomes, part) for part in PARTS) else 1


def _outcomes(tried: Sequence[Mutant]) -> list[Outcome]:
    """Try mutants on all processors, and print those that are not told."""
    console, outcomes = Console(stderr=True), []
    # Forked: a process that begins anew would import something of fakevirt before Nova.
    with futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        for outcome in track(pool.map(run, tried), "mutants", total=len(tried), console=console):
            outcomes.append(outcome)
            if outcome.ours.failed is None:
                print(f"{'not through in time' if outcome.ours.is_late else 'survives'}: {outcome.mutant}", flush=True)
    return outcomes


def _is_enough(outcomes: Sequence[Outcome], part: str) -> bool:
    """Tell whether as many mutants of a driver are told as are to be; one that is not through in time is not told."""
    told = [outcome.ours.failed is not None for outcome in outcomes if driver_of(outcome.mutant) == part]
    return 100 * sum(told) >= TARGET * len(told)


if __name__ == "__main__":
    sys.exit(main())
