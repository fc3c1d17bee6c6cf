import oslo_messaging as messaging
import pytest

from fakevirt import exceptions
from fakevirt.conductor.live_migrate import PRE_CHECK_ERRORS, SERVICE_DOWN_TIME
from fakevirt.db import api as db
from fakevirt.instrument.determinism import frozen
from fakevirt.objects import Instance
from fakevirt.services import Service


class ComputeHost:
    """A compute manager that answers the check with what it is told to, and notes that it is to migrate."""

    target = messaging.Target(version="3.35")

    def __init__(self):
        self.check = lambda: {"is_shared_storage": True}
        self.migrated = []

    def check_can_live_migrate_destination(self, context, instance, block_migration, disk_over_commit):
        return self.check()

    def live_migration(self, context, **arguments):
        self.migrated.append(arguments)


@pytest.fixture
def hosts(conductor, add_host):
    hosts = {}
    for host in ("src", "dst"):
        hosts[host] = ComputeHost()
        service = Service("nova-compute", host, conductor.rpc.trace)
        conductor.rpc.serve(service, "compute", hosts[host])
        add_host(host, {"free_ram_mb": 1024, "hypervisor_type": "QEMU", "hypervisor_version": 2})
    return hosts


@pytest.fixture
def instance(in_conductor, context, row):
    return in_conductor(Instance.get_by_uuid, context, row.uuid)


@pytest.fixture
def migrate(conductor, context, instance):
    def migrate(host="dst"):
        conductor.compute_task_api.migrate_server(context, instance, host, False, True)

    return migrate


def change_node(in_conductor, context, host, **values):
    service = in_conductor(db.service_get_by_compute_host, context, host)
    in_conductor(db.compute_node_update, context, service["compute_node"][0]["id"], values)


def test_the_destination_is_asked_and_the_source_told(conductor, hosts, migrate, instance):
    migrate()

    ours = [(e.operation, e.arguments.get("server"), e.service) for e in conductor.rpc.trace.on("rpc")]
    assert ours == [
        ("migrate_server", None, None),
        ("check_can_live_migrate_destination", "dst", "conductor"),
        ("live_migration", "src", "conductor"),
    ]
    [arguments] = hosts["src"].migrated
    assert arguments["instance"].uuid == instance.uuid
    assert (arguments["dest"], arguments["block_migration"]) == ("dst", False)
    assert arguments["migrate_data"] == {"is_shared_storage": True}


def test_a_successful_start_writes_and_tells_nothing(conductor, hosts, migrate):
    migrate()

    assert conductor.rpc.trace.on("db") == []
    assert conductor.notifier.messages == []


@pytest.fixture
def refused(conductor, hosts, in_conductor, context, row):
    """Check that the instance is free again, that nothing was migrated, and that it was told."""

    def check(error):
        after = in_conductor(db.instance_get_by_uuid, context, row.uuid)
        assert (after["task_state"], after["vm_state"]) == (None, "active")
        assert hosts["src"].migrated == []
        update, failure = conductor.notifier.messages
        assert (update.event_type, update.publisher_id) == ("compute.instance.update", "compute_task.conductor")
        assert (failure.event_type, failure.publisher_id) == ("compute_task.migrate_server", "compute_task.conductor")
        assert failure.priority == "ERROR"
        assert failure.payload["reason"].kind == error.__name__
        assert failure.payload["request_spec"] == {"instance_properties": {"uuid": row.uuid}}
        assert (failure.payload["instance_id"], failure.payload["state"]) == (row.uuid, "active")
        assert failure.payload["method"] == "migrate_server"
        [fault] = in_conductor(db.instance_fault_get_by_instance_uuids, context, [row.uuid])[row.uuid]
        assert fault["host"] == "conductor"
        return fault

    return check


def test_a_guest_that_does_not_run_stays(migrate, instance, refused):
    instance.power_state = 4

    with pytest.raises(exceptions.InstanceNotRunning):
        migrate()
    fault = refused(exceptions.InstanceNotRunning)
    assert (fault["code"], fault["details"]) == (400, "")


def test_a_host_cannot_receive_its_own_instance(migrate, refused):
    with pytest.raises(exceptions.UnableToMigrateToSelf):
        migrate("src")
    refused(exceptions.UnableToMigrateToSelf)


def test_an_unknown_destination_is_unavailable(migrate, refused):
    with pytest.raises(exceptions.ComputeServiceUnavailable):
        migrate("nowhere")
    refused(exceptions.ComputeServiceUnavailable)


@pytest.fixture
def clock():
    with frozen() as clock:
        yield clock


@pytest.mark.parametrize(("silence", "up"), [(SERVICE_DOWN_TIME, True), (SERVICE_DOWN_TIME + 1, False)])
@pytest.mark.parametrize("host", ["src", "dst"])
def test_a_host_that_was_not_heard_of_for_long_is_unavailable(
    clock, hosts, migrate, in_conductor, context, host, silence, up
):
    clock.advance(silence)
    [other] = hosts.keys() - {host}
    service = in_conductor(db.service_get_by_compute_host, context, other)
    in_conductor(db.service_update, context, service["id"], {"report_count": 1})

    if up:
        migrate()
    else:
        with pytest.raises(exceptions.ComputeServiceUnavailable, match=host):
            migrate()


@pytest.mark.parametrize(("free", "enough"), [(512, False), (513, True)])
def test_the_destination_needs_more_memory_than_the_guest_has(
    hosts, migrate, in_conductor, context, instance, free, enough
):
    change_node(in_conductor, context, "dst", free_ram_mb=free)

    if enough:
        migrate()
    else:
        with pytest.raises(exceptions.MigrationPreCheckError, match=rf"Lack of memory\(host:{free} <= instance:512\)"):
            migrate()


def test_a_fault_of_a_server_error_has_its_traceback(migrate, in_conductor, context, hosts, refused):
    change_node(in_conductor, context, "dst", free_ram_mb=0)

    with pytest.raises(exceptions.MigrationPreCheckError):
        migrate()
    fault = refused(exceptions.MigrationPreCheckError)
    assert fault["code"] == 500
    assert "_check_memory" in fault["details"]


def test_hypervisors_must_be_of_one_type(migrate, in_conductor, context, hosts, refused):
    change_node(in_conductor, context, "dst", hypervisor_type="LXC")

    with pytest.raises(exceptions.InvalidHypervisorType):
        migrate()
    refused(exceptions.InvalidHypervisorType)


@pytest.mark.parametrize(("version", "error"), [(1, exceptions.DestinationHypervisorTooOld), (3, None)])
def test_the_destinations_hypervisor_must_not_be_older(migrate, in_conductor, context, hosts, version, error):
    change_node(in_conductor, context, "dst", hypervisor_version=version)

    if error:
        with pytest.raises(error):
            migrate()
    else:
        migrate()


def test_checks_come_in_junos_order(migrate, in_conductor, context, hosts, instance):
    # Each of these would refuse: the first to be asked is the one that answers.
    change_node(in_conductor, context, "dst", free_ram_mb=0, hypervisor_type="LXC", hypervisor_version=1)
    refusals = []
    for host, power_state in (("src", 4), ("src", 1), ("dst", 1)):
        in_conductor(db.instance_update, context, instance.uuid, {"task_state": "migrating"})
        instance.power_state = power_state
        with pytest.raises(exceptions.NovaException) as raised:
            migrate(host)
        refusals.append(type(raised.value).__base__)
    change_node(in_conductor, context, "dst", free_ram_mb=1024)
    in_conductor(db.instance_update, context, instance.uuid, {"task_state": "migrating"})
    with pytest.raises(exceptions.InvalidHypervisorType):
        migrate()

    assert refusals == [
        exceptions.InstanceNotRunning,
        exceptions.UnableToMigrateToSelf,
        exceptions.MigrationPreCheckError,
    ]


def test_a_refusal_of_the_destination_sets_the_instance_free(hosts, migrate, refused):
    def refuse():
        raise exceptions.InvalidSharedStorage(path="/instances", reason="not shared")

    hosts["dst"].check = refuse

    with pytest.raises(exceptions.InvalidSharedStorage):
        migrate()
    fault = refused(exceptions.InvalidSharedStorage)
    assert fault["message"] == "/instances is not on shared storage: not shared"


def test_any_other_error_is_a_migration_error_and_leaves_the_instance_as_it_is(
    conductor, hosts, migrate, in_conductor, context, row
):
    def fail():
        raise ValueError("what")

    hosts["dst"].check = fail

    with pytest.raises(exceptions.MigrationError, match="Migration error: what") as raised:
        migrate()

    assert not isinstance(raised.value, exceptions.MigrationPreCheckError)
    assert in_conductor(db.instance_get_by_uuid, context, row.uuid)["task_state"] == "migrating"
    assert conductor.notifier.messages == []


def test_a_destination_without_a_compute_node_is_a_migration_error(conductor, migrate, hosts, add_host):
    add_host("bare")

    with pytest.raises(exceptions.MigrationError):
        migrate("bare")


def test_an_instance_that_is_not_migrating_is_not_set_free(conductor, hosts, migrate, in_conductor, context, row):
    in_conductor(db.instance_update, context, row.uuid, {"task_state": "deleting"})

    with pytest.raises(exceptions.UnexpectedDeletingTaskStateError):
        migrate("src")

    assert in_conductor(db.instance_get_by_uuid, context, row.uuid)["task_state"] == "deleting"
    assert conductor.notifier.messages == []


@pytest.mark.parametrize("error", PRE_CHECK_ERRORS, ids=lambda error: error.__name__)
def test_every_refusal_is_an_error_of_the_field(error):
    assert issubclass(error, exceptions.NovaException)
