"""Which work items pass without a hand's help: ``make converted-manager``."""

import logging
import os
import sys

from rich.console import Console

from fakevirt.cloud.factories import factory_named
from fakevirt.conversion.board import chosen_scenarios, fill_board
from fakevirt.conversion.board_table import WIDTH, board_table


def main():
    """Fill a board for each manager, and print it with the number of work items that pass."""
    # As the command does: what managers log of failures is in the traces.
    logging.getLogger().addHandler(logging.NullHandler())
    console = Console(width=WIDTH)
    for name, what in (
        ("Manager", "work items converted, shared steps as they are on the object path"),
        ("WithSharedSteps", "work items and shared steps converted"),
    ):
        manager = factory_named(f"converted_manager:{name}", "manager", where="make converted-manager")
        board = fill_board(chosen_scenarios(manager=manager), processes=os.cpu_count() or 1)
        console.print(board_table(board.rows, ()))
        passing = [row.work_item for row in board.rows if passes(row)]
        console.print(f"{what}: {len(passing)} of {len(board.rows)} pass without a hand's help: {', '.join(passing)}\n")


def passes(row):
    """Tell whether a work item passes, and nothing unversioned is left in it."""
    return row.verdict.passes and not (row.raw_conductor_calls or row.dict_accesses or row.unversioned_arguments)


if __name__ == "__main__":
    sys.exit(main())
