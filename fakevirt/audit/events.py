"""What the inference tells: each thing that a module does with a value, in the order in which it stands there."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import libcst as cst

from fakevirt.audit.functions import Function
from fakevirt.audit.syntax import last
from fakevirt.audit.values import Value


class Use(enum.Enum):
    """How a value is used."""

    READ_ITEM = "subscript"
    WRITE_ITEM = "assignment to a subscript"
    DELETE_ITEM = "deletion of a subscript"
    READ = "attribute"
    WRITE = "assignment to an attribute"
    GET = "get"
    IN = "in"
    UPDATE = "update"
    ITERATE = "iteration"
    HAS = "hasattr"
    TEST = "isinstance"


#: What objects allow only as far as they imitate dicts.
DICT_STYLE = frozenset({Use.READ_ITEM, Use.WRITE_ITEM, Use.DELETE_ITEM, Use.GET, Use.IN, Use.UPDATE, Use.ITERATE})


@dataclass(frozen=True, eq=False, slots=True)
class Access:
    """One use of a value of which something is known.

    Args:
        use: How.
        node: The whole expression.
        base: The expression of the value.
        value: The value.
        key: The field, if it is told by its name.
        function: Where.
        statement: The small statement that it is in; None in the head of a compound one.
        detail: What a test tests for.
    """

    use: Use
    node: cst.CSTNode
    base: cst.BaseExpression
    value: Value
    key: str | None
    function: Function | None
    statement: cst.BaseSmallStatement | None
    detail: str = ""

    @property
    def name(self) -> str | None:
        """The variable, if the value is one."""
        return self.base.value if isinstance(self.base, cst.Name) else None


@dataclass(frozen=True, eq=False, slots=True)
class Argument:
    """An argument of a call.

    Args:
        keyword: Its name, if it is given by name.
        star: The stars before it.
        node: The expression.
        value: Its value.
    """

    keyword: str | None
    star: str
    node: cst.BaseExpression
    value: Value


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """One call.

    Args:
        node: The call.
        callee: The dotted name of what is called, as far as it is one.
        arguments: What is given.
        target: The function, if it is one of the module's.
        function: Where.
        statement: The small statement that it is in; None in the head of a compound one.
    """

    node: cst.Call
    callee: str
    arguments: tuple[Argument, ...]
    target: Function | None
    function: Function | None
    statement: cst.BaseSmallStatement | None

    @property
    def method(self) -> str:
        """The last part of the name of what is called."""
        return last(self.callee)

    @property
    def receiver(self) -> str:
        """The part before the last of the name of what is called."""
        return last(self.callee.rpartition(".")[0])

    def given(self, parameter: str | None, position: int | None = None) -> Argument | None:
        """Return the argument that has this name, or this position from 0."""
        named = next((each for each in self.arguments if each.keyword == parameter and parameter), None)
        if named is not None or position is None or position >= len(self.arguments):
            return named
        before = self.arguments[: position + 1]
        return before[-1] if all(each.keyword is None and not each.star for each in before) else None


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """A raw conductor method that is named and not called.

    Args:
        node: The attribute.
        callee: Its dotted name.
        function: Where.
        statement: The small statement that it is in.
    """

    node: cst.Attribute
    callee: str
    function: Function | None
    statement: cst.BaseSmallStatement | None


@dataclass(frozen=True, eq=False, slots=True)
class Binding:
    """A name that gets another value.

    Args:
        node: The name, where it is bound.
        before: Its value before.
        after: Its value from there on.
        source: The expression that it gets; None in a loop or the like.
        function: Where.
        statement: The assignment.
    """

    node: cst.Name
    before: Value
    after: Value
    source: cst.BaseExpression | None
    function: Function | None
    statement: cst.CSTNode | None


Event = Access | Call | Reference | Binding
