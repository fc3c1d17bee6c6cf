"""The command ``fakevirt audit``. LibCST is imported when the command is run, not when it is described."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from fakevirt.audit import require_libcst

if TYPE_CHECKING:
    from fakevirt.audit.audit import Audit

_WHERE = "fakevirt audit"
_CONFIDENCES = ("low", "medium", "high")
_SURE_ENOUGH = "medium"
_FORMATS = ("table", "json", "sarif", "github")


def add_to(commands: argparse._SubParsersAction[Any]) -> None:
    """Describe the command and its options."""
    parser = commands.add_parser(
        "audit",
        help="list what is left to convert in Python files, without running them",
        description="Read Python files, Python 2 included, and list dict-style access to versioned objects, raw "
        "conductor calls, flattened objects and traps, by work item and function. [tool.fakevirt.audit] of "
        "pyproject.toml says what names stand for. Exit status: 0 nothing (new) found, 1 something found or a file "
        "that cannot be read, 2 bad usage.",
    )
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a file, or a folder with Python files")
    parser.add_argument("--work-item", metavar="NAME", help="only what belongs to this work item")
    parser.add_argument("--format", choices=_FORMATS, default="table", help="how to print it; a table unless given")
    parser.add_argument(
        "--confidence",
        choices=_CONFIDENCES,
        default=_SURE_ENOUGH,
        help="only what is as sure as that; medium unless given",
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="record what is found in FILE if there is none, and tell only what is new if there is",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command and return its exit status.

    Raises:
        UsageError: LibCST is not installed, or something named does not exist.
    """
    require_libcst(_WHERE)
    from fakevirt.audit.audit import audit
    from fakevirt.audit.output import FORMATS
    from fakevirt.audit.settings import settings_for

    settings = settings_for(arguments.work_item, where=_WHERE)
    found = _chosen(audit(arguments.paths, settings), arguments.confidence, arguments.work_item)
    note = ""
    if arguments.baseline is not None:
        found, note = _compared(found, arguments.baseline)
    FORMATS[arguments.format](found, console)
    # What another program reads has nothing else in it.
    if note and arguments.format == "table":
        console.print(note, markup=False, soft_wrap=True)
    return 1 if found.findings or found.unreadable else 0


def left_in(paths: Sequence[Path], *, where: str) -> Audit:
    """Return what the command tells of files unless it is given options.

    Args:
        paths: Files and folders.
        where: Who asks, for errors.

    Raises:
        UsageError: LibCST is not installed, or there is no such file or folder.
    """
    require_libcst(where)
    from fakevirt.audit.audit import audit
    from fakevirt.audit.settings import settings_for

    return _chosen(audit(paths, settings_for(None, where=where), where=where), _SURE_ENOUGH, None)


def _chosen(found: Audit, confidence: str, work_item: str | None) -> Audit:
    sure = _CONFIDENCES[_CONFIDENCES.index(confidence) :]
    return dataclasses.replace(
        found,
        findings=tuple(
            finding
            for finding in found.findings
            if finding.confidence in sure and work_item in (None, finding.work_item)
        ),
    )


def _compared(found: Audit, file: Path) -> tuple[Audit, str]:
    """Return what is new, and what to say about it."""
    from fakevirt.audit.baseline import gone, new_findings, read_baseline, record
    from fakevirt.audit.output import counted

    if not file.exists():
        record(found.findings, file)
        return dataclasses.replace(found, findings=()), f"{counted(len(found.findings), 'finding')} recorded in {file}"
    before = read_baseline(file)
    lost = gone(found.findings, before)
    note = f"{counted(lost, 'finding')} of {file} gone: delete it and run again to hold on to that" if lost else ""
    return dataclasses.replace(found, findings=new_findings(found.findings, before)), note
