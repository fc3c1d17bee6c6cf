from __future__ import annotations

import pytest

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.db.models import Instance
from fakevirt.fixtures.conductor import ConductorFixture


@pytest.fixture
def conductor():
    with ConductorFixture() as fixture:
        yield fixture


@pytest.fixture
def context():
    return RequestContext(user_id="user", project_id="project", is_admin=True)


@pytest.fixture
def in_conductor(conductor):
    """Run a database function as the conductor, unobserved."""

    def run(function, *args, **kwargs):
        with services.running_as(conductor.service), conductor.rpc.trace.muted():
            return function(*args, **kwargs)

    return run


@pytest.fixture
def on_host(conductor):
    """The test runs as the compute service of ``src``."""
    with services.running_as(conductor.compute_service("src")) as service:
        yield service


@pytest.fixture
def row(in_conductor, context) -> Instance:
    values = builders.instance_row(
        id=None, host="src", node="src", task_state="migrating", system_metadata={"key": "value"}, memory_mb=512
    )
    return in_conductor(db.instance_create, context, values)


@pytest.fixture
def add_host(in_conductor, context):
    """Add a compute service and its nodes; return the service's id."""

    def add(host, *nodes, **service):
        added = in_conductor(db.service_create, context, builders.service_row(id=None, host=host, **service))
        for node in nodes:
            values = builders.compute_node_row(id=None, service_id=added.id, hypervisor_hostname=host)
            in_conductor(db.compute_node_create, context, {**values, **node})
        return added.id

    return add
