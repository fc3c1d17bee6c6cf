"""The ``fakevirt`` command."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fakevirt.conversion import report
from fakevirt.conversion.board import Board, chosen_scenarios, fill_board
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.comparison import Comparison
from fakevirt.conversion.scenarios import Scenario
from fakevirt.usage_error import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments; those of the process, unless given.

    Returns:
        0: everything is SAME or ALLOWED and nothing unversioned is left; 1: something is not; 2: bad usage.
    """
    arguments = _parser().parse_args(argv)
    # What the managers log of failures that scenarios bring about is in the traces.
    logging.getLogger().addHandler(logging.NullHandler())
    # In a pipe there is no width to fit into.
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    try:
        return _verify(arguments, console)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fakevirt", description="Check the conversion of a compute manager to versioned objects."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser(
        "verify",
        help="run every scenario on both call paths and compare every effect",
        description="Run every scenario on the legacy and on the object call path, each on its own identical cloud, "
        "and compare every effect. Exit status: 0 all SAME or ALLOWED, 1 something DIVERGED, NOT_COMPARED or left "
        "unversioned, 2 bad usage.",
    )
    verify.add_argument("--work-item", metavar="NAME", help="only scenarios that enter this work item")
    verify.add_argument("--scenario", metavar="NAME", help="only this scenario")
    verify.add_argument("--json", metavar="FILE", type=Path, help="write the board to FILE as JSON")
    return parser


def _verify(arguments: argparse.Namespace, console: Console) -> int:
    scenarios = chosen_scenarios(arguments.work_item, arguments.scenario)
    board = _fill(scenarios, arguments.work_item, console)
    for scenario in scenarios:
        comparison = board.comparisons[scenario.name]
        if not comparison.verdict.passes:
            reproduce = f"fakevirt verify --scenario {scenario.name}"
            what = f"{scenario.name} ({scenario.title})"
            console.print(report.describe(comparison, what=what, reproduce=reproduce), markup=False, soft_wrap=True)
            console.print()
    console.print(board_table(board.rows, board.reasons, board.unused))
    if arguments.json is not None:
        _write(arguments.json, json.dumps(board.to_primitive(), indent=2) + "\n")
    return 0 if board.passes else 1


def _fill(scenarios: Sequence[Scenario], work_item: str | None, console: Console) -> Board:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("comparing", total=len(scenarios))

        def compared(scenario: Scenario, comparison: Comparison) -> None:
            progress.update(task, advance=1, description=scenario.name)

        return fill_board(scenarios, work_item=work_item, compared=compared)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise UsageError(
            expected="a file that can be written",
            happened=f"{error.strerror}: {path}",
            where="fakevirt verify --json",
            how_to_go_on="name a file in a folder that exists",
        ) from None
