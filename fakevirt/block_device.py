"""Names of block devices."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Iterator

from fakevirt.exceptions import DevicePathInUse, InvalidDevicePath

#: The root device of an instance whose row names none.
DEFAULT_ROOT_DEV_NAME = "/dev/sda1"

_DEVICE = re.compile(r"(/dev/x?[a-z]?d?)([a-z]+)[0-9]*")
_NOT_THE_LETTER = re.compile(r"^(/dev/)?(x?v|s)d|[0-9]+")


def get_next_device_name(in_use: Iterable[str], root_device_name: str, device: str | None = None) -> str:
    """Return a device name like that of the root device, with a letter that is free.

    Args:
        in_use: The names that are taken, with ``/dev/`` or without.
        root_device_name: The root device's, whose prefix the name gets.
        device: The name that is wanted; only its letter counts. None for the first letter that is free.

    Raises:
        InvalidDevicePath: ``device`` or ``root_device_name`` is no device's name.
        DevicePathInUse: The letter that is wanted is taken.
    """
    wanted = _parts(device)[1] if device else None
    prefix, _ = _parts("/dev/" + root_device_name.removeprefix("/dev/"))
    taken = {_NOT_THE_LETTER.sub("", name) for name in in_use}
    letter = wanted or next(letter for letter in _letters() if letter not in taken)
    if letter in taken:
        raise DevicePathInUse(path=device)
    return prefix + letter


def _parts(device: str) -> tuple[str, str]:
    match = _DEVICE.fullmatch(device)
    if match is None:
        raise InvalidDevicePath(path=device)
    return match[1], match[2]


def _letters() -> Iterator[str]:
    yield from string.ascii_lowercase
    yield from map("".join, itertools.product(string.ascii_lowercase, repeat=2))
