"""A cloud on each call path, its managers' methods one at a time, and what is read from its trace."""

import contextlib
import functools

import pytest

from fakevirt import services
from fakevirt.cloud import Cloud
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.instrument.snapshot import Entity
from fakevirt.instrument.trace import Trace, scope
from fakevirt.manager.plan import ConversionPlan
from fakevirt.objects.primitive import legacy_dict
from fakevirt.services import Service

BOUNDARIES = ("driver", "db", "rpc", "network", "volume", "consoleauth", "notifier")


@pytest.fixture(params=[ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def plan(request):
    return request.param


@pytest.fixture
def on_legacy(plan):
    return not plan.converted


@pytest.fixture
def build_with():
    """Set up a cloud under a plan of the test's own."""
    with contextlib.ExitStack() as worlds:
        yield lambda plan, **arguments: worlds.enter_context(Cloud(plan=plan, **arguments))


@pytest.fixture
def build(build_with, plan):
    """Set up a cloud on the test's call path."""
    return functools.partial(build_with, plan)


@pytest.fixture
def cloud(build):
    return build()


@pytest.fixture
def src(cloud):
    return cloud.host("src").manager


@pytest.fixture
def as_sent(on_legacy):
    """Return an instance in the form in which the test's call path sends it."""
    return lambda instance: legacy_dict(instance) if on_legacy else instance


@pytest.fixture
def form(on_legacy):
    return "dict" if on_legacy else "object"


@pytest.fixture
def form_of():
    """Tell in which form an argument crossed a boundary."""
    return lambda argument: argument.form if isinstance(argument, Entity) else type(argument).__name__


@pytest.fixture
def entering(mocker):
    """Return a call of a manager's method just as ``request`` makes it, held back until it is called.

    The request gets ``answer`` in place of what the method would return. What comes before is not on the trace.
    """

    def entering(cloud, host, method, request, answer=None):
        manager = cloud.host(host).manager
        calls = []

        def hold(*args, **kwargs):
            calls.append((args, kwargs))
            return answer

        held = mocker.patch.object(manager, method, new=hold)
        request()
        mocker.stop(held)
        (call,) = calls
        args, kwargs = call

        def enter():
            cloud.trace.effects.clear()
            return getattr(manager, method)(*args, **kwargs)

        return enter

    return entering


@pytest.fixture
def inside(cloud, src):
    """The test runs as the service of ``src``, in a work item."""
    with services.running_as(src.service), scope("live_migration"):
        yield src


@pytest.fixture
def rows():
    """Call a function of the database API on a cloud's database, unobserved."""

    def rows(cloud, function, *args, **kwargs):
        with services.running_as(Service("test", "test", Trace(), database=cloud.database)):
            return function(cloud.context, *args, **kwargs)

    return rows


@pytest.fixture
def start_action(rows):
    """Note that the request acts on a server, as the API does before it asks for anything."""

    def start_action(cloud, server):
        values = {"action": "live-migration", "instance_uuid": server.uuid, "request_id": cloud.context.request_id}
        rows(cloud, db.action_start, values)
        return server

    return start_action


@pytest.fixture
def table():
    """Return the rows of a table."""
    return lambda cloud, name: cloud.state()[f"table {name}"]


@pytest.fixture
def add_local_disk(rows):
    """Give a server a block device that is no volume."""

    def add_local_disk(cloud, server):
        values = builders.block_device_mapping_row(
            id=None,
            instance_uuid=server.uuid,
            source_type="blank",
            destination_type="local",
            volume_id=None,
            connection_info=None,
        )
        rows(cloud, db.block_device_mapping_create, values, legacy=False)

    return add_local_disk


@pytest.fixture
def steps():
    """Return what crossed a boundary: ``channel host: operation``, in order."""

    def steps(cloud):
        return [
            f"{e.channel} {e.service}: {e.operation}" if e.service else f"{e.channel}: {e.operation}"
            for e in cloud.trace.on(*BOUNDARIES)
        ]

    return steps


@pytest.fixture
def arguments():
    """Return the arguments of an operation that was done just once."""

    def arguments(cloud, channel, operation, service=None):
        effects = [e for e in cloud.trace.on(channel) if e.operation == operation and service in (None, e.service)]
        (effect,) = effects
        return effect.arguments

    return arguments
