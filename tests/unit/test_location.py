"""Databases and messages are where an option says, else where the environment says, else where nothing is needed."""

import pytest

from fakevirt.cloud import Cloud
from fakevirt.cloud.premises import InProcess
from fakevirt.cloud.processes.home import Processes
from fakevirt.db.engine import Database
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.location import DATABASES, MESSAGES

RABBIT = "rabbit://nova:secret@broker:5672/"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for location in (DATABASES, MESSAGES):
        monkeypatch.delenv(location.environment, raising=False)
        monkeypatch.setattr(location, "_chosen", None)
    return monkeypatch


@pytest.mark.parametrize(("location", "url"), [(DATABASES, "sqlite://"), (MESSAGES, "fakevirt://")])
def test_nothing_needs_to_be_installed(location, url):
    assert (location.url, location.chosen) == (url, None)


@pytest.mark.parametrize(
    ("location", "variable"), [(DATABASES, "FAKEVIRT_DB"), (MESSAGES, "FAKEVIRT_TRANSPORT")], ids=["db", "messages"]
)
@pytest.mark.parametrize("value", ["scheme://other", ""])
def test_the_environment_may_say_where(environment, location, variable, value):
    environment.setenv(variable, value)
    assert (location.url, location.chosen) == (value or location.built_in, None)


@pytest.mark.parametrize("location", [DATABASES, MESSAGES], ids=["db", "messages"])
def test_an_option_counts_more_for_as_long_as_it_is_given(environment, location):
    environment.setenv(location.environment, "scheme://other")
    with location.at("scheme://chosen"):
        assert (location.url, location.chosen) == ("scheme://chosen", "scheme://chosen")
        with location.at(location.built_in):
            assert location.url == location.built_in
        assert location.url == "scheme://chosen"
    assert (location.url, location.chosen) == ("scheme://other", None)


@pytest.mark.parametrize("make", [Cloud, DatabaseFixture])
def test_whatever_has_a_database_has_it_there(make, tmp_path):
    with DATABASES.at(f"sqlite:///{tmp_path}/nova.db"), make() as made:
        assert not made.database.is_in_memory
    assert (tmp_path / "nova.db").exists()


def test_a_url_that_a_database_is_given_counts_most(tmp_path):
    with DATABASES.at(f"sqlite:///{tmp_path}/nova.db"):
        database = Database("sqlite://")
    assert database.is_in_memory
    database.dispose()


def test_services_run_where_their_messages_go():
    assert isinstance(Cloud()._premises, InProcess)
    with MESSAGES.at(RABBIT):
        assert isinstance(Cloud()._premises, Processes)
        assert isinstance(Cloud(transport_url="fakevirt://")._premises, InProcess)
    with MESSAGES.at("fakevirt://"):
        assert isinstance(Cloud(transport_url=RABBIT)._premises, Processes)
