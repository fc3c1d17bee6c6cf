"""The canonical form of a trace: what two runs that did the same have in common, letter by letter.

Uuids and ids are numbered by first appearance, times are relative to the frozen clock, JSON in a column is read, a
traceback is a traceback, and a dict that stands for a thing of the domain equals the object that stands for it. The
form that such a thing came in is kept apart (``CanonicalEffect.forms``).
"""

from __future__ import annotations

import collections
import datetime
import json
import marshal
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakevirt.instrument.snapshot import Entity, Failure, Reference
from fakevirt.instrument.trace import Effect, Raised, Returned

#: Stands for a field of an object that is not loaded and that a read would load: it says nothing about the content.
LAZY = "<lazy>"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
_CODE_PLACE = re.compile(r'\s*(Traceback \(most recent call last\):\s*)?File ".*?", line \d+', re.DOTALL)
_TRACEBACK = "<traceback>"

#: marshal's newest version whose bytes tell content and nothing of which parts are the same object.
_BY_CONTENT = 2

#: How many entities of a class are remembered: those of the servers that a request is about, as they were lately.
_REMEMBERED = 8

#: Tells what a dict stands for; None where it is just a dict.
Recognise = Callable[[Mapping[str, Any]], Entity | None]
#: Brings the fields of an entity to one form, whatever form it came in.
Normalise = Callable[[Entity], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Form:
    """In which form a thing of the domain was passed.

    Args:
        path: Where in the effect: ``arguments.instance``.
        schema: What it is: ``Instance``.
        form: ``object``, ``dict`` or ``row``.
    """

    path: str
    schema: str
    form: str


@dataclass(frozen=True, slots=True)
class CanonicalEffect:
    """An effect in canonical form.

    Args:
        channel: The boundary.
        operation: What was done.
        service: Who did it.
        content: Arguments and outcome, as JSON would have them.
        forms: The things of the domain among them.
        effect: What it was made from.
    """

    channel: str
    operation: str
    service: str | None
    content: dict[str, Any]
    forms: tuple[Form, ...] = ()
    effect: Effect = field(compare=False, kw_only=True)

    @property
    def key(self) -> tuple[str, str | None, str]:
        """What makes two effects the same step, whatever they carry; a notification is one whoever sends it."""
        return self.channel, None if self.channel == "notifier" else self.service, self.operation

    @property
    def likeness(self) -> tuple[Any, ...]:
        """What tells two effects of the same step apart at a glance: plain values among their arguments, and names."""
        arguments = self.content["arguments"].items()
        glances = (
            (name, ",".join(value) if isinstance(value, dict) else str(value))
            for name, value in arguments
            if not isinstance(value, list)
        )
        return *self.key, self.service, *sorted(glances)


class Canonicalizer:
    """Brings the effects of one trace to canonical form; it remembers what it has numbered.

    Args:
        epoch: The time that is zero.
        recognise: Tells what a dict stands for.
        normalise: Brings an entity's fields to one form.
        names: Names for uuids that are known, such as ``server-1``.
        plain_channels: Channels on which a dict is just a dict, such as the columns of a statement.
    """

    def __init__(
        self,
        epoch: datetime.datetime,
        recognise: Recognise = lambda _: None,
        normalise: Normalise = lambda entity: entity.fields,
        names: Mapping[str, str] | None = None,
        plain_channels: frozenset[str] = frozenset(),
    ) -> None:
        self._epoch = epoch
        self._recognise = recognise
        self._normalise = normalise
        self._uuids = dict(names or {})
        self._ids: dict[tuple[str, str], dict[int, str]] = {}
        self._table = ""
        self._texts: dict[str, Any] = {}
        self._structures: dict[bytes, tuple[Any, list[Form]]] = {}
        self._entities: dict[str, collections.deque[tuple[Entity, tuple[Any, list[Form]]]]] = {}
        self._plain_channels = plain_channels
        self._plain = False
        self._forms: list[Form] = []

    def effect(self, effect: Effect) -> CanonicalEffect:
        """Return ``effect`` in canonical form."""
        self._forms = []
        self._plain = effect.channel in self._plain_channels
        self._table = effect.operation.rpartition(" ")[2] if self._plain else ""
        content: dict[str, Any] = {"arguments": self._mapping(effect.arguments, "arguments")}
        match effect.outcome:
            # What returned nothing has nothing to tell, so that an exception in its place is one difference and not
            # two.
            case Returned(value) if value is not None:
                content["returned"] = self.value(value, "returned")
            case Raised(failure):
                content["raised"] = self.value(failure, "raised")
        return CanonicalEffect(
            effect.channel, effect.operation, effect.service, content, tuple(self._forms), effect=effect
        )

    def effects(self, effects: Iterable[Effect]) -> list[CanonicalEffect]:
        """Return ``effects`` in canonical form."""
        return [self.effect(effect) for effect in effects]

    def value(self, value: Any, path: str = "", key: str = "") -> Any:
        """Return a snapshot in canonical form.

        Args:
            value: The snapshot.
            path: Where it stands, for the record of forms.
            key: The name it has, which tells whether a number is an id.
        """
        kind = type(value)
        if kind is str:
            return self._text(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            if self._plain and key == "deleted" and value:
                # Nova deletes a row by writing its id there.
                key = "id"
            return self._number(key, value) if key == "id" or key.endswith("_id") else value
        if kind is dict or kind is list:
            if not value:
                return kind()
            # Rows are on plain channels, and hardly one of them is like another.
            return self._container(value, path) if self._plain else self._structure(value, path)
        match value:
            case Entity():
                return self._entity(value, path)
            case Mapping() | list() | tuple():
                return self._container(value, path)
            case datetime.datetime():
                return self._time(value)
            case Failure():
                return {"exception": value.kind, "message": self._text(value.message)}
            case Reference():
                return f"<{value.name}>"
            case _:
                return str(value)

    def _structure(self, value: dict[Any, Any] | list[Any], path: str) -> Any:
        """Return what was found for a structure of the same content: network information is in a third of the effects.

        Only plain data is looked up by its content; what holds an entity or a time is read anew.
        """
        try:
            content = marshal.dumps(value, _BY_CONTENT)
        except ValueError:
            return self._container(value, path)
        if content not in self._structures:
            self._structures[content] = self._apart(self._container, value)
        canonical, forms = self._structures[content]
        self._note(forms, path)
        return canonical

    def _apart(self, canonical: Callable[[Any, str], Any], value: Any) -> tuple[Any, list[Form]]:
        """Return a value in canonical form and the forms in it, their paths within it."""
        around, self._forms = self._forms, []
        try:
            return canonical(value, ""), self._forms
        finally:
            self._forms = around

    def _note(self, forms: Iterable[Form], path: str) -> None:
        self._forms += [Form(path + form.path, form.schema, form.form) for form in forms]

    def _container(self, value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], path: str) -> Any:
        if isinstance(value, Mapping):
            entity = None if self._plain else self._recognise(value)
            return self._mapping(value, path) if entity is None else self._entity(entity, path)
        items = [self.value(item, f"{path}[{n}]") for n, item in enumerate(value)]
        return _with_tracebacks_as_one(items) if _TRACEBACK in items else items

    def _entity(self, entity: Entity, path: str) -> Any:
        """Return an entity's fields: of those that one call hands to the next, most are as they were."""
        known = self._entities.setdefault(entity.schema, collections.deque(maxlen=_REMEMBERED))
        read = next((read for one, read in known if one == entity), None)
        if read is None:
            read = self._apart(self._read_entity, entity)
            known.appendleft((entity, read))
        canonical, forms = read
        self._note(forms, path)
        return canonical

    def _read_entity(self, entity: Entity, path: str) -> dict[str, Any]:
        self._forms.append(Form(path, entity.schema, entity.form))
        fields = self._mapping(self._normalise(entity), path)
        fields.update(dict.fromkeys(entity.lazy, LAZY))
        return {f"<{entity.schema}>": fields}

    def _mapping(self, value: Mapping[Any, Any], path: str) -> dict[str, Any]:
        canonical: dict[str, Any] = {}
        texts = self._texts
        for key, item in value.items():
            name = key if type(key) is str and len(key) < _UUID_LENGTH else _UUID.sub(self._uuid, str(key))
            # Most values are text that was seen before, or need no reading: the short cut makes long traces cheap.
            kind = type(item)
            if kind is str and item in texts:
                canonical[name] = texts[item]
            elif item is None or kind is bool or (kind is int and name[-2:] != "id" and name != "deleted"):
                canonical[name] = item
            else:
                canonical[name] = self.value(item, f"{path}.{name}", name)
        return canonical

    def _number(self, key: str, value: int) -> str:
        # A row more in one table makes no other of the rows in another.
        known = self._ids.setdefault((self._table, key), {})
        return known.setdefault(value, f"{key}-{len(known) + 1}")

    def _text(self, text: str) -> Any:
        if text not in self._texts:
            self._texts[text] = self._read(text)
        return self._texts[text]

    def _read(self, text: str) -> Any:
        if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
            try:
                return self.value(json.loads(text))
            except ValueError:
                pass
        if _TIME.fullmatch(text):
            return self._time(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
        place = _CODE_PLACE.search(text)
        if place:
            text = text[: place.start()] + _TRACEBACK
        return _UUID.sub(self._uuid, text)

    def _uuid(self, match: re.Match[str]) -> str:
        return self._uuids.setdefault(match[0], f"uuid-{len(self._uuids) + 1}")

    def _time(self, value: datetime.datetime) -> str:
        seconds = (value.replace(tzinfo=None) - self._epoch).total_seconds()
        return f"t{seconds:+g}s"


def _with_tracebacks_as_one(items: list[Any]) -> list[Any]:
    """Return a list whose frames of a traceback, one a text, are one: how many there are is where the code stands."""
    return [item for n, item in enumerate(items) if item != _TRACEBACK or n == 0 or items[n - 1] != _TRACEBACK]
