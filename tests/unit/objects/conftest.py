import json
from collections.abc import Iterator

import pytest
from oslo_utils import uuidutils

from fakevirt import services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.fixtures.database import DatabaseFixture
from fakevirt.instrument.trace import Trace
from fakevirt.objects.base import NovaObject, NovaObjectSerializer


@pytest.fixture
def context() -> RequestContext:
    return RequestContext(user_id="fake_user", project_id="fake_project")


@pytest.fixture
def database() -> Iterator[DatabaseFixture]:
    """A conductor with an empty database, which the test runs as."""
    with DatabaseFixture() as fixture:
        yield fixture


@pytest.fixture
def uuid(database: DatabaseFixture, context: RequestContext) -> str:
    """An instance in the database with something in everything that can be joined."""
    uuid = uuidutils.generate_uuid()
    values = builders.instance_row(
        id=None,
        uuid=uuid,
        metadata={"owner": "ops"},
        system_metadata={"instance_type_name": "m1.tiny"},
        info_cache={"network_info": '[{"id": "vif-1"}]'},
        security_groups=["default"],
    )
    db.instance_create(context, values)
    return uuid


class Conductor:
    """Runs remotable methods as the conductor, with everything through JSON as it goes over the wire."""

    def __init__(self, service: services.Service) -> None:
        self.service = service
        self.calls: list[tuple[object, ...]] = []
        self._serializer = NovaObjectSerializer()

    def _wire(self, context, value):
        primitive = json.loads(json.dumps(self._serializer.serialize_entity(context, value)))
        return self._serializer.deserialize_entity(context, primitive)

    def object_class_action_versions(self, context, objname, objmethod, object_versions, args, kwargs):
        self.calls.append((f"{objname}.{objmethod}", object_versions, args, kwargs))
        cls = NovaObject.obj_class_from_name(objname, object_versions[objname])
        args, kwargs = self._wire(context, args), self._wire(context, kwargs)
        with services.running_as(self.service):
            result = getattr(cls, objmethod)(context, *args, **kwargs)
        return self._wire(context, result)

    def object_action(self, context, objinst, objmethod, args, kwargs):
        self.calls.append((f"{objinst.obj_name()}.{objmethod}", args, kwargs))
        remote = self._wire(context, objinst)
        with services.running_as(self.service):
            result = getattr(remote, objmethod)(*args, **kwargs)
        data = remote.obj_to_primitive()["nova_object.data"]
        return self._wire(context, {**data, "obj_what_changed": list(remote.obj_what_changed())}), result

    def object_backport_versions(self, context, objinst, object_versions):
        self.calls.append(("backport", objinst["nova_object.name"], object_versions))
        name = objinst["nova_object.name"]
        return self._serializer.deserialize_entity(context, {**objinst, "nova_object.version": object_versions[name]})


@pytest.fixture
def conductor(database: DatabaseFixture) -> Conductor:
    """What a compute host reaches the database through."""
    service = services.current()
    assert service is not None
    return Conductor(service)


@pytest.fixture
def compute_host(conductor: Conductor) -> Iterator[services.Service]:
    """A compute host, which the test runs as."""
    service = services.Service("nova-compute", "src", Trace(), indirection_api=conductor)
    with services.running_as(service):
        yield service
