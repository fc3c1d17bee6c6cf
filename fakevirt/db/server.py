"""Databases on a server, PostgreSQL or MariaDB: created if missing, and emptied in the way that is fastest there.

A database is used by one world after another, so that what was drawn up once, its tables, stays. To empty it by
deleting rows takes a few milliseconds, to truncate the tables ten times as long, and a clone of a template more still.
"""

from __future__ import annotations

import functools
import itertools
import re
import threading

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from fakevirt.db import journal
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock, DBError
from fakevirt.db.models import Base
from fakevirt.passwords import without_password
from fakevirt.usage_error import UsageError

#: Where one is connected to while the database does not exist yet, by dialect; MariaDB needs no database for that.
_BEFORE = {"postgresql": "postgres", "mysql": "", "mariadb": ""}
_SAYS_TEST = re.compile(r"(?<![a-z])(?:tests?|testing)(?![a-z])", re.IGNORECASE)
#: SQLSTATE of PostgreSQL and error numbers of MariaDB: a deadlock, and a lock that was waited for too long.
_DEADLOCKS = frozenset({"40P01", "40001", 1213, 1205})


_taken: set[Engine] = set()
_in_turns = threading.Lock()


def take(url: URL) -> Engine:
    """Return the engine for a database that nobody in this process uses, until it is given back.

    Args:
        url: Where it is. While it is in use, the next one is the database of that name and ``_2``, and so on.

    Raises:
        UsageError, SQLAlchemyError: As :func:`engine_at`.
    """
    with _in_turns:
        names = (f"{url.database}_{number}" for number in itertools.count(2))
        engine = engine_at(url)
        while engine in _taken:
            engine = engine_at(url.set(database=next(names)))
        _taken.add(engine)
        return engine


def give_back(engine: Engine) -> None:
    """Let the next world have a database."""
    _taken.discard(engine)


@functools.cache
def engine_at(url: URL) -> Engine:
    """Return the engine for a database that belongs to tests, with Nova's tables in it; one for each URL.

    Args:
        url: Where it is. It is created if the server has none of that name.

    Raises:
        UsageError: Its name does not say that it is for tests.
        SQLAlchemyError: It can neither be opened nor created.
    """
    check_name(url)
    engine = create_engine(url)
    try:
        with engine.connect():
            pass
    except SQLAlchemyError:
        _create(url)
    event.listen(engine, "handle_error", _in_the_terms_of_oslo_db, retval=True)
    journal.attach(engine)
    Base.metadata.create_all(engine)
    return engine


def check_name(url: URL) -> None:
    """Refuse a database whose name does not say that it is for tests; of a file, its path may say it.

    Raises:
        UsageError: It does not.
    """
    if _SAYS_TEST.search(url.database or "") is None:
        raise UsageError(
            expected="a database for tests, since every row in it is deleted: one with the word test in its name",
            happened=f"it is called {url.database!r}",
            where=f"database URL {without_password(url.render_as_string(hide_password=False))}",
            how_to_go_on="give it a name such as fakevirt_test; it is created if there is none of that name",
        )


def empty(connection: Connection) -> None:
    """Delete every row, and let ids start at 1 again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_emptying_postgresql())
        return
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(table.delete())
    if connection.dialect.name in ("mysql", "mariadb"):
        drawn = connection.exec_driver_sql(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND auto_increment > 1"
        )
        for name in drawn.scalars().all():
            connection.exec_driver_sql(f"ALTER TABLE {name} AUTO_INCREMENT = 1")


@functools.cache
def _emptying_postgresql() -> str:
    """Return everything in one go: most of what each statement takes is the way to the server."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    deletes = [f"DELETE FROM {name}" for name in tables]
    restarts = [f"SELECT setval('{name}_id_seq', 1, false)" for name in tables]
    return "; ".join([*deletes, *restarts])


def _create(url: URL) -> None:
    if url.get_backend_name() not in _BEFORE:
        return
    before = create_engine(url.set(database=_BEFORE[url.get_backend_name()]), isolation_level="AUTOCOMMIT")
    try:
        with before.connect() as connection:
            name = connection.dialect.identifier_preparer.quote(url.database or "")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    finally:
        before.dispose()


def _in_the_terms_of_oslo_db(context: ExceptionContext) -> DBError | None:
    """Return what Nova's code gets for a connection that is lost or cannot be made, and for a deadlock."""
    original = context.original_exception
    code = getattr(original, "sqlstate", None) or next(iter(original.args), None)
    if context.is_disconnect or context.connection is None:
        return DBConnectionError(str(original))
    return DBDeadlock(str(original)) if code in _DEADLOCKS else None
