"""Reads files and says what is left to convert in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakevirt.audit.checks import CHECKS, halves
from fakevirt.audit.finding import Finding, Found, Module
from fakevirt.audit.inference import Inference
from fakevirt.audit.reading import Unreadable, read_all, told
from fakevirt.audit.settings import Settings
from fakevirt.audit.work_items import work_item_of


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found.

    Args:
        findings: In the order of files and lines.
        unreadable: What could not be read.
        files: How many files were.
    """

    findings: tuple[Finding, ...]
    unreadable: tuple[Unreadable, ...]
    files: int

    def to_primitive(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "files": self.files,
            "findings": [finding.to_primitive() for finding in self.findings],
            "unreadable": [
                {"path": told(error.path), "line": error.line, "reason": error.reason} for error in self.unreadable
            ],
            "work_items": self.by_work_item(),
        }

    def by_work_item(self) -> dict[str, int]:
        """Return how many findings each work item has; what belongs to none is under an empty name."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.work_item] = counts.get(finding.work_item, 0) + 1
        return counts


def audit(paths: Sequence[Path], settings: Settings, *, where: str = "fakevirt audit") -> Audit:
    """Audit files.

    Args:
        paths: Files and folders.
        settings: What names stand for.
        where: Who asks, for errors.

    Raises:
        UsageError: There is no such file or folder.
    """
    sources, unreadable = read_all(paths, settings, where)
    modules = [Module(told(source.path), source, Inference(source.module, settings), settings) for source in sources]
    found = [(module, found) for module in modules for check in CHECKS for found in check(module)]
    found += halves.check(modules)
    return Audit(tuple(sorted(_finding(*each) for each in found)), tuple(unreadable), len(modules))


def _finding(module: Module, found: Found) -> Finding:
    line, column = module.source.position(found.node)
    function = found.function.qualified_name if found.function is not None else ""
    outermost = found.function.outermost.name if found.function is not None else ""
    return Finding(
        module.name,
        line,
        column,
        found.rule.title,
        found.rule.letter or "",
        function,
        work_item_of(module.source.path, outermost, module.settings),
        found.what,
        found.why,
        found.confidence.name.lower(),
        module.source.source(found.node)[:_LONGEST],
    )


#: A function that is decorated wrongly is told by its first lines.
_LONGEST = 200
