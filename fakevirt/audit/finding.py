"""What the audit finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from fakevirt.audit.functions import Function
from fakevirt.audit.inference import Inference
from fakevirt.audit.reading import Source
from fakevirt.audit.rules import Rule
from fakevirt.audit.settings import Settings
from fakevirt.audit.values import Confidence


@dataclass(frozen=True, slots=True)
class Module:
    """A file, and what it does.

    Args:
        name: Its path, as it is told.
        source: The file.
        inference: What it does with values.
        settings: What names stand for.
    """

    name: str
    source: Source
    inference: Inference
    settings: Settings


@dataclass(frozen=True, slots=True)
class Found:
    """What a check finds.

    Args:
        rule: What kind it is.
        node: Where.
        function: In which function, None outside of any.
        what: What is there.
        why: How that is known, or what comes of it.
        confidence: How sure it is.
    """

    rule: Rule
    node: cst.CSTNode
    function: Function | None
    what: str
    why: str
    confidence: Confidence


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """What is told of it.

    Args:
        path: The file.
        line: The line, from 1.
        column: The column, from 1.
        rule: The name of its kind.
        letter: Its class of bugs, empty if it is no trap.
        function: The function, empty outside of any.
        work_item: The work item that the function belongs to, empty if it belongs to none.
        what: What is there.
        why: How that is known, or what comes of it.
        confidence: How sure it is: ``low``, ``medium`` or ``high``.
        source: The text that it is about, on one line.
    """

    path: str
    line: int
    column: int
    rule: str
    letter: str
    function: str
    work_item: str
    what: str
    why: str
    confidence: str
    source: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What it is known by in a baseline: nothing that changes when lines are added above."""
        return (self.path, self.function, self.rule, self.source)

    @property
    def text(self) -> str:
        """What is there, and why, as a sentence."""
        return f"{self.what} ({self.why})" if self.why else self.what

    def to_primitive(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}
