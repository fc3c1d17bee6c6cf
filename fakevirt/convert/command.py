"""The command ``fakevirt convert``. LibCST is imported when the command is run, not when it is described."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from fakevirt.audit import require_libcst

if TYPE_CHECKING:
    from fakevirt.convert.conversion import Converted

_WHERE = "fakevirt convert"


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Describe the command and its options."""
    parser = commands.add_parser(
        "convert",
        help="rewrite what is safe in Python files, and list what is not",
        description="Rewrite Python files, Python 2 included, from dicts and raw conductor calls to versioned objects, "
        "as far as that is safe. A unified diff is printed, and what is left is listed on stderr with its reason; "
        "formatting and comments stay. Exit status: 0 done, 1 a file cannot be read, 2 bad usage.",
    )
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a file, or a folder with Python files")
    parser.add_argument("--work-item", metavar="NAME", help="only the functions of this work item")
    parser.add_argument("--write", action="store_true", help="write the files in place of printing what changes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command and return its exit status.

    Raises:
        UsageError: LibCST is not installed, or something named does not exist.
    """
    require_libcst(_WHERE)
    from fakevirt.audit.settings import settings_for
    from fakevirt.convert.conversion import convert

    settings = settings_for(arguments.work_item, where=_WHERE)
    converted, unreadable = convert(arguments.paths, settings, arguments.work_item, where=_WHERE)
    for file in converted:
        if arguments.write and file.after != file.before:
            file.write()
        elif not arguments.write:
            # A patch for git: no line of it may be wrapped or coloured.
            sys.stdout.write(file.diff)
        _tell(file, arguments.write)
    for error in unreadable:
        print(f"unreadable: {error}", file=sys.stderr)
    return 1 if unreadable else 0


def _tell(file: Converted, written: bool) -> None:
    from fakevirt.audit.output import counted

    for left in file.left:
        print(f"left: {file.name}:{left.line}: {left.source}: {left.reason}", file=sys.stderr)
    if file.rewrites or file.left:
        done = "rewritten" if written else "to rewrite"
        print(f"{file.name}: {counted(file.rewrites, 'place')} {done}, {len(file.left)} left", file=sys.stderr)
