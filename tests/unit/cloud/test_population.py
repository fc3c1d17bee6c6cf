"""A cloud can be as large as one in use, and what happens in it costs and shows what it does in a small one."""

import collections

import pytest
from sqlalchemy import Engine, event, update

from fakevirt import exceptions, services
from fakevirt.cloud import Cloud
from fakevirt.conversion.check import compare_scenario
from fakevirt.conversion.comparison import Verdict
from fakevirt.conversion.scenarios import SCENARIOS, Scenario
from fakevirt.db import api as db
from fakevirt.db.models import Instance
from fakevirt.manager.plan import ConversionPlan
from fakevirt.usage_error import UsageError

HOSTS, INSTANCES = 3, 20


@pytest.fixture
def cloud(request):
    with Cloud(**getattr(request, "param", {})) as cloud:
        yield cloud


def rows(cloud, table):
    return [row for row in cloud.database.content()[table] if "populated" in str(row)]


def test_instances_are_spread_evenly_on_hosts_of_their_own(cloud):
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    hosts = collections.Counter(row["host"] for row in rows(cloud, "instances"))
    assert hosts == {"populated-1": 7, "populated-2": 7, "populated-3": 6}
    ids = {row["host"]: row["id"] for row in rows(cloud, "services")}
    nodes = {row["hypervisor_hostname"]: row["service_id"] for row in rows(cloud, "compute_nodes")}
    assert nodes == ids
    assert nodes.keys() == hosts.keys()


def test_each_has_all_that_a_server_has(cloud):
    server = cloud.boot("src", networks=False)
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    content = cloud.database.content()

    def belongs_to(uuid):
        return {
            table: [{k: v for k, v in row.items() if k not in ("id", "instance_uuid")} for row in found]
            for table, everything in content.items()
            if (found := [row for row in everything if row.get("instance_uuid") == uuid])
        }

    uuids = [row["uuid"] for row in rows(cloud, "instances")]
    assert len(set(uuids)) == INSTANCES
    assert "instance_system_metadata" in belongs_to(server.uuid)
    for uuid in uuids:
        assert belongs_to(uuid) == belongs_to(server.uuid)


def test_they_are_the_same_each_time_and_of_the_seed():
    contents = []
    for seed in (0, 0, 1):
        with Cloud(seed=seed) as cloud:
            cloud.populate(hosts=HOSTS, instances=INSTANCES)
            contents.append(cloud.database.content())
    assert contents[0] == contents[1] != contents[2]


def test_nothing_of_it_is_on_the_trace_or_in_the_state(cloud):
    before = cloud.state()
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    assert len(cloud.trace) == 0
    after = cloud.state()
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_server_that_comes_later_is_in_the_state(cloud):
    cloud.boot("src")
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    cloud.boot("dst")
    assert [row["host"] for row in cloud.state()["table instances"]] == ["src", "dst"]


def test_a_host_of_it_is_one_that_is_down(cloud):
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    with pytest.raises(Exception, match="populated-1"):
        cloud.live_migrate(cloud.boot("src"), to="populated-1")


@pytest.mark.parametrize(("hosts", "instances"), [(0, 1), (-1, 0), (1, -1)])
def test_other_numbers_are_refused(cloud, hosts, instances):
    with pytest.raises(UsageError, match="a host if there is an instance"):
        cloud.populate(hosts=hosts, instances=instances)


def test_a_second_time_is_refused(cloud):
    cloud.populate(hosts=HOSTS, instances=0)
    with pytest.raises(UsageError, match="a second time"):
        cloud.populate(hosts=HOSTS, instances=0)


def in_a_large_cloud(request):
    def populated(cloud):
        cloud.populate(hosts=HOSTS, instances=INSTANCES)
        return request(cloud)

    known = SCENARIOS["shared_storage"]
    return Scenario("populated", populated, known.enters, known.cloud)


def test_a_comparison_finds_the_same_in_it():
    comparison = compare_scenario(in_a_large_cloud(SCENARIOS["shared_storage"].request), ConversionPlan.objects())
    assert comparison.verdict is Verdict.SAME
    assert len(comparison.legacy.effects) > 80


def update_instance(cloud, number):
    db.instance_update(cloud.context, rows(cloud, "instances")[number]["uuid"], {"progress": 5})


def update_node(cloud, number):
    db.compute_node_update(cloud.context, rows(cloud, "compute_nodes")[number]["id"], {"running_vms": 5})


def delete_system_metadata(cloud, number):
    db.instance_system_metadata_update(cloud.context, rows(cloud, "instances")[number]["uuid"], {}, delete=True)


def update_by_what_may_have_changed(cloud, number):
    name = f"populated-{number + 1}"
    with cloud.database.transaction() as connection:
        connection.execute(update(Instance).where(Instance.hostname == name).values(hostname="other"))


@pytest.mark.parametrize(
    "write", [update_instance, update_node, delete_system_metadata, update_by_what_may_have_changed]
)
@pytest.mark.parametrize(("legacy", "objects"), [(None, 1), (2, 1)], ids=["one_path", "another_row"])
def test_a_stray_write_to_a_row_of_it_is_seen(write, legacy, objects):
    def strays(cloud):
        number = objects if cloud.plan.converted else legacy
        if number is not None:
            with services.running_as(cloud._api):
                write(cloud, number)
        return SCENARIOS["shared_storage"].request(cloud)

    comparison = compare_scenario(in_a_large_cloud(strays), ConversionPlan.objects())
    assert comparison.verdict is Verdict.DIVERGED
    assert {d.channel for d in comparison.divergences} & {"db", "state"}


def test_the_same_write_to_the_same_row_of_it_is_no_difference():
    def writes(cloud):
        with services.running_as(cloud._api):
            update_instance(cloud, 7)
            update_node(cloud, 1)
        return SCENARIOS["shared_storage"].request(cloud)

    assert compare_scenario(in_a_large_cloud(writes), ConversionPlan.objects()).verdict is Verdict.SAME


def test_a_row_that_is_written_to_is_in_the_state_and_no_other(cloud):
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    cloud.boot("src")
    with services.running_as(cloud._api):
        update_instance(cloud, 7)
    assert [row["hostname"] for row in cloud.state()["table instances"]] == ["populated-8", "server-1"]


def test_the_scheduler_sends_nothing_there(cloud):
    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    nodes = rows(cloud, "compute_nodes")
    assert [node["running_vms"] for node in nodes] == [7, 7, 6]
    assert {(node["memory_mb"] // 512, node["memory_mb_used"] // 512, node["free_ram_mb"]) for node in nodes} == {
        (7, 7, 0),
        (6, 6, 0),
    }
    request = {"instance_type": {"memory_mb": 512, "root_gb": 1, "ephemeral_gb": 0}, "instance_uuids": ["x"]}
    with pytest.raises(exceptions.NoValidHost):
        cloud.scheduler.select_destinations(cloud.context, request, {"ignore_hosts": ["src", "dst"]})


@pytest.mark.parametrize("cloud", [{"database_url": "sqlite://"}], indirect=True)
def test_no_statement_of_a_live_migration_looks_through_all_instances_or_hosts(cloud):
    statements = {}

    def note(connection, cursor, statement, parameters, *_):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements[statement] = tuple(parameters)

    cloud.populate(hosts=HOSTS, instances=INSTANCES)
    server = cloud.boot("src", volumes=1)
    event.listen(Engine, "before_cursor_execute", note)
    cloud.live_migrate(server, to="dst")
    event.remove(Engine, "before_cursor_execute", note)

    def looks_through(statement, parameters=()):
        with cloud.database.transaction() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        return [step[3] for step in plan if step[3].startswith("SCAN ")]

    large = [table for table, ids in cloud._populated.items() if ids]
    assert {"instance_system_metadata", "services", "compute_nodes"} <= {*large}
    scans = [scan for item in statements.items() for scan in looks_through(*item)]
    assert [scan for scan in scans if scan.split()[1] in large] == []
    assert looks_through("SELECT * FROM instances WHERE key_name = 'x'") == ["SCAN instances"]
