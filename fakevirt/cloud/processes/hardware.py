"""The hypervisors of a cloud, which are at home and are lent to whichever process has a driver at work.

What a driver does to guests and disks it does to objects in its own process. They are copied there and back as a whole,
so that what two of them share stays shared, and an object that is there already is brought up to date where it stands.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import itertools
import pickle
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from fakevirt.cloud.processes.collected_trace import Ask
from fakevirt.driver.domain import Domain
from fakevirt.driver.hypervisor import FilterRules, Hypervisor, PluggedVif
from fakevirt.driver.storage import Disk, Storage

#: What is the same thing in every process; anything else that these hold is a value.
_THINGS = (Hypervisor, Storage, Domain, Disk, PluggedVif, FilterRules)


class Inventory:
    """The things that a process knows, by name.

    Args:
        process: The name of the process, for the names of things that are new there.
    """

    def __init__(self, process: str) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._things: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def dump(self, hypervisors: list[Hypervisor]) -> bytes:
        """Return hypervisors, and all that they hold, as bytes."""
        stream = io.BytesIO()
        pickler = _Pickler(stream, self)
        pickler.dump([*hypervisors])
        while pickler.mentioned:
            thing = pickler.mentioned.popitem()[1]
            pickler.dump((thing, {field.name: getattr(thing, field.name) for field in fields(thing)}))
        return stream.getvalue()

    def load(self, content: bytes) -> list[Hypervisor]:
        """Bring what is here up to date, and return the hypervisors that were dumped."""
        stream = io.BytesIO(content)
        unpickler = _Unpickler(stream, self)
        hypervisors: list[Hypervisor] = unpickler.load()
        while stream.tell() < len(content):
            thing, values = unpickler.load()
            for name, value in values.items():
                _assign(thing, name, value)
        return hypervisors

    def name_of(self, thing: Any) -> str:
        """Return the name of a thing, which it keeps."""
        if id(thing) not in self._names:
            self._register(f"{self._process}-{next(self._numbers)}", thing)
        return self._names[id(thing)]

    def named(self, name: str, kind: type[Any]) -> Any:
        """Return the thing of a name; an empty one if it is new here."""
        if name not in self._things:
            self._register(name, object.__new__(kind))
        return self._things[name]

    def _register(self, name: str, thing: Any) -> None:
        self._things[name], self._names[id(thing)] = thing, name


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, inventory: Inventory) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._inventory = inventory
        self._told: set[str] = set()
        self.mentioned: dict[str, Any] = {}

    def persistent_id(self, value: Any) -> Any:
        """Name a thing in place of copying it there and then."""
        if type(value) not in _THINGS:
            return None
        name = self._inventory.name_of(value)
        if name not in self._told:
            self._told.add(name)
            self.mentioned[name] = value
        return name, type(value)


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, inventory: Inventory) -> None:
        super().__init__(stream)
        self._inventory = inventory

    def persistent_load(self, name: Any) -> Any:
        """Return the thing that is named."""
        return self._inventory.named(*name)


def _assign(thing: Any, name: str, value: Any) -> None:
    known: Any = getattr(thing, name, None)
    if type(known) is type(value) and type(known) in (dict, set):
        known.clear()
        known.update(value)
    elif type(known) is type(value) is list:
        known[:] = value
    else:
        setattr(thing, name, value)


class Hardware:
    """The hypervisors at home."""

    def __init__(self) -> None:
        self._inventory = Inventory("home")
        self.hypervisors: list[Hypervisor] = []

    def lend(self, known: str | None) -> tuple[str, bytes | None]:
        """Return a mark of what the hypervisors are like, and all of them unless they are like ``known``."""
        content = self._inventory.dump(self.hypervisors)
        mark = hashlib.blake2b(content).hexdigest()
        return mark, None if mark == known else content

    def take_back(self, content: bytes) -> str:
        """Take over what a process has made of them, and return the mark."""
        self._inventory.load(content)
        return self.lend(None)[0]


class LentHardware:
    """The hypervisors in another process.

    Args:
        process: Its name.
        ask: Asks home for something.
    """

    def __init__(self, process: str, ask: Ask) -> None:
        self._ask = ask
        self._inventory = Inventory(process)
        self._hypervisors: list[Hypervisor] = []
        self._mark: str | None = None
        self._content = b""
        self._is_here = False

    def hypervisor(self, hostname: str) -> Hypervisor:
        """Return the hypervisor of a host."""
        return next(one for one in self._hypervisors if one.hostname == hostname)

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[None]:
        """Have the hypervisors here for the block."""
        if self._is_here:
            yield
            return
        self._fetch()
        try:
            yield
        finally:
            self._give_back()

    @contextlib.contextmanager
    def given_back(self) -> Iterator[None]:
        """Have the hypervisors at home for the block, in which others may look at them."""
        if not self._is_here:
            yield
            return
        self._give_back()
        try:
            yield
        finally:
            self._fetch()

    def _fetch(self) -> None:
        self._mark, content = self._ask("lend", self._mark)
        if content is not None:
            self._hypervisors = self._inventory.load(content)
            self._content = self._inventory.dump(self._hypervisors)
        self._is_here = True

    def _give_back(self) -> None:
        self._is_here = False
        content = self._inventory.dump(self._hypervisors)
        if content != self._content:
            self._mark = self._ask("take_back", content)
            self._content = content


class BorrowingDriver:
    """A driver that has the hypervisors here while one of its methods runs.

    Args:
        driver: The driver.
        hardware: The hypervisors.
    """

    def __init__(self, driver: Any, hardware: LentHardware) -> None:
        self.__dict__.update(_driver=driver, _hardware=hardware)

    @property  # type: ignore[misc]  # isinstance asks for it
    def __class__(self) -> Any:
        return type(self._driver)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._driver, name)
        return _borrowing(value, self._hardware) if callable(value) and not name.startswith("_") else value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._driver, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._driver, name)


def _borrowing(method: Callable[..., Any], hardware: LentHardware) -> Callable[..., Any]:
    @functools.wraps(method)
    def borrowing(*args: Any, **kwargs: Any) -> Any:
        with hardware.borrowed():
            return method(*args, **kwargs)

    return borrowing
