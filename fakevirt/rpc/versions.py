"""Version caps: the newest compute RPC version that every host of a mixed cloud understands."""

from __future__ import annotations

import re

from fakevirt.usage_error import UsageError

#: The newest version of each release (Nova's aliases of ``upgrade_levels.compute``).
VERSION_ALIASES = {"icehouse": "3.23", "juno": "3.35", "kilo": "3.40", "liberty": "4.5"}

#: The first version of each method that takes an instance as an object.
OBJECT_SINCE = {
    "check_can_live_migrate_destination": "3.0",
    "check_can_live_migrate_source": "3.0",
    "post_live_migration_at_destination": "3.14",
    "pre_live_migration": "3.19",
    "detach_volume": "3.25",
    "live_migration": "3.26",
    "rollback_live_migration_at_destination": "3.26",
    "run_instance": "3.27",
    "get_console_output": "3.28",
    "check_instance_shared_storage": "3.29",
    "remove_volume_connection": "3.30",
    "refresh_instance_security_rules": "4.4",
}


def takes_object(method: str, version: str) -> bool:
    """Tell whether ``method`` takes an object in ``version``; one that is not listed does."""
    since = OBJECT_SINCE.get(method, "0.0")
    return tuple(map(int, version.split("."))) >= tuple(map(int, since.split(".")))


def version_cap(release: str) -> str:
    """Return the version that ``release`` stands for.

    Args:
        release: A release's name, or a version such as ``3.23``.

    Raises:
        UsageError: It is neither.
    """
    if re.fullmatch(r"[34]\.\d+", str(release)):
        return release
    if release not in VERSION_ALIASES:
        raise UsageError(
            expected="a release or a compute RPC version",
            happened=f"{release!r} is neither",
            where="the version cap of the compute RPC client",
            how_to_go_on=f"take one of {', '.join(VERSION_ALIASES)}, or a version such as 3.23",
        )
    return VERSION_ALIASES[release]
