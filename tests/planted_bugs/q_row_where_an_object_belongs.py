"""Q: a database model reaches code that now expects an object."""

import inspect
import types
from typing import Any

from fakevirt import notifications, services
from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.objects import base
from fakevirt.objects.service import Service
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug("Q", comparison("rollback_without_info_cache"), "rpc", "live_migration raised.exception AttributeError")
def notification_of_an_object(patch: Patch) -> None:
    """What tells of updates looks for changes, and is given the row."""

    send_update = notifications.send_update

    def tells_of_an_object(context: RequestContext, old: Any, new: Any) -> None:
        assert services.running().binary != "nova-conductor" or new.obj_what_changed() == set()
        send_update(context, old, new)

    converted = types.SimpleNamespace(**vars(notifications) | {"send_update": tells_of_an_object})
    patch.setattr("fakevirt.objects.instance.notifications", converted)


@bug(
    "Q",
    comparison("rollback_without_info_cache"),
    "notifier",
    "compute.instance.update arguments.payload.old_task_state",
)
def row_that_changes_under_its_reader(patch: Patch) -> None:
    """The old state is read of the row that was written, so that nothing seems to have changed."""
    send_update = notifications.send_update

    def tells_of_the_same_row(context: RequestContext, old: Any, new: Any) -> None:
        send_update(context, new if services.running().binary == "nova-conductor" else old, new)

    converted = types.SimpleNamespace(**vars(notifications) | {"send_update": tells_of_the_same_row})
    patch.setattr("fakevirt.objects.instance.notifications", converted)


@bug(
    "Q",
    comparison("destination_without_compute_node"),
    "rpc",
    "check_can_live_migrate_destination raised.exception AttributeError",
)
def row_returned_by_an_object(patch: Patch) -> None:
    """A query of an object returns the row that it has read."""
    query = inspect.unwrap(Service.__dict__["get_by_compute_host"].__func__)

    def returns_the_row(cls: type[Service], context: RequestContext, host: str) -> Any:
        query(cls, context, host)
        return db.service_get_by_compute_host(context, host)

    patch.setattr(Service, "get_by_compute_host", classmethod(base.remotable(returns_the_row)))
