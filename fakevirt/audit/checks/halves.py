"""Servers and clients of RPC methods that are out of step (class D): seen where both files are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from fakevirt.audit.events import Call
from fakevirt.audit.finding import Found, Module
from fakevirt.audit.functions import Function
from fakevirt.audit.rules import Rule
from fakevirt.audit.syntax import last, text_of, walk
from fakevirt.audit.values import Confidence, Primitive

_SENDS = frozenset({"call", "cast"})
_CHOOSES = frozenset({"can_send_version", "_can_send_version"})

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Server:
    version: Version
    methods: dict[str, Function]


def check(modules: Sequence[Module]) -> Iterator[tuple[Module, Found]]:
    """Yield what is out of step between the servers and the clients among some files."""
    servers = [server for module in modules for server in _servers(module)]
    for module in modules:
        for event in module.inference.events:
            if isinstance(event, Call) and event.method in _SENDS and len(event.arguments) > 1:
                method = text_of(event.arguments[1].node)
                for server in servers:
                    if method in server.methods and event.function is not None:
                        yield from ((module, found) for found in _sent(module, event, event.function, method, server))


def _servers(module: Module) -> Iterator[_Server]:
    for node in walk(module.source.module):
        if not isinstance(node, cst.ClassDef):
            continue
        target = target_of(node)
        methods = {
            name: function
            for name, function in module.inference.functions.methods(node.name.value).items()
            if function.is_called_from_outside
        }
        if target is not None:
            yield _Server(target[1], methods)


def target_of(node: cst.ClassDef) -> tuple[cst.SimpleString, Version] | None:
    """Return the version of ``target = messaging.Target(version='3.23')``, which makes a class a server."""
    for part in node.body.body:
        for small in part.body if isinstance(part, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and isinstance(small.value, cst.Call) and _is_target(small):
                for argument in small.value.args:
                    version = _version(argument.value)
                    if version is not None and isinstance(argument.value, cst.SimpleString):
                        return argument.value, version
    return None


def _is_target(node: cst.Assign) -> bool:
    names = [target.target.value for target in node.targets if isinstance(target.target, cst.Name)]
    return names == ["target"]


def _version(node: cst.CSTNode) -> Version | None:
    major, dot, minor = (text_of(node) or "").partition(".")
    return (int(major), int(minor)) if dot and major.isdigit() and minor.isdigit() else None


def _sent(module: Module, event: Call, client: Function, method: str, server: _Server) -> Iterator[Found]:
    versions = {_version(node) for node in walk(client.node) if isinstance(node, cst.SimpleString)} - {None}
    newest = max((each for each in versions if each is not None and each[0] == server.version[0]), default=None)
    if newest is not None and newest > server.version:
        what = f"the client sends {method} in {told(newest)}, the server has {told(server.version)}"
        yield Found(Rule.HALVES, event.node, client, what, "the call is refused", Confidence.HIGH)
    chooses = any(
        isinstance(node, cst.Call) and last(module.source.source(node.func)) in _CHOOSES for node in walk(client.node)
    )
    compat = [name for name in server.methods[method].decorators if name in module.settings.compat]
    flattened = [each for each in event.arguments if isinstance(each.value, Primitive) and each.value.cls is not None]
    if compat and flattened and not chooses:
        what = f"the client sends {method} a dict ({flattened[0].keyword or 'by position'}) in every version"
        why = f"the server takes an object (@{compat[0]}): only its compat decorator holds the two together"
        yield Found(Rule.HALVES, event.node, client, what, why, Confidence.MEDIUM)


def told(version: Version) -> str:
    """Return a version as it is written."""
    return f"{version[0]}.{version[1]}"
