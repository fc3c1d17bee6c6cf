"""Makes the rewrites of a plan: formatting and comments of what is not rewritten stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from fakevirt.audit.settings import Settings
from fakevirt.audit.syntax import is_first_of
from fakevirt.convert.client import choice
from fakevirt.convert.imports import Imports
from fakevirt.convert.plan import Plan
from fakevirt.convert.rewrites import EXPECTED, NewArgument, ToAttribute, ToCall, ToExpression, ToQuery, ToSave
from fakevirt.convert.tracker import TRACKER

#: No line of a call that is laid out anew is longer (PEP 8).
_WIDTH = 79


class Rewriter(cst.CSTTransformer):
    """Changes a module as a plan says.

    Args:
        plan: The plan.
        settings: What names stand for.
        imports: The imports of the file, which get what is needed.
    """

    def __init__(self, plan: Plan, settings: Settings, imports: Imports) -> None:
        super().__init__()
        self._plan = plan
        self._settings = settings
        self._imports = imports
        self._indent = 0

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:  # noqa: D102
        self._indent += len(node.indent or self._plan.source.module.default_indent)

    def leave_IndentedBlock(  # noqa: D102
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.BaseSuite:
        self._indent -= len(original_node.indent or self._plan.source.module.default_indent)
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:  # noqa: D102
        new = self._plan.renamed.get(original_node)
        return updated_node if new is None else updated_node.with_changes(value=new)

    def leave_SimpleString(  # noqa: D102
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        new = self._plan.versions.get(original_node)
        return (
            updated_node
            if new is None
            else updated_node.with_changes(value=f"{updated_node.quote}{new}{updated_node.quote}")
        )

    def leave_Subscript(  # noqa: D102
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        rewrite = self._plan.rewrites.get(original_node)
        if isinstance(rewrite, ToAttribute):
            return _attribute(updated_node, updated_node.value, rewrite.key)
        if isinstance(rewrite, ToQuery):
            cls = self._imports.name_of_class(rewrite.cls)
            names = [self._renamed(name) for name in rewrite.arguments]
            return cst.parse_expression(f"{cls}.{rewrite.method}({', '.join(names)})")
        inner = self._plan.rewrites.get(original_node.value)
        # service_ref['compute_node'][0]: the object has the one node that the list begins with.
        if (
            isinstance(inner, ToAttribute)
            and inner.key == "compute_node"
            and is_first_of(original_node, original_node.value)
        ):
            return updated_node.value
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: D102
        rewrite = self._plan.rewrites.get(original_node)
        if isinstance(rewrite, ToAttribute) and isinstance(updated_node.func, cst.Attribute):
            return _attribute(updated_node, updated_node.func.value, rewrite.key)
        if isinstance(rewrite, ToExpression):
            name, dot, rest = rewrite.code.partition(".")
            return cst.parse_expression(f"{self._renamed(name)}{dot}{rest}")
        if isinstance(rewrite, ToCall):
            return self._call(updated_node, rewrite)
        return updated_node

    def _renamed(self, name: str) -> str:
        return next((new for node, new in self._plan.renamed.items() if node.value == name), name)

    def _call(self, call: cst.Call, rewrite: ToCall) -> cst.BaseExpression:
        method, create = rewrite.method, rewrite.method.endswith("()")
        prefix = self._imports.name_of_class(rewrite.cls) if rewrite.cls is not None else ""
        arguments = [self._argument(call, new) for new in rewrite.arguments]
        # The comma of what was the last argument and is not any more, and the other way round.
        arguments = [_with_comma(each, last=each is arguments[-1]) for each in arguments]
        if create:
            made = call.with_changes(func=cst.parse_expression(prefix), args=arguments)
            return cst.Call(cst.Attribute(made, cst.Name(method.removesuffix("()"))))
        name = f"{prefix}.{method}" if prefix else method
        return call.with_changes(func=cst.parse_expression(name), args=arguments)

    @staticmethod
    def _argument(call: cst.Call, new: NewArgument) -> cst.Arg:
        old = call.args[new.position] if new.position is not None else cst.Arg(cst.Name("x"))
        value = cst.parse_expression(new.code) if new.code is not None else old.value
        word = cst.Name(new.keyword) if new.keyword is not None else None
        return old.with_changes(value=value, keyword=word, star=new.star)

    def leave_SimpleStatementLine(  # noqa: D102
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        (small, *others) = original_node.body
        call = getattr(small, "value", None)
        if small in self._plan.halves:
            half, version = self._plan.halves[small]
            return choice(half, version, self._plan.source.module.default_indent)
        if small in self._plan.removed and not others:
            return cst.RemoveFromParent()
        rewrite = self._plan.rewrites.get(call) if isinstance(call, cst.Call) and not others else None
        if isinstance(rewrite, ToSave):
            return cst.FlattenSentinel(self._saved(updated_node, rewrite))
        if isinstance(rewrite, ToCall) and isinstance(call, cst.Call):
            return self._laid_out(call, updated_node)
        return updated_node

    def _saved(self, line: cst.SimpleStatementLine, rewrite: ToSave) -> Sequence[cst.BaseStatement]:
        call: Any = getattr(line.body[0], "value", None)
        named = {argument.keyword.value: argument for argument in call.args if argument.keyword is not None}
        context = named["context"].value if "context" in named else call.args[0].value
        expected = [f"{name}={self._code(named[name].value)}" for name in EXPECTED if name in named]
        lines = [
            f"{rewrite.owner}.{name} = {self._standing_alone(argument.value)}"
            for name, argument in named.items()
            if name not in (*EXPECTED, "context", "instance_uuid")
        ]
        lines.append(f"{rewrite.owner}.save({', '.join(expected)})")
        lines.append(f"{rewrite.tracker}.{TRACKER}({self._code(context)}, {rewrite.owner})")
        module = self._plan.source.module
        made = [cst.parse_statement(each, module.config_for_parsing) for each in lines]
        first = made[0].with_changes(leading_lines=line.leading_lines)
        last = made[-1].with_changes(trailing_whitespace=line.trailing_whitespace)
        return [first, *made[1:-1], last]

    def _code(self, node: cst.CSTNode) -> str:
        return self._plan.source.module.code_for_node(node)

    def _standing_alone(self, node: cst.BaseExpression) -> str:
        """Return the code of an expression that stood in the parentheses of a call."""
        code = self._code(node)
        try:
            cst.parse_statement(f"x = {code}")
        except cst.ParserSyntaxError:
            return f"({code})"
        return code

    def _laid_out(self, original: cst.Call, line: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
        """Return a line with its call laid out anew: one that was broken stays so, one argument below the other."""
        small: Any = line.body[0]
        call = small.value
        if not isinstance(call, cst.Call) or "\n" not in self._code(original) or not call.args:
            return line
        head = self._code(small).partition("(")[0]
        width = self._indent + len(head) + 1
        gap = cst.ParenthesizedWhitespace(
            first_line=cst.TrailingWhitespace(newline=cst.Newline()),
            indent=True,
            last_line=cst.SimpleWhitespace(" " * (len(head) + 1)),
        )
        arguments = [
            argument.with_changes(
                comma=cst.Comma(whitespace_after=gap) if argument is not call.args[-1] else cst.MaybeSentinel.DEFAULT,
                whitespace_after_arg=cst.SimpleWhitespace(""),
            )
            for argument in call.args
        ]
        longest = max(len(self._code(argument.with_changes(comma=cst.Comma()))) for argument in arguments)
        if width + longest > _WIDTH or any("\n" in self._code(each.value) for each in call.args):
            return line
        call = call.with_changes(args=arguments, whitespace_before_args=cst.SimpleWhitespace(""))
        return line.with_changes(body=[small.with_changes(value=call)])

    def leave_FunctionDef(  # noqa: D102
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        extraction = self._plan.extraction
        if extraction is not None and original_node is extraction.update:
            return cst.FlattenSentinel([extraction.method(), extraction.shortened()])
        if original_node not in self._plan.compat:
            return updated_node
        decorator = cst.Decorator(cst.Name(compat_name(self._settings, self._imports)))
        if not updated_node.decorators:
            return updated_node.with_changes(decorators=[decorator])
        return updated_node.with_changes(decorators=[decorator, *updated_node.decorators])


def compat_name(settings: Settings, imports: Imports) -> str:
    """Return what the compat decorator is called in a file; it is imported if the file has none."""
    for name, turned in settings.compat.items():
        if turned.keys() & settings.parameters.keys() and imports.has(name):
            return name
    module, _, name = settings.compat_import.partition(":")
    return imports.name(module, name)


def _attribute(old: cst.Subscript | cst.Call, value: cst.BaseExpression, name: str) -> cst.Attribute:
    return cst.Attribute(value, cst.Name(name), lpar=old.lpar, rpar=old.rpar)


def _with_comma(argument: cst.Arg, *, last: bool) -> cst.Arg:
    if last:
        return argument.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    if isinstance(argument.comma, cst.Comma):
        return argument
    return argument.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
