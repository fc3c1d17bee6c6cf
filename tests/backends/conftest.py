"""Each process that runs these tests has servers of its own."""

import pytest
from backends.servers import MariaDB, PostgreSQL, RabbitMQ

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


@pytest.fixture(scope="session")
def broker():
    """A broker that is running."""
    with RabbitMQ() as broker:
        yield broker


@pytest.fixture(scope="session")
def processes(broker):
    """Arguments of a cloud whose services are processes of their own."""
    with PostgreSQL() as server:
        yield {"transport_url": broker.url, "database_url": server.url("fakevirt_test")}
