"""The ``fakevirt`` command."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from fakevirt.audit import command as audit_command
from fakevirt.cloud.factories import factory_named
from fakevirt.conversion.board import Board, chosen_scenarios, fill_board
from fakevirt.conversion.board_table import WIDTH, board_table
from fakevirt.conversion.faults.check import check_faults, tell
from fakevirt.conversion.faults.fault_board import sweep
from fakevirt.conversion.faults.fault_table import fault_table
from fakevirt.conversion.faults.sweep import Mode, mode_of
from fakevirt.conversion.html import renderer
from fakevirt.conversion.html.content import Content
from fakevirt.conversion.html.results import read_results
from fakevirt.conversion.order import find_order
from fakevirt.conversion.order_table import order_table
from fakevirt.conversion.scenarios import declare, scenario_named
from fakevirt.conversion.upgrades.tables import upgrades_table
from fakevirt.conversion.upgrades.verify import verify_upgrades
from fakevirt.conversion.verification import Progress
from fakevirt.convert import command as convert_command
from fakevirt.db.engine import check_url
from fakevirt.driver.profile import Accepts, Profile
from fakevirt.location import DATABASES, MESSAGES
from fakevirt.passwords import without_password
from fakevirt.rpc import broker
from fakevirt.usage_error import UsageError

if TYPE_CHECKING:
    from fakevirt.conversion.generated.shares import Share

#: Why an option stands alone.
_WHY_ALONE = {
    "--order": "the order is computed from all scenarios, under plans of its own",
    "--dict-only": "what depends on a driver is seen with everything converted",
    "--upgrade": "every mix of releases is run with nothing converted and with everything",
    "--faults": "faults are planted with nothing and with everything converted",
    "--random": "every scenario is drawn with a world, a plan and faults of its own, and told as a test",
    "--fault": "it is a fault of one scenario, whose step says which work item it belongs to",
    "--html": "the report is drawn up from the board; what other runs write with --json comes into it by --results",
    "--audit": "what is found in the code stands on the board",
}


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
        status: int = arguments.run(arguments, console)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fakevirt", description="Check the conversion of a compute manager to versioned objects."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    audit_command.add_to(commands)
    convert_command.add_to(commands)
    verify = commands.add_parser(
        "verify",
        help="run every scenario on both call paths and compare every effect",
        description="Run every scenario on the legacy and on the object call path, each on its own identical cloud, "
        "and compare every effect. Exit status: 0 all SAME or ALLOWED, 1 something DIVERGED, NOT_COMPARED or left "
        "unversioned, 2 bad usage.",
    )
    verify.add_argument(
        "--import",
        dest="modules",
        metavar="MODULE",
        action="append",
        default=[],
        help="import this module first, which may declare scenarios and register releases; may be given several times",
    )
    verify.add_argument(
        "--manager", metavar="NAME", help="what makes the compute managers: package.module:Class, or a function"
    )
    verify.add_argument("--driver", metavar="NAME", help="what makes their virt drivers, likewise")
    verify.add_argument(
        "--db",
        metavar="URL",
        help="SQLAlchemy's URL of the database that clouds use, in memory by default; what it holds is deleted. With "
        "{worker} in its name, processes share the work (environment: FAKEVIRT_DB)",
    )
    verify.add_argument(
        "--workers",
        metavar="N",
        type=int,
        help="how many processes share the work: one for each processor unless given, and one for --random",
    )
    verify.add_argument(
        "--transport",
        metavar="URL",
        help="what carries the messages of clouds, fakevirt:// by default: within the process. With rabbit:// the "
        "conductor and each compute host are processes of their own, which need a database on a server "
        "(environment: FAKEVIRT_TRANSPORT)",
    )
    verify.add_argument("--work-item", metavar="NAME", help="only scenarios that enter this work item")
    verify.add_argument("--scenario", metavar="NAME", help="only this scenario")
    verify.add_argument(
        "--plans",
        metavar="CHOICE",
        help="the partial conversions to run: ends (nothing and everything, the default), singles (besides, one work "
        "item, and all but one), pairs (besides, every two, and all but every two) or all (every subset)",
    )
    verify.add_argument(
        "--dict-only",
        metavar="METHODS",
        help="run with drivers whose methods of these names (with commas between them) take an instance as a dict only",
    )
    verify.add_argument(
        "--order",
        action="store_true",
        help="compute a safe order of conversion in place of the board, and run its steps",
    )
    verify.add_argument(
        "--upgrade",
        action="store_true",
        help="run in every mix of releases in place of the board, and rehearse upgrades",
    )
    verify.add_argument(
        "--faults",
        metavar="CHOICE",
        nargs="?",
        const=Mode.SINGLE.value,
        help="plant every fault at every step of the work items: 1 (one at a time, the default), 2 (besides, a second "
        "one at every later step) or races (a second writer before every step)",
    )
    verify.add_argument(
        "--fault",
        metavar="FAULT",
        action="append",
        help="plant this fault in the scenario, as a report names it; may be given twice",
    )
    verify.add_argument(
        "--random",
        metavar="N",
        type=int,
        help="compare N scenarios that are drawn at random in place of the board, and make one that diverges small",
    )
    verify.add_argument(
        "--seed", metavar="S", type=int, help="what they are drawn with, a new one each time unless given"
    )
    verify.add_argument(
        "--audit",
        metavar="PATH",
        type=Path,
        action="append",
        help="beside each work item, how much fakevirt audit finds to be converted in this file or folder; may be "
        "given several times",
    )
    verify.add_argument("--json", metavar="FILE", type=Path, help="write what is printed to FILE as JSON")
    verify.add_argument(
        "--html", metavar="FILE", type=Path, help="write a report with the traces of every comparison to FILE as HTML"
    )
    verify.add_argument(
        "--results",
        metavar="JSON",
        type=Path,
        action="append",
        help="show in the report what another run wrote with --json: a matrix of releases, a fault board or an earlier "
        "board; may be given several times, the oldest first",
    )
    verify.set_defaults(run=_verify)
    return parser


def _factories(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of every cloud that the command line names."""
    given = {name: getattr(arguments, name) for name in ("manager", "driver") if getattr(arguments, name) is not None}
    return {name: factory_named(path, name, where=f"fakevirt verify --{name}") for name, path in given.items()}


def _check_database(url: str | None) -> None:
    """Refuse a database that cannot be opened before anything runs."""
    if url is not None:
        check_url(url, where="fakevirt verify --db")
    elif DATABASES.environment in os.environ:
        check_url(DATABASES.url, where=f"the environment variable {DATABASES.environment}")


def _check_transport(url: str | None) -> None:
    """Refuse a broker that cannot be reached before anything runs."""
    if url is not None:
        broker.check_url(url, where="fakevirt verify --transport")
    elif MESSAGES.environment in os.environ:
        broker.check_url(MESSAGES.url, where=f"the environment variable {MESSAGES.environment}")


def _verify(arguments: argparse.Namespace, console: Console) -> int:
    # As for ``python -m``: what is in the current directory can be imported.
    sys.path.insert(0, os.getcwd())
    for module in arguments.modules:
        declare(module, where="fakevirt verify --import")
    _check_database(arguments.db)
    _check_transport(arguments.transport)
    with DATABASES.at(arguments.db), MESSAGES.at(arguments.transport):
        return _verify_with(arguments, _factories(arguments), console)


def _verify_with(arguments: argparse.Namespace, cloud: Mapping[str, Any], console: Console) -> int:
    if arguments.html is not None:
        _refuse_with("--html", arguments, "order", "upgrade", "faults", "fault", "random", "dict_only")
    elif arguments.results is not None:
        raise UsageError(
            expected="a report that the results are shown in",
            happened="--results without --html",
            where="fakevirt verify",
            how_to_go_on="add --html FILE, or leave out --results",
        )
    audited = None
    if arguments.audit is not None:
        _refuse_with("--audit", arguments, "order", "upgrade", "faults", "fault", "random")
        audited = audit_command.left_in(arguments.audit, where="fakevirt verify --audit")
    workers = _workers(arguments.workers)
    if arguments.random is not None:
        return _search(arguments, console)
    if arguments.seed is not None:
        raise UsageError(
            expected="a number of scenarios that are drawn with the seed",
            happened="--seed without --random",
            where="fakevirt verify",
            how_to_go_on="add --random N, or leave out --seed",
        )
    if arguments.order:
        _refuse_with("--order", arguments, "work_item", "scenario", "plans", "dict_only", "faults", "fault")
        with _progress(console) as progress:
            order = find_order(chosen_scenarios(**cloud), processes=workers, progress=progress)
        return _show(order, order_table(order), arguments.json, console)
    if arguments.upgrade:
        _refuse_with("--upgrade", arguments, "plans", "dict_only", "faults", "fault")
        with _progress(console) as progress:
            upgrades = verify_upgrades(
                arguments.work_item, arguments.scenario, processes=workers, progress=progress, cloud=cloud
            )
        return _show(upgrades, upgrades_table(upgrades), arguments.json, console)
    if arguments.fault is not None:
        return _plant(arguments, cloud, console)
    if arguments.faults is not None:
        return _sweep(arguments, cloud, workers, console)
    profile, options = None, ""
    if arguments.dict_only is not None:
        _refuse_with("--dict-only", arguments, "plans")
        profile = Profile(**dict.fromkeys(arguments.dict_only.split(","), Accepts.DICT_ONLY))
        options = f" --dict-only {arguments.dict_only}"
    elif arguments.plans is not None:
        options = f" --plans {arguments.plans}"
    scenarios = chosen_scenarios(arguments.work_item, arguments.scenario, **cloud)
    report = None if arguments.html is None else _Report(arguments.html, arguments.results or ())
    with _progress(console) as progress:
        board = fill_board(
            scenarios,
            work_item=arguments.work_item,
            plans=arguments.plans or "ends",
            profile=profile,
            processes=workers,
            options=options,
            diagrams=report is not None,
            progress=progress,
        )
    if audited is not None:
        board = board.with_audit(audited.by_work_item())
        for unreadable in audited.unreadable:
            console.print(f"unreadable: {unreadable}", style="red", markup=False, soft_wrap=True)
    status = _show(board, board_table(board.rows, board.reasons, board.unused, board.extent), arguments.json, console)
    if report is not None:
        report.write(board, options)
        console.print(f"report: {report.path}", markup=False, soft_wrap=True)
    return status


class _Report:
    """The HTML report, with all that can be refused about it known before anything runs.

    Args:
        path: Where it is written.
        results: Files with what other runs found.
    """

    def __init__(self, path: Path, results: Sequence[Path]) -> None:
        self.path = path
        self._render = renderer("fakevirt verify --html")
        self._results = read_results(results)

    def write(self, board: Board, options: str) -> None:
        """Write the report on a board that was filled with some options."""
        content = Content(f"fakevirt verify{options}", board.to_primitive(), board.diagrams, self._results)
        _write(self.path, self._render(content), "--html")


def _sweep(arguments: argparse.Namespace, cloud: Mapping[str, Any], workers: int, console: Console) -> int:
    _refuse_with("--faults", arguments, "plans", "dict_only")
    scenarios = chosen_scenarios(arguments.work_item, arguments.scenario, **cloud)
    with _progress(console) as progress:
        board = sweep(
            scenarios,
            mode_of(arguments.faults),
            work_item=arguments.work_item,
            processes=workers,
            whole=arguments.faults == Mode.SINGLE.value and _is_whole(arguments),
            progress=progress,
        )
    return _show(board, fault_table(board), arguments.json, console)


def _plant(arguments: argparse.Namespace, cloud: Mapping[str, Any], console: Console) -> int:
    _refuse_with("--fault", arguments, "work_item", "plans", "dict_only", "faults", "json", "workers")
    if arguments.scenario is None:
        raise UsageError(
            expected="the scenario that the fault is planted in",
            happened="--fault without --scenario",
            where="fakevirt verify",
            how_to_go_on="add --scenario NAME, as the report has it",
        )
    run = check_faults(scenario_named(arguments.scenario).with_cloud(**cloud), arguments.fault)
    console.print(tell(run), markup=False, soft_wrap=True)
    return 0 if run.passes else 1


def _search(arguments: argparse.Namespace, console: Console) -> int:
    others = ("work_item", "scenario", "plans", "dict_only", "faults", "fault", "order", "upgrade", "json")
    _refuse_with("--random", arguments, *others, "manager", "driver")
    if arguments.random < 1:
        raise UsageError(
            expected="a number of scenarios, 1 or more",
            happened=f"--random {arguments.random}",
            where="fakevirt verify",
            how_to_go_on="give a larger one",
        )
    seed = random.randrange(2**32) if arguments.seed is None else arguments.seed
    with _progress(console) as progress:
        found = _searching()(arguments.random, seed, processes=arguments.workers or 1, progress=progress)
    for share in found:
        console.print(share.message, markup=False, soft_wrap=True)
    return 0 if all(share.passes for share in found) else 1


def _searching() -> Callable[..., Sequence[Share]]:
    """Return what searches; Hypothesis is not installed with fakevirt itself."""
    try:
        from fakevirt.conversion.generated.shares import search_in_shares
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise UsageError(
            expected="Hypothesis, which draws the scenarios",
            happened="it is not installed",
            where="fakevirt verify --random",
            how_to_go_on="pip install 'fakevirt[random]'",
        ) from None
    return search_in_shares


class _Told(Protocol):
    """Something that does not pass."""

    @property
    def message(self) -> str: ...


class _Shown(Protocol):
    """What is printed and written: a board, the order, or the matrix of releases."""

    @property
    def passes(self) -> bool: ...

    @property
    def failures(self) -> Sequence[_Told]: ...

    def to_primitive(self) -> dict[str, Any]: ...


def _show(shown: _Shown, table: RenderableType, path: Path | None, console: Console) -> int:
    for failure in shown.failures:
        console.print(failure.message, markup=False, soft_wrap=True)
        console.print()
    console.print(table)
    if path is not None:
        _write(path, json.dumps(shown.to_primitive(), indent=2) + "\n", "--json")
    return 0 if shown.passes else 1


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("comparing", total=None)
        yield lambda made, needed: bar.update(task, completed=made, total=needed)


def _is_whole(arguments: argparse.Namespace) -> bool:
    """Tell whether it is fakevirt's own parts that run in every scenario."""
    return not (arguments.work_item or arguments.scenario or arguments.manager or arguments.driver)


def _workers(chosen: int | None) -> int:
    """Return how many processes share the work: they cannot share a database."""
    alone = DATABASES.url != DATABASES.built_in and "{worker}" not in DATABASES.url
    if chosen is None:
        return 1 if alone else os.cpu_count() or 1
    if chosen < 1 or (alone and chosen > 1):
        raise UsageError(
            expected="a number of processes, 1 or more, with a database for each",
            happened=f"--workers {chosen}" + (f" with {without_password(DATABASES.url)}" if alone else ""),
            where="fakevirt verify",
            how_to_go_on="give another number" + (", or write {worker} into the name of the database" if alone else ""),
        )
    return chosen


def _refuse_with(option: str, arguments: argparse.Namespace, *others: str) -> None:
    given = [f"--{name.replace('_', '-')}" for name in others if getattr(arguments, name) not in (None, False)]
    if given:
        raise UsageError(
            expected=f"{option} without {', '.join(given)}",
            happened=_WHY_ALONE[option],
            where="fakevirt verify",
            how_to_go_on=f"leave out {option} or {', '.join(given)}",
        )


def _write(path: Path, text: str, option: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            expected="a file that can be written",
            happened=f"{error.strerror}: {path}",
            where=f"fakevirt verify {option}",
            how_to_go_on="name a file in a folder that exists",
        ) from None
