"""get_image_metadata: what an image says of itself, completed by what the instance remembers of its own.

What changed: the system metadata and the flavor in it are read as attributes (Kilo).
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fakevirt import exceptions
from fakevirt.context import RequestContext
from fakevirt.flavors import find_flavor
from fakevirt.manager.compat import hydrate
from fakevirt.metadata import metadata_to_dict

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager

LOG = logging.getLogger(__name__)

_PREFIX = "image_"
_INHERITABLE = ("min_ram", "min_disk", "disk_format", "container_format")
#: The width of the column instance_system_metadata.value.
_VALUE_LENGTH = 255


def legacy(manager: ComputeManager, context: RequestContext, image_id: str, instance: Any) -> dict[str, Any]:
    return _image_metadata(manager, context, image_id, instance.__getitem__)


def objects(manager: ComputeManager, context: RequestContext, image_id: str, instance: Any) -> dict[str, Any]:
    return _image_metadata(manager, context, image_id, functools.partial(getattr, hydrate(context, instance)))


def _image_metadata(
    manager: ComputeManager, context: RequestContext, image_id: str, read: Callable[[str], Any]
) -> dict[str, Any]:
    system_metadata = remembered = metadata_to_dict(read("system_metadata"))
    try:
        image = manager.image_api.get(context, image_id)
    except (exceptions.ImageNotAuthorized, exceptions.ImageNotFound, exceptions.Invalid) as error:
        LOG.warning("Image %s cannot be read: %s", image_id, error)
    else:
        root_gb = find_flavor(read)["root_gb"]
        remembered = {**system_metadata, **_as_system_metadata(image, root_gb)}
    return _as_image(remembered, manager.settings.non_inheritable_image_properties)


def _as_system_metadata(image: Mapping[str, Any], root_gb: int) -> dict[str, Any]:
    values = {_PREFIX + name: str(value)[:_VALUE_LENGTH] for name, value in image.get("properties", {}).items()}
    inherited = {name: image.get(name) for name in _INHERITABLE}
    # A disk of another format than VHD can have been made larger than its image asks for.
    inherited["min_disk"] = root_gb if image.get("disk_format") == "vhd" else max(inherited["min_disk"] or 0, root_gb)
    return {**values, **{_PREFIX + name: value for name, value in inherited.items() if value is not None}}


def _as_image(system_metadata: Mapping[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    values = {name.removeprefix(_PREFIX): value for name, value in system_metadata.items() if value is not None}
    image: dict[str, Any] = {name: values.pop(name) for name in _INHERITABLE if name in values}
    properties = {name: value for name, value in values.items() if name not in left_out}
    return {**image, "properties": properties} if properties else image
