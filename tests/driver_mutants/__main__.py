"""How many mutants of our drivers our tests tell, and how many Nova's suite does: ``make driver-mutants``."""

import argparse
import collections
import logging
import multiprocessing
import os
import sys
from concurrent import futures

from rich.console import Console
from rich.progress import track
from rich.table import Table

# Nova chooses which threads there are, before anything else is imported.
from driver_mutants.under_nova import PART, run  # isort: skip
from driver_mutants.mutants import PARTS, mutants

#: How many of a hundred are to be killed at least.
TARGET = 95


def main() -> int:
    """Try every mutant, print what survives, and return 1 if that is too much."""
    parser = argparse.ArgumentParser(prog="python -m driver_mutants", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every one of so many; all take an hour")
    parser.add_argument("--only", choices=(*PARTS, PART), action="append", help="try those of this driver")
    arguments = parser.parse_args()
    # What a mutant does wrong is in the report of the test that kills it.
    logging.disable(logging.CRITICAL)
    unharmed = run(None)
    if failing := unharmed.killed_by or unharmed.killed_by_novas:
        print(f"a test fails without any mutant: {failing}")
        return 1
    every = mutants(arguments.only or (*PARTS, PART))[:: arguments.every]
    console = Console(stderr=True)
    made, killed, killed_by_novas = collections.Counter(), collections.Counter(), collections.Counter()
    survivors = []
    # Forked: a process that begins anew would import something of fakevirt before Nova.
    with futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        for outcome in track(pool.map(run, every), "mutants", total=len(every), console=console):
            for row in (_driver(outcome.mutant), f"… {outcome.mutant.operator}", "all"):
                made[row] += 1
                killed[row] += outcome.killed_by is not None
                killed_by_novas[row] += outcome.killed_by_novas is not None
            if outcome.killed_by is None:
                survivors.append(outcome.mutant)
    print("\n".join(sorted(f"survives: {mutant}" for mutant in survivors)))
    table = Table("driver", "mutants", "told by ours", "%", "by Nova's suite", "%")
    for row, count in sorted(made.items()):
        ours, novas = killed[row], killed_by_novas[row]
        table.add_row(row, str(count), str(ours), _percent(ours, count), str(novas), _percent(novas, count))
    Console().print(table)
    drivers = {row for row in made if row.startswith("fakevirt")}
    return 0 if all(100 * killed[driver] >= TARGET * made[driver] for driver in drivers) else 1


def _driver(mutant) -> str:
    return ".".join(mutant.module.split(".")[:3])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}"


if __name__ == "__main__":
    sys.exit(main())
