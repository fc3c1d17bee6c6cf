"""Metadata and system metadata of instances, in the shapes in which they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def metadata_to_dict(metadata: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Return metadata as a dict, given as one or as rows of keys and values (the shape that a row's primitive has)."""
    if metadata is None:
        return {}
    if isinstance(metadata, Mapping):
        return dict(metadata)
    return {row["key"]: row["value"] for row in metadata if not row["deleted"]}
