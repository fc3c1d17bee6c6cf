"""Committed changes of rows become effects on the channel ``db``.

Each INSERT, UPDATE and DELETE that changed a row is noted with what its statement says, so a column that was written
with the value it already had is an effect too. The notes of a transaction are recorded when it commits, and dropped
when it rolls back. A fault that is planted at one strikes at the commit, since a transaction fails as a whole.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Column, Engine, Table
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.sql import Delete, Insert, Update, visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, BindParameter

from fakevirt import services
from fakevirt.instrument.faults import Fault


@dataclass(frozen=True, slots=True)
class _Reading:
    """How to read the parameters of one compiled statement.

    Args:
        operation: The effect's operation, such as ``update instances``.
        where: The parameter's name by column of the WHERE clause.
        columns: The table's columns: values have parameters of the same name.
    """

    operation: str
    where: dict[str, str]
    columns: tuple[str, ...]

    def arguments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the effect's arguments for one set of parameters."""
        where = {column: parameters[name] for column, name in self.where.items()}
        values = {column: parameters[column] for column in self.columns if column in parameters}
        return {name: part for name, part in (("where", where), ("values", values)) if part}


#: A statement is compiled once and executed many times.
_readings: weakref.WeakKeyDictionary[SQLCompiler, _Reading] = weakref.WeakKeyDictionary()


_notes: ContextVar[list[tuple[str, dict[str, Any]]] | None] = ContextVar("fakevirt_journal", default=None)


def attach(engine: Engine) -> None:
    """Note what is done through ``engine`` within a :class:`Transaction`."""
    # SQLAlchemy's events would cost as much as a sixth of each statement, of those that only read as well.
    executes = engine.dialect.execution_ctx_cls
    engine.dialect.execution_ctx_cls = type(f"Journal{executes.__name__}", (_JournalExecutionContext, executes), {})


class Transaction:
    """Around a transaction: at its end, what was noted in it goes on the trace of the service that is running."""

    def __enter__(self) -> Self:
        self._token = _notes.set([])
        self._numbers: list[int] = []
        self._struck: Fault | None = None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        notes, service = _notes.get(), services.current()
        _notes.reset(self._token)
        if kind is None and service is not None:
            commit = len(service.trace)
            for (operation, arguments), nth in itertools.zip_longest(notes or (), self._numbers):
                service.trace.record("db", operation, arguments, service=service.host, nth=nth, commit=commit)
            if self._struck is not None:
                raise self._struck.error()

    def strike(self) -> None:
        """Let happen what is planted at what was noted: the commit is next, and an exception rolls back instead."""
        notes, service = _notes.get(), services.current()
        if service is None or service.faults is None or service.trace.is_muted:
            return
        faults = service.faults
        self._numbers = [faults.count("db", operation) for operation, _ in notes or ()]
        for (operation, _), nth in zip(notes or (), self._numbers, strict=True):
            self._struck = faults.strike("db", operation, nth) or self._struck


class _JournalExecutionContext(DefaultExecutionContext):
    def post_exec(self) -> None:
        super().post_exec()  # type: ignore[no-untyped-call]
        notes = _notes.get()
        if notes is None or not (self.isinsert or self.isupdate or self.isdelete) or self.rowcount == 0:
            return
        compiled = self.compiled
        assert isinstance(compiled, SQLCompiler)
        reading = _readings.get(compiled)
        if reading is None:
            reading = _readings[compiled] = _read(compiled)
        notes.extend((reading.operation, reading.arguments(values)) for values in self.compiled_parameters)


def _read(compiled: SQLCompiler) -> _Reading:
    statement = compiled.statement
    assert isinstance(statement, Insert | Update | Delete)
    table = statement.table
    assert isinstance(table, Table)
    verb = type(statement).__name__.lower()
    where: dict[str, str] = {}
    if not isinstance(statement, Insert) and statement.whereclause is not None:
        for element in visitors.iterate(statement.whereclause):
            if not isinstance(element, BinaryExpression):
                continue
            if isinstance(element.left, Column) and isinstance(element.right, BindParameter):
                where[element.left.name] = compiled.bind_names[element.right]
    return _Reading(f"{verb} {table.name}", where, tuple(table.columns.keys()))
