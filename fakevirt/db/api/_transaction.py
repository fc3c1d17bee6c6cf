"""Which database a call goes to: that of the service that is running."""

from __future__ import annotations

import contextlib

from sqlalchemy import Connection

from fakevirt import services
from fakevirt.exceptions import DBNotAllowed
from fakevirt.usage_error import UsageError


def transaction() -> contextlib.AbstractContextManager[Connection]:
    """Begin a transaction on the running service's database.

    Raises:
        DBNotAllowed: The service has none: a compute host goes through the conductor.
        UsageError: No service is running.
    """
    service = services.current()
    if service is None:
        raise UsageError(
            expected="a running service, whose database is asked",
            happened="the database API was called outside any",
            where="fakevirt.services.current()",
            how_to_go_on="call it within `with services.running_as(service):`, or use DatabaseFixture in the test",
        )
    if service.database is None:
        raise DBNotAllowed(binary=service.binary)
    return service.database.transaction()
