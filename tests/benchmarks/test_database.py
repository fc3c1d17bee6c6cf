"""The reset of a database with a server in it: the limit is 0.5 ms."""

from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.fixtures.database import DatabaseFixture

LIMIT = 0.5e-3


def test_database_reset(benchmark, hold):
    context = RequestContext(user_id="user", project_id="project")
    row = builders.instance_row(id=None, security_groups=["default"])
    with DatabaseFixture() as fixture:
        benchmark.pedantic(
            fixture.database.reset,
            setup=lambda: api.instance_create(context, row) and None,
            rounds=200,
            warmup_rounds=5,
        )
    hold(benchmark.stats.stats.data, LIMIT)
