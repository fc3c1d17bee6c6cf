"""How many mutants of the driver its contract kills: ``make driver-mutants``."""

import collections
import logging
import os
import sys

from rich.console import Console
from rich.progress import track
from rich.table import Table

from driver_mutants.mutants import mutants
from driver_mutants.runs import run
from fakevirt.conversion.workers import outcomes

#: How many of a hundred the contract is to kill at least.
TARGET = 95


def main() -> int:
    """Run the contract against every mutant, print what survives, and return 1 if that is too much."""
    # What a mutant does wrong is in the report of the test that kills it.
    logging.getLogger().addHandler(logging.NullHandler())
    if (failing := run(None).killed_by) is not None:
        print(f"the contract fails without any mutant: {failing}")
        return 1
    every = mutants()
    console = Console(stderr=True)
    found = track(outcomes(run, every, processes=os.cpu_count() or 1), "mutants", total=len(every), console=console)
    made, killed = collections.Counter(), collections.Counter()
    survivors = []
    for outcome in found:
        made[outcome.mutant.operator] += 1
        killed[outcome.mutant.operator] += outcome.killed_by is not None
        if outcome.killed_by is None:
            survivors.append(outcome.mutant)
    table = Table("what is wrong", "mutants", "killed", "%")
    for operator, count in made.items():
        table.add_row(operator, str(count), str(killed[operator]), f"{100 * killed[operator] / count:.0f}")
    rate = 100 * killed.total() / made.total()
    table.add_row("all", str(made.total()), str(killed.total()), f"{rate:.1f}", style="bold")
    print("\n".join(sorted(f"survives: {mutant}" for mutant in survivors)))
    Console().print(table)
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
