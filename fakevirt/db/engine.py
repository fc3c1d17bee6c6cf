"""One database: connection, transactions, and byte clones of its content."""

from __future__ import annotations

import contextlib
import datetime
import functools
import itertools
import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from fakevirt.db import journal, server
from fakevirt.db.exceptions import DBError
from fakevirt.db.models import Base
from fakevirt.location import DATABASES
from fakevirt.passwords import without_password
from fakevirt.usage_error import UsageError

#: The environment variable in which a process of the command has its name.
WORKER = "FAKEVIRT_WORKER"


class Database:
    """The database of one world, with Nova's tables in it and no rows.

    SQLite in memory is one connection, which concurrent threads take in turns. Its engine is shared by all such
    databases of the process, since SQLAlchemy keeps compiled statements per engine, and its connection goes to a later
    one when it is disposed of, since SQLite keeps prepared statements per connection.

    Args:
        url: A database URL of SQLAlchemy; unless given, that of the option or of ``FAKEVIRT_DB`` in the environment,
            else in memory. What a database holds is deleted. Its name, or the path of its file, must have the word test
            in it. On a server it is created if it is missing, and a second one at the same time has a name of its own,
            with a number; ``{worker}`` stands for the process, where there are several (:func:`worker`).

    Raises:
        UsageError: The URL cannot be understood, its driver is not installed, nothing answers there, or the database
            does not seem to be for tests.
    """

    def __init__(self, url: str | None = None) -> None:
        if url is None:
            url = DATABASES.url
        self._in_turns = threading.RLock()
        self._memory: Connection | None = None
        self._engine = _memory_engine() if _is_memory(url) else _engine_of(url)
        if _is_memory(url):
            self._memory = self._engine.connect()
        self.reset()

    @classmethod
    def shared(cls, url: str) -> Self:
        """Return the database that another process has at ``url``, as it is.

        Args:
            url: The :attr:`url` of the other one.

        Raises:
            DBConnectionError: Nothing answers there any more.
        """
        database = cls.__new__(cls)
        database._in_turns, database._memory, database._engine = (
            threading.RLock(),
            None,
            server.engine_at(make_url(url)),
        )
        return database

    @property
    def url(self) -> str:
        """Where it is, with the password."""
        return self._engine.url.render_as_string(hide_password=False)

    @property
    def is_on_server(self) -> bool:
        """Whether other processes can share it."""
        return self._engine.dialect.name != "sqlite"

    @property
    def is_in_memory(self) -> bool:
        """Whether it is SQLite's within this process."""
        return self._memory is not None

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
        """Return to the empty schema; ids start at 1 again."""
        if self._memory is not None:
            self.restore(_empty_schema())
            return
        with self._engine.begin() as connection:
            server.empty(connection)

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

    def content(
        self,
        besides: Mapping[str, range] = MappingProxyType({}),
        but: Mapping[str, Collection[int]] = MappingProxyType({}),
    ) -> dict[str, list[dict[str, Any]]]:
        """Return every row of every table as SQLite has it: booleans are 0 and 1, dates are text.

        Args:
            besides: Ids of rows that are left out, by table; how many they are does not matter.
            but: Ids of those among them that are not.
        """
        content: dict[str, list[dict[str, Any]]] = {}
        with self.transaction() as connection, contextlib.closing(connection.connection.cursor()) as cursor:
            for table, select in _selects().items():
                rows = content[table] = []
                for wanted in _conditions(besides.get(table), but.get(table)):
                    cursor.execute(select.format(wanted))
                    columns = [column[0] for column in cursor.description]
                    rows += [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        if self._engine.dialect.name != "sqlite":
            for row in itertools.chain.from_iterable(content.values()):
                row.update({column: _as_in_sqlite(value) for column, value in row.items()})
        return content

    def dispose(self) -> None:
        """Give its connections back; what was in memory is gone."""
        if self._memory is not None:
            self._memory.close()
        elif self._engine.dialect.name == "sqlite":
            self._engine.dispose()
        else:
            server.give_back(self._engine)

    @contextlib.contextmanager
    def _sqlite(self) -> Iterator[sqlite3.Connection]:
        """Give the driver's connection."""
        if self._engine.dialect.name != "sqlite":
            raise UsageError(
                expected="a SQLite database, whose content can be copied as bytes",
                happened=f"this one is {self._engine.dialect.name}",
                where=f"database {without_password(self.url)}",
                how_to_go_on="take a snapshot on SQLite, or use reset() and set the world up again",
            )
        with self._in_turns, contextlib.ExitStack() as stack:
            connection = self._memory or stack.enter_context(self._engine.connect())
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            yield driver


def _conditions(besides: range | None, but: Collection[int] | None) -> list[str]:
    """Return what finds the rows that are wanted, one after the other in the order of their ids."""
    if not besides:
        return [""]
    among = [f"WHERE id IN ({', '.join(map(str, but))})"] if but else []
    return [f"WHERE id < {besides[0]}", *among, f"WHERE id > {besides[-1]}"]


def _as_in_sqlite(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "microseconds")
    return int(value) if isinstance(value, bool) else value


@functools.cache
def _selects() -> dict[str, str]:
    """Return a statement for each table that reads all of it, in the order of its keys."""
    return {
        table.name: f"SELECT * FROM {table.name} {{}} ORDER BY {', '.join(table.primary_key.columns.keys())}"
        for table in Base.metadata.sorted_tables
    }


def _is_memory(url: str) -> bool:
    return url in (DATABASES.built_in, "sqlite:///:memory:")


@functools.cache
def _memory_engine() -> Engine:
    # As many as there are databases at once, and the one that was used last goes first.
    engine = create_engine(
        DATABASES.built_in,
        poolclass=QueuePool,
        max_overflow=-1,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False},
    )
    _equip_sqlite(engine)
    return engine


def _equip_sqlite(engine: Engine) -> None:
    journal.attach(engine)
    # What a server refuses is refused here too; SQLite alone would take rows of instances that there are not.
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA foreign_keys = ON"))


@functools.cache
def _empty_schema() -> bytes:
    """Build the schema once per process: creating the tables takes a hundred times as long as copying them."""
    with _memory_engine().connect() as connection:
        Base.metadata.create_all(connection)
        connection.commit()
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver.serialize()


def check_url(url: str, *, where: str) -> None:
    """Open a database and close it again.

    Args:
        url: Its URL.
        where: Where that was given, for the message.

    Raises:
        UsageError: As :class:`Database`.
    """
    try:
        Database(url).dispose()
    except UsageError as error:
        raise UsageError(
            expected=error.expected,
            happened=error.happened,
            where=f"{where}: {error.where}",
            how_to_go_on=error.how_to_go_on,
        ) from None


def worker() -> str:
    """Return the name of this process among those that share the work: ``gw1`` of xdist's, ``p1`` of the command's."""
    names = [os.environ[name] for name in ("PYTEST_XDIST_WORKER", WORKER) if name in os.environ]
    return "_".join(names) or "main"


def _engine_of(url: str) -> Engine:
    """Open the database at ``url`` and create the tables that are missing.

    What SQLAlchemy and the drivers say is not shown: it may repeat the URL with its password.
    """
    try:
        parsed = make_url(url.replace("{worker}", worker()))
    except (ArgumentError, ValueError):
        raise _bad_url("a text that cannot be read as a URL", url.partition(":")[0]) from None
    shown = without_password(url)
    try:
        if parsed.get_backend_name() != "sqlite":
            return server.take(parsed)
        server.check_name(parsed)
        engine = create_engine(parsed)
    except (ArgumentError, ImportError) as error:
        raise _bad_url(f"no driver for it ({type(error).__name__})", shown) from None
    except (SQLAlchemyError, DBError) as error:
        raise _bad_url(f"it could not be opened ({type(error).__name__})", shown) from None
    _equip_sqlite(engine)
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
        how_to_go_on=f"leave it at {DATABASES.built_in} (in memory), or install the driver, start the server, check "
        "the password",
    )
