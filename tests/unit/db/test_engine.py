from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from fakevirt.db.engine import Database
from fakevirt.db.models import Service
from fakevirt.usage_error import UsageError


def add_service(database: Database, host: str) -> None:
    with database.session() as session:
        session.execute(insert(Service).values(host=host))


def hosts(database: Database) -> list[str | None]:
    with database.session() as session:
        return list(session.scalars(select(Service.host).order_by(Service.id)))


@pytest.fixture(params=["memory", "file"])
def any_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = Database("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/nova.db")
    yield database
    database.dispose()


def test_a_new_database_has_the_tables_and_no_rows(any_sqlite: Database) -> None:
    assert hosts(any_sqlite) == []


def test_reset_returns_to_no_rows_and_to_the_first_id(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    any_sqlite.reset()
    assert hosts(any_sqlite) == []
    add_service(any_sqlite, "dst")
    with any_sqlite.session() as session:
        assert session.scalars(select(Service.id)).one() == 1


def test_restore_returns_to_a_snapshot(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    content = any_sqlite.snapshot()
    add_service(any_sqlite, "dst")
    any_sqlite.restore(content)
    assert hosts(any_sqlite) == ["src"]


def test_a_snapshot_makes_another_database_equal(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    clone = Database("sqlite://")
    clone.restore(any_sqlite.snapshot())
    add_service(clone, "dst")
    assert (hosts(any_sqlite), hosts(clone)) == (["src"], ["src", "dst"])
    clone.dispose()


def test_an_exception_rolls_the_transaction_back(any_sqlite: Database) -> None:
    with contextlib.suppress(RuntimeError), any_sqlite.session() as session:
        session.execute(insert(Service).values(host="src"))
        raise RuntimeError
    assert hosts(any_sqlite) == []


def test_a_core_transaction_commits_and_rolls_back(any_sqlite: Database) -> None:
    with any_sqlite.transaction() as connection:
        connection.execute(insert(Service).values(host="src"))
    with contextlib.suppress(RuntimeError), any_sqlite.transaction() as connection:
        connection.execute(insert(Service).values(host="dst"))
        raise RuntimeError
    assert hosts(any_sqlite) == ["src"]


def test_rows_of_a_session_stay_usable_after_it(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    with any_sqlite.session() as session:
        row = session.scalars(select(Service)).one()
    assert row["host"] == "src"


def test_databases_in_memory_do_not_see_each_other() -> None:
    first, second = Database(), Database()
    add_service(first, "src")
    assert hosts(second) == []
    first.dispose()
    second.dispose()


def test_a_database_in_memory_has_nothing_of_one_that_was_disposed_of() -> None:
    earlier = Database()
    add_service(earlier, "src")
    earlier.dispose()
    later = Database()
    assert hosts(later) == []
    later.dispose()


def test_a_file_keeps_its_rows_until_it_is_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nova.db"
    first = Database(url)
    add_service(first, "src")
    first.dispose()
    second = Database(url)
    assert hosts(second) == []
    second.dispose()


def test_threads_take_turns_on_a_database_in_memory() -> None:
    database = Database()
    threads = [threading.Thread(target=add_service, args=(database, f"host{n}")) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(host) for host in hosts(database)) == sorted(f"host{n}" for n in range(20))
    database.dispose()


@pytest.mark.parametrize(
    ("url", "happened"),
    [
        ("no url, secret", "cannot be read as a URL"),
        ("nosuchdatabase://user:secret@db/nova_test", "no driver for it"),
        ("sqlite:////no/such/folder/secret/../nova_test.db", "could not be opened"),
        ("postgresql+psycopg2://user:secret@db/nova_test", "no driver for it"),
    ],
)
def test_a_bad_url_is_a_usage_error_that_says_what_is_wrong(url: str, happened: str) -> None:
    with pytest.raises(UsageError) as caught:
        Database(url)
    assert happened in caught.value.happened
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("url", ["nosuchdatabase://user:secret@db/nova_test", "postgresql://user:secret@db:port/nova"])
def test_a_bad_url_never_shows_the_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_content_is_every_row_of_every_table_in_the_order_of_ids(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    add_service(any_sqlite, "dst")
    content = any_sqlite.content()
    assert [(row["id"], row["host"]) for row in content["services"]] == [(1, "src"), (2, "dst")]
    assert content["instances"] == []


def test_the_same_content_reads_the_same_from_another_database(any_sqlite: Database) -> None:
    add_service(any_sqlite, "src")
    other = Database("sqlite://")
    other.restore(any_sqlite.snapshot())
    assert other.content() == any_sqlite.content()
    other.dispose()


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "main"),
        ({"PYTEST_XDIST_WORKER": "gw1"}, "gw1"),
        ({"FAKEVIRT_WORKER": "p0"}, "p0"),
        ({"PYTEST_XDIST_WORKER": "gw1", "FAKEVIRT_WORKER": "p0"}, "gw1_p0"),
    ],
)
def test_each_process_has_a_database_of_its_own(
    environment: dict[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("PYTEST_XDIST_WORKER", "FAKEVIRT_WORKER"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    Database(f"sqlite:///{tmp_path}/{{worker}}.db").dispose()
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.db"]


@pytest.mark.parametrize("name", ["nova", "testimonials", "Testament_prod", "prod_tester", "latest"])
@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/{}", "sqlite:///{}.db"])
def test_a_database_whose_name_does_not_say_that_it_is_for_tests_is_refused(url: str, name: str) -> None:
    with pytest.raises(UsageError, match="it is called"):
        Database(url.format(name))
    assert not Path(f"{name}.db").exists()


@pytest.mark.parametrize("name", ["test", "nova_test", "Tests", "test-2", "nova_testing_gw0"])
def test_a_database_is_for_tests_if_its_name_says_so(name: str, tmp_path: Path) -> None:
    # A path that is relative has none of the folder's name, which says it too.
    with contextlib.chdir(tmp_path):
        database = Database(f"sqlite:///{name}.db")
    assert not database.is_in_memory
    database.dispose()
