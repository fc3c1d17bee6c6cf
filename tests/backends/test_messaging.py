"""A cloud whose conductor and hosts are processes of their own does what one within a process does."""

import dataclasses
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from fakevirt.cli import main
from fakevirt.cloud import Cloud
from fakevirt.conversion.check import run
from fakevirt.conversion.comparison import compare
from fakevirt.conversion.known import KNOWN
from fakevirt.conversion.known.faults import ALLOWANCES
from fakevirt.conversion.scenarios import SCENARIOS
from fakevirt.location import DATABASES, MESSAGES
from fakevirt.manager import compute, post_live_migration_at_destination
from fakevirt.manager.paths import BothPaths, WorkItemMethod
from fakevirt.manager.plan import ConversionPlan
from fakevirt.rpc.broker import check_url
from fakevirt.usage_error import UsageError

PLANS = {"legacy": ConversionPlan.legacy(), "objects": ConversionPlan.objects()}


def steps(scenario, plan, **cloud):
    observation = run(scenario.with_cloud(**cloud), plan)
    assert observation.set_up_error is None
    return [(effect.channel, effect.operation, effect.service, effect.content) for effect in observation.effects]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_leaves_the_trace_that_it_leaves_within_a_process(processes, name, plan):
    scenario = SCENARIOS[name]
    assert steps(scenario, PLANS[plan], **processes) == steps(scenario, PLANS[plan])


def test_conductor_and_hosts_are_processes_of_their_own(processes):
    with Cloud(**processes) as cloud:
        ids = {cloud.process_id(name) for name in ("conductor", "src", "dst")}
        assert len(ids | {os.getpid()}) == 4
        for pid in ids:
            os.kill(pid, 0)
    for pid in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_clouds_on_one_broker_do_not_hear_each_other(processes):
    with Cloud(**processes) as one, Cloud(**processes) as other:
        one.live_migrate(one.boot("src"), to="dst")
        assert one.trace.driver.calls("live_migration")
        assert not other.trace.driver.calls()


def test_a_cloud_leaves_no_threads_behind(processes):
    """Each would keep the whole cloud, and its sockets open."""
    before, patience = threading.active_count(), time.monotonic() + 10
    for _ in range(2):
        with Cloud(**processes) as cloud:
            cloud.boot("src")
    # Those that look after processes end when these do, a moment later.
    while threading.active_count() > before and time.monotonic() < patience:
        time.sleep(0.1)
    assert threading.active_count() <= before


class Forgetful(compute.ComputeManager):
    """Does not tell the network service that the guest has arrived."""

    def _silently(self, context, instance, *args, **kwargs):
        self.network_api = _Deaf(self.network_api)
        try:
            return post_live_migration_at_destination.objects(self, context, instance, *args, **kwargs)
        finally:
            self.network_api = self.network_api.network_api

    post_live_migration_at_destination = WorkItemMethod(
        BothPaths(post_live_migration_at_destination.legacy, _silently), "_post_live_migration"
    )


class _Deaf:
    def __init__(self, network_api):
        self.network_api = network_api

    def __getattr__(self, name):
        return getattr(self.network_api, name)

    def migrate_instance_finish(self, *args):
        pass


def test_a_bug_is_found_over_a_broker_too(processes):
    scenario = SCENARIOS["shared_storage"].with_cloud(manager=Forgetful, **processes)
    comparison = compare(*(run(scenario, plan) for plan in PLANS.values()), known=KNOWN)
    assert not comparison.verdict.passes
    assert {difference.operation for difference in comparison.differences} >= {"migrate_instance_finish"}


def boards(path, *options):
    status = main(["verify", "--work-item", "refresh_instance_security_rules", "--json", str(path), *options])
    assert status == 0
    return path.read_text()


def test_the_command_gives_the_board_that_it_gives_within_a_process(processes, tmp_path):
    options = ["--transport", processes["transport_url"], "--db", processes["database_url"]]
    assert boards(tmp_path / "broker.json", *options) == boards(tmp_path / "process.json")


def test_what_the_documentation_kills_leaves_the_same_on_both_paths(processes):
    page = Path(__file__).parents[2] / "docs" / "how-to" / "messaging.md"
    (block,) = re.findall(r"```python\n([^`]*process_id[^`]*)```", page.read_text())
    namespace = {"__name__": page.stem}
    exec(compile(block, page.name, "exec"), namespace)
    with DATABASES.at(processes["database_url"]), MESSAGES.at(processes["transport_url"]):
        namespace["test_a_guest_stays_if_its_destination_dies"]()


def test_a_database_in_memory_is_refused(processes):
    with (
        pytest.raises(UsageError, match="a database that several processes can share"),
        Cloud(transport_url=processes["transport_url"], database_url="sqlite://"),
    ):
        pass


def test_a_manager_that_no_other_process_can_import_is_refused(processes):
    class Here(compute.ComputeManager):
        pass

    with pytest.raises(UsageError, match="another process can import"), Cloud(manager=Here, **processes):
        pass


def test_a_broker_that_is_away_is_refused_without_its_password(processes):
    away = processes["transport_url"].replace(processes["transport_url"].rpartition(":")[2], "1/")
    with (
        pytest.raises(UsageError, match="it could not be opened") as caught,
        Cloud(**{**processes, "transport_url": away}),
    ):
        pass
    assert "secret" not in str(caught.value)


def test_a_wrong_password_is_refused_and_not_shown(broker):
    with pytest.raises(UsageError, match="AccessRefused") as caught:
        check_url(broker.url.replace("secret", "guessed"), where="here")
    assert "guessed" not in str(caught.value)


#: What is left if a host is killed at a step of its driver, on either path.
KILLED = {
    # The source hears nothing, and rolls back. What it asks of the destination for that is lost as well, which ends the
    # rollback with another fault: the volume's connection to the destination is left to whoever cleans up there.
    ("dst", "pre_live_migration"): {
        "row": ("src", "active", None),
        "guest": ["src"],
        "volume": ["src"],
        "events": ["Error"],
        "faults": 2,
    },
    # Nobody ends the migration: the server is migrating for ever, as in Nova, until its host starts and frees it.
    ("src", "live_migration"): {
        "row": ("src", "active", "migrating"),
        "guest": ["src"],
        "volume": ["src", "dst"],
        "events": [None],
        "faults": 0,
    },
    # The guest has moved, and its row has not: the source sent a cast and has no reason to doubt it.
    ("dst", "post_live_migration_at_destination"): {
        "row": ("src", "active", "migrating"),
        "guest": ["dst"],
        "volume": ["dst"],
        "events": ["Success"],
        "faults": 0,
    },
}


def migrate_while_a_host_is_killed(cloud, host, operation):
    server = cloud.boot("src", volumes=1)
    pid = cloud.process_id(host)
    cloud.faults.interfere("driver", operation, lambda: os.kill(pid, signal.SIGKILL))
    cloud.live_migrate(server, to="dst")
    instance = cloud.refresh(server)
    hypervisors = {name: cloud.host(name).hypervisor for name in ("src", "dst")}
    rows = cloud.database.content()
    return {
        "row": (instance.host, instance.vm_state, instance.task_state),
        "guest": [name for name, hypervisor in hypervisors.items() if hypervisor.domains],
        "volume": [name for name, hypervisor in hypervisors.items() if hypervisor.connected_volumes],
        "events": [row["result"] for row in rows["instance_actions_events"]],
        "faults": len(rows["instance_faults"]),
    }


@pytest.mark.parametrize(("host", "operation"), KILLED)
def test_a_host_that_is_killed_in_a_migration_leaves_the_same_on_both_paths(processes, host, operation):
    left = []

    def migrate(cloud):
        left.append(migrate_while_a_host_is_killed(cloud, host, operation))

    scenario = dataclasses.replace(SCENARIOS["shared_storage"], request=migrate).with_cloud(**processes)
    legacy, objects = (run(scenario, plan) for plan in PLANS.values())
    assert legacy.error is objects.error is None
    assert left == [KILLED[host, operation]] * 2
    assert compare(legacy, objects, known=(*KNOWN, *ALLOWANCES)).verdict.passes
