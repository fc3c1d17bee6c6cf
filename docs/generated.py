"""What the reference has from the code: a hook of MkDocs puts it in the place of comments ``generated: …``."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fakevirt import releases
from fakevirt.audit.rules import Rule
from fakevirt.conversion.invariants import INVARIANTS
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.observation import COMPARED
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.fixtures.cloud import CloudFixture
from fakevirt.fixtures.conductor import ConductorFixture
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.fixtures.determinism import DeterminismFixture
from fakevirt.fixtures.driver import VirtDriverFixture
from fakevirt.fixtures.rpc import RPCFixture
from fakevirt.manager.work_items import WORK_ITEMS

#: Docstrings name things as Sphinx does, ``:class:`Cloud` ``, which Markdown takes for text before code.
_ROLE = re.compile(r":[a-z]+:(?=<code>)")
_PLACE = re.compile(r"<!-- generated: (\w+) -->")
_CHANNELS = {
    "request": "what the request returns or raises",
    "manager": "methods of the manager that belong to a work item, and helpers that it calls",
    "driver": "calls of the virt driver",
    "db": "columns that were written, as they are committed",
    "rpc": "messages between services, their replies included",
    "network": "calls of the network service",
    "volume": "calls of the volume service",
    "image": "calls of the image service",
    "scheduler": "calls of the scheduler",
    "consoleauth": "calls of the service that keeps console tokens",
    "notifier": "notifications",
    "state": "every row, every hypervisor and every service as they are in the end",
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return a page with what it has from the code."""
    return _PLACE.sub(lambda place: GENERATED[place[1]](), markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Return a page in which no name has a role before it."""
    return _ROLE.sub("", html)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def scenarios() -> str:
    """Return a section for each work item with the scenarios that enter it."""
    sections = []
    for item in WORK_ITEMS:
        entering = [s for s in SCENARIOS.values() if item.name in s.enters]
        rows = ((f"`{s.name}`", s.title, "yes" if s.in_upgrades else "") for s in entering)
        sections.append(f"## {item.name}\n\n{item.title}.\n\n{_table(('scenario', '', 'in upgrades'), rows)}")
    return "\n\n".join(sections)


def allowances() -> str:
    """Return a table of what may differ."""
    rows = sorted(
        {
            (
                f"`{a.work_item or 'any'}`",
                f"`{a.channel}`",
                f"`{a.operation}`",
                f"`{a.field}`" if a.field else "whole",
                a.reason,
            )
            for a in KNOWN
        }
    )
    return _table(("work item", "channel", "operation", "field", "reason"), rows)


def channels() -> str:
    """Return a table of the boundaries at which two runs are compared."""
    return _table(("channel", "what"), ((f"`{name}`", _CHANNELS[name]) for name in _CHANNELS if name in COMPARED))


def invariants() -> str:
    """Return a table of what must hold after a fault."""
    return _table(("invariant", "what"), ((f"`{one.__name__}`", inspect.getdoc(one) or "") for one in INVARIANTS))


def release_table() -> str:
    """Return a table of what the services of each release speak."""
    rows = (
        (f"`{r.name}`", r.rpc_version, r.objects["Instance"], str(len(r.objects)), r.legacy_format.value)
        for r in releases.registered()
    )
    return _table(("release", "compute RPC", "Instance", "object classes", "format of dicts"), rows)


def fixtures() -> str:
    """Return a section for each fixture class; their folder is no package that mkdocstrings could read."""
    classes = (CloudFixture, DatabaseFixture, VirtDriverFixture, RPCFixture, ConductorFixture, DeterminismFixture)
    return "\n\n".join(
        f"### {made.__module__}.{made.__name__}\n\n```text\n{inspect.getdoc(made)}\n```" for made in classes
    )


def fixtures_for_nova() -> str:
    """Return a section for each class that Nova's tests use; they are read, since only Nova's environment has Nova."""
    source = ast.parse((Path(__file__).parents[1] / "fixtures" / "nova.py").read_text())
    classes = [node for node in source.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    return "\n\n".join(
        f"### fakevirt.fixtures.nova.{made.name}\n\n```text\n{ast.get_docstring(made)}\n```{_methods(made)}"
        for made in classes
    )


def _methods(made: ast.ClassDef) -> str:
    """Return what a class has for its users, each with its signature."""
    public = [node for node in made.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return "".join(
        f"\n\n#### {node.name}\n\n```python\n{ast.unparse(_signature(node))}\n```\n\n"
        f"```text\n{ast.get_docstring(node)}\n```"
        for node in public
    )


def _signature(node: ast.FunctionDef) -> ast.FunctionDef:
    return ast.FunctionDef(node.name, node.args, [ast.Expr(ast.Constant(...))], [], node.returns, lineno=0)


def rules() -> str:
    """What the audit looks for."""
    return _table(
        ("finding", "class of bugs", "what it is"),
        ((f"`{rule.title}`", rule.letter or "", rule.meaning) for rule in Rule),
    )


GENERATED: dict[str, Callable[[], str]] = {
    "scenarios": scenarios,
    "allowances": allowances,
    "channels": channels,
    "invariants": invariants,
    "releases": release_table,
    "fixtures": fixtures,
    "fixtures_for_nova": fixtures_for_nova,
    "rules": rules,
}
