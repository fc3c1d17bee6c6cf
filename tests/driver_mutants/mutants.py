"""Drivers with one mistake each, made by changing one place of the code."""

import ast
import contextlib
import gc
import importlib
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fakevirt
from driver_mutants.operators import ANOTHER, OPERATORS
from fakevirt.driver.domain import Domain

#: Where the driver has its code, and the one for Nova.
OWN, NOVAS = PARTS = ("fakevirt.driver.fake", "fakevirt.driver.nova")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A driver with a mistake.

    Args:
        module: The module that is changed.
        function: The function, with its class if it has one.
        line: Where it is changed.
        operator: What is wrong.
        number: Which of the changes of that kind in the function.
    """

    module: str
    function: str
    line: int
    operator: str
    number: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function} ({self.operator} #{self.number})"


def mutants(parts: tuple[str, ...] = PARTS) -> list[Mutant]:
    """Return every mutant of the modules of some packages; none is imported, since Nova need not be there."""
    return [
        Mutant(module, name, line, operator, number)
        for module in _modules(parts)
        for name, function in _functions(module)
        for operator, change in OPERATORS.items()
        for number, (line, _) in enumerate(change(function))
    ]


@contextlib.contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """Let the driver have the mistake: the function's code is another for that long."""
    module = importlib.import_module(mutant.module)
    tree = dict(_functions(mutant.module))[mutant.function]
    _, changed = list(OPERATORS[mutant.operator](tree))[mutant.number]
    code = _function(module, mutant.function).__code__
    replaced = list(_replaced(code, _compiled(module, changed, code)))
    module.__dict__[ANOTHER] = another
    for function, _, new in replaced:
        function.__code__ = new
    try:
        yield
    finally:
        for function, old, _ in replaced:
            function.__code__ = old
        del module.__dict__[ANOTHER]


def planted_or_not(mutant: Mutant | None) -> contextlib.AbstractContextManager[None]:
    """Let the driver have the mistake, or leave it as it is."""
    return contextlib.nullcontext() if mutant is None else planted(mutant)


def another(self, found):
    """Return what stands for another guest of the host, in the form of what was found; that itself if it is alone."""
    hypervisor = getattr(self, "hypervisor", self)
    of_found = {"name": found, "uuid": found} if isinstance(found, str) else {"name": found.name}
    for domain in hypervisor.domains.values():
        if not any(getattr(domain, field) == value for field, value in of_found.items()):
            if isinstance(found, Domain):
                return domain
            return domain.uuid if len(found) == len(domain.uuid) else domain.name
    return found


def _modules(parts: tuple[str, ...]) -> Iterator[str]:
    for part in parts:
        for path in sorted(_folder(part).glob("*.py")):
            yield part if path.stem == "__init__" else f"{part}.{path.stem}"


def _folder(package: str) -> Path:
    return Path(fakevirt.__file__).parent.joinpath(*package.split(".")[1:])


def _functions(module: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    folder = _folder(module)
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.{member.name}", member


def _function(module: types.ModuleType, name: str) -> types.FunctionType:
    owner, _, own = name.rpartition(".")
    found = inspect.getattr_static(getattr(module, owner) if owner else module, own)
    found = getattr(found, "fget", None) or found
    found = getattr(found, "__func__", found)
    return inspect.unwrap(found)


def _replaced(
    old: types.CodeType, new: types.CodeType
) -> Iterator[tuple[types.FunctionType, types.CodeType, types.CodeType]]:
    """Yield the functions that run some code, with that and with what they are to run.

    What a decorator has made when its module was imported runs code of the decorator's own.
    """
    for function in gc.get_referrers(old):
        if isinstance(function, types.FunctionType):
            yield function, old, new
    inner = ([const for const in code.co_consts if isinstance(const, types.CodeType)] for code in (old, new))
    for old_inner, new_inner in zip(*inner, strict=False):
        if old_inner.co_name == new_inner.co_name and old_inner.co_freevars == new_inner.co_freevars:
            yield from _replaced(old_inner, new_inner)


def _compiled(module: types.ModuleType, function: ast.FunctionDef, instead_of: types.CodeType) -> types.CodeType:
    """Return the code of a changed function, compiled where it stood."""
    function.decorator_list = []
    body: list[ast.stmt] = [function]
    if "__class__" in instead_of.co_freevars:
        body = [ast.ClassDef("_", [], [], body, [])]
    tree = ast.Module([ast.parse("from __future__ import annotations").body[0], *body], [])
    compiled = compile(ast.fix_missing_locations(tree), module.__file__, "exec")
    codes = [compiled]
    while codes:
        code = codes.pop()
        if code.co_name == function.name:
            return code
        codes += [const for const in code.co_consts if isinstance(const, types.CodeType)]
    raise LookupError(function.name)
