"""The table of planted bugs: ``make planted-bugs``."""

import logging
import sys
import time

from rich.console import Console
from rich.progress import track
from rich.table import Table

from planted_bugs.catalogue import BUGS
from planted_bugs.runs import unplanted


def main() -> int:
    """Plant every bug, print what saw it, and return 1 if one was not seen where it should be."""
    # As the command does: what managers log of failures is in the traces.
    logging.getLogger().addHandler(logging.NullHandler())
    table = Table("class", "bug", "caught by", "seen first", "time", show_lines=True)
    missed = 0
    for bug in track(BUGS, "planting", console=Console(stderr=True)):
        began = time.perf_counter()
        seen = bug.planted().seen
        took = time.perf_counter() - began
        is_caught = seen[:1] == (bug.seen,) and not unplanted(bug.run).seen
        missed += not is_caught
        first = str(seen[0]) if seen else "nothing"
        shown = first if is_caught else f"{first}, and not {bug.seen}"
        table.add_row(
            bug.letter, bug.what, bug.run.label, shown, f"{took * 1000:.0f} ms", style="" if is_caught else "red"
        )
    console = Console()
    console.print(table)
    console.print(f"{len(BUGS) - missed} of {len(BUGS)} bugs caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
