"""post_live_migration_at_destination: the far half of ``_post_live_migration``. Cast by the source.

It takes an object since Icehouse (compute RPC 3.14). What changed: the network service was told through the conductor
with a dict and is told directly with a ``Migration``; the compute node was a dict and is an object.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions, states
from fakevirt.context import RequestContext
from fakevirt.manager.compat import object_compat
from fakevirt.manager.decorators import wrap_exception, wrap_instance_fault
from fakevirt.objects.migration import Migration

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager
    from fakevirt.objects.instance import Instance

LOG = logging.getLogger(__name__)


@object_compat
@wrap_exception("post_live_migration_at_destination")
@wrap_instance_fault
def legacy(manager: ComputeManager, context: RequestContext, instance: Instance, block_migration: bool) -> None:
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    migration = {"source_compute": instance["host"], "dest_compute": manager.host}
    manager.conductor_api.network_migrate_instance_finish(context, instance, migration)
    network_info = _define_guest(manager, context, instance, block_migration)
    node = None
    power_state = manager._get_power_state(context, instance)
    try:
        node = manager._get_compute_info(context, manager.host)["hypervisor_hostname"]
    except exceptions.NotFound:
        LOG.exception("Failed to get compute_info for %s", manager.host)
    finally:
        _settle(manager, context, instance, node, power_state)
    _announce(manager, context, instance, network_info)


@object_compat
@wrap_exception("post_live_migration_at_destination")
@wrap_instance_fault
def objects(manager: ComputeManager, context: RequestContext, instance: Instance, block_migration: bool) -> None:
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    migration = Migration(source_compute=instance.host, dest_compute=manager.host)
    manager.network_api.migrate_instance_finish(context, instance, migration)
    network_info = _define_guest(manager, context, instance, block_migration)
    node = None
    power_state = manager._get_power_state(context, instance)
    try:
        node = manager._get_compute_info(context, manager.host).hypervisor_hostname
    except exceptions.NotFound:
        LOG.exception("Failed to get compute_info for %s", manager.host)
    finally:
        _settle(manager, context, instance, node, power_state)
    _announce(manager, context, instance, network_info)


def _define_guest(
    manager: ComputeManager, context: RequestContext, instance: Instance, block_migration: bool
) -> list[dict[str, Any]]:
    network_info: list[dict[str, Any]] = manager._get_instance_nw_info(context, instance)
    manager._notify_about_instance_usage(context, instance, "live_migration.post.dest.start", network_info=network_info)
    block_device_info = manager._get_instance_block_device_info(context, instance)
    manager.driver.post_live_migration_at_destination(
        context, instance, network_info, block_migration, block_device_info
    )
    return network_info


def _settle(
    manager: ComputeManager, context: RequestContext, instance: Instance, node: str | None, power_state: int
) -> None:
    instance.host = manager.host
    instance.power_state = power_state
    instance.vm_state = states.ACTIVE
    instance.task_state = None
    instance.node = node
    instance.save(expected_task_state=states.MIGRATING)


def _announce(
    manager: ComputeManager, context: RequestContext, instance: Instance, network_info: list[dict[str, Any]]
) -> None:
    # Once more, now that the instance's host is this one: DHCP follows it.
    manager.network_api.setup_networks_on_host(context, instance, manager.host)
    manager._notify_about_instance_usage(context, instance, "live_migration.post.dest.end", network_info=network_info)
