"""Version caps: the newest compute RPC version that every host of a mixed cloud understands."""

from __future__ import annotations

import re

from fakevirt import releases
from fakevirt.releases import Release
from fakevirt.usage_error import UsageError

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
    return _numbers(version) >= _numbers(since)


def version_cap(pin: str) -> str:
    """Return the version that a pin stands for, as Nova's ``upgrade_levels.compute`` has it.

    Args:
        pin: A release's name, or a version such as ``3.23``.

    Raises:
        UsageError: It is neither.
    """
    if re.fullmatch(r"[34]\.\d+", str(pin)):
        return pin
    try:
        return releases.get(pin).rpc_version
    except UsageError:
        raise UsageError(
            expected="a release or a compute RPC version",
            happened=f"{pin!r} is neither",
            where="the version cap of the compute RPC client",
            how_to_go_on=f"take one of {', '.join(map(str, releases.registered()))}, or a version such as 3.23",
        ) from None


def newest_version(release: Release, pin: str | None) -> str:
    """Return the newest version that a client sends.

    Args:
        release: The client's own release: it knows no newer version.
        pin: What it is pinned to (a release's name or a version), None if it is not.

    Raises:
        UsageError: The pin is neither.
    """
    own = release.rpc_next_major or release.rpc_version
    return own if pin is None else min(own, version_cap(pin), key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
