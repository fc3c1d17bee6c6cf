"""One world: servers boot in it, move in it, and two of them are alike."""

import contextvars
import json

import pytest

from fakevirt import exceptions, running_test, services
from fakevirt.cloud import Cloud
from fakevirt.conversion.entities import normalise, recognise
from fakevirt.conversion.observation import PLAIN
from fakevirt.db.engine import Database
from fakevirt.driver.profile import Accepts, Profile
from fakevirt.instrument.canonical import Canonicalizer
from fakevirt.manager.plan import ConversionPlan
from fakevirt.running_test import RunningTest
from fakevirt.settings import Settings
from fakevirt.usage_error import UsageError


@pytest.fixture
def cloud():
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def apart():
    """A cloud whose hosts share no storage."""
    with Cloud(shared_storage=False) as cloud:
        yield cloud


def lines(cloud):
    canonicalizer = Canonicalizer(cloud.epoch, recognise, normalise, names=cloud.names, plain_channels=PLAIN)
    return [json.dumps([*effect.key, effect.content], sort_keys=True) for effect in canonicalizer.effects(cloud.trace)]


def domains(cloud, host):
    return list(cloud.host(host).hypervisor.domains)


def test_each_host_has_a_service_a_node_and_a_manager_of_its_name(cloud):
    for name in ("src", "dst"):
        host = cloud.host(name)
        assert (host.name, host.service.host, host.manager.host, host.hypervisor.hostname) == (name,) * 4
    state = cloud.state()
    assert [row["host"] for row in state["table services"]] == ["src", "dst"]
    assert [row["hypervisor_hostname"] for row in state["table compute_nodes"]] == ["src", "dst"]


def test_a_compute_host_has_no_database(cloud):
    assert cloud.host("src").service.database is None


def test_hosts_are_those_that_are_asked_for():
    with Cloud(hosts=("a", "b", "c")) as cloud:
        cloud.live_migrate(server := cloud.boot("a"), to="c")
        assert (domains(cloud, "a"), cloud.refresh(server).host) == ([], "c")


@pytest.mark.parametrize("hosts", [(), ("src", "src")])
def test_no_hosts_or_two_of_one_name_are_refused(hosts):
    with pytest.raises(UsageError) as refused:
        Cloud(hosts=hosts)
    assert refused.value.happened == f"hosts={hosts!r}"


def test_a_database_that_cannot_be_opened_is_refused_and_leaves_nothing_behind():
    test = RunningTest("test", "pytest test", lambda name: [])
    with running_test.running(test), pytest.raises(UsageError), Cloud(database_url="nonsense"):
        pass
    assert list(test.clouds) == []


def test_setting_up_is_not_on_the_trace(cloud):
    cloud.boot("src", volumes=3)
    cloud.add_compute_node("src", "more")
    assert len(cloud.trace) == 0


def test_settings_profile_and_plan_reach_the_managers():
    settings, profile = Settings(vnc_enabled=True), Profile(get_info=Accepts.OBJECT_ONLY)
    with Cloud(settings=settings, profile=profile, plan=ConversionPlan.legacy()) as cloud:
        manager = cloud.host("dst").manager
        assert (manager.settings, manager.driver.profile, manager.plan) == (settings, profile, ConversionPlan.legacy())


def test_everything_is_converted_unless_the_plan_says_otherwise(cloud):
    assert cloud.plan == ConversionPlan.objects()
    assert repr(cloud) == "<Cloud of src, dst, plan objects>"


def test_an_unknown_host_is_refused_with_those_that_there_are(cloud):
    with pytest.raises(UsageError) as refused:
        cloud.host("nowhere")
    assert refused.value.expected == "one of the compute hosts src, dst"
    assert refused.value.where == repr(cloud)


@pytest.mark.parametrize(
    "ask",
    [
        lambda cloud: cloud.boot("nowhere"),
        lambda cloud: cloud.cut_off("nowhere"),
        lambda cloud: cloud.add_compute_node("nowhere", "node"),
        lambda cloud: cloud.remove_compute_nodes("nowhere"),
        lambda cloud: cloud.live_migrate(cloud.boot("src"), to="nowhere"),
        lambda cloud: cloud.check_can_live_migrate(cloud.boot("src"), to="nowhere"),
    ],
)
def test_whatever_takes_a_host_refuses_an_unknown_one_and_asks_nothing(cloud, ask):
    with pytest.raises(UsageError, match="'nowhere' is none of them"):
        ask(cloud)
    assert len(cloud.trace) == 0


def test_a_test_that_runs_knows_its_clouds():
    test = RunningTest("test", "pytest test", lambda name: [])
    with running_test.running(test), Cloud() as cloud:
        assert list(test.clouds) == [cloud]


def test_a_cloud_outside_any_test_belongs_to_none():
    def migrate():
        with Cloud() as cloud:
            server = cloud.boot("src")
            cloud.live_migrate(server, to="dst")
            return running_test.current(), cloud.refresh(server).host

    # Which test runs is a context variable.
    assert contextvars.Context().run(migrate) == (None, "dst")


def test_a_server_runs_on_its_host_and_is_active(cloud):
    server = cloud.boot("src")
    assert (server.host, server.node, server.vm_state, server.task_state) == ("src", "src", "active", None)
    assert domains(cloud, "src") == [server.name]
    assert cloud.names[server.uuid] == server.display_name == "server-1"


def test_servers_and_volumes_are_numbered(cloud):
    cloud.boot("src", volumes=2)
    cloud.boot("dst", volumes=1)
    numbered = sorted(name for name in cloud.names.values() if "-" in name)
    assert numbered == ["port-1", "port-2", "server-1", "server-2", "volume-1", "volume-2", "volume-3"]


@pytest.mark.parametrize(
    ("booted", "devices", "image"),
    [
        ({}, [], True),
        ({"volumes": 2}, ["/dev/vdb", "/dev/vdc"], True),
        ({"volumes": 2, "boot_from_volume": True}, ["/dev/vda", "/dev/vdb"], False),
    ],
)
def test_volumes_are_attached_behind_the_root_disk_or_in_its_place(cloud, booted, devices, image):
    server = cloud.boot("src", **booted)
    mappings = cloud.state()["table block_device_mapping"]
    assert [row["device_name"] for row in mappings] == devices
    assert [row["boot_index"] for row in mappings] == [0 if device == "/dev/vda" else None for device in devices]
    assert bool(server.image_ref) is image
    volumes = cloud.volumes.volumes.values()
    assert [(v.status, v.instance_uuid, list(v.connections)) for v in volumes] == [
        ("in-use", server.uuid, ["src"])
    ] * len(devices)


def test_a_server_that_is_to_boot_from_a_volume_needs_one(cloud):
    with pytest.raises(UsageError) as refused:
        cloud.boot("src", boot_from_volume=True)
    assert refused.value.happened == "volumes=0, boot_from_volume=True"
    assert "server-1" not in cloud.names.values()


@pytest.mark.parametrize(("networks", "count"), [(True, 1), (False, 0)])
def test_a_server_has_a_port_or_none(cloud, networks, count):
    server = cloud.boot("src", networks=networks)
    assert len(cloud.network.ports) == len(server.info_cache.network_info) == count


def test_a_server_may_have_no_info_cache(cloud):
    assert cloud.refresh(cloud.boot("src", info_cache=False)).info_cache is None


def test_its_size_counts_on_its_host(cloud):
    server = cloud.boot("src", memory_mb=1024, root_gb=5)
    assert (server.memory_mb, server.root_gb) == (1024, 5)
    src, dst = cloud.state()["table compute_nodes"]
    assert (src["memory_mb_used"], src["local_gb_used"], src["running_vms"]) == (1024, 5, 1)
    assert (dst["memory_mb_used"], dst["running_vms"]) == (0, 0)


def test_refresh_reads_what_others_wrote_with_everything_joined(cloud):
    server = cloud.boot("src")
    cloud.update_server(server, task_state="migrating")
    fresh = cloud.refresh(server)
    assert (server.task_state, fresh.task_state) == (None, "migrating")
    assert (fresh.metadata, [g.name for g in fresh.security_groups]) == ({"role": "guest"}, ["default"])
    assert len(cloud.trace) == 0


@pytest.mark.parametrize("plan", [ConversionPlan.legacy(), ConversionPlan.objects()], ids=str)
def test_a_migration_moves_the_guest_its_networks_and_its_volumes(plan):
    with Cloud(plan=plan) as cloud:
        server = cloud.boot("src", volumes=1)
        before = cloud.host("src").hypervisor.domains[server.name].uuid
        cloud.live_migrate(server, to="dst")
        after = cloud.refresh(server)
        assert (after.host, after.node, after.task_state) == ("dst", "dst", None)
        assert (domains(cloud, "src"), domains(cloud, "dst")) == ([], [server.name])
        assert cloud.host("dst").hypervisor.domains[server.name].uuid == before
        (volume,) = cloud.volumes.volumes.values()
        assert list(volume.connections) == ["dst"]


def test_a_block_migration_copies_the_disks(apart):
    server = apart.boot("src")
    disks = apart.host("src").hypervisor.disks(server.name)
    apart.live_migrate(server, to="dst", block_migration=True)
    assert apart.host("dst").hypervisor.disks(server.name) == disks
    assert apart.host("src").hypervisor.instances_path.directories == {}


def test_a_migration_there_and_back(cloud):
    server = cloud.boot("src")
    cloud.live_migrate(server, to="dst")
    cloud.live_migrate(server, to="src")
    assert (cloud.refresh(server).host, domains(cloud, "src")) == ("src", [server.name])


def test_a_check_that_refuses_is_raised_and_frees_the_server(apart):
    server = apart.boot("src")
    with pytest.raises(exceptions.InvalidSharedStorage):
        apart.live_migrate(server, to="dst")
    assert (apart.refresh(server).host, apart.refresh(server).task_state) == ("src", None)


def test_a_server_that_is_busy_is_refused(cloud):
    server = cloud.boot("src")
    cloud.update_server(server, task_state="powering-off")
    with pytest.raises(exceptions.UnexpectedTaskStateError):
        cloud.live_migrate(server, to="dst")
    assert cloud.trace.on("rpc") == []


def test_a_host_that_is_cut_off_gets_messages_and_no_guest(cloud):
    server = cloud.boot("src")
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")
    assert "pre_live_migration" in [effect.operation for effect in cloud.trace.on("manager")]
    assert (domains(cloud, "src"), domains(cloud, "dst")) == ([server.name], [])
    assert (cloud.refresh(server).host, cloud.refresh(server).task_state) == ("src", None)


def test_hypervisors_reach_each_other_by_address(apart):
    server = apart.boot("src")
    source, dest = apart.host("src"), apart.host("dst")
    flavor = {"root_gb": 1, "ephemeral_gb": 0, "swap": 0}
    source.driver.migrate_disk_and_power_off(apart.context, server, dest.driver.get_host_ip_addr(), flavor, [])
    assert list(dest.hypervisor.instances_path.directories) == [server.uuid]


def test_drivers_upload_snapshots_to_the_image_service_of_the_cloud(cloud):
    server = cloud.boot("src")
    image = cloud.images.create(cloud.context, {"name": "monday", "size": 0})
    cloud.host("src").driver.snapshot(cloud.context, server, image["id"], lambda **states: None)
    assert cloud.images.get(cloud.context, image["id"])["size"] > 0
    assert "update" in [effect.operation for effect in cloud.trace.on("image")]


@pytest.mark.parametrize("disk_over_commit", [True, False])
def test_a_check_finds_out_about_storage_and_moves_nothing(apart, disk_over_commit):
    server = apart.boot("src")
    found = apart.check_can_live_migrate(server, to="dst", block_migration=True, disk_over_commit=disk_over_commit)
    assert (found["is_shared_instance_path"], found["disk_over_commit"]) == (False, disk_over_commit)
    assert apart.refresh(server).host == "src"


def test_compute_nodes_come_and_go(cloud):
    cloud.add_compute_node("src", "more")
    cloud.remove_compute_nodes("src")
    nodes = {row["hypervisor_hostname"]: bool(row["deleted"]) for row in cloud.state()["table compute_nodes"]}
    assert nodes == {"src": True, "more": True, "dst": False}


def test_the_state_is_everything_there_is(cloud):
    cloud.boot("src", volumes=1)
    cloud.consoleauth.authorize_console(cloud.context, "token", "novnc", "src", 5900, None, "uuid")
    state = cloud.state()
    assert {"network", "volume", "consoleauth", "hypervisor src", "hypervisor dst", "table instances"} <= state.keys()
    assert len(state["table instances"]) == len(state["consoleauth"]) == 1
    assert state["hypervisor src"] != state["hypervisor dst"]


def test_the_state_is_a_copy(cloud):
    before = cloud.state()
    cloud.boot("src", volumes=1)
    assert before["table instances"] == []
    assert before != cloud.state()


def test_two_clouds_in_which_the_same_happens_are_alike():
    clouds = []
    for _ in range(2):
        with Cloud() as cloud:
            cloud.live_migrate(cloud.boot("src", volumes=2), to="dst")
            clouds.append((lines(cloud), cloud.state(), cloud.names))
    assert clouds[0] == clouds[1]


def test_another_seed_has_other_uuids_and_the_same_effects():
    clouds = []
    for seed in (1, 2):
        with Cloud(seed=seed) as cloud:
            # A port's device is named after a part of its uuid.
            server = cloud.boot("src", volumes=1, networks=False)
            cloud.live_migrate(server, to="dst")
            clouds.append((server.uuid, lines(cloud)))
    assert clouds[0][0] != clouds[1][0]
    assert clouds[0][1] == clouds[1][1]


def test_the_clock_stands_still_unless_it_is_advanced(cloud):
    first = cloud.boot("src")
    cloud.clock.advance(60)
    second = cloud.boot("src")
    assert first.launched_at.replace(tzinfo=None) == cloud.epoch
    assert (second.launched_at - first.launched_at).total_seconds() == 60


def test_a_cloud_within_a_cloud_is_a_world_of_its_own():
    with Cloud() as outer:
        server = outer.boot("src")
        with Cloud(seed=1, plan=ConversionPlan.legacy()) as inner:
            inner.live_migrate(inner.boot("src"), to="dst")
            assert len(outer.trace) == 0
            assert [row["host"] for row in outer.state()["table instances"]] == ["src"]
        seen = len(inner.trace)
        outer.live_migrate(server, to="dst")
        assert outer.refresh(server).host == "dst"
        assert len(inner.trace) == seen


def test_a_cloud_that_is_closed_leaves_no_service_and_keeps_its_trace():
    with Cloud() as cloud:
        cloud.live_migrate(cloud.boot("src"), to="dst")
    assert services.current() is None
    assert cloud.trace.on("driver")


def test_a_cloud_is_closed_whatever_happens_in_it(mocker):
    disposed = mocker.spy(Database, "dispose")

    def fail():
        with Cloud():
            disposed.assert_not_called()
            raise RuntimeError("what")

    with pytest.raises(RuntimeError, match="what"):
        fail()
    disposed.assert_called_once()


def test_a_cloud_that_cannot_be_set_up_undoes_what_it_has_done(mocker):
    disposed = mocker.spy(Database, "dispose")
    mocker.patch.object(Cloud, "_populate", side_effect=RuntimeError("what"))
    with pytest.raises(RuntimeError, match="what"):
        Cloud().__enter__()
    disposed.assert_called_once()


def test_a_database_on_disk_works_and_is_emptied_for_the_next_cloud(tmp_path):
    url = f"sqlite:///{tmp_path}/cloud.db"
    for _ in range(2):
        with Cloud(database_url=url) as cloud:
            server = cloud.boot("src")
            cloud.live_migrate(server, to="dst")
            assert [row["host"] for row in cloud.state()["table instances"]] == ["dst"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"plan": "legacy"}, "Cloud(plan=…)"),
        ({"settings": {}}, "Cloud(settings=…)"),
        ({"database_url": 1}, "Cloud(database_url=…)"),
        ({"hosts": "src"}, "Cloud(hosts=…)"),
    ],
)
def test_arguments_of_another_kind_are_refused(arguments, where):
    with pytest.raises(UsageError) as refused:
        Cloud(**arguments)
    assert refused.value.where == where


@pytest.mark.parametrize("volumes", [-1, 26])
def test_a_number_of_volumes_that_no_guest_can_have_is_refused(cloud, volumes):
    with pytest.raises(UsageError) as refused:
        cloud.boot("src", volumes=volumes)
    assert "volumes" in refused.value.happened


def test_a_cloud_outside_its_block_says_so():
    cloud = Cloud()
    with pytest.raises(UsageError, match="with block"):
        cloud.host("src")


def test_a_manager_that_returns_nothing_is_told_in_four_parts(cloud, mocker):
    mocker.patch.object(cloud.host("src").manager, "check_can_live_migrate_source", return_value=None)
    with pytest.raises(UsageError) as refused:
        cloud.live_migrate(cloud.boot("src"), to="dst")
    assert "returned nothing" in refused.value.happened
