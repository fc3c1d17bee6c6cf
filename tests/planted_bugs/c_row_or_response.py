"""C: the variable that holds a row, or a service's response, is dotted all the same."""

from fakevirt.context import RequestContext
from fakevirt.db import api as db
from fakevirt.manager.remaining_instance_attr import periodic
from fakevirt.manager.security_group_api import SecurityGroupAPI
from fakevirt.manager.steps import get_compute_info
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison


@bug(
    "C",
    comparison("rules_changed_of_an_instance_without_host"),
    "rpc",
    "refresh_instance_security_rules arguments.instance",
)
def rows_of_the_members(patch: Patch) -> None:
    """The API sends the rows of a security group's members."""

    def dots_rows(api: SecurityGroupAPI, context: RequestContext, group_ids: list[int]) -> None:
        for group_id in group_ids:
            for instance in db.security_group_get(context, group_id, columns_to_join=["instances"])["instances"]:
                if instance.host is not None:
                    api._rpcapi.refresh_instance_security_rules(context, instance.host, instance)

    patch.setattr(SecurityGroupAPI, "_refresh_objects", dots_rows)


@bug(
    "C",
    comparison("destination_without_compute_node"),
    "rpc",
    "check_can_live_migrate_destination raised.exception AttributeError",
)
def response_of_the_conductor(patch: Patch) -> None:
    """The service whose compute node is read is what the conductor's raw method returned."""
    patch.edit(
        get_compute_info.objects,
        "Service.get_by_compute_host(context, host)",
        "manager.conductor_api.service_get_by_compute_host(context, host)",
    )


@bug("C", comparison("long_rescued_instance_not_unrescued"), "manager", "_poll_rescued_instances raised AttributeError")
def rescued_rows(patch: Patch) -> None:
    """The rescued instances whose time is over are dicts from the conductor."""
    patch.edit(
        periodic.poll_rescued_instances.objects,
        'InstanceList.get_by_filters(context, filters, expected_attrs=["system_metadata"], use_slave=True)',
        'manager.conductor_api.instance_get_all_by_filters(context, filters, columns_to_join=["system_metadata"])',
    )
