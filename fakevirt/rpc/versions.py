"""Version caps: the newest compute RPC version that every host of a mixed cloud understands."""

from __future__ import annotations

import re

from fakevirt.usage_error import UsageError

#: The newest version of each release (Nova's aliases of ``upgrade_levels.compute``).
VERSION_ALIASES = {"icehouse": "3.23", "juno": "3.35", "kilo": "3.40", "liberty": "4.5"}


def version_cap(release: str) -> str:
    """Return the version that ``release`` stands for.

    Args:
        release: A release's name, or a version such as ``3.23``.

    Raises:
        UsageError: It is neither.
    """
    if re.fullmatch(r"\d+\.\d+", release):
        return release
    if release not in VERSION_ALIASES:
        raise UsageError(
            expected="a release or a compute RPC version",
            happened=f"{release!r} is neither",
            where="the version cap of the compute RPC client",
            how_to_go_on=f"take one of {', '.join(VERSION_ALIASES)}, or a version such as 3.23",
        )
    return VERSION_ALIASES[release]
