"""_decode_files: what is to be put into the guest, as the driver takes it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from fakevirt import exceptions


def decode_files(injected_files: Iterable[tuple[str, str]] | None) -> list[tuple[str, bytes]]:
    """Return paths with their contents.

    Args:
        injected_files: Paths and base64 contents.

    Raises:
        Base64Exception: A content is no base64.
    """
    return [(path, _decode(path, contents)) for path, contents in injected_files or ()]


def _decode(path: str, contents: str) -> bytes:
    try:
        return base64.b64decode(contents, validate=True)
    except binascii.Error:
        raise exceptions.Base64Exception(path=path) from None
