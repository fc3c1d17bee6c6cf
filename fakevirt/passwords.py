"""Passwords in addresses of databases and brokers, which no output is to have."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

_HIDDEN = "***"
#: A host, with who is let in there; what holds a character that its part of a URL may not have is none.
_HOST = r"(?:[^:@/,?]*(?::[^:@/,?]*)?@)?[^:@/,?]*(?::\d*)?"
_PLAIN = re.compile(rf"[^:]*://{_HOST}(?:,{_HOST})*(?:/[^@?]*)?(?:\?.*)?")
_OF_HOST = re.compile(r":([^:@/,?]+)@")
#: Where a password was not escaped, all that may be of it: from the user's name to the last host.
_UNESCAPED = re.compile(r"(?<=://)([^:@/]*):(.*)@", re.DOTALL)
_IN_QUERY = re.compile(r"(?<=[?&])(password|passwd|passfile|sslpassword)=([^&]*)", re.IGNORECASE)
#: A shorter text is one that is in many others.
_TELLS = 3


def without_password(url: str) -> str:
    """Return an address as it may be shown."""
    is_plain = _PLAIN.fullmatch(url) is not None
    shown = _OF_HOST.sub(f":{_HIDDEN}@", url) if is_plain else _UNESCAPED.sub(rf"\1:{_HIDDEN}@", url)
    return _IN_QUERY.sub(rf"\1={_HIDDEN}", shown)


def passwords_in(url: str) -> frozenset[str]:
    """Return the passwords in an address, as they stand there and as they are."""
    found = _OF_HOST.findall(url) if _PLAIN.fullmatch(url) else [password for _, password in _UNESCAPED.findall(url)]
    found += [password for _, password in _IN_QUERY.findall(url)]
    return frozenset(text for password in found for text in (password, unquote(password)) if len(text) >= _TELLS)


def hide(value: Any, passwords: frozenset[str]) -> Any:
    """Return a text, or what holds texts, without passwords; an object is changed where it stands.

    Args:
        value: What may hold them, such as the report of a test.
        passwords: The passwords.
    """
    if isinstance(value, str):
        # The longest first: one may be a part of another.
        for password in sorted(passwords, key=len, reverse=True):
            value = value.replace(password, _HIDDEN)
        return value
    if isinstance(value, list):
        value[:] = [hide(item, passwords) for item in value]
    elif isinstance(value, tuple):
        return tuple(hide(item, passwords) for item in value)
    elif type(value).__module__.partition(".")[0] == "_pytest":
        for name, item in vars(value).items():
            setattr(value, name, hide(item, passwords))
    return value
