"""The resource tracker's part of ``_instance_update``, made a method of its own where it is none.

Icehouse has ``_instance_update`` tell the resource tracker itself; what is saved as an object must tell it, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from fakevirt.audit.syntax import dotted, last, walk

#: The method, by the name that it has since Juno.
TRACKER = "_update_resource_tracker"


@dataclass(frozen=True, eq=False, slots=True)
class Extraction:
    """How the method is made.

    Args:
        update: ``_instance_update``.
        variable: The name that it has the written instance by.
        statements: Its statements that tell the resource tracker.
    """

    update: cst.FunctionDef
    variable: str
    statements: tuple[cst.BaseStatement, ...]

    def method(self) -> cst.FunctionDef:
        """Return the new method."""
        names = [parameter.name for parameter in self.update.params.params[:2]]
        parameters = cst.Parameters(params=[cst.Param(name) for name in (*names, cst.Name(self.variable))])
        body = cst.IndentedBlock(body=[_flush(self.statements[0]), *self.statements[1:]])
        return cst.FunctionDef(cst.Name(TRACKER), parameters, body, leading_lines=self.update.leading_lines)

    def shortened(self) -> cst.FunctionDef:
        """Return ``_instance_update`` with a call of the new method."""
        manager, context = (parameter.name.value for parameter in self.update.params.params[:2])
        call = cst.parse_statement(f"{manager}.{TRACKER}({context}, {self.variable})")
        body: list[cst.BaseStatement] = []
        for statement in self.update.body.body:
            if not isinstance(statement, cst.BaseStatement):
                continue
            if statement is self.statements[0]:
                body.append(call)
            elif not any(statement is each for each in self.statements):
                body.append(statement)
        blank = cst.EmptyLine(indent=False)
        block = self.update.body.with_changes(body=body)
        return self.update.with_changes(body=block, leading_lines=[blank])


def extraction(owner: str, module: cst.Module) -> Extraction | None:
    """Return how the method is made of a class's ``_instance_update``, None if that is not of the form.

    The form: what the conductor returns gets a name, statements follow that assign nothing but names of their own, and
    the name is returned.
    """
    for node in module.body:
        if isinstance(node, cst.ClassDef) and node.name.value == owner:
            for part in node.body.body:
                if isinstance(part, cst.FunctionDef) and part.name.value == "_instance_update":
                    return _of(part)
    return None


def _of(update: cst.FunctionDef) -> Extraction | None:
    body = [statement for statement in update.body.body if isinstance(statement, cst.BaseStatement)]
    place = next((i for i, statement in enumerate(body) if _variable(statement) is not None), None)
    if place is None or len(update.params.params) < 3 or update.decorators:
        return None
    variable, between = _variable(body[place]), body[place + 1 : -1]
    if variable is None or not between or not _returns(body[-1], variable):
        return None
    allowed = {each.name.value for each in update.params.params[:2]} | {variable} | _bound(between)
    given = {each.name.value for each in update.params.params[2:]}
    given |= {"kwargs"} | _bound(body[:place])
    used = {node.value for statement in between for node in walk(statement) if isinstance(node, cst.Name)}
    if used & (given - allowed) or any(isinstance(node, cst.Return) for each in between for node in walk(each)):
        return None
    return Extraction(update, variable, tuple(between))


def _variable(statement: cst.BaseStatement) -> str | None:
    """Return the name that gets what ``conductor_api.instance_update`` returns."""
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        assign = statement.body[0]
        target = assign.targets[0].target
        if isinstance(assign.value, cst.Call) and isinstance(target, cst.Name):
            return target.value if last(dotted(assign.value.func)) == "instance_update" else None
    return None


def _returns(statement: cst.BaseStatement, variable: str) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Return):
        return False
    value = statement.body[0].value
    return isinstance(value, cst.Name) and value.value == variable


def _bound(statements: Sequence[cst.CSTNode]) -> set[str]:
    return {
        target.target.value
        for statement in statements
        for node in walk(statement)
        if isinstance(node, cst.Assign)
        for target in node.targets
        if isinstance(target.target, cst.Name)
    }


def _flush(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Return a statement without the blank lines above it."""
    return statement.with_changes(leading_lines=[])
