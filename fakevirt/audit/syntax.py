"""Small questions that are put to trees."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import libcst as cst
from libcst.helpers import get_full_name_for_node

#: Parts of nodes that are layout or punctuation.
_LAYOUT = ("whitespace", "lpar", "rpar", "lbrace", "rbrace", "lbracket", "rbracket", "leading_lines", "lines_after")
_OTHER_LAYOUT = frozenset({"header", "footer", "trailing_whitespace", "semicolon", "comma", "equal", "operator", "dot"})


@functools.cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(
        name
        for name in kind.__dataclass_fields__
        if not name.startswith(_LAYOUT) and name not in _OTHER_LAYOUT and not name.startswith("_")
    )


def parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the nodes in a node, without layout, in the order of its fields."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (each for each in value if isinstance(each, cst.CSTNode))


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all in it, without layout, in the order in which they stand."""
    yield node
    for part in parts(node):
        yield from walk(part)


def loads(node: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    """Yield each node in a node where a name stands for a variable, and not for an attribute or a keyword."""
    if isinstance(node, cst.Name):
        if node.value == name:
            yield node
    elif isinstance(node, (cst.Attribute, cst.Arg)):
        yield from loads(node.value, name)
    else:
        for part in parts(node):
            yield from loads(part, name)


def dotted(node: cst.CSTNode) -> str:
    """Return ``a.b.c`` of names with dots between them; what is no name is left out before the first dot."""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def last(name: str) -> str:
    """Return the last part of a dotted name."""
    return name.rpartition(".")[2]


def text_of(node: cst.CSTNode) -> str | None:
    """Return the text of a literal, None of anything else."""
    if not isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return None
    value = node.evaluated_value
    return value if isinstance(value, str) else None


def key_of(node: cst.Subscript) -> cst.BaseExpression | None:
    """Return what stands in the brackets, None of a slice or of several."""
    (*others, element) = node.slice
    return element.slice.value if not others and isinstance(element.slice, cst.Index) else None


def is_first_of(node: cst.CSTNode, value: cst.CSTNode) -> bool:
    """Tell whether a node is ``value[0]``."""
    if not isinstance(node, cst.Subscript) or node.value is not value:
        return False
    key = key_of(node)
    return isinstance(key, cst.Integer) and key.value == "0"


def decorator_names(node: cst.FunctionDef) -> list[str]:
    """Return the last part of the name of each decorator, the outermost first."""
    return [last(get_full_name_for_node(each.decorator) or "") for each in node.decorators]


def targets_of(node: cst.BaseAssignTargetExpression) -> Iterator[cst.BaseExpression]:
    """Yield what is assigned to, tuples and lists taken apart."""
    if isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from targets_of(element.value)  # type: ignore[arg-type]
    else:
        yield node
