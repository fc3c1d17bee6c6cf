"""Reading and writing rows by statements of SQLAlchemy's core.

The mapped classes describe the tables and stand for their rows. SQLAlchemy's ORM would take 3 ms to load an instance
with its relationships, and its flush leaves out columns that are set to an equal value: hence these functions.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from oslo_utils import timeutils
from sqlalchemy import Connection, DateTime, Select, Table, bindparam, insert, literal_column, select, update
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
def statement(model: type[Base], read_deleted: str, keys: tuple[str, ...]) -> Select[Any]:
    """Return the query for rows of ``model`` by columns, in the order of their ids.

    Args:
        model: The mapped class.
        read_deleted: ``"no"``, ``"yes"`` or ``"only"``, as a request context has it.
        keys: Columns that are compared with parameters of the same name.
    """
    table = table_of(model)
    query = select(table).where(*(table.c[key] == bindparam(key) for key in keys)).order_by(table.c.id)
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
    return rows(connection, model, statement(model, context.read_deleted, tuple(keys)), joins, keys)


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
) -> list[Row]:
    """Return what ``query``, which selects all columns of ``model``, gives."""
    columns = table_of(model).columns.keys()
    found = connection.execute(query, dict(parameters or {})).all()
    result = [model.from_values(zip(columns, values, strict=True)) for values in found]
    for path in joins:
        _join(connection, result, path)
    return result


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
    if relationship.secondary is None:
        source = parent.join(child, relationship.primaryjoin)
    else:
        source = parent.join(relationship.secondary, relationship.primaryjoin)
        source = source.join(child, relationship.secondaryjoin)
    return select(child).select_from(source).where(parent.c.id == bindparam("parent")).order_by(child.c.id)


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
