from __future__ import annotations

import pytest

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db import api
from fakevirt.exceptions import DBNotAllowed
from fakevirt.instrument.trace import Trace
from fakevirt.usage_error import UsageError


def test_a_service_without_a_database_may_not_ask_one(context: RequestContext) -> None:
    compute = services.Service("nova-compute", "src", Trace())
    with services.running_as(compute), pytest.raises(DBNotAllowed, match="nova-compute"):
        api.instance_get_by_uuid(context, "any")


def test_outside_any_service_it_is_a_usage_error(context: RequestContext) -> None:
    with pytest.raises(UsageError, match="outside any"):
        api.instance_get_by_uuid(context, "any")
