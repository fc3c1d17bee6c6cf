"""One fault as it strikes on both call paths, in one line that can be read back."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from typing import Any

import oslo_messaging as messaging

from fakevirt import exceptions
from fakevirt.cloud.world import SECOND_WRITER
from fakevirt.conversion.faults import declared
from fakevirt.db import exceptions as db_exceptions
from fakevirt.instrument.faults import Fault, Kind
from fakevirt.manager.plan import CallPath
from fakevirt.usage_error import UsageError

_LINE = re.compile(r"(?P<place>[^|]+#\d+)(?:\|(?P<objects>[^|]+#\d+))? (?P<kind>[a-z-]+)(?: (?P<what>\S+))?")
_PLACE = re.compile(r"(?P<channel>[a-z]+)\.(?P<operation>.+)#(?P<nth>\d+)")


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault on both call paths: the same step may be another call of its operation there, or another call.

    Args:
        legacy: What is planted on the legacy path.
        objects: What is planted on the object path.
    """

    legacy: Fault
    objects: Fault

    def on(self, path: CallPath) -> Fault:
        """Return what is planted on a call path."""
        return self.legacy if path is CallPath.LEGACY else self.objects

    def __str__(self) -> str:
        if self.legacy == self.objects:
            return str(self.legacy)
        place = f"{self.legacy.channel}.{self.legacy.operation}#{self.legacy.nth}"
        return f"{place}|{self.objects}"

    @classmethod
    def parse(cls, line: str) -> Injection:
        """Read what ``str`` has written.

        Args:
            line: ``<channel>.<operation>#<nth> <kind> <error, seconds or change>``; where the paths differ, the place
                on the legacy path, a ``|``, and the place on the object path.

        Raises:
            UsageError: It cannot be read.
        """
        found = _LINE.fullmatch(line.strip())
        try:
            if found is None:
                raise ValueError("it is no such line")
            kind = Kind(found["kind"])
            what = _what(kind, found["what"])
            legacy = _fault(found["place"], kind, what)
            objects = legacy if found["objects"] is None else _fault(found["objects"], kind, what)
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(
                expected="a fault in one line, such as 'driver.spawn#1 fail HypervisorUnavailable'",
                happened=f"{line!r} cannot be read: {error}",
                where="fakevirt verify --fault",
                how_to_go_on="copy the line from a report; kinds are fail, after, delay, drop, drop-reply and race",
            ) from None
        return cls(legacy, objects)


def _fault(place: str, kind: Kind, what: Any) -> Fault:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{place!r} is no place")
    return Fault(found["channel"], found["operation"], int(found["nth"]), kind, what)


def _what(kind: Kind, text: str | None) -> Any:
    match kind:
        case Kind.FAIL | Kind.AFTER:
            for module in (declared, exceptions, db_exceptions, messaging, builtins):
                made = getattr(module, text or "", None)
                if callable(made):
                    return made
            raise ValueError(f"there is no exception {text}")
        case Kind.DELAY:
            return float(text or "")
        case Kind.RACE if text in SECOND_WRITER:
            return text
        case Kind.DROP | Kind.DROP_REPLY if text is None:
            return None
    raise ValueError(f"{kind} {text or ''} is nothing that can be planted")
