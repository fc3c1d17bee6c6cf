from __future__ import annotations

import contextlib
import datetime

import pytest
from sqlalchemy import delete, insert, update

from fakevirt import services
from fakevirt.db.engine import Database
from fakevirt.db.models import Migration, Service
from fakevirt.instrument.trace import Trace


def test_an_insert_is_recorded_with_the_values_that_were_written(
    database: Database, trace: Trace, now: datetime.datetime
) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Migration.__table__), {"source_compute": "src", "status": None})
    (effect,) = trace
    assert (effect.channel, effect.operation, effect.service) == ("db", "insert migrations", "conductor")
    assert effect.arguments == {
        "values": {"source_compute": "src", "status": None, "created_at": now, "deleted": 0},
    }


def test_an_update_is_recorded_with_equal_values_too(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), {"host": "src", "disabled": False})
        connection.execute(update(Service.__table__).where(Service.host == "src").values(disabled=False))
    assert trace.effects[-1].operation == "update services"
    assert trace.effects[-1].arguments == {"where": {"host": "src"}, "values": {"disabled": False}}


def test_each_execution_is_recorded_with_its_own_values(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        for host in ("src", "dst"):
            connection.execute(insert(Service.__table__), {"host": host})
            connection.execute(update(Service.__table__).where(Service.host == host).values(topic=f"{host} topic"))
    updates = [effect.arguments for effect in trace if effect.operation == "update services"]
    assert updates == [
        {"where": {"host": "src"}, "values": {"topic": "src topic"}},
        {"where": {"host": "dst"}, "values": {"topic": "dst topic"}},
    ]


def test_a_delete_is_recorded(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), {"host": "src"})
        connection.execute(delete(Service.__table__).where(Service.host == "src"))
    assert trace.effects[-1].operation == "delete services"
    assert trace.effects[-1].arguments == {"where": {"host": "src"}}


def test_every_row_of_one_statement_is_recorded(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), [{"host": "src"}, {"host": "dst"}])
    assert [effect.arguments["values"]["host"] for effect in trace] == ["src", "dst"]


def test_a_flush_of_the_orm_is_recorded(database: Database, trace: Trace) -> None:
    with database.session() as session:
        session.add_all([Service(host="src"), Service(host="dst")])
    assert [effect.arguments["values"]["host"] for effect in trace] == ["src", "dst"]


def test_effects_appear_when_the_transaction_commits(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), {"host": "src"})
        assert len(trace) == 0
    assert len(trace) == 1


@pytest.mark.parametrize("begin", ["transaction", "session"])
def test_what_is_rolled_back_is_not_recorded(database: Database, trace: Trace, begin: str) -> None:
    with contextlib.suppress(RuntimeError), getattr(database, begin)() as connection:
        connection.execute(insert(Service).values(host="src"))
        raise RuntimeError
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), {"host": "dst"})
    assert [effect.arguments["values"]["host"] for effect in trace] == ["dst"]


def test_a_statement_that_changes_no_row_is_no_effect(database: Database, trace: Trace) -> None:
    with database.transaction() as connection:
        connection.execute(update(Service.__table__).where(Service.host == "nobody").values(disabled=True))
    assert len(trace) == 0


def test_reading_is_no_effect(database: Database, trace: Trace) -> None:
    with database.session() as session:
        session.get(Service, 1)
    assert len(trace) == 0


def test_a_change_belongs_to_the_service_that_is_running(database: Database, trace: Trace) -> None:
    with (
        services.running_as(services.Service("nova-api", "api", trace, database)),
        database.transaction() as connection,
    ):
        connection.execute(insert(Service.__table__), {"host": "src"})
    assert [effect.service for effect in trace] == ["api"]


def test_outside_any_service_nothing_is_recorded() -> None:
    database = Database()
    with database.transaction() as connection:
        connection.execute(insert(Service.__table__), {"host": "src"})
    trace = Trace()
    with services.running_as(services.Service("nova-api", "api", trace, database)), database.transaction():
        pass
    assert len(trace) == 0
    database.dispose()
