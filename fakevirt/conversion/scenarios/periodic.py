"""Periodic tasks that look after instances."""

from __future__ import annotations

from collections.abc import Callable

from fakevirt import exceptions, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.objects.instance import Instance
from fakevirt.settings import Settings

_ATTR = frozenset({"remaining_instance_attr"})
#: What ends in an action of the instance's.
_ACTION = _ATTR | {"compute_utils"}
_SYNC = "_sync_power_states"


def _clean_up(cloud: Cloud) -> None:
    # No time at all has passed since a deletion that was just now, and that is not long enough.
    cloud.clock.advance(1)
    cloud.run_periodic_task("src", "_cleanup_running_deleted_instances")


@scenario(enters=_ACTION)
def running_deleted_instance_reaped(cloud: Cloud) -> None:
    """A deleted instance's guest still runs: it is destroyed, and the one of its volumes that goes with it deleted."""
    server = cloud.boot("src", volumes=2)
    cloud.delete_volume_with_server(server, cloud.attached_volumes(server)[0])
    cloud.boot("src")
    cloud.forget(server)
    _clean_up(cloud)


@scenario(enters=_ACTION)
def running_deleted_instance_without_info_cache_reaped(cloud: Cloud) -> None:
    """A deleted instance's guest still runs and its row has no info cache: the driver is told of no ports."""
    server = cloud.boot("src", info_cache=False)
    cloud.forget(server)
    _clean_up(cloud)


@scenario(enters=_ACTION)
def running_deleted_instance_not_reaped(cloud: Cloud) -> None:
    """A deleted instance's guest still runs and cannot be destroyed: the other one is destroyed all the same."""
    for _ in range(2):
        cloud.forget(cloud.boot("src"))
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("device is busy"))
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="noop"))
def running_deleted_instance_left_alone(cloud: Cloud) -> None:
    """A deleted instance's guest still runs, and nothing is to be done about it."""
    cloud.forget(cloud.boot("src"))
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="log"))
def running_deleted_instance_logged(cloud: Cloud) -> None:
    """A deleted instance's guest still runs: a warning tells of it."""
    cloud.forget(cloud.boot("src"))
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="shutdown"))
def running_deleted_instance_powered_off(cloud: Cloud) -> None:
    """A deleted instance's guest still runs: it is powered off and kept from being started."""
    cloud.forget(cloud.boot("src"))
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="shutdown"))
def running_deleted_instance_only_powered_off(cloud: Cloud) -> None:
    """A deleted instance's guest still runs: it is powered off by a driver that cannot keep it from being started."""
    cloud.forget(cloud.boot("src"))
    cloud.faults.fail("driver", "set_bootable", with_=NotImplementedError)
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="shutdown"))
def running_deleted_instance_not_powered_off(cloud: Cloud) -> None:
    """A deleted instance's guest still runs and cannot be powered off: a warning tells of it."""
    cloud.forget(cloud.boot("src"))
    cloud.faults.fail("driver", "power_off", with_=lambda: RuntimeError("device is busy"))
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(running_deleted_instance_action="bury"))
def running_deleted_instance_of_an_unknown_fate(cloud: Cloud) -> None:
    """A deleted instance's guest still runs, and what is to be done about it is no word that Nova knows."""
    cloud.forget(cloud.boot("src"))
    _clean_up(cloud)


@scenario(
    enters=_ATTR, settings=Settings(running_deleted_instance_action="shutdown", running_deleted_instance_timeout=60)
)
def running_deleted_instance_too_young(cloud: Cloud) -> None:
    """One instance was deleted long ago, one just now: the driver lists no uuids, and one guest is powered off."""
    cloud.forget(cloud.boot("src"))
    cloud.clock.advance(120)
    cloud.forget(cloud.boot("src"))
    cloud.boot("src")
    cloud.faults.fail("driver", "list_instance_uuids", with_=NotImplementedError)
    _clean_up(cloud)


@scenario(enters=_ATTR, settings=Settings(reboot_timeout=60))
def stuck_reboots_polled(cloud: Cloud) -> None:
    """Two instances reboot, one of them for too long: the driver is told of that one."""
    long_ago, just_now = cloud.boot("src"), cloud.boot("src")
    cloud.update_server(long_ago, task_state=states.REBOOTING)
    cloud.clock.advance(120)
    cloud.update_server(just_now, task_state=states.REBOOTING)
    cloud.run_periodic_task("src", "_poll_rebooting_instances")


@scenario(enters=_ATTR)
def stuck_reboots_not_polled(cloud: Cloud) -> None:
    """Reboots have no time limit: nobody looks for stuck ones."""
    cloud.update_server(cloud.boot("src"), task_state=states.REBOOTING)
    cloud.clock.advance(120)
    cloud.run_periodic_task("src", "_poll_rebooting_instances")


@scenario(enters=_ATTR, settings=Settings(instance_build_timeout=60))
def stuck_build_set_to_error(cloud: Cloud) -> None:
    """Two instances are being built, one of them for too long: that one is in error now."""
    cloud.update_server(cloud.boot("src"), vm_state=states.BUILDING)
    cloud.clock.advance(120)
    cloud.update_server(cloud.boot("src"), vm_state=states.BUILDING)
    cloud.run_periodic_task("src", "_check_instance_build_time")


@scenario(enters=_ATTR)
def stuck_build_left_alone(cloud: Cloud) -> None:
    """Builds have no time limit: nobody looks for stuck ones."""
    cloud.update_server(cloud.boot("src"), vm_state=states.BUILDING)
    cloud.clock.advance(120)
    cloud.run_periodic_task("src", "_check_instance_build_time")


@scenario(enters=_ACTION, settings=Settings(rescue_timeout=60))
def long_rescued_instance_unrescued(cloud: Cloud) -> None:
    """Two instances are rescued, one of them for too long: that one runs from its own disk again."""
    long_ago, just_now = cloud.boot("src"), cloud.boot("src")
    cloud.rescue(long_ago)
    cloud.clock.advance(120)
    cloud.rescue(just_now)
    cloud.run_periodic_task("src", "_poll_rescued_instances")


@scenario(enters=_ACTION, settings=Settings(rescue_timeout=60))
def long_rescued_instance_not_unrescued(cloud: Cloud) -> None:
    """An instance is rescued for too long and cannot be unrescued: it is in error now."""
    cloud.rescue(cloud.boot("src"))
    cloud.clock.advance(120)
    cloud.faults.fail("driver", "unrescue", with_=lambda: RuntimeError("no such domain"))
    cloud.run_periodic_task("src", "_poll_rescued_instances")


@scenario(enters=_ACTION)
def long_rescued_instance_left_alone(cloud: Cloud) -> None:
    """Rescues have no time limit, and the administrator has a password: nobody ends it."""
    cloud.rescue(cloud.boot("src"), rescue_password="secret")
    cloud.clock.advance(120)
    cloud.run_periodic_task("src", "_poll_rescued_instances")


@scenario(enters=_ACTION)
def rescue_fails_in_the_driver(cloud: Cloud) -> None:
    """The guest cannot be rescued: the instance keeps its state, with a fault."""
    cloud.faults.fail("driver", "rescue", with_=lambda: RuntimeError("no such image"))
    cloud.rescue(cloud.boot("src"))


def _synced(name: str, sentence: str, vm_state: str, power_state: int, *, stops: bool = False) -> None:
    """Register a scenario in which a guest's power state is not what its instance's state is."""

    def request(cloud: Cloud) -> None:
        server = cloud.boot("src")
        cloud.update_server(server, vm_state=vm_state)
        cloud.host("src").hypervisor.lookup(server.name).power_state = power_state
        cloud.run_periodic_task("src", _SYNC)

    request.__name__, request.__doc__ = name, sentence
    scenario(enters=_ACTION if stops else _ATTR)(request)


for _name, _sentence, _vm_state, _power_state, _stops in (
    ("synced", "An active instance's guest runs: nothing is to be done.", states.ACTIVE, states.RUNNING, False),
    ("shut_down", "An active guest has shut itself down: it is stopped.", states.ACTIVE, states.SHUTDOWN, True),
    ("crashed", "An active guest has crashed: it is stopped.", states.ACTIVE, states.CRASHED, True),
    ("suspended", "An active guest is suspended: it is stopped.", states.ACTIVE, states.POWER_SUSPENDED, True),
    ("paused", "An active guest is paused: that is a warning.", states.ACTIVE, states.POWER_PAUSED, False),
    ("started", "A stopped instance's guest runs: it is stopped by force.", states.STOPPED, states.RUNNING, True),
    ("off", "A stopped instance's guest is off: nothing is to be done.", states.STOPPED, states.SHUTDOWN, False),
    ("paused_and_off", "A paused guest has shut itself down: it is stopped.", states.PAUSED, states.SHUTDOWN, True),
    ("paused_and_running", "A paused instance's guest runs: nothing is done.", states.PAUSED, states.RUNNING, False),
    ("deleted_softly", "A soft-deleted instance's guest runs: that is a warning.", states.SOFT_DELETED, 1, False),
    ("deleted_and_off", "A soft-deleted instance's guest is off: all is well.", states.SOFT_DELETED, 4, False),
    ("rescued", "A rescued instance's guest is off: its state is ignored.", states.RESCUED, states.SHUTDOWN, False),
):
    _synced(f"power_state_{_name}", _sentence, _vm_state, _power_state, stops=_stops)


@scenario(enters=_ATTR)
def power_state_of_an_unknown_guest(cloud: Cloud) -> None:
    """The hypervisor does not know an active instance's guest: that is a warning, and no power state is kept."""
    server = cloud.boot("src")
    del cloud.host("src").hypervisor.domains[server.name]
    cloud.run_periodic_task("src", _SYNC)


def _shut_down(cloud: Cloud) -> Instance:
    """Return an active server whose guest has shut itself down."""
    server = cloud.boot("src")
    cloud.host("src").hypervisor.lookup(server.name).power_state = states.SHUTDOWN
    return server


@scenario(enters=_ATTR)
def power_state_of_a_busy_instance(cloud: Cloud) -> None:
    """The guest has shut itself down while its instance has a pending task: the next time will do."""
    cloud.update_server(_shut_down(cloud), task_state=states.POWERING_OFF)
    cloud.run_periodic_task("src", _SYNC)


def _while_looking(cloud: Cloud, change: Callable[[Instance], object]) -> None:
    """Compare power states, and let something happen while the guest is looked at."""
    server = _shut_down(cloud)
    cloud.faults.interfere("driver", "get_info", lambda: change(server))
    cloud.run_periodic_task("src", _SYNC)


@scenario(enters=_ATTR)
def power_state_of_an_instance_that_gets_busy(cloud: Cloud) -> None:
    """A task begins while the guest is looked at: the next time will do."""
    _while_looking(cloud, lambda server: cloud.update_server(server, task_state=states.POWERING_OFF))


@scenario(enters=_ATTR)
def power_state_of_an_instance_that_moves(cloud: Cloud) -> None:
    """The instance moves to another host while the guest is looked at: it is that host's business."""
    _while_looking(cloud, lambda server: cloud.update_server(server, host="dst"))


@scenario(enters=_ATTR)
def power_state_of_an_instance_that_is_deleted(cloud: Cloud) -> None:
    """The instance is deleted while the guest is looked at: it is no longer anyone's business."""
    _while_looking(cloud, cloud.forget)


@scenario(enters=_ACTION)
def power_state_compared_twice_at_once(cloud: Cloud) -> None:
    """The task begins again while a guest is looked at: the second time leaves that one out."""
    _while_looking(cloud, lambda server: cloud.run_periodic_task("src", _SYNC))


@scenario(enters=_ATTR)
def power_state_cannot_be_read(cloud: Cloud) -> None:
    """One guest cannot be looked at: the other one is all the same."""
    cloud.boot("src")
    cloud.boot("src")
    cloud.faults.fail("driver", "get_info", with_=lambda: exceptions.HypervisorUnavailable(host="src"))
    cloud.run_periodic_task("src", _SYNC)


@scenario(enters=_ATTR)
def power_state_remedy_fails(cloud: Cloud) -> None:
    """The guest has shut itself down and the host cannot be told to stop it: a log tells of it."""
    _shut_down(cloud)
    cloud.faults.fail("rpc", "stop_instance", with_=lambda: RuntimeError("the queue is gone"))
    cloud.run_periodic_task("src", _SYNC)


@scenario(enters=_ACTION)
def power_state_of_an_instance_that_goes_with_its_guest(cloud: Cloud) -> None:
    """The guest has shut itself down, and its instance is to be deleted when that happens: it is."""
    cloud.update_server(_shut_down(cloud), shutdown_terminate=True)
    cloud.run_periodic_task("src", _SYNC)


def _soft_deleted(cloud: Cloud) -> Instance:
    server = cloud.boot("src", volumes=1)
    cloud.update_server(server, vm_state=states.SOFT_DELETED, deleted_at=cloud.clock.now)
    return server


@scenario(enters=_ACTION, settings=Settings(reclaim_instance_interval=60))
def queued_delete_reclaimed(cloud: Cloud) -> None:
    """Two instances are soft-deleted, one of them for long enough: that one is deleted."""
    _soft_deleted(cloud)
    cloud.clock.advance(120)
    _soft_deleted(cloud)
    cloud.run_periodic_task("src", "_reclaim_queued_deletes")


@scenario(enters=_ACTION, settings=Settings(reclaim_instance_interval=60))
def queued_delete_not_reclaimed(cloud: Cloud) -> None:
    """A soft-deleted instance's guest cannot be destroyed: the next time will do."""
    _soft_deleted(cloud)
    cloud.clock.advance(120)
    cloud.faults.fail("driver", "destroy", with_=lambda: RuntimeError("device is busy"))
    cloud.run_periodic_task("src", "_reclaim_queued_deletes")


@scenario(enters=_ATTR)
def queued_delete_left_alone(cloud: Cloud) -> None:
    """Soft-deleted instances are kept: nobody looks for old ones."""
    _soft_deleted(cloud)
    cloud.clock.advance(120)
    cloud.run_periodic_task("src", "_reclaim_queued_deletes")


@scenario(enters=_ATTR, settings=Settings(volume_usage_poll_interval=60))
def volume_usage_polled(cloud: Cloud) -> None:
    """The usage of two volumes is written and told of."""
    server = cloud.boot("src", volumes=2)
    block_io = cloud.host("src").hypervisor.lookup(server.name).block_io
    block_io["vdb"], block_io["vdc"] = [2, 1024, 3, 4096, 0], [4, 2048, 5, 8192, 0]
    cloud.run_periodic_task("src", "_poll_volume_usage")


@scenario(enters=_ATTR, settings=Settings(volume_usage_poll_interval=60))
def volume_usage_of_a_driver_without_counters(cloud: Cloud) -> None:
    """The driver does not count: there is nothing to write."""
    cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "get_all_volume_usage", with_=NotImplementedError)
    cloud.run_periodic_task("src", "_poll_volume_usage")


@scenario(enters=_ATTR, settings=Settings(volume_usage_poll_interval=60))
def volume_usage_of_an_empty_host(cloud: Cloud) -> None:
    """The host has no instances: the driver is not asked."""
    cloud.boot("dst", volumes=1)
    cloud.run_periodic_task("src", "_poll_volume_usage")


@scenario(enters=_ATTR)
def volume_usage_not_polled(cloud: Cloud) -> None:
    """The usage of volumes is not polled."""
    cloud.boot("src", volumes=1)
    cloud.run_periodic_task("src", "_poll_volume_usage")
