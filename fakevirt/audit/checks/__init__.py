"""What the audit looks for in one file; each module yields what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fakevirt.audit.checks import accesses, dead_except, decorators, fields, ids, outside, rebinding, saving
from fakevirt.audit.finding import Found, Module

#: Everything that is looked for in one file.
CHECKS: tuple[Callable[[Module], Iterator[Found]], ...] = (
    accesses.check,
    outside.check,
    rebinding.check,
    fields.check,
    saving.check,
    decorators.check,
    ids.check,
    dead_except.check,
)
