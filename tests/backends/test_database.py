"""A database on a server behaves as the one in memory does."""

import dataclasses
import threading

import pytest
from sqlalchemy import NullPool, create_engine, make_url, update

from fakevirt.cloud import Cloud
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import compare
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.known.faults import ALLOWANCES
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.db.engine import Database
from fakevirt.db.exceptions import DBConnectionError, DBDeadlock
from fakevirt.db.models import Service
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

ENDS_CONNECTIONS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}


def add_service(database, host):
    with database.session() as session:
        service = Service(host=host, binary="nova-compute", topic="compute")
        session.add(service)
    return service.id


def end_connections(database):
    """End every connection to a database, as a server does that goes down; return how many there were."""
    outside = create_engine(database._engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        ended = connection.exec_driver_sql(ENDS_CONNECTIONS[outside.dialect.name]).scalars().all()
        for number in ended if outside.dialect.name == "mysql" else ():
            connection.exec_driver_sql(f"KILL {number}")
    return len(ended)


def test_it_is_created_with_the_tables_and_no_rows(server):
    database = Database(server.url("fakevirt_test_of_its_own"))
    assert set(map(len, database.content().values())) == {0}


def test_reset_returns_to_no_rows_and_to_the_first_id(database):
    assert [add_service(database, "src"), add_service(database, "dst")] == [1, 2]
    database.reset()
    assert set(map(len, database.content().values())) == {0}
    assert add_service(database, "dst") == 1


def test_an_id_that_was_rolled_back_is_given_again_after_a_reset(database):
    with database.session() as session:
        session.add(Service(host="src", binary="nova-compute", topic="compute"))
        session.flush()
        session.rollback()
    database.reset()
    assert add_service(database, "dst") == 1


def test_another_world_finds_nothing_of_the_last_one(url):
    ids = []
    for _ in range(2):
        with Cloud(database_url=url) as cloud:
            ids.append(cloud.boot("src").id)
            assert len(cloud.database.content()["instances"]) == 1
    assert ids == [1, 1]


def test_a_database_that_does_not_seem_to_be_for_tests_is_refused(server):
    with pytest.raises(UsageError) as caught:
        Database(server.url("contest"))
    assert caught.value.happened == "it is called 'contest'"
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_refused_without_its_password(url):
    nowhere = make_url(url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(UsageError, match="it could not be opened") as caught:
        Database(nowhere)
    assert "secret" not in str(caught.value)


def test_a_lost_connection_is_what_nova_gets_for_it_and_the_next_one_is_good(database):
    add_service(database, "src")

    def lose_it_within_a_transaction():
        with database.transaction() as connection:
            assert end_connections(database) >= 1
            connection.execute(update(Service).values(topic="other"))

    with pytest.raises(DBConnectionError):
        lose_it_within_a_transaction()
    assert add_service(database, "dst") == 2


def test_a_deadlock_is_what_nova_gets_for_it(database):
    first, second = add_service(database, "src"), add_service(database, "dst")
    both_hold_one = threading.Barrier(2)
    errors = []

    def hold_one_and_want_the_other(one, other):
        try:
            with database.transaction() as connection:
                connection.execute(update(Service).where(Service.id == one).values(topic="mine"))
                both_hold_one.wait(10)
                connection.execute(update(Service).where(Service.id == other).values(topic="mine"))
        except DBDeadlock as error:
            errors.append(error)

    threads = [
        threading.Thread(target=hold_one_and_want_the_other, args=rows) for rows in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(errors) == 1


@pytest.mark.parametrize("operation", ["pre_live_migration", "live_migration", "post_live_migration_at_destination"])
def test_a_server_that_is_killed_in_a_work_item_breaks_both_paths_alike_and_no_later_world(server, url, operation):
    def migrate(cloud):
        cloud.faults.interfere("driver", operation, server.kill)
        guest = cloud.boot("src", volumes=1)
        try:
            cloud.live_migrate(guest, to="dst")
        finally:
            # What is left is looked at, and the next world begins.
            server.start()

    scenario = dataclasses.replace(SCENARIOS["shared_storage"], request=migrate).with_cloud(database_url=url)
    legacy, objects = (run(scenario, plan) for plan in (ConversionPlan.legacy(), ConversionPlan.objects()))
    assert any("DBConnectionError" in str(effect.content) for effect in legacy.effects)
    assert compare(legacy, objects, known=(*KNOWN, *ALLOWANCES)).verdict.passes
    with Cloud(database_url=url) as cloud:
        assert cloud.boot("src").id == 1
