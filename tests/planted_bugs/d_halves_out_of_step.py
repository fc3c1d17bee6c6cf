"""D: the RPC server and client halves are out of step."""

from typing import Any

from fakevirt.manager import live_migration
from fakevirt.objects.instance import Instance
from fakevirt.objects.primitive import legacy_dict
from fakevirt.rpc.client import CappedClient
from fakevirt.rpc.compute import ComputeAPI
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import comparison, mix


def _sends_a_dict(client: ComputeAPI, work_item: str, converted_in: str, instance: Any) -> tuple[str, Any]:
    return converted_in, legacy_dict(instance) if isinstance(instance, Instance) else instance


@bug("D", comparison("shared_storage"), "unversioned", "rpc live_migration")
def server_half_alone(patch: Patch) -> None:
    """live_migration wants an object, and the client sends a dict with the version of objects."""
    patch.setattr(ComputeAPI, "_choose", _sends_a_dict)
    patch.edit(
        live_migration.objects,
        '    instance = hydrate(context, instance, ["metadata", "system_metadata", "security_groups", "info_cache"])\n',
        "",
    )


@bug("D", comparison("console_output_read"), "unversioned", "rpc get_console_output")
def version_without_its_object(patch: Patch) -> None:
    """The client sends the version of objects with a dict, which the host converts in silence."""
    patch.setattr(ComputeAPI, "_choose", _sends_a_dict)


@bug("D", mix("volume_detached_with_usage", "juno", "icehouse", "icehouse"), "upgrade", "refused: RPCVersionCapError")
def fallback_for_old_hosts_lost(patch: Patch) -> None:
    """The client sends the version of objects whatever its cap is."""
    patch.setattr(ComputeAPI, "_choose", lambda self, work_item, version, instance: (version, instance))


@bug("D", mix("shared_storage_one_volume", "juno", "juno", "icehouse"), "upgrade", "error: MigrationError")
def argument_of_a_newer_version(patch: Patch) -> None:
    """The client thinks that every host knows the arguments of the newest version."""
    patch.setattr(CappedClient, "can_send", lambda self, version: True)
