"""get_next_device_name and default_device_names_for_instance: device names that are free."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Iterator

from fakevirt import exceptions
from fakevirt.objects.block_device import BlockDeviceMapping

#: What Nova takes where nobody knows better.
DEFAULT_ROOT_DEVICE_NAME = "/dev/sda1"

_DEVICE = re.compile(r"(/dev/x?[a-z]?d?)([a-z]+)[0-9]*")


def get_next_device_name(used: Iterable[str], root_device_name: str | None = None) -> str:
    """Return the first device name that is free.

    Args:
        used: The names that are taken.
        root_device_name: The name whose kind it is to be of.

    Raises:
        InvalidDevicePath: The root device has no such name.
    """
    prefix, _ = _parts(root_device_name or DEFAULT_ROOT_DEVICE_NAME)
    taken = {_parts(name)[1] for name in used}
    return prefix + next(letters for letters in _letters() if letters not in taken)


def default_device_names_for_instance(root_device_name: str, *lists: Iterable[BlockDeviceMapping]) -> None:
    """Give every mapping a name that has none, and save it.

    Args:
        root_device_name: The name of the root device, which is taken.
        *lists: The mappings, in order.
    """
    bdms = list(itertools.chain(*lists))
    used = [root_device_name, *(bdm.device_name for bdm in bdms if bdm.device_name)]
    for bdm in bdms:
        if not bdm.device_name:
            bdm.device_name = get_next_device_name(used, root_device_name)
            bdm.save()
            used.append(bdm.device_name)


def _parts(name: str) -> tuple[str, str]:
    """Return prefix and letters of a device name, given with or without its directory."""
    match = _DEVICE.fullmatch(name if name.startswith("/dev/") else f"/dev/{name}")
    if match is None:
        raise exceptions.InvalidDevicePath(path=name)
    return match[1], match[2]


def _letters() -> Iterator[str]:
    yield from string.ascii_lowercase
    yield from map("".join, itertools.product(string.ascii_lowercase, repeat=2))
