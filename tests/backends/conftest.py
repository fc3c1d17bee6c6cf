"""Each process that runs these tests has servers of its own."""

import pytest
from backends.servers import MariaDB, PostgreSQL

from fakevirt.db.engine import Database


@pytest.fixture(scope="session", params=[PostgreSQL, MariaDB])
def server(request):
    """A server that is running."""
    with request.param() as server:
        yield server


@pytest.fixture(scope="session")
def url(server):
    """The URL of a database that need not exist."""
    return server.url("fakevirt_test")


@pytest.fixture
def database(url):
    database = Database(url)
    yield database
    database.dispose()
