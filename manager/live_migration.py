"""live_migration: move a running instance to another host. Runs on the source, cast by the conductor.

What changed: the instance was a dict and is an object (compute RPC 3.26). It is not the first argument, so a dict from
an old node is turned into an object here and not by the compat decorator. The callbacks get the very instance that came
in, hence ``_post_live_migration`` and ``_rollback_live_migration`` have the form that this method has.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oslo_utils import excutils

from fakevirt.context import RequestContext
from fakevirt.manager.compat import hydrate
from fakevirt.manager.decorators import wrap_exception, wrap_instance_event, wrap_instance_fault

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)


@wrap_exception("live_migration")
@wrap_instance_event("live_migration")
@wrap_instance_fault
def legacy(
    manager: ComputeManager,
    context: RequestContext,
    dest: str,
    instance: Any,
    block_migration: bool,
    migrate_data: dict[str, Any] | None,
) -> None:
    migrate_data = dict(migrate_data or {})
    with _rolled_back_on_error(manager, context, instance, dest, block_migration, migrate_data):
        disk = None
        if block_migration:
            block_device_info = manager._get_instance_block_device_info(context, instance)
            disk = manager.driver.get_instance_disk_info(instance["name"], block_device_info)
        migrate_data["pre_live_migration_result"] = manager.compute_rpcapi.pre_live_migration(
            context, instance, block_migration, disk, dest, migrate_data
        )
    _migrate(manager, context, dest, instance, block_migration, migrate_data)


@wrap_exception("live_migration")
@wrap_instance_event("live_migration")
@wrap_instance_fault
def objects(
    manager: ComputeManager,
    context: RequestContext,
    dest: str,
    instance: Any,
    block_migration: bool,
    migrate_data: dict[str, Any] | None,
) -> None:
    instance = hydrate(context, instance, ["metadata", "system_metadata", "security_groups", "info_cache"])
    migrate_data = dict(migrate_data or {})
    with _rolled_back_on_error(manager, context, instance, dest, block_migration, migrate_data):
        disk = None
        if block_migration:
            block_device_info = manager._get_instance_block_device_info(context, instance)
            disk = manager.driver.get_instance_disk_info(instance.name, block_device_info)
        migrate_data["pre_live_migration_result"] = manager.compute_rpcapi.pre_live_migration(
            context, instance, block_migration, disk, dest, migrate_data
        )
    _migrate(manager, context, dest, instance, block_migration, migrate_data)


@contextlib.contextmanager
def _rolled_back_on_error(
    manager: ComputeManager,
    context: RequestContext,
    instance: Any,
    dest: str,
    block_migration: bool,
    migrate_data: dict[str, Any],
) -> Iterator[None]:
    try:
        yield
    except Exception:
        # An error of the rollback takes the place of the one that led to it.
        with excutils.save_and_reraise_exception():
            LOG.exception("Pre live migration failed at %s", dest)
            manager._rollback_live_migration(context, instance, dest, block_migration, migrate_data)


def _migrate(
    manager: ComputeManager,
    context: RequestContext,
    dest: str,
    instance: Any,
    block_migration: bool,
    migrate_data: dict[str, Any],
) -> None:
    manager.driver.live_migration(
        context,
        instance,
        dest,
        manager._post_live_migration,
        manager._rollback_live_migration,
        block_migration,
        migrate_data,
    )
