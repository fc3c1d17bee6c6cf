from __future__ import annotations

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.fixtures.database import DatabaseFixture


def test_the_database_is_active_during_the_test_only() -> None:
    with DatabaseFixture(host="somewhere") as fixture:
        running = services.current()
        assert running is not None
        assert (running.host, running.database, running.trace) == ("somewhere", fixture.database, fixture.trace)
    assert services.current() is None


def test_row_changes_are_on_its_trace(context: RequestContext) -> None:
    with DatabaseFixture() as fixture:
        api.service_create(context, builders.service_row(id=None))
        assert [effect.operation for effect in fixture.trace] == ["insert services"]


def test_each_use_starts_with_no_rows(context: RequestContext) -> None:
    for _ in range(2):
        with DatabaseFixture():
            assert api.service_get_all_by_topic(context, "compute") == []
            api.service_create(context, builders.service_row(id=None))
