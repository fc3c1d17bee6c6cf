"""Resizes: another flavor on another host, its confirmation, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from fakevirt import exceptions, services, states
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.db import api as db
from fakevirt.db.models import QuotaUsage
from fakevirt.objects.instance import Instance
from fakevirt.settings import Settings

_RESIZE = frozenset({"remaining_instance_attr", "compute_utils"})
_AUDITED = _RESIZE | {"delete_orphan_compute_nodes"}
_THREE_HOSTS = ("src", "dst", "other")
_WINDOW = Settings(resize_confirm_window=60)


@scenario(enters=_RESIZE, in_upgrades=True)
def resized_and_confirmed(cloud: Cloud) -> None:
    """The server grows on another host, and that is confirmed."""
    server = _resized(cloud, volumes=1, image_mapping=True)
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE, shared_storage=False)
def resized_without_shared_storage(cloud: Cloud) -> None:
    """Nothing is shared: the disks are copied, and the old ones removed when the resize is confirmed."""
    cloud.confirm_resize(_resized(cloud))


@scenario(enters=_RESIZE)
def resized_to_less(cloud: Cloud) -> None:
    """The server gets less memory and fewer processors: the quota is given back when that is confirmed."""
    server = cloud.boot("src")
    cloud.resize(server, cloud.add_flavor("m1.medium", memory_mb=2048, vcpus=4))
    cloud.confirm_resize(server)
    cloud.resize(server, cloud.add_flavor("m1.low", memory_mb=256, vcpus=2))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def stopped_server_resized(cloud: Cloud) -> None:
    """The server is off: it stays off on the other host, and is stopped when the resize is confirmed."""
    server = cloud.boot("src")
    cloud.update_server(server, vm_state=states.STOPPED, power_state=states.SHUTDOWN)
    cloud.resize(server, _larger(cloud))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def moved_without_another_flavor(cloud: Cloud) -> None:
    """No flavor is asked for: the server only moves to a host that has another, and keeps what it has."""
    server = cloud.boot("src")
    cloud.boot("dst")
    cloud.resize(server)
    cloud.confirm_resize(server)


@scenario(enters=_AUDITED, hosts=("src",), settings=Settings(allow_resize_to_same_host=True))
def resized_on_its_host(cloud: Cloud) -> None:
    """There is one host, which may keep the server: what it had is held until the resize is confirmed."""
    server = _resized(cloud)
    cloud.run_periodic_task("src", "update_available_resource")
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def resize_refused_by_the_host_it_is_on(cloud: Cloud) -> None:
    """The source itself is asked to prepare: it refuses, and there is no other host to try."""
    cloud.prepare_resize(cloud.boot("src"), _larger(cloud), to="src")


@scenario(enters=_RESIZE)
def resize_of_a_server_without_host(cloud: Cloud) -> None:
    """The server is on no host: there is nothing to resize."""
    server = cloud.boot("src")
    cloud.update_server(server, host=None)
    cloud.prepare_resize(server, _larger(cloud), to="dst")


@scenario(enters=_RESIZE)
def resize_without_a_scheduler(cloud: Cloud) -> None:
    """A host is asked to prepare, and neither a node nor anything else is said: it takes the first one it has."""
    server = cloud.boot("src")
    cloud.update_server(server, task_state=states.RESIZE_PREP)
    cloud.prepare_resize(server, _larger(cloud), to="dst")


@scenario(enters=_RESIZE)
def source_not_told(cloud: Cloud) -> None:
    """The source cannot be told to send the server: what was held for it is given back."""
    cloud.boot("dst")
    cloud.faults.fail("rpc", "resize_instance", with_=lambda: RuntimeError("no connection"))
    _resized(cloud)


@scenario(enters=_RESIZE, hosts=_THREE_HOSTS)
def resize_rescheduled(cloud: Cloud) -> None:
    """Another server takes the room that was found: the conductor finds another host."""
    cloud.boot("other", memory_mb=64)
    cloud.confirm_resize(_resized_too_late(cloud))


@scenario(enters=_RESIZE)
def resize_rescheduled_in_vain(cloud: Cloud) -> None:
    """Another server takes the room that was found, and no other host has any: the server is in error."""
    _resized_too_late(cloud)


@scenario(enters=_RESIZE, settings=Settings(scheduler_max_attempts=1))
def resize_never_rescheduled(cloud: Cloud) -> None:
    """Another server takes the room that was found, and only one host is tried: the server is in error."""
    _resized_too_late(cloud)


@scenario(enters=_RESIZE, hosts=_THREE_HOSTS)
def resize_refused_by_the_driver(cloud: Cloud) -> None:
    """The destination's driver cannot resize such a server anywhere: no other host is tried."""
    cloud.boot("dst")
    cloud.boot("other")
    cloud.faults.fail("driver", "estimate_instance_overhead", with_=lambda: _no_lvm())
    _resized(cloud)


@scenario(enters=_RESIZE)
def disks_to_shrink(cloud: Cloud) -> None:
    """The flavor has smaller disks: the source's driver does nothing, and the server is active again."""
    cloud.resize(cloud.boot("src"), cloud.add_flavor("m1.diskless", memory_mb=1024, root_gb=0))


@scenario(enters=_RESIZE)
def driver_that_cannot_resize(cloud: Cloud) -> None:
    """The source's driver knows no resize: the server is active again."""
    cloud.faults.fail("driver", "migrate_disk_and_power_off", with_=NotImplementedError)
    _resized(cloud)


@scenario(enters=_RESIZE)
def disks_not_sent(cloud: Cloud) -> None:
    """The source cannot send the disks: server and migration are in error."""
    cloud.faults.fail("driver", "migrate_disk_and_power_off", with_=lambda: RuntimeError("no route to host"))
    _resized(cloud, volumes=1)


@scenario(enters=_RESIZE)
def server_gone_when_its_disks_are_not_sent(cloud: Cloud) -> None:
    """The source cannot send the disks of a server that is deleted meanwhile: it cannot be set to error either."""
    server = cloud.boot("src")

    def delete_and_fail() -> None:
        _delete(cloud, server)
        raise RuntimeError("no such file")

    cloud.faults.interfere("driver", "migrate_disk_and_power_off", delete_and_fail)
    cloud.resize(server, _larger(cloud))


@scenario(enters=_AUDITED)
def source_without_networks(cloud: Cloud) -> None:
    """The network service fails before anything is sent: the migration is not in error, and nothing is held for it."""
    cloud.faults.fail("network", "get_instance_nw_info", with_=lambda: RuntimeError("no agent"))
    _resized(cloud)
    cloud.run_periodic_task("src", "update_available_resource")


@scenario(enters=_AUDITED)
def guest_not_built(cloud: Cloud) -> None:
    """The destination cannot build the guest: the server has its old flavor again, and is in error."""
    cloud.boot("dst")
    cloud.faults.fail("driver", "finish_migration", with_=lambda: RuntimeError("no such machine type"))
    _resized(cloud, volumes=1)
    cloud.run_periodic_task("dst", "update_available_resource")


@scenario(enters=_RESIZE)
def guest_not_built_after_a_move(cloud: Cloud) -> None:
    """The destination cannot build the guest of a server that only moves: it is in error."""
    cloud.faults.fail("driver", "finish_migration", with_=lambda: RuntimeError("no such machine type"))
    cloud.resize(cloud.boot("src"))


@scenario(enters=_RESIZE)
def guest_not_built_and_quotas_lost(cloud: Cloud) -> None:
    """The destination cannot build the guest, nor give back what was reserved: the server is in error."""

    def lose_quotas() -> None:
        with cloud.trace.muted(), cloud.database.transaction() as connection:
            connection.execute(update(QuotaUsage).values(deleted=QuotaUsage.id))
        raise RuntimeError("no such machine type")

    cloud.faults.interfere("driver", "finish_migration", lose_quotas)
    _resized(cloud)


@scenario(enters=_AUDITED)
def audited_after_a_resize(cloud: Cloud) -> None:
    """Both hosts count anew before the resize is confirmed: the source holds what the server had, and gives it back."""
    server = _resized(cloud)
    for host in ("src", "dst"):
        cloud.run_periodic_task(host, "update_available_resource")
    cloud.confirm_resize(server)


@scenario(enters=_AUDITED)
def audited_during_a_resize(cloud: Cloud) -> None:
    """The source counts anew when the server has left and not arrived: its old flavor is found by its id."""
    cloud.faults.interfere("rpc", "finish_resize", lambda: cloud.run_periodic_task("src", "update_available_resource"))
    _resized(cloud)


@scenario(enters=_AUDITED)
def audited_with_the_server_gone(cloud: Cloud) -> None:
    """The server is deleted after its resize: nothing is held for it any more."""
    server = _resized(cloud)
    _delete(cloud, server)
    cloud.run_periodic_task("src", "update_available_resource")


@scenario(enters=_RESIZE)
def confirmed_twice(cloud: Cloud) -> None:
    """Someone else was quicker: there is nothing to confirm any more."""
    server = _resized(cloud)
    cloud.faults.interfere("rpc", "confirm_resize", lambda: _update_migration(cloud, status="confirmed"))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def confirmed_without_a_migration(cloud: Cloud) -> None:
    """The migration is gone when it is confirmed: nothing is done."""
    server = _resized(cloud)
    cloud.faults.interfere("rpc", "confirm_resize", lambda: _update_migration(cloud, deleted=1))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def confirmed_without_a_server(cloud: Cloud) -> None:
    """The server is deleted when its resize is confirmed: nothing is done."""
    server = _resized(cloud)
    cloud.faults.interfere("rpc", "confirm_resize", lambda: _delete(cloud, server))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def confirmed_while_it_is_being_deleted(cloud: Cloud) -> None:
    """The server is being deleted when its resize is confirmed: that does not keep it from being confirmed."""
    server = _resized(cloud)
    cloud.faults.interfere("rpc", "confirm_resize", lambda: cloud.update_server(server, task_state=states.DELETING))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE)
def source_not_cleaned_up(cloud: Cloud) -> None:
    """The source cannot remove what it has still: the server is in error, and what was reserved is given up."""
    server = cloud.boot("src")
    cloud.resize(server, cloud.add_flavor("m1.low", memory_mb=256))
    cloud.faults.fail("driver", "confirm_migration", with_=lambda: RuntimeError("device is busy"))
    cloud.confirm_resize(server)


@scenario(enters=_RESIZE, settings=_WINDOW)
def confirmed_by_itself(cloud: Cloud) -> None:
    """Nobody confirms the resize for longer than the window: the destination does, and gives back what is free."""
    cloud.resize(cloud.boot("src"), cloud.add_flavor("m1.low", memory_mb=256))
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def not_confirmed_within_the_window(cloud: Cloud) -> None:
    """The window is still open: nothing is confirmed."""
    _resized(cloud)
    cloud.run_periodic_task("dst", "_poll_unconfirmed_resizes")


@scenario(enters=frozenset({"remaining_instance_attr"}))
def never_confirmed_by_itself(cloud: Cloud) -> None:
    """There is no window: the destination does not even look."""
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def not_confirmed_of_a_server_in_error(cloud: Cloud) -> None:
    """The server is in error when the window ends: so is its migration."""
    cloud.update_server(_resized(cloud), vm_state=states.ERROR)
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def not_confirmed_of_a_busy_server(cloud: Cloud) -> None:
    """Something else is done with the server when the window ends: its migration is in error."""
    cloud.update_server(_resized(cloud), task_state=states.REBOOTING)
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def not_confirmed_of_a_server_being_deleted(cloud: Cloud) -> None:
    """The server is being deleted when the window ends: its migration is left alone."""
    cloud.update_server(_resized(cloud), task_state=states.DELETING)
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def not_confirmed_of_a_server_that_is_gone(cloud: Cloud) -> None:
    """The server is gone when the window ends: its migration is in error."""
    _delete(cloud, _resized(cloud))
    _poll(cloud)


@scenario(enters=_RESIZE, settings=_WINDOW)
def confirmation_by_itself_fails(cloud: Cloud) -> None:
    """The source cannot be told that the window has ended: that is for the next time."""
    _resized(cloud)
    cloud.faults.fail("rpc", "confirm_resize", with_=lambda: RuntimeError("no connection"))
    _poll(cloud)


def _larger(cloud: Cloud) -> str:
    return cloud.add_flavor("m1.large", memory_mb=1024, vcpus=2, root_gb=2)


def _resized(cloud: Cloud, **boot: Any) -> Instance:
    server = cloud.boot("src", **boot)
    cloud.resize(server, _larger(cloud))
    return server


def _resized_too_late(cloud: Cloud) -> Instance:
    """Resize a server to a host that has no room for it when it gets there."""
    server = cloud.boot("src")
    cloud.boot("dst", memory_mb=1)
    cloud.faults.interfere("rpc", "prep_resize", lambda: cloud.boot("dst", memory_mb=32_000))
    cloud.resize(server, _larger(cloud))
    return server


def _poll(cloud: Cloud) -> None:
    cloud.clock.advance(61)
    cloud.run_periodic_task("dst", "_poll_unconfirmed_resizes")


def _update_migration(cloud: Cloud, **values: Any) -> None:
    with cloud.trace.muted(), services.running_as(cloud._api):
        db.migration_update(cloud.context, 1, values)


def _delete(cloud: Cloud, server: Instance) -> None:
    with cloud.trace.muted(), services.running_as(cloud._api):
        db.instance_destroy(cloud.context, server.uuid)


def _no_lvm() -> exceptions.MigrationPreCheckError:
    return exceptions.MigrationPreCheckError(reason="the server is backed by LVM")
