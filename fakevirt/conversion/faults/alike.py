"""Faults that nothing tells apart: one run stands for all of them."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import oslo_messaging as messaging

import fakevirt
from fakevirt.conversion.faults.declared import What
from fakevirt.instrument.faults import Kind
from fakevirt.rpc.transport import ALLOWED_REMOTE_EXMODS

#: What runs between a fault and the end of a request, by the packages that it is in.
_RUNNING = ("manager", "driver", "backends", "conductor", "rpc", "objects", "db", "cloud")
#: What only carries messages and calls between processes and hands on any error, and what runs under Nova alone.
_ELSEWHERE = (f"{fakevirt.__name__}.cloud.processes", f"{fakevirt.__name__}.driver.nova")


def representatives(kinds: Iterable[What], *, is_call: bool) -> tuple[What, ...]:
    """Return one of all faults that lead to the same run but for the name and the text of the error.

    Two errors are told apart by an except clause or a type test, by whether they cross the wire as themselves, and by
    the code that a fault row gets.

    Args:
        kinds: What can happen at one call.
        is_call: Whether a message is answered, so that losing it ends in an error.
    """
    chosen: dict[object, What] = {}
    for kind, what in kinds:
        chosen.setdefault(_signature(kind, what, is_call), (kind, what))
    return tuple(chosen.values())


def _signature(kind: Kind, what: Any, is_call: bool) -> object:
    match kind:
        case Kind.FAIL | Kind.AFTER:
            return kind, _told_apart(_class(what))
        case Kind.DROP if is_call:
            return Kind.FAIL, _told_apart(messaging.MessagingTimeout)
        case Kind.DROP_REPLY:
            return Kind.AFTER, _told_apart(messaging.MessagingTimeout)
    return kind, what


def _class(what: Any) -> type[BaseException]:
    return what if isinstance(what, type) else type(what())


def _told_apart(error: type[BaseException]) -> object:
    matched = frozenset(one for one in caught() if issubclass(error, one))
    return matched, error.__module__ in ALLOWED_REMOTE_EXMODS, getattr(error, "code", None)


@functools.cache
def caught() -> frozenset[type[BaseException]]:
    """Return the exceptions that the code under test asks for, in except clauses and in type tests."""
    found: set[type[BaseException]] = set()
    for package in _RUNNING:
        root = import_module(f"{fakevirt.__name__}.{package}")
        modules = pkgutil.walk_packages(root.__path__, f"{root.__name__}.", onerror=_not_elsewhere)
        for name in (root.__name__, *(module.name for module in modules)):
            if not name.startswith(_ELSEWHERE):
                found.update(_asked_for(import_module(name)))
    return frozenset(found)


def _not_elsewhere(package: str) -> None:
    """Raise what importing a package has raised, unless nothing here needs it."""
    if package not in _ELSEWHERE:
        raise


def _asked_for(module: ModuleType) -> Iterator[type[BaseException]]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield from _classes(_evaluated(node.type, module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            # A type that only a function knows is none of an exception.
            with contextlib.suppress(NameError):
                yield from _classes(_evaluated(node.args[1], module))


def _evaluated(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), module.__name__, "eval"), vars(module))


def _classes(value: Any) -> Iterator[type[BaseException]]:
    if isinstance(value, tuple):
        for one in value:
            yield from _classes(one)
    elif isinstance(value, type) and issubclass(value, BaseException):
        yield value
