"""The client half of a converted RPC method: who can read the new version gets an object, who cannot the dict.

The server's version grows by one minor number, which the client asks for before it chooses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from fakevirt.audit.checks.halves import Version, target_of, told
from fakevirt.audit.functions import Function, Functions
from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import dotted, last, text_of, walk

_SENDS = frozenset({"call", "cast"})


@dataclass(frozen=True, eq=False, slots=True)
class Server:
    """A class whose methods are called from other processes.

    Args:
        version: The text of its newest version, where it is told.
        newest: That version.
        methods: The methods that take an object and the dict of an old client.
    """

    version: cst.SimpleString
    newest: Version
    methods: frozenset[str]

    @property
    def next(self) -> str:
        """The version after the newest."""
        return told((self.newest[0], self.newest[1] + 1))


@dataclass(frozen=True, eq=False, slots=True)
class ClientHalf:
    """A method that sends a dict in every version.

    Args:
        function: The method.
        chosen: The statement that says in which version.
        flattened: The statement that makes the dict.
        instance: The parameter that is flattened.
        sent: The name of the dict.
        client: What is asked whether it can send a version, such as ``self.client``.
    """

    function: Function
    chosen: cst.SimpleStatementLine
    flattened: cst.SimpleStatementLine
    instance: str
    sent: str
    client: str


def servers(module: cst.Module, functions: Functions, takes_both: frozenset[cst.FunctionDef]) -> Iterator[Server]:
    """Yield the servers of a module.

    Args:
        module: The module.
        functions: Its functions.
        takes_both: Those with a compat decorator, or with one to come.
    """
    for node in module.body:
        if not isinstance(node, cst.ClassDef):
            continue
        target = target_of(node)
        methods = functions.methods(node.name.value)
        if target is not None:
            names = {name for name, each in methods.items() if each.node in takes_both and each.is_called_from_outside}
            yield Server(*target, frozenset(names))


def client_halves(functions: Functions, server: Server, settings: Settings) -> Iterator[ClientHalf]:
    """Yield the methods among some functions that send a server's methods a dict in every version."""
    for function in functions.outermost:
        calls = [node for node in walk(function.node) if isinstance(node, cst.Call)]
        if any(last(dotted(call.func)) == "can_send_version" for call in calls):
            continue
        sends = [call for call in calls if last(dotted(call.func)) in _SENDS and len(call.args) > 1]
        if any(text_of(call.args[1].value) in server.methods for call in sends):
            half = _half(function, calls, settings)
            if half is not None:
                yield half


def _half(function: Function, calls: Sequence[cst.Call], settings: Settings) -> ClientHalf | None:
    """Return the method as a client half, None if it is of another form."""
    body = function.node.body.body
    prepare = [dotted(call.func) for call in calls if last(dotted(call.func)) == "prepare"]
    if len(prepare) != 1:
        return None
    for chosen, flattened in itertools.pairwise(body):
        version, dict_ = _assigned(chosen), _assigned(flattened)
        if version is None or dict_ is None or version[0] != "version" or not isinstance(dict_[1], cst.Call):
            continue
        call = dict_[1]
        given = dotted(call.args[0].value) if len(call.args) == 1 else ""
        if (
            last(dotted(call.func)) in settings.flatten
            and given in settings.parameters
            and given in function.positional
        ):
            lines = [line for line in (chosen, flattened) if isinstance(line, cst.SimpleStatementLine)]
            return ClientHalf(function, lines[0], lines[1], given, dict_[0], prepare[0].rpartition(".")[0])
    return None


def _assigned(line: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """Return name and expression of an assignment on a line of its own."""
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Assign):
        assign = line.body[0]
        if len(assign.targets) == 1 and isinstance(assign.targets[0].target, cst.Name):
            return assign.targets[0].target.value, assign.value
    return None


def choice(half: ClientHalf, version: str, default_indent: str) -> cst.If:
    """Return the statement that chooses a version, and flattens for who cannot read it.

    The instance keeps its name and the dict its own: what else the method does with either goes on as before.
    """
    lines = [f"version = '{version}'"]
    if half.sent != half.instance:
        lines.append(f"{half.sent} = {half.instance}")
    chosen = "".join(f"{default_indent}{line}\n" for line in lines)
    text = f"if {half.client}.can_send_version('{version}'):\n{chosen}else:\n{default_indent}pass\n"
    statement = cst.ensure_type(cst.parse_module(text).body[0], cst.If)
    otherwise = cst.ensure_type(statement.orelse, cst.Else)
    block = cst.ensure_type(otherwise.body, cst.IndentedBlock).with_changes(body=[half.chosen, half.flattened])
    return statement.with_changes(orelse=otherwise.with_changes(body=block))
