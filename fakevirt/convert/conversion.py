"""Converts files."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from fakevirt.audit.reading import Source, Unreadable, parse, read_all, told
from fakevirt.audit.settings import Settings
from fakevirt.convert.imports import Imports
from fakevirt.convert.plan import Plan
from fakevirt.convert.rewriter import Rewriter
from fakevirt.convert.selection import Selection


@dataclass(frozen=True, order=True, slots=True)
class Left:
    """Something that was not rewritten.

    Args:
        line: The line, from 1.
        function: Where, empty outside of functions.
        work_item: The work item of the function, empty if it has none.
        source: The text, on one line.
        reason: Why.
    """

    line: int
    function: str
    work_item: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A file that was converted.

    Args:
        path: The file.
        encoding: How its characters are stored.
        before: Its text.
        after: Its text with everything rewritten that is safe.
        rewrites: How many places were rewritten.
        left: What was not.
    """

    path: Path
    encoding: str
    before: str
    after: str
    rewrites: int
    left: tuple[Left, ...]

    @property
    def name(self) -> str:
        """Its path, as it is told."""
        return told(self.path)

    @property
    def diff(self) -> str:
        """What changes, as a unified diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        name = self.name.lstrip("/")
        return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))

    def write(self) -> None:
        """Write the file anew."""
        self.path.write_bytes(self.after.encode(self.encoding))


def convert_file(source: Source, settings: Settings, work_item: str | None = None) -> Converted:
    """Convert a file, and leave it as it is.

    Args:
        source: The file.
        settings: What names stand for.
        work_item: Only the functions of this work item.

    Returns:
        What it becomes. Its text parses.
    """
    return _made(_plan(source, settings, work_item))


def _plan(source: Source, settings: Settings, work_item: str | None) -> Plan:
    return Plan(source, settings, Selection(source.path, source.module, settings, work_item))


def _choose_versions(plans: Sequence[Plan]) -> None:
    """Let the clients among some files choose a version, and let their servers have it."""
    for plan in plans:
        for server in plan.servers():
            # A list: each of the clients is asked.
            if any([other.choose_versions(server) for other in plans]):
                plan.versions[server.version] = server.next


def _made(plan: Plan) -> Converted:
    source, settings, selection = plan.source, plan.settings, plan.selection
    imports = Imports(source.module, settings.objects)
    changed = source.module.visit(Rewriter(plan, settings, imports))
    if not isinstance(changed, cst.Module):
        raise TypeError("a module became something else")
    after = source.text(imports.insert(changed))
    parse(after)
    left = sorted(
        Left(
            source.position(refusal.node)[0],
            refusal.function.qualified_name if refusal.function is not None else "",
            selection.work_item(refusal.function),
            source.source(refusal.node),
            refusal.reason,
        )
        for refusal in plan.refusals.values()
    )
    return Converted(
        source.path,
        source.encoding,
        source.text(),
        after,
        len(plan.rewrites) + len(plan.compat) + len(plan.halves),
        tuple(left),
    )


def convert(
    paths: Sequence[Path], settings: Settings, work_item: str | None = None, *, where: str = "fakevirt convert"
) -> tuple[list[Converted], list[Unreadable]]:
    """Convert files, and leave them as they are.

    Args:
        paths: Files and folders.
        settings: What names stand for.
        work_item: Only the functions of this work item.
        where: Who asks, for errors.

    Returns:
        What each becomes, and what could not be read.

    Raises:
        UsageError: There is no such file or folder.
    """
    sources, unreadable = read_all(paths, settings, where)
    plans = [_plan(source, settings, work_item) for source in sources]
    _choose_versions(plans)
    return [_made(plan) for plan in plans], unreadable
