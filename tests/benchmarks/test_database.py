"""A database as every test finds it: ours is reset; others create the tables, or run the script of the schema."""

import contextlib
import sqlite3

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.db.models import Base
from fakevirt.fixtures.database import DatabaseFixture

pytestmark = pytest.mark.benchmark(group="a database with all tables and no rows")


def test_reset(benchmark, measured):
    context = RequestContext(user_id="user", project_id="project")
    row = builders.instance_row(id=None, security_groups=["default"])
    with DatabaseFixture("sqlite://") as fixture:
        benchmark.pedantic(
            fixture.database.reset,
            setup=lambda: api.instance_create(context, row) and None,
            rounds=500,
            warmup_rounds=5,
        )
    measured("reset of one that was written to", 0.1e-3)


def test_create_all(benchmark, measured):
    engine = create_engine("sqlite://", poolclass=StaticPool)

    def create():
        engine.dispose()
        Base.metadata.create_all(engine)

    benchmark.pedantic(create, rounds=20, warmup_rounds=2)
    engine.dispose()
    measured("`create_all` on a new one")


def test_script_of_the_schema(benchmark, measured):
    """What Nova's tests do: the schema is dumped once, and its script is run for each test."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        script = "\n".join(connection.connection.driver_connection.iterdump())
    engine.dispose()

    def create():
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.executescript(script)

    benchmark.pedantic(create, rounds=50, warmup_rounds=2)
    measured("the script of the dumped schema on a new one")
