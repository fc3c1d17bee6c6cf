"""Live migrations: checks, the move, what follows it and what undoes it."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions
from fakevirt.cloud import Cloud
from fakevirt.conversion.scenarios.registry import scenario
from fakevirt.driver.hypervisor import CPU
from fakevirt.settings import Settings

#: What every request that begins at the API passes through.
_CHECKS = frozenset({"check_can_live_migrate_destination", "check_can_live_migrate_source"})
_SUCCESS = _CHECKS | {"live_migration", "_post_live_migration", "delete_orphan_compute_nodes", "compute_utils"}
_ROLLBACK = _CHECKS | {"live_migration", "_rollback_live_migration", "compute_utils"}


@scenario(enters=_SUCCESS)
def shared_storage(cloud: Cloud) -> None:
    """Both hosts see the same disks."""
    cloud.live_migrate(cloud.boot("src"), to="dst")


@scenario(enters=_SUCCESS, in_upgrades=True)
def shared_storage_one_volume(cloud: Cloud) -> None:
    """A volume is attached: its connection moves with the guest."""
    cloud.live_migrate(cloud.boot("src", volumes=1), to="dst")


@scenario(enters=_SUCCESS)
def shared_storage_three_volumes(cloud: Cloud) -> None:
    """Three volumes are attached, and each is connected and disconnected in order."""
    cloud.live_migrate(cloud.boot("src", volumes=3), to="dst")


@scenario(enters=_SUCCESS, shared_storage=False)
def block_migration(cloud: Cloud) -> None:
    """Nothing is shared: the disks are copied and removed from the source."""
    cloud.live_migrate(cloud.boot("src"), to="dst", block_migration=True)


@scenario(enters=_SUCCESS, shared_storage=False)
def block_migration_with_a_volume(cloud: Cloud) -> None:
    """The local disk is copied, the volume is not."""
    cloud.live_migrate(cloud.boot("src", volumes=1), to="dst", block_migration=True)


@scenario(enters=_SUCCESS, shared_storage=False)
def volume_backed_without_shared_storage(cloud: Cloud) -> None:
    """The guest boots from a volume: nothing is to be copied although nothing is shared."""
    cloud.live_migrate(cloud.boot("src", volumes=1, boot_from_volume=True), to="dst")


@scenario(enters=_SUCCESS, settings=Settings(vnc_enabled=True))
def consoles_on(cloud: Cloud) -> None:
    """A console is in use: its token is deleted on the way out."""
    server = cloud.boot("src")
    cloud.consoleauth.authorize_console(cloud.context, "token", "novnc", "src", 5900, None, server.uuid)
    cloud.live_migrate(server, to="dst")


@scenario(enters=_SUCCESS, in_upgrades=True)
def orphan_compute_node(cloud: Cloud) -> None:
    """The source has a compute node that its driver no longer knows: it is deleted on the way."""
    server = cloud.boot("src")
    cloud.add_compute_node("src", "gone-node")
    cloud.live_migrate(server, to="dst")


@scenario(enters=_SUCCESS)
def compute_node_lost_on_the_way(cloud: Cloud) -> None:
    """The destination's compute node is deleted while the guest moves: the instance is left without a node."""
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "live_migration", lambda: cloud.remove_compute_nodes("dst"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=frozenset({"check_can_live_migrate_destination", "compute_utils"}))
def destination_without_compute_node(cloud: Cloud) -> Any:
    """The destination has a service and no compute node: the check fails."""
    server = cloud.boot("src")
    cloud.remove_compute_nodes("dst")
    return cloud.check_can_live_migrate(server, to="dst")


@scenario(enters=frozenset({"check_can_live_migrate_destination", "compute_utils"}))
def refused_by_the_destination(cloud: Cloud) -> None:
    """The destination's processor cannot run the guest: it refuses."""
    cloud.host("dst").hypervisor.cpu = CPU(features=frozenset({"sse4.2"}))
    cloud.live_migrate(cloud.boot("src"), to="dst")


@scenario(enters=_CHECKS | {"compute_utils"}, shared_storage=False)
def refused_by_the_source(cloud: Cloud) -> None:
    """Nothing is shared and no disks are to be copied: the source refuses."""
    cloud.live_migrate(cloud.boot("src"), to="dst")


@scenario(enters=_CHECKS | {"compute_utils"}, shared_storage=False)
def disks_too_large(cloud: Cloud) -> None:
    """The disks to be copied do not fit on the destination: the source refuses."""
    cloud.live_migrate(cloud.boot("src", root_gb=100_000), to="dst", block_migration=True)


@scenario(enters=_ROLLBACK | {"detach_volume"})
def pre_migration_fails(cloud: Cloud) -> None:
    """The destination cannot prepare: the migration is rolled back, volume connections included."""
    server = cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "pre_live_migration", with_=_no_room_left)
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK | {"_rollback_live_migration_at_destination"}, shared_storage=False)
def pre_migration_of_disks_fails(cloud: Cloud) -> None:
    """The destination cannot prepare for copied disks: what it has is removed."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "pre_live_migration", with_=_no_room_left)
    cloud.live_migrate(server, to="dst", block_migration=True)


@scenario(enters=_ROLLBACK | {"detach_volume"}, in_upgrades=True)
def driver_fails(cloud: Cloud) -> None:
    """The guest cannot move: its driver calls the rollback."""
    server = cloud.boot("src", volumes=3)
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK | {"_rollback_live_migration_at_destination"}, shared_storage=False, in_upgrades=True)
def driver_fails_to_copy_disks(cloud: Cloud) -> None:
    """The guest cannot move after its disks were prepared: they are removed."""
    server = cloud.boot("src")
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst", block_migration=True)


@scenario(enters=_ROLLBACK | {"_rollback_live_migration_at_destination", "detach_volume"}, shared_storage=False)
def driver_fails_to_move_a_volume_backed_guest(cloud: Cloud) -> None:
    """The guest boots from a volume and cannot move: its connection and its directory are removed."""
    server = cloud.boot("src", volumes=1, boot_from_volume=True)
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK)
def rollback_without_info_cache(cloud: Cloud) -> None:
    """The instance's row has no info cache: the rollback needs none."""
    server = cloud.boot("src", info_cache=False)
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK)
def wrong_task_state_at_the_rollback(cloud: Cloud) -> None:
    """Someone else has changed the task state: the rollback is refused and goes no further."""
    server = cloud.boot("src", volumes=1)
    cloud.cut_off("dst")
    cloud.faults.interfere("driver", "live_migration", lambda: cloud.update_server(server, task_state="powering-off"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=_SUCCESS)
def wrong_task_state_at_the_destination(cloud: Cloud) -> None:
    """Someone else has changed the task state: the destination does not write its host, the source goes on."""
    server = cloud.boot("src")
    cloud.faults.interfere("driver", "live_migration", lambda: cloud.update_server(server, task_state="powering-off"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=_SUCCESS | {"remaining_instance_attr"}, in_upgrades=True)
def there_and_back(cloud: Cloud) -> None:
    """The server moves to the destination and back, and grows: what was left out on the way must be there again."""
    server = cloud.boot("src", volumes=1)
    cloud.live_migrate(server, to="dst")
    cloud.live_migrate(cloud.refresh(server), to="src")
    cloud.resize(server, cloud.add_flavor("m1.medium", memory_mb=2048, vcpus=2))
    cloud.confirm_resize(server)


@scenario(enters=_SUCCESS, version_cap="icehouse")
def old_node_among_the_hosts(cloud: Cloud) -> None:
    """A host is of an older release: clients fall back to the versions that took a dict."""
    cloud.live_migrate(cloud.boot("src", volumes=1), to="dst")


@scenario(enters=_ROLLBACK | {"detach_volume"}, version_cap="icehouse")
def old_node_at_the_rollback(cloud: Cloud) -> None:
    """A host is of an older release, and the guest cannot move."""
    server = cloud.boot("src", volumes=1)
    cloud.cut_off("dst")
    cloud.live_migrate(server, to="dst")


@scenario(enters=_SUCCESS, shared_storage=False)
def driver_without_clean_up_at_the_source(cloud: Cloud) -> None:
    """The driver does not unplug VIFs by itself: its clean-up is told to."""
    server = cloud.boot("src")
    cloud.faults.fail("driver", "post_live_migration_at_source", with_=NotImplementedError)
    cloud.live_migrate(server, to="dst", block_migration=True)


@scenario(enters=_CHECKS | {"live_migration", "_post_live_migration", "compute_utils"})
def clean_up_fails_at_the_source(cloud: Cloud) -> None:
    """The guest has moved and the source fails: nothing more is done."""
    server = cloud.boot("src", volumes=1)
    cloud.faults.fail("driver", "post_live_migration", with_=lambda: RuntimeError("device is busy"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK | {"detach_volume"})
def volume_gone_at_the_rollback(cloud: Cloud) -> None:
    """The volume service no longer knows the volume: its connection needs no removing."""
    server = cloud.boot("src", volumes=1)
    cloud.cut_off("dst")
    cloud.faults.fail("volume", "terminate_connection", with_=lambda: exceptions.VolumeNotFound(volume_id="the volume"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK | {"detach_volume"})
def detach_fails_at_the_rollback(cloud: Cloud) -> None:
    """The destination cannot disconnect the volume: the rollback goes no further."""
    server = cloud.boot("src", volumes=1)
    cloud.cut_off("dst")
    cloud.faults.fail("driver", "detach_volume", with_=lambda: exceptions.DeviceIsBusy(device="vdb"))
    cloud.live_migrate(server, to="dst")


@scenario(enters=_ROLLBACK | {"_rollback_live_migration_at_destination"}, shared_storage=False)
def rollback_fails_at_the_destination(cloud: Cloud) -> None:
    """The destination cannot remove what it had prepared: the source does not hear of it."""
    server = cloud.boot("src")
    cloud.cut_off("dst")
    cloud.faults.fail("driver", "rollback_live_migration_at_destination", with_=lambda: RuntimeError("device is busy"))
    cloud.live_migrate(server, to="dst", block_migration=True)


@scenario(enters=_SUCCESS, shared_storage=False)
def disk_over_commit(cloud: Cloud) -> None:
    """The disks fit as they are now, and may outgrow the destination: that was asked for."""
    server = cloud.boot("src", root_gb=2000)
    cloud.live_migrate(server, to="dst", block_migration=True, disk_over_commit=True)


@scenario(enters=_SUCCESS)
def image_among_the_mappings(cloud: Cloud) -> None:
    """One of the block device mappings is the image's: it is no volume."""
    cloud.live_migrate(cloud.boot("src", volumes=1, image_mapping=True), to="dst")


@scenario(enters=_SUCCESS)
def boots_from_volume_with_an_image(cloud: Cloud) -> None:
    """The root volume was made of an image, which the row still names: the guest is backed by its volume."""
    server = cloud.boot("src", volumes=1, boot_from_volume=True)
    cloud.update_server(server, image_ref="1f0e1a3c-5d0f-4b3c-9d5c-0a5f3d1c2b4a")
    cloud.live_migrate(server, to="dst")


def _no_room_left() -> exceptions.MigrationPreCheckError:
    return exceptions.MigrationPreCheckError(reason="no room left")
