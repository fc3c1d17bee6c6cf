"""One database: connection, transactions, and byte clones of its content."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from fakevirt.db import journal
from fakevirt.db.models import Base
from fakevirt.usage_error import UsageError

MEMORY = "sqlite://"


class Database:
    """The database of one world, with Nova's tables in it and no rows.

    SQLite in memory is one connection, which concurrent threads take in turns. Its engine is shared by all such
    databases of the process, since SQLAlchemy keeps compiled statements per engine, and its connection goes to a later
    one when it is disposed of, since SQLite keeps prepared statements per connection.

    Args:
        url: A database URL of SQLAlchemy. Other databases than SQLite in memory should be empty or from a previous run.

    Raises:
        UsageError: The URL cannot be understood, its driver is not installed, or nothing answers there.
    """

    def __init__(self, url: str = MEMORY) -> None:
        self._in_turns = threading.RLock()
        self._memory: Connection | None = None
        self._engine = _memory_engine() if _is_memory(url) else _engine_of(url)
        if _is_memory(url):
            self._memory = self._engine.connect()
        self.reset()

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Run the block in one transaction, which an exception rolls back; its rows stay usable afterwards."""
        if self._memory is None:
            with (
                journal.Transaction() as transaction,
                Session(self._engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
                session.flush()
                transaction.strike()
        else:
            with (
                self._in_turns,
                journal.Transaction() as transaction,
                Session(self._memory, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
                session.flush()
                transaction.strike()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one transaction, as :meth:`session`, for statements of SQLAlchemy's core."""
        if self._memory is None:
            with journal.Transaction() as transaction, self._engine.begin() as connection:
                yield connection
                transaction.strike()
        else:
            with self._in_turns, journal.Transaction() as transaction, self._memory.begin():
                yield self._memory
                transaction.strike()

    def reset(self) -> None:
        """Return to the empty schema; on SQLite ids start at 1 again."""
        if self._memory is not None:
            self.restore(_empty_schema())
            return
        with self._engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())

    def snapshot(self) -> bytes:
        """Return the whole content as bytes (SQLite only)."""
        with self._sqlite() as sqlite:
            return sqlite.serialize()

    def restore(self, content: bytes) -> None:
        """Return to the content of an earlier :meth:`snapshot`, of this database or of another one (SQLite only)."""
        with self._sqlite() as sqlite:
            if self._memory is not None:
                sqlite.deserialize(content)
                return
            with contextlib.closing(sqlite3.connect(":memory:")) as source:
                source.deserialize(content)
                source.backup(sqlite)

    def content(self) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every table, as the driver gives it."""
        content = {}
        with self.transaction() as connection, contextlib.closing(connection.connection.cursor()) as cursor:
            for table, select in _selects().items():
                cursor.execute(select)
                columns = [column[0] for column in cursor.description]
                content[table] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return content

    def dispose(self) -> None:
        """Give its connections back; what was in memory is gone."""
        if self._memory is not None:
            self._memory.close()
        else:
            self._engine.dispose()

    @contextlib.contextmanager
    def _sqlite(self) -> Iterator[sqlite3.Connection]:
        """Give the driver's connection."""
        if self._engine.dialect.name != "sqlite":
            raise UsageError(
                expected="a SQLite database, whose content can be copied as bytes",
                happened=f"this one is {self._engine.dialect.name}",
                where=f"database {self._engine.url.render_as_string(hide_password=True)}",
                how_to_go_on="take a snapshot on SQLite, or use reset() and set the world up again",
            )
        with self._in_turns, contextlib.ExitStack() as stack:
            connection = self._memory or stack.enter_context(self._engine.connect())
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            yield driver


@functools.cache
def _selects() -> dict[str, str]:
    """Return a statement for each table that reads all of it, in the order of its keys."""
    return {
        table.name: f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"
        for table in Base.metadata.sorted_tables
    }


def _is_memory(url: str) -> bool:
    return url in (MEMORY, "sqlite:///:memory:")


@functools.cache
def _memory_engine() -> Engine:
    # As many as there are databases at once, and the one that was used last goes first.
    engine = create_engine(
        MEMORY,
        poolclass=QueuePool,
        max_overflow=-1,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False},
    )
    journal.attach(engine)
    return engine


@functools.cache
def _empty_schema() -> bytes:
    """Build the schema once per process: creating the tables takes a hundred times as long as copying them."""
    with _memory_engine().connect() as connection:
        Base.metadata.create_all(connection)
        connection.commit()
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver.serialize()


def _engine_of(url: str) -> Engine:
    """Open the database at ``url`` and create the tables that are missing.

    What SQLAlchemy and the drivers say is not shown: it may repeat the URL with its password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _bad_url("a text that cannot be read as a URL", url.partition(":")[0]) from None
    shown = parsed.render_as_string(hide_password=True)
    try:
        engine = create_engine(parsed)
    except (ArgumentError, ImportError) as error:
        raise _bad_url(f"no driver for it ({type(error).__name__})", shown) from None
    journal.attach(engine)
    try:
        Base.metadata.create_all(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise _bad_url(f"it could not be opened ({type(error).__name__})", shown) from None
    return engine


def _bad_url(happened: str, where: str) -> UsageError:
    return UsageError(
        expected="a database URL that SQLAlchemy can open",
        happened=happened,
        where=f"database URL {where}",
        how_to_go_on=f"leave it at {MEMORY} (in memory), or install the driver, start the server, check the password",
    )
