"""Reading and writing rows by statements of SQLAlchemy's core.

The mapped classes describe the tables and stand for their rows. SQLAlchemy's ORM would take 3 ms to load an instance
with its relationships, and its flush leaves out columns that are set to an equal value: hence these functions.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from oslo_utils import timeutils
from sqlalchemy import (
    Connection,
    DateTime,
    FromClause,
    Select,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import RelationshipProperty

from fakevirt.context import RequestContext
from fakevirt.db.models import Base

Row = TypeVar("Row", bound=Base)

#: A constant and no parameter: the journal shows parameters of a WHERE clause only, and this is no key of the row.
_ZERO: Any = literal_column("0")


def table_of(model: type[Base]) -> Table:
    """Return the table of a mapped class."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


@functools.cache
def statement(
    model: type[Base], read_deleted: str, keys: tuple[str, ...], together: tuple[str, ...] = ()
) -> Select[Any]:
    """Return the query for rows of ``model`` by columns, in the order of their ids.

    Args:
        model: The mapped class.
        read_deleted: ``"no"``, ``"yes"`` or ``"only"``, as a request context has it.
        keys: Columns that are compared with parameters of the same name.
        together: Relationships whose columns follow those of ``model``.
    """
    table = table_of(model)
    relationships = [model.__mapper__.relationships[name] for name in together]
    children = [table_of(relationship.mapper.class_) for relationship in relationships]
    source: FromClause = table
    for relationship in relationships:
        source = _with_related(source, relationship, isouter=True)
    query = select(table, *children).select_from(source).where(*(table.c[key] == bindparam(key) for key in keys))
    query = query.order_by(table.c.id, *(child.c.id for child in children))
    if read_deleted == "no":
        return query.where(table.c.deleted == _ZERO)
    return query if read_deleted == "yes" else query.where(table.c.deleted != _ZERO)


def find_all(
    connection: Connection, context: RequestContext, model: type[Row], joins: Iterable[str] = (), **keys: Any
) -> list[Row]:
    """Return the rows of ``model`` whose columns equal ``keys`` and which the context may see.

    Args:
        connection: The transaction.
        context: Its ``read_deleted`` counts.
        model: The mapped class.
        joins: Relationships to join, such as ``"info_cache"`` or ``"rules.grantee_group"``.
        **keys: Values by column.
    """
    joins = tuple(joins)
    together = _together(model, joins)
    query = statement(model, context.read_deleted, tuple(keys), together)
    return rows(connection, model, query, joins, keys, together)


def find(
    connection: Connection, context: RequestContext, model: type[Row], joins: Iterable[str] = (), **keys: Any
) -> Row | None:
    """Return the first of what :func:`find_all` returns, or None."""
    return next(iter(find_all(connection, context, model, joins, **keys)), None)


def rows(
    connection: Connection,
    model: type[Row],
    query: Select[Any],
    joins: Iterable[str] = (),
    parameters: Mapping[str, Any] | None = None,
    together: tuple[str, ...] = (),
) -> list[Row]:
    """Return what ``query`` gives, which selects all columns of ``model`` and of what ``together`` leads to."""
    columns, children = _columns(model), _children(model, together)
    result: dict[int, Row] = {}
    for values in connection.execute(query, dict(parameters or {})).all():
        key = values[columns.index("id")]
        if key not in result:
            result[key] = model.from_values(zip(columns, values, strict=not children))
            vars(result[key]).update((child.name, [] if child.is_list else None) for child in children)
        for child in children:
            _add_child(result[key], child, values[child.start : child.start + len(child.columns)])
    for path in joins:
        _join(connection, result.values(), path)
    return list(result.values())


class _Child(NamedTuple):
    """A relationship that is read together with its parent: where its columns are among those of the query."""

    name: str
    model: type[Base]
    is_list: bool
    columns: tuple[str, ...]
    start: int


@functools.cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(table_of(model).columns.keys())


@functools.cache
def _children(model: type[Base], together: tuple[str, ...]) -> tuple[_Child, ...]:
    children: list[_Child] = []
    start = len(_columns(model))
    for name in together:
        relationship: RelationshipProperty[Any] = model.__mapper__.relationships[name]
        child: type[Base] = relationship.mapper.class_
        children.append(_Child(name, child, bool(relationship.uselist), _columns(child), start))
        start += len(_columns(child))
    return tuple(children)


@functools.cache
def _together(model: type[Base], joins: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of ``joins`` one query reads: single rows and one list (two would multiply), a table once each."""
    together: dict[Table, str] = {}
    has_list = False
    for name in dict.fromkeys(path.partition(".")[0] for path in joins):
        relationship = model.__mapper__.relationships[name]
        table = table_of(relationship.mapper.class_)
        if table not in together and not (relationship.uselist and has_list):
            together[table] = name
            has_list = has_list or bool(relationship.uselist)
    return tuple(together.values())


def _add_child(parent: Base, child: _Child, values: Sequence[Any]) -> None:
    if values[child.columns.index("id")] is None:
        return
    row = child.model.from_values(zip(child.columns, values, strict=True))
    if child.is_list:
        vars(parent)[child.name].append(row)
    elif vars(parent)[child.name] is None:
        vars(parent)[child.name] = row


def _join(connection: Connection, parents: Iterable[Base], path: str) -> None:
    name, _, rest = path.partition(".")
    for parent in parents:
        if name not in vars(parent):
            relationship: RelationshipProperty[Any] = type(parent).__mapper__.relationships[name]
            children = rows(connection, relationship.mapper.class_, _related(relationship), (), {"parent": parent.id})
            vars(parent)[name] = children if relationship.uselist else next(iter(children), None)
        if rest:
            joined = vars(parent)[name]
            _join(connection, joined if isinstance(joined, list) else filter(None, [joined]), rest)


@functools.cache
def _related(relationship: RelationshipProperty[Any]) -> Select[Any]:
    parent, child = table_of(relationship.parent.class_), table_of(relationship.mapper.class_)
    source = _with_related(parent, relationship)
    return select(child).select_from(source).where(parent.c.id == bindparam("parent")).order_by(child.c.id)


def _with_related(source: FromClause, relationship: RelationshipProperty[Any], *, isouter: bool = False) -> FromClause:
    child = table_of(relationship.mapper.class_)
    if relationship.secondary is None:
        return source.join(child, relationship.primaryjoin, isouter=isouter)
    source = source.join(relationship.secondary, relationship.primaryjoin, isouter=isouter)
    return source.join(child, relationship.secondaryjoin, isouter=isouter)


def insert_row(connection: Connection, model: type[Row], values: Mapping[str, Any]) -> Row:
    """Insert ``values`` and return the row; an id of None is the database's to choose."""
    given = _as_stored(model, values)
    if given.get("id", 0) is None:
        del given["id"]
    result = connection.execute(_insert(model), given)
    written = result.last_inserted_params()
    assert isinstance(written, Mapping)
    assert result.inserted_primary_key is not None
    return model.from_values({**written, "id": result.inserted_primary_key[0]}.items())


def insert_rows(connection: Connection, model: type[Base], several: Iterable[Mapping[str, Any]]) -> None:
    """Insert several rows of the same columns in one go."""
    given = [_as_stored(model, values) for values in several]
    if given:
        connection.execute(_insert(model), given)


@functools.cache
def _insert(model: type[Base]) -> Any:
    return insert(table_of(model))


def update_row(connection: Connection, row: Row, values: Mapping[str, Any], *, key: str = "id") -> Row:
    """Write exactly ``values`` and ``updated_at``, equal to the old ones or not, and return the row as it is then.

    Args:
        connection: The transaction.
        row: The row as it is now; it stays as it is.
        values: Values by column.
        key: The column that the statement finds the row by.
    """
    written = {"updated_at": timeutils.utcnow(), **_as_stored(type(row), values)}
    connection.execute(_update(type(row), key), {f"where_{key}": row[key], **written})
    return row.updated(written)


@functools.cache
def _update(model: type[Base], key: str) -> Any:
    table = table_of(model)
    return update(table).where(table.c[key] == bindparam(f"where_{key}"))


def soft_delete(connection: Connection, found: Iterable[Base]) -> None:
    """Mark rows as deleted as Nova does: ``deleted`` becomes the id, so that unique constraints do not see them."""
    for row in found:
        values = {"deleted": row.id, "deleted_at": timeutils.utcnow()}
        connection.execute(_update(type(row), "id"), {"where_id": row.id, **values})


def _as_stored(model: type[Base], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of ``values`` whose times are as the database stores them: parsed, and UTC without a time zone."""
    stored = dict(values)
    for column in _times(model) & stored.keys():
        if stored[column]:
            time = stored[column]
            stored[column] = timeutils.normalize_time(timeutils.parse_isotime(time) if isinstance(time, str) else time)
    return stored


@functools.cache
def _times(model: type[Base]) -> frozenset[str]:
    return frozenset(column.name for column in table_of(model).columns if isinstance(column.type, DateTime))
