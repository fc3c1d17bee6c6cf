from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from oslo_utils import timeutils

from fakevirt.context import RequestContext
from fakevirt.db.engine import Database
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.instrument.trace import Trace

NOW = datetime.datetime(2014, 10, 16, 12, 0, 0)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:
    """The clock stands still at Juno's release."""
    monkeypatch.setattr(timeutils, "utcnow", lambda: NOW)
    return NOW


@pytest.fixture
def active(now: datetime.datetime) -> Iterator[DatabaseFixture]:
    with DatabaseFixture() as fixture:
        yield fixture


@pytest.fixture
def database(active: DatabaseFixture) -> Database:
    return active.database


@pytest.fixture
def trace(active: DatabaseFixture) -> Trace:
    return active.trace


@pytest.fixture
def context() -> RequestContext:
    return RequestContext(user_id="fake_user", project_id="fake_project", is_admin=True)
