"""Which functions of a file are converted, and which of them take dicts from callers that are not."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from fakevirt.audit.functions import Function
from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import dotted, last
from fakevirt.audit.work_items import work_item_of

_CONTEXTS = ("context", "ctxt")


class Selection:
    """The functions that are converted.

    Args:
        path: The file.
        module: Its tree.
        settings: What names stand for.
        work_item: The only work item to convert; all that the file has, unless given.
    """

    def __init__(self, path: Path, module: cst.Module, settings: Settings, work_item: str | None) -> None:
        self._path = path
        self._settings = settings
        self._work_item = work_item
        self._servers = {node.name.value for node in module.body if isinstance(node, cst.ClassDef) and _is_server(node)}

    @property
    def is_whole(self) -> bool:
        """Whether everything is converted."""
        return self._work_item is None

    def has(self, function: Function | None) -> bool:
        """Tell whether a function is converted."""
        return self._work_item is None or self.work_item(function) == self._work_item

    def work_item(self, function: Function | None) -> str:
        """Return the work item of a function, an empty text if it has none."""
        return work_item_of(self._path, function.outermost.name if function is not None else "", self._settings)

    def is_entry(self, function: Function) -> bool:
        """Tell whether other processes, or other modules of the manager, call a function."""
        if not function.is_called_from_outside or function.receiver is None:
            return False
        if function.owner is not None and function.owner not in self._servers:
            return False
        return function.positional[1:2] != [] and function.positional[1] in _CONTEXTS


def _is_server(node: cst.ClassDef) -> bool:
    return any(last(dotted(base.value)).endswith("Manager") for base in node.bases) or node.name.value.endswith(
        "Manager"
    )
