"""NetworkInfoAsyncWrapper: the VIFs of an instance whose ports may not be there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fakevirt.instrument.snapshot import register, snapshot


class NetworkInfoAsyncWrapper(list[dict[str, Any]]):
    """A list of VIFs; a failure to get them shows when they are first used, as if they came from a thread.

    They are asked for at once, on the caller's stack: two runs of a request do the same in the same order.

    Args:
        allocate: Returns the VIFs.
    """

    def __init__(self, allocate: Callable[[], list[dict[str, Any]]]) -> None:
        super().__init__()
        self._error: Exception | None = None
        try:
            self.extend(allocate())
        except Exception as error:
            self._error = error

    def wait(self, do_raise: bool = True) -> None:
        """Raise what went wrong, once; with ``do_raise`` off there are no VIFs from then on."""
        error, self._error = self._error, None
        if error is not None and do_raise:
            raise error

    def __len__(self) -> int:
        self.wait()
        return super().__len__()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.wait()
        return super().__iter__()

    def __getitem__(self, index: Any) -> Any:
        self.wait()
        return super().__getitem__(index)


@register(NetworkInfoAsyncWrapper)
def _(network_info: NetworkInfoAsyncWrapper) -> list[Any]:
    # Whoever looks on must not be the first to use it.
    return [snapshot(vif) for vif in list.__iter__(network_info)]
