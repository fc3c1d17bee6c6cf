"""What the conductor keeps in filter_properties: how often, and where, a request was tried."""

from __future__ import annotations

from typing import Any

from fakevirt import exceptions


def populate_retry(filter_properties: dict[str, Any], instance_uuid: str, max_attempts: int) -> None:
    """Count an attempt to schedule an instance.

    Args:
        filter_properties: Where ``retry`` is kept; nothing is counted for a host that is forced.
        instance_uuid: Whose attempt it is.
        max_attempts: How many there may be; 1 means that a failure is final.

    Raises:
        NoValidHost: There were too many.
    """
    if max_attempts == 1 or filter_properties.get("force_hosts") or filter_properties.get("force_nodes"):
        return
    retry = filter_properties.setdefault("retry", {"num_attempts": 0, "hosts": []})
    retry["num_attempts"] += 1
    error = retry.pop("exc", None)
    if retry["num_attempts"] > max_attempts:
        raise exceptions.NoValidHost(
            reason=f"Exceeded max scheduling attempts {max_attempts} for instance {instance_uuid}. "
            f"Last exception: {error}"
        )


def populate_filter_properties(filter_properties: dict[str, Any], destination: dict[str, Any]) -> None:
    """Note that a destination is being tried, and what limits it sets.

    Args:
        filter_properties: Where that is kept.
        destination: What the scheduler's ``select_destinations`` returned.
    """
    if filter_properties.get("retry"):
        filter_properties["retry"]["hosts"].append([destination["host"], destination["nodename"]])
    if not filter_properties.get("force_hosts"):
        filter_properties["limits"] = destination["limits"]
