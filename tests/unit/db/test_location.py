"""Databases are where an option says, else the environment, else in memory."""

from __future__ import annotations

import pytest

from fakevirt.cloud import Cloud
from fakevirt.db.engine import Database
from fakevirt.db.location import chosen_url, databases_at, default_url
from fakevirt.fixtures.database import DatabaseFixture


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("FAKEVIRT_DB", raising=False)
    return monkeypatch


def test_they_are_in_memory() -> None:
    assert (default_url(), chosen_url()) == ("sqlite://", None)


@pytest.mark.parametrize("value", ["sqlite:///nova.db", ""])
def test_the_environment_may_say_where(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("FAKEVIRT_DB", value)
    assert (default_url(), chosen_url()) == (value or "sqlite://", None)


def test_an_option_counts_more_for_as_long_as_it_is_given(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FAKEVIRT_DB", "sqlite:///other.db")
    with databases_at("sqlite:///nova.db"):
        assert (default_url(), chosen_url()) == ("sqlite:///nova.db", "sqlite:///nova.db")
        with databases_at("sqlite://"):
            assert default_url() == "sqlite://"
        assert default_url() == "sqlite:///nova.db"
    assert (default_url(), chosen_url()) == ("sqlite:///other.db", None)


@pytest.mark.parametrize("make", [Cloud, DatabaseFixture])
def test_whatever_has_a_database_has_it_there(make: type, tmp_path) -> None:
    with databases_at(f"sqlite:///{tmp_path}/nova.db"), make() as made:
        assert not made.database.is_in_memory
    assert (tmp_path / "nova.db").exists()


def test_a_url_that_a_database_is_given_counts_most(tmp_path) -> None:
    with databases_at(f"sqlite:///{tmp_path}/nova.db"):
        database = Database("sqlite://")
    assert database.is_in_memory
    database.dispose()
