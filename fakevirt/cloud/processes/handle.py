"""What stands at home for an object in a service process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Handle:
    """An object in a service process: its attributes and methods are read, set and called there.

    Args:
        ask: Has the process do something.
        path: The names that lead to the object there.
    """

    def __init__(self, ask: Callable[..., Any], path: tuple[str, ...]) -> None:
        self.__dict__.update(_ask=ask, _path=path)

    def __repr__(self) -> str:
        return f"<{'.'.join(self._path)} in another process>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        is_value, value = self._ask("get", self._path, name)
        if is_value:
            return value
        # The object is callable, or it has attributes of its own.
        return Handle(self._ask, (*self._path, name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", self._path, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it there."""
        return self._ask("call", self._path[:-1], self._path[-1], *args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._ask("call", self._path, "__getitem__", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("call", self._path, "__setitem__", key, value)

    def __contains__(self, key: Any) -> bool:
        found: bool = self._ask("call", self._path, "__contains__", key)
        return found

    def __len__(self) -> int:
        length: int = self._ask("call", self._path, "__len__")
        return length

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ask("call", self._path, "__iter__"))

    def __bool__(self) -> bool:
        return True
