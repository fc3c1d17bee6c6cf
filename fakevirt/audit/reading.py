"""Reads Python files into trees that give every character back."""

from __future__ import annotations

import functools
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from fakevirt.audit.python2 import disguise, undisguise
from fakevirt.audit.settings import Settings
from fakevirt.usage_error import UsageError


class Unreadable(Exception):
    """A file that cannot be parsed.

    Args:
        path: The file.
        line: The line where the parser stopped, from 1; 0 if none was reached.
        reason: What it said.
    """

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(f"{path}:{line}: {reason}")


@dataclass(frozen=True)
class Source:
    """A file that was read.

    Args:
        path: The file.
        encoding: How its characters are stored, as its first lines or its byte order mark tell.
        module: The tree; that of the file in disguise, if it is Python 2.
    """

    path: Path
    encoding: str
    module: cst.Module

    @functools.cached_property
    def _positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        # The tree is not changed, so it need not be copied; what computes positions is most of the cost of reading.
        return MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(PositionProvider)

    def position(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return line and column of a node in the file, both from 1."""
        start = self._positions[node].start
        before = self._lines[start.line - 1][: start.column]
        return start.line, len(undisguise(before)) + 1

    @functools.cached_property
    def _lines(self) -> list[str]:
        return self.module.code.split("\n")

    def text(self, module: cst.Module | None = None) -> str:
        """Return what stands in the file, or would if the tree were another one."""
        return undisguise((module or self.module).code)

    def source(self, node: cst.CSTNode) -> str:
        """Return what stands in the file for a node, on one line."""
        return " ".join(undisguise(self.module.code_for_node(node)).split())


def parse(text: str) -> cst.Module:
    """Return the tree of a module, in disguise if it is Python 2.

    Raises:
        cst.ParserSyntaxError: It is neither Python 3 nor a Python 2 that can be disguised.
    """
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        try:
            return cst.parse_module(disguise(text))
        except ValueError:
            raise error from None


def read(path: Path) -> Source:
    """Read a file.

    Raises:
        Unreadable: It cannot be decoded or parsed.
    """
    content = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return Source(path, encoding, parse(content.decode(encoding)))
    except (UnicodeDecodeError, SyntaxError) as error:
        raise Unreadable(path, content[: getattr(error, "start", 0)].count(b"\n") + 1, str(error)) from None
    except cst.ParserSyntaxError as error:
        # LibCST tells two lines, of which one or the other may be the one below.
        told = re.search(r"error at (\d+):", error.message)
        line = min(error.raw_line, int(told[1])) if told else error.raw_line
        raise Unreadable(path, line, error.message.splitlines()[0]) from None


def python_files(paths: Iterable[Path], where: str) -> Iterator[Path]:
    """Yield the files that are named and those with the ending ``.py`` in the folders that are named, each once.

    Args:
        paths: Files and folders.
        where: Who names them, for the error.

    Raises:
        UsageError: There is no such file or folder.
    """
    seen = set()
    for path in paths:
        if not path.exists():
            raise UsageError(
                expected="a Python file, or a folder with some",
                happened=f"there is no {path}",
                where=where,
                how_to_go_on="name one that exists",
            )
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def read_all(paths: Iterable[Path], settings: Settings, where: str) -> tuple[list[Source], list[Unreadable]]:
    """Return the files that can be read, and what keeps the others from it; those that settings exclude are left out.

    Args:
        paths: Files and folders.
        settings: The project's.
        where: Who names them, for the error.

    Raises:
        UsageError: There is no such file or folder.
    """
    sources, unreadable = [], []
    for path in python_files(paths, where):
        if any(path.match(pattern) for pattern in settings.exclude):
            continue
        try:
            sources.append(read(path))
        except Unreadable as error:
            unreadable.append(error)
    return sources, unreadable


def told(path: Path) -> str:
    """Return a path relative to the current folder, if it is in it."""
    resolved, here = path.resolve(), Path.cwd()
    return resolved.relative_to(here).as_posix() if resolved.is_relative_to(here) else path.as_posix()
