"""Imports that converted code needs, in the manner of the file that it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from fakevirt import objects
from fakevirt.audit.syntax import dotted, walk


@dataclass(frozen=True, slots=True)
class _Import:
    """A name that ``from module import name as alias`` binds."""

    module: str
    name: str
    alias: str | None

    @property
    def bound(self) -> str:
        return self.alias or self.name

    @property
    def line(self) -> str:
        return f"from {self.module} import {self.name}" + (f" as {self.alias}" if self.alias else "")

    @property
    def key(self) -> str:
        return f"{self.module}.{self.name}".lower()


class Imports:
    """The imports of a file, and those that it gets.

    Args:
        module: The file.
        package: The package with the modules of the objects, where the file imports none of them.
    """

    def __init__(self, module: cst.Module, package: str) -> None:
        self._module = module
        self._lines = list(_lines(module.body))
        everywhere = [each for line in _lines(walk(module)) for each in _imports(line)]
        self._here = [each for line in self._lines for each in _imports(line)]
        self._new: list[_Import] = []
        #: The package of the objects, if the file has it as a whole, or modules or classes of it.
        self._package = next((each for each in map(_package, everywhere) if each), package)
        self._by_module = any(each.module == self._package for each in everywhere)
        self._by_class = not self._by_module and any(each.module.startswith(f"{self._package}.") for each in everywhere)

    def name_of_class(self, cls: str) -> str:
        """Return what a class of objects is called in the file, and note the import if that takes one."""
        home = _home(cls)
        if self._by_module:
            alias = next((e.bound for e in self._here if (e.module, e.name) == (self._package, home)), None)
            return f"{alias or self._add(_Import(self._package, home, f'{home}_obj'))}.{cls}"
        if self._by_class:
            return self.name(f"{self._package}.{home}", cls)
        parent, _, name = self._package.rpartition(".")
        return f"{self.name(parent, name)}.{cls}"

    def name(self, module: str, name: str) -> str:
        """Return what something is called in the file, and note the import if that takes one."""
        for each in (*self._here, *self._new):
            if (each.module, each.name) == (module, name):
                return each.bound
        return self._add(_Import(module, name, None))

    def has(self, name: str) -> bool:
        """Tell whether the file itself binds a name, by an import or a definition."""
        defined = {node.name.value for node in self._module.body if isinstance(node, (cst.FunctionDef, cst.ClassDef))}
        return name in defined or any(each.bound == name for each in self._here)

    def _add(self, new: _Import) -> str:
        if new not in self._new:
            self._new.append(new)
        return new.bound

    def insert(self, changed: cst.Module) -> cst.Module:
        """Return a changed form of the file with the imports in it."""
        body = list(changed.body)
        for new in sorted(self._new, key=lambda each: each.key):
            line = cst.parse_statement(new.line)
            place, above = self._place(body, new)
            if above and isinstance(line, cst.SimpleStatementLine):
                below = body[place]
                # What stands above the first import belongs to the place and not to the import.
                line = line.with_changes(leading_lines=getattr(below, "leading_lines", ()))
                body[place] = below.with_changes(leading_lines=())
            body.insert(place, line)
        return changed.with_changes(body=body)

    @staticmethod
    def _place(body: Sequence[cst.BaseStatement], new: _Import) -> tuple[int, bool]:
        """Return where an import is inserted, and whether an import of its kind is below."""
        root = new.module.partition(".")[0]
        alike = [(i, keys) for i, line in enumerate(body) if (keys := _keys(line, root))]
        before = [i for i, keys in alike if max(keys) <= new.key]
        if before:
            return max(before) + 1, False
        if alike:
            return alike[0][0], True
        imports = [i for i, line in enumerate(body) if _is_import(line)]
        if imports:
            return max(imports) + 1, False
        return (1 if body and _is_docstring(body[0]) else 0), False


def _home(cls: str) -> str:
    """Return the module of a class of objects."""
    return str(getattr(objects, cls).__module__).rpartition(".")[2]


def _package(each: _Import) -> str | None:
    """Return the package of the objects that an import tells of, None if it tells of none."""
    path = f"{each.module}.{each.name}".split(".")
    if "objects" not in path:
        return None
    return ".".join(path[: path.index("objects") + 1])


def _lines(nodes: Sequence[cst.CSTNode] | Iterator[cst.CSTNode]) -> Iterator[cst.SimpleStatementLine]:
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine):
            yield node


def _imports(line: cst.SimpleStatementLine) -> Iterator[_Import]:
    for small in line.body:
        if (
            isinstance(small, cst.ImportFrom)
            and small.module is not None
            and not isinstance(small.names, cst.ImportStar)
        ):
            for alias in small.names:
                yield _Import(dotted(small.module), alias.evaluated_name, alias.evaluated_alias)


def _keys(line: cst.BaseStatement | cst.BaseCompoundStatement, root: str) -> list[str]:
    """Return what the imports of a line are sorted by, if they are of a package."""
    if not isinstance(line, cst.SimpleStatementLine):
        return []
    return [each.key for each in _imports(line) if each.module.partition(".")[0] == root]


def _is_import(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], (cst.Import, cst.ImportFrom))


def _is_docstring(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Expr)
