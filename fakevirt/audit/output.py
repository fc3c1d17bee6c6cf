"""An audit as a table, as JSON, as SARIF and as annotations of GitHub."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from fakevirt.audit.audit import Audit
from fakevirt.audit.finding import Finding
from fakevirt.audit.reading import told
from fakevirt.audit.rules import Rule

_SARIF_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_GITHUB_LEVELS = {"high": "error", "medium": "warning", "low": "notice"}
_NO_ITEM = "-"
#: What is counted for each work item; everything else is a trap.
_COUNTED = {
    Rule.DICT_ACCESS.title: 0,
    Rule.HAS_OR_GET.title: 0,
    Rule.DICT_INTERFACE.title: 0,
    Rule.RAW_CONDUCTOR.title: 1,
    Rule.RAW_RESULT.title: 1,
    Rule.DATABASE_CALL.title: 1,
    Rule.FLATTENING.title: 2,
}


def print_table(found: Audit, console: Console) -> None:
    """Print the findings by work item and function, and a summary."""
    ordered = sorted(found.findings, key=lambda finding: (finding.work_item or "~", finding))
    where = None
    for finding in ordered:
        if where != (finding.work_item, finding.path, finding.function):
            where = (finding.work_item, finding.path, finding.function)
            head = f"{finding.work_item or _NO_ITEM}: {finding.path}, {finding.function or 'outside of functions'}"
            console.print(Text(head, style="bold"), soft_wrap=True)
        kind = f"{finding.rule} ({finding.letter})" if finding.letter else finding.rule
        line = f"  {finding.line:>5}  {kind:<20}  {finding.confidence:<6}  {finding.text}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for error in found.unreadable:
        console.print(Text(f"unreadable: {error}", style="red"), soft_wrap=True)
    total = f"{counted(found.files, 'file')}, {counted(len(found.findings), 'finding')}"
    console.print(Group(_summary(found), Text(total)))


def counted(count: int, what: str) -> str:
    """Return a number with what it counts."""
    return f"{count} {what}{'s' * (count != 1)}"


def _summary(found: Audit) -> Table:
    table = Table(title="What is left to convert", title_justify="left")
    table.add_column("work item", no_wrap=True)
    for name in ("dict\naccesses", "raw\ncalls", "flattened\nobjects", "traps"):
        table.add_column(name, justify="right")
    counts: dict[str, list[int]] = {}
    for finding in found.findings:
        row = counts.setdefault(finding.work_item, [0, 0, 0, 0])
        row[_COUNTED.get(finding.rule, 3)] += 1
    for work_item, row in sorted(counts.items(), key=lambda each: each[0] or "~"):
        table.add_row(work_item or _NO_ITEM, *map(str, row))
    return table


def _print_json(found: Audit, console: Console) -> None:
    _print(json.dumps(found.to_primitive(), indent=2), console)


def _print_sarif(found: Audit, console: Console) -> None:
    _print(json.dumps(sarif(found), indent=2), console)


def _print_github(found: Audit, console: Console) -> None:
    for finding in found.findings:
        level = _GITHUB_LEVELS[finding.confidence]
        _print(_annotation(level, finding.path, finding.line, finding.column, finding.rule, finding.text), console)
    for error in found.unreadable:
        _print(_annotation("error", told(error.path), error.line, 1, "unreadable", error.reason), console)


def _annotation(level: str, path: str, line: int, column: int, title: str, text: str) -> str:
    where = f"file={_escaped(path, ':,')},line={line},col={column},title={_escaped(title, ':,')}"
    return f"::{level} {where}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _print(text: str, console: Console) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


#: How an audit can be printed.
FORMATS: dict[str, Callable[[Audit, Console], None]] = {
    "table": print_table,
    "json": _print_json,
    "sarif": _print_sarif,
    "github": _print_github,
}


def sarif(found: Audit) -> dict[str, Any]:
    """Return an audit as SARIF 2.1.0 has it (OASIS standard, 2020)."""
    driver = {
        "name": "fakevirt",
        "version": importlib.metadata.version("fakevirt"),
        "rules": [
            {"id": rule.title, "shortDescription": {"text": rule.meaning}, "properties": {"class": rule.letter}}
            for rule in Rule
        ],
    }
    notifications = [
        {"level": "error", "message": {"text": error.reason}, "locations": [_location(told(error.path), error.line, 1)]}
        for error in found.unreadable
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
                "results": [_result(finding) for finding in found.findings],
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.confidence],
        "message": {"text": finding.text},
        "locations": [_location(finding.path, finding.line, finding.column)],
        "partialFingerprints": {"fakevirt/v1": "\n".join(finding.identity)},
        "properties": {"function": finding.function, "workItem": finding.work_item, "class": finding.letter},
    }


def _location(path: str, line: int, column: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path},
            "region": {"startLine": max(line, 1), "startColumn": column},
        }
    }
