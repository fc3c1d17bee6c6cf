"""Objects between services of several releases, with everything through JSON as it goes over the wire."""

import dataclasses
import json

import oslo_messaging as messaging
import pytest
from oslo_utils import uuidutils
from oslo_versionedobjects.exception import IncompatibleObjectVersion, UnsupportedObjectError

from fakevirt import flavors, releases, services
from fakevirt.conductor.objects import ObjectActions
from fakevirt.db import api as db
from fakevirt.db import builders
from fakevirt.exceptions import ObjectActionError, ServiceNotFound, UnexpectedTaskStateError
from fakevirt.instrument.trace import Trace
from fakevirt.objects import (
    ComputeNode,
    ComputeNodeList,
    Flavor,
    HVSpec,
    Instance,
    InstanceInfoCache,
    InstanceList,
    InstanceNUMACell,
    InstanceNUMATopology,
    InstancePCIRequest,
    InstancePCIRequests,
    NetworkRequest,
    NetworkRequestList,
    PciDevice,
    PciDeviceList,
    PciDevicePool,
    PciDevicePoolList,
    Service,
    ServiceList,
    TagList,
    VirtCPUModel,
)
from fakevirt.objects.base import NovaObject, NovaObjectSerializer, NovaVersionedObjectRegistry, tree_versions
from fakevirt.objects.fields import BooleanField
from fakevirt.usage_error import UsageError

ICEHOUSE, JUNO, KILO = releases.ICEHOUSE, releases.JUNO, releases.KILO
SMALL = {"id": 1, "name": "m1.small", "flavorid": "2", "memory_mb": 512, "vcpus": 1, "root_gb": 1}
SMALL |= {"ephemeral_gb": 0, "swap": 0, "rxtx_factor": 1.0, "vcpu_weight": None}
LARGE = SMALL | {"id": 2, "name": "m1.large", "flavorid": "4", "memory_mb": 4096}


class Wire:
    """What a host reaches the conductor through."""

    def __init__(self, conductor):
        self.conductor = conductor
        self.actions = []

    def call(self, method, context, *args):
        host = services.current()
        serializer = NovaObjectSerializer()
        sent = json.dumps([serializer.serialize_entity(context, arg) for arg in args])
        with services.running_as(self.conductor):
            received = [serializer.deserialize_entity(context, arg) for arg in json.loads(sent)]
            try:
                answer = getattr(ObjectActions(), method)(context, *received)
            except messaging.ExpectedException as error:
                raise error.exc_info[1] from None
            answered = json.dumps(serializer.serialize_entity(context, answer))
        with services.running_as(host):
            return serializer.deserialize_entity(context, json.loads(answered))

    def __getattr__(self, method):
        def action(context, *args):
            self.actions.append((method, *(arg for arg in args if isinstance(arg, str))))
            return self.call(method, context, *args)

        return action


@pytest.fixture
def conductor(database):
    """Returns the conductor of a release; all have the same database."""

    def of(release):
        return services.Service("nova-conductor", "conductor", Trace(), database.database, release=release)

    return of


@pytest.fixture
def host(conductor):
    """Returns a host of a release with a conductor of another."""

    def of(release, behind):
        wire = Wire(conductor(behind))
        return services.Service("nova-compute", "src", Trace(), indirection_api=wire, release=release)

    return of


@pytest.fixture
def wired(context):
    """Sends a value from one service to another and returns what arrives."""

    def send(sender, receiver, value):
        serializer = NovaObjectSerializer()
        with services.running_as(sender):
            sent = json.dumps(serializer.serialize_entity(context, value))
        with services.running_as(receiver):
            return serializer.deserialize_entity(context, json.loads(sent))

    return send


@pytest.fixture
def uuid(database, context):
    """An instance whose flavor is among its system metadata, as Juno left it."""
    db.flavor_create(context, builders.flavor_row(id=None, **{k: v for k, v in SMALL.items() if k != "id"}))
    system_metadata = {"image_os": "linux"}
    flavors.save_flavor_info(system_metadata, SMALL.__getitem__)
    uuid = uuidutils.generate_uuid()
    db.instance_create(context, builders.instance_row(id=None, uuid=uuid, system_metadata=system_metadata))
    return uuid


def stored(context, uuid):
    """The names of the flavors in instance_extra, and the system metadata."""
    row = db.instance_extra_get_by_instance_uuid(context, uuid)
    content = json.loads(row.flavor) if row and row.flavor else {}
    names = {key: flavor and flavor["nova_object.data"]["name"] for key, flavor in content.items()}
    return names, db.instance_system_metadata_get(context, uuid)


def migrated(context, uuid, conductor):
    """Save an instance once in Kilo."""
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
        instance.save()


@pytest.mark.parametrize(("release", "version"), [(ICEHOUSE, "1.13"), (JUNO, "1.15"), (KILO, "1.19")], ids=str)
def test_an_object_is_of_the_version_of_the_release_that_makes_it(conductor, release, version):
    with services.running_as(conductor(release)):
        instance = Instance(host="src")
    assert version == instance.VERSION
    assert instance.obj_to_primitive()["nova_object.version"] == version
    assert ("numa_topology" in instance.fields) is (release is not ICEHOUSE)
    assert ("flavor" in instance.fields) is (release is KILO)
    assert type(instance) is Instance


def test_a_field_that_came_later_is_neither_filled_nor_sent_nor_loaded(conductor, context, uuid):
    with services.running_as(conductor(ICEHOUSE)):
        instance = Instance.get_by_uuid(context, uuid)
        assert not instance.obj_attr_is_set("numa_topology")
        with pytest.raises(ObjectActionError, match="numa_topology not lazy-loadable"):
            _ = instance.numa_topology
        instance.numa_topology = None
        assert "numa_topology" not in instance.obj_to_primitive()["nova_object.data"]
        assert instance.obj_what_changed() == set()


def test_a_copy_is_of_the_same_version(conductor, context, uuid):
    with services.running_as(conductor(ICEHOUSE)):
        instance = Instance.get_by_uuid(context, uuid)
    with services.running_as(conductor(KILO)):
        clone = instance.obj_clone()
        assert (clone.VERSION, clone.fields.keys()) == ("1.13", instance.fields.keys())
        instance.refresh()
        assert instance.VERSION == "1.13"


def test_a_field_that_was_dropped_for_an_older_peer_is_missing_on_the_way_back(host, wired):
    newer, older = host(KILO, KILO), host(ICEHOUSE, KILO)
    with services.running_as(newer):
        sent = Instance(host="src", tags=TagList())
    received = wired(newer, older, sent)
    assert received.VERSION == "1.13"
    assert older.indirection_api.actions == [("object_backport_versions",)]
    back = wired(older, newer, received)
    assert newer.indirection_api.actions == []
    with services.running_as(newer), pytest.raises(ObjectActionError, match="tags not lazy-loadable"):
        _ = back.tags


def test_what_a_release_does_not_have_is_refused(host, wired):
    newer = host(KILO, KILO)
    with services.running_as(newer):
        spec = HVSpec(arch="x86_64", hv_type="fake", vm_mode="hvm")
    with services.running_as(host(JUNO, KILO)):
        assert HVSpec(arch="x86_64").VERSION == "1.0"
    with pytest.raises(UnsupportedObjectError):
        wired(newer, host(JUNO, KILO), spec)


def test_without_a_newer_conductor_a_newer_object_is_refused(host, conductor, wired):
    newer = host(KILO, KILO)
    with services.running_as(newer):
        instance = Instance(host="src")
    for receiver in (host(JUNO, JUNO), conductor(JUNO)):
        with pytest.raises(IncompatibleObjectVersion, match=r"1\.19 of Instance is not supported, .* is 1\.15"):
            wired(newer, receiver, instance)


def test_an_older_parent_with_a_child_that_is_too_new_is_backported(host, wired):
    newer, older = host(KILO, KILO), host(JUNO, KILO)
    with services.running_as(newer):
        devices = PciDeviceList(objects=[PciDevice(request_id="r", numa_node=1)])
        requests = NetworkRequestList(objects=[NetworkRequest(network_id="net")])
    assert devices.VERSION == "1.1"
    (device,) = wired(newer, older, devices)
    assert (device.VERSION, device.request_id, device.obj_attr_is_set("numa_node")) == ("1.2", "r", False)
    (request,) = wired(newer, older, requests)
    assert (request.VERSION, request.network_id) == ("1.0", "net")


def test_a_conductor_answers_in_the_versions_of_its_caller(host, context, uuid):
    with services.running_as(host(ICEHOUSE, KILO)) as older:
        (instance,) = InstanceList.get_by_host(context, "fake-host", expected_attrs=["info_cache", "system_metadata"])
        assert (instance.VERSION, instance.info_cache.VERSION) == ("1.13", "1.5")
        assert instance.get_flavor().name == "m1.small"
    assert older.indirection_api.actions == [("object_class_action_versions", "InstanceList", "get_by_host")]


def test_a_conductor_that_is_older_than_its_caller_refuses(host, context, uuid):
    with services.running_as(host(KILO, JUNO)):
        with pytest.raises(IncompatibleObjectVersion):
            Instance.get_by_uuid(context, uuid)
        with pytest.raises(IncompatibleObjectVersion):
            Instance(context, uuid=uuid).refresh()


def test_what_a_conductor_did_to_an_older_object_comes_in_its_version(host, context, uuid):
    with services.running_as(host(ICEHOUSE, KILO)):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
        instance.host = "dst"
        instance.save()
        assert (instance.VERSION, instance.host, instance.obj_what_changed()) == ("1.13", "dst", set())
        assert instance.get_flavor().name == "m1.small"


def test_a_child_of_an_update_is_in_a_version_that_the_caller_has(conductor, context, uuid, monkeypatch):
    def refresh(self):
        self.pci_devices = PciDeviceList(objects=[PciDevice(numa_node=1)])

    monkeypatch.setattr(Instance, "refresh", refresh)
    with services.running_as(conductor(ICEHOUSE)):
        instance = Instance(context, uuid=uuid)
    with services.running_as(conductor(KILO)):
        updates, _ = ObjectActions().object_action(context, instance, "refresh", [], {})
    (device,) = updates["pci_devices"]["nova_object.data"]["objects"]
    assert (updates["pci_devices"]["nova_object.version"], device["nova_object.version"]) == ("1.0", "1.1")
    assert "numa_node" not in device["nova_object.data"]


def test_a_class_that_is_not_registered_changes_nothing_of_its_base(conductor, context, uuid):
    class Unknown(Instance):
        pass

    with services.running_as(conductor(ICEHOUSE)):
        assert (Unknown(context).VERSION, Instance(context).VERSION) == (Instance.VERSION, "1.13")


def test_an_update_that_an_older_caller_does_not_know_is_ignored(host, context, uuid, monkeypatch):
    with services.running_as(host(JUNO, KILO)) as older:
        instance = Instance.get_by_uuid(context, uuid)
        updates = {"tags": None, "host": "dst", "obj_what_changed": ["tags"]}
        monkeypatch.setattr(older.indirection_api, "object_action", lambda *args: (updates, None), raising=False)
        instance.save()
        assert (instance.host, instance.obj_attr_is_set("tags"), instance.obj_what_changed()) == ("dst", False, set())


def test_kilo_moves_a_flavor_when_the_instance_is_saved(conductor, context, uuid):
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
        assert (instance.flavor.name, instance.old_flavor, instance.system_metadata) == (
            "m1.small",
            None,
            {"image_os": "linux"},
        )
        assert instance.obj_what_changed() == {"flavor", "system_metadata"}
        assert stored(context, uuid)[0] == {}
        instance.save()
        assert instance.obj_what_changed() == set()
    assert stored(context, uuid) == ({"cur": "m1.small", "old": None, "new": None}, {"image_os": "linux"})


def test_extra_specs_that_juno_did_not_keep_are_those_of_the_flavor(conductor, context, uuid, mocker):
    row = {**db.flavor_get_by_flavor_id(context, "2"), "extra_specs": {"hw:cpu": "1"}}
    mocker.patch.object(db, "flavor_get_by_flavor_id", return_value=row)
    with services.running_as(conductor(KILO)):
        assert Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"]).flavor.extra_specs == {"hw:cpu": "1"}


def test_an_older_host_finds_a_moved_flavor_where_it_looks(host, conductor, context, uuid):
    migrated(context, uuid, conductor)
    for release in (ICEHOUSE, JUNO):
        with services.running_as(host(release, KILO)):
            instance = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
            assert flavors.extract_flavor(instance.system_metadata) == SMALL
            assert instance.obj_what_changed() == set()
            loaded = Instance.get_by_uuid(context, uuid)
            assert loaded.get_flavor().name == "m1.small"
            loaded.system_metadata = {}
            loaded.refresh()
            assert loaded.get_flavor().name == "m1.small"


@pytest.mark.parametrize("release", [ICEHOUSE, JUNO, KILO], ids=str)
def test_a_flavor_is_asked_for_in_one_way(host, conductor, context, uuid, release):
    migrated(context, uuid, conductor)
    with services.running_as(host(release, KILO)):
        instance = Instance.get_by_uuid(context, uuid)
        assert instance.get_flavor().memory_mb == 512
        with pytest.raises(KeyError):
            instance.get_flavor("old")
        instance.set_flavor(instance.get_flavor(), "old")
        instance.set_flavor(Flavor(**LARGE))
        instance.save()
        again = Instance.get_by_uuid(context, uuid)
        assert (again.get_flavor().name, again.get_flavor("old").name) == ("m1.large", "m1.small")
        again.delete_flavor("old")
        again.save()
        with pytest.raises(KeyError):
            again.delete_flavor("old")
    assert stored(context, uuid) == ({"cur": "m1.large", "old": None, "new": None}, {"image_os": "linux"})


def test_extra_specs_stay_with_their_flavor_when_an_older_host_resizes(host, conductor, context, uuid):
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"])
        instance.flavor.extra_specs = {"hw:cpu": "1"}
        instance.save()
    with services.running_as(host(JUNO, KILO)):
        older = Instance.get_by_uuid(context, uuid, expected_attrs=["system_metadata"])
        older.set_flavor(older.get_flavor(), "old")
        older.set_flavor(Flavor(**LARGE))
        older.save()
    with services.running_as(conductor(KILO)):
        newer = Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"])
        assert (newer.old_flavor.name, newer.old_flavor.extra_specs) == ("m1.small", {"hw:cpu": "1"})
        assert newer.flavor.name == "m1.large"
        assert "extra_specs" not in newer.flavor


def test_a_change_of_a_flavor_is_a_change_of_the_system_metadata_for_an_older_peer(
    host, wired, conductor, context, uuid
):
    newer = host(KILO, KILO)
    with services.running_as(newer):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"])
        instance.obj_reset_changes()
        instance.set_flavor(Flavor(**LARGE))
    received = wired(newer, host(JUNO, KILO), instance)
    assert received.obj_what_changed() == {"system_metadata"}
    assert received.get_flavor().name == "m1.large"


def test_nothing_of_it_is_stored_if_the_state_is_not_the_expected_one(conductor, context, uuid):
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"])
        instance.task_state = "resize_prep"
        with pytest.raises(UnexpectedTaskStateError):
            instance.save(expected_task_state="deleting")
    assert stored(context, uuid)[0] == {}


def test_a_flavor_alone_is_saved_without_touching_the_instance(conductor, context, uuid):
    migrated(context, uuid, conductor)
    with services.running_as(conductor(KILO)) as service:
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["flavor"])
        instance.set_flavor(Flavor(**LARGE), "new")
        instance.save()
        assert [effect.operation for effect in service.trace.on("db")] == ["update instance_extra"]
        assert instance.obj_what_changed() == set()
    assert stored(context, uuid)[0]["new"] == "m1.large"


@pytest.mark.parametrize("release", [JUNO, KILO], ids=str)
def test_a_notification_names_the_flavor_wherever_it_is(conductor, context, uuid, mocker, release):
    migrated(context, uuid, conductor)
    notifier = mocker.Mock()
    service = dataclasses.replace(conductor(KILO), notifier=notifier)
    with services.running_as(conductor(release)):
        older = Instance(context, uuid=uuid)
    with services.running_as(service):
        older.host = "dst"
        older.save()
        instance = Instance.get_by_uuid(context, uuid, expected_attrs=["metadata", "flavor"])
        instance.metadata = {"role": "guest"}
        instance.save()
        instance.delete_metadata_key("role")
    told = [call.args[2]["instance_type"] for call in notifier.info.call_args_list]
    assert told == ["m1.small"] * 3


def test_an_instance_is_created_with_its_flavor(conductor, context, database):
    with services.running_as(conductor(KILO)):
        instance = Instance(context, flavor=Flavor(**SMALL), system_metadata={"image_os": "linux"})
        instance.create()
        assert (instance.flavor.name, instance.new_flavor, instance.obj_what_changed()) == ("m1.small", None, set())
    assert stored(context, instance.uuid)[0]["cur"] == "m1.small"


def test_an_older_peer_creates_it_with_its_flavor_too(conductor, context, database):
    with services.running_as(conductor(JUNO)):
        instance = Instance(context, system_metadata={})
        instance.set_flavor(Flavor(**SMALL))
    with services.running_as(conductor(KILO)):
        instance.create()
    assert instance.get_flavor().name == "m1.small"
    assert stored(context, instance.uuid) == ({"cur": "m1.small", "old": None, "new": None}, {})


def test_an_instance_without_a_flavor_has_none_in_kilo(conductor, context, database):
    with services.running_as(conductor(KILO)):
        instance = Instance(context, system_metadata={})
        instance.create()
        with pytest.raises(ObjectActionError, match="has no flavor"):
            _ = Instance.get_by_uuid(context, instance.uuid).flavor
    assert db.instance_extra_get_by_instance_uuid(context, instance.uuid) is None


@pytest.mark.parametrize("release", [JUNO, KILO], ids=str)
def test_a_numa_topology_is_stored_and_loaded(conductor, context, database, release):
    with services.running_as(conductor(release)):
        uuid = uuidutils.generate_uuid()
        cells = [InstanceNUMACell(id=0, cpuset={0, 1}, memory=512)]
        topology = InstanceNUMATopology(id=0, instance_uuid=uuid, cells=cells)
        Instance(context, uuid=uuid, numa_topology=topology).create()
        for read in (Instance.get_by_uuid(context, uuid, ["numa_topology"]), Instance.get_by_uuid(context, uuid)):
            (cell,) = read.numa_topology.cells
            assert (cell.cpuset, cell.memory) == ({0, 1}, 512)
        read.numa_topology = None
        read.save()
        assert Instance.get_by_uuid(context, uuid).numa_topology is None


def test_kilo_reads_a_numa_topology_that_juno_wrote_and_not_the_other_way_round(conductor, context, database):
    uuids = {}
    for release in (JUNO, KILO):
        with services.running_as(conductor(release)):
            uuids[release] = uuidutils.generate_uuid()
            cells = [InstanceNUMACell(id=0, cpuset={0, 1}, memory=512)]
            topology = InstanceNUMATopology(id=0, instance_uuid=uuids[release], cells=cells)
            Instance(context, uuid=uuids[release], numa_topology=topology).create()
    with services.running_as(conductor(KILO)):
        assert Instance.get_by_uuid(context, uuids[JUNO]).numa_topology.cells[0].cpuset == {0, 1}
    with services.running_as(conductor(JUNO)), pytest.raises(IncompatibleObjectVersion):
        _ = Instance.get_by_uuid(context, uuids[KILO]).numa_topology


def test_pci_requests_and_cpu_models_are_stored_and_loaded(conductor, context, uuid):
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid)
        assert instance.pci_requests.requests == []
        assert instance.vcpu_model is None
        assert list(instance.tags) == []
        request = InstancePCIRequest(count=1, spec=[{"vendor_id": "8086"}], alias_name="nic")
        instance.pci_requests = InstancePCIRequests(instance_uuid=uuid, requests=[request])
        instance.vcpu_model = VirtCPUModel(model="Haswell")
        instance.save()
        read = Instance.get_by_uuid(context, uuid, ["pci_requests", "vcpu_model"])
        (found,) = read.pci_requests.requests
        assert (found.count, found.spec, found.alias_name) == (1, [{"vendor_id": "8086"}], "nic")
        assert (read.vcpu_model.model, read.vcpu_model.vendor) == ("Haswell", None)


def test_what_is_extra_is_deleted_with_the_instance(conductor, context, uuid):
    migrated(context, uuid, conductor)
    with services.running_as(conductor(KILO)):
        instance = Instance.get_by_uuid(context, uuid, ["flavor"])
        instance.destroy()
        assert db.instance_extra_get_by_instance_uuid(context, uuid) is None
        deleted = Instance.get_by_uuid(context.elevated(read_deleted="yes"), uuid, ["flavor"])
        assert deleted.flavor.name == "m1.small"


@pytest.fixture
def node(context, database):
    """A node whose row is from before Kilo."""
    service = db.service_create(context, builders.service_row(id=None, host="src"))
    return db.compute_node_create(context, builders.compute_node_row(id=None, service_id=service.id))


def test_kilo_finds_a_node_by_the_host_of_its_service(conductor, context, node):
    with services.running_as(conductor(KILO)):
        (found,) = ComputeNodeList.get_all_by_host(context, "src")
        assert (found.host, found.supported_hv_specs, found.pci_device_pools) == ("src", [], None)
        found.host = "src"
        found.supported_hv_specs = [HVSpec(arch="x86_64", hv_type="fake", vm_mode="hvm")]
        found.pci_device_pools = PciDevicePoolList(
            objects=[PciDevicePool(product_id="1", vendor_id="2", count=3, tags={})]
        )
        found.save()
        assert db.compute_node_get_all_by_host(context, "src")[0].id == node.id
        (again,) = ComputeNodeList.get_all_by_host(context, "src")
        assert (again.supported_hv_specs[0].to_list(), again.pci_device_pools[0].count) == (
            ["x86_64", "fake", "hvm"],
            3,
        )


def test_a_node_whose_service_is_gone_has_no_host(conductor, context, node):
    with services.running_as(conductor(KILO)):
        assert ComputeNode._from_db_object(context, ComputeNode(), {**dict(node), "service_id": 99}).host is None


def test_pools_of_older_releases_are_dicts():
    pools = PciDevicePoolList.from_pci_stats('[{"product_id": "1", "vendor_id": "2", "count": 3, "physnet": "a"}]')
    assert (pools[0].count, pools[0].numa_node, pools[0].tags) == (3, None, {"physnet": "a"})
    assert len(PciDevicePoolList.from_pci_stats('{"product_id": "1", "vendor_id": "2", "count": 3}')) == 1


def test_kilo_supplies_the_node_of_a_service_to_older_hosts(host, context, node):
    with services.running_as(host(KILO, KILO)):
        newest = Service.get_by_compute_host(context, "src")
        assert not newest.obj_attr_is_set("compute_node")
        assert newest.compute_node.host == "src"
    with services.running_as(host(ICEHOUSE, KILO)):
        oldest = Service.get_by_compute_host(context, "src")
        assert (oldest.VERSION, oldest.compute_node.VERSION) == ("1.2", "1.3")
        (listed,) = ServiceList.get_by_topic(context, "compute")
        assert listed.compute_node.hypervisor_hostname == "fake-node"


def test_a_service_without_a_node_goes_to_older_hosts_without_one(host, context, database):
    db.service_create(context, builders.service_row(id=None, host="api", binary="nova-api"))
    with services.running_as(host(KILO, KILO)), pytest.raises(ServiceNotFound):
        _ = Service.get_by_id(context, 1).compute_node
    with services.running_as(host(JUNO, KILO)):
        assert not Service.get_by_id(context, 1).obj_attr_is_set("compute_node")


def test_a_release_that_names_a_version_which_no_class_has_is_refused(conductor):
    release = dataclasses.replace(KILO, name="ahead", objects={**KILO.objects, "Instance": "1.20"})
    with (
        services.running_as(conductor(release)),
        pytest.raises(UsageError, match=r"(?s)Instance 1\.20.*of version 1\.19"),
    ):
        Instance()


def test_the_oldest_version_that_services_report_counts(context, database):
    assert db.service_get_minimum_version(context, "nova-compute") == 0
    for host, version in (("a", 3), ("b", 2)):
        db.service_create(context, builders.service_row(id=None, host=host, version=version))
    assert db.service_get_minimum_version(context, "nova-compute") == 2


def test_a_tree_is_that_of_the_running_service(conductor):
    with services.running_as(conductor(JUNO)):
        assert tree_versions("Instance")["InstanceNUMATopology"] == "1.0"
    with services.running_as(conductor(KILO)):
        assert tree_versions("Instance")["InstanceNUMATopology"] == "1.1"
    assert InstanceInfoCache.VERSION == "1.5"


@pytest.fixture
def ticket(mocker):
    """A class of a project's own, known for the test only."""
    mocker.patch.dict(NovaVersionedObjectRegistry.obj_classes())
    fields = {"paid": BooleanField()}
    return NovaVersionedObjectRegistry.register(type("Ticket", (NovaObject,), {"VERSION": "1.0", "fields": fields}))


def test_a_class_of_ones_own_is_known_to_the_release_that_clouds_are_of_by_default(context, ticket):
    primitive = ticket(paid=True).obj_to_primitive()
    with services.running_as(services.Service("nova-compute", "src", Trace())):
        assert NovaObjectSerializer().deserialize_entity(context, primitive).paid


def test_a_class_of_ones_own_is_refused_by_a_release_without_it(context, ticket):
    primitive = ticket(paid=True).obj_to_primitive()
    with (
        services.running_as(services.Service("nova-compute", "src", Trace(), release=releases.KILO)),
        pytest.raises(UnsupportedObjectError),
    ):
        NovaObjectSerializer().deserialize_entity(context, primitive)
