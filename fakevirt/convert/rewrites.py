"""What takes the place of what. A rewrite is decided on before anything is changed, and made from the changed parts."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

#: Arguments of a raw update that say in which state the row has to be; ``save`` takes them.
EXPECTED = ("expected_task_state", "expected_vm_state")


@dataclass(frozen=True, slots=True)
class ToAttribute:
    """``instance['host']`` or ``instance.get('host')`` becomes ``instance.host``.

    Args:
        key: The field.
    """

    key: str


@dataclass(frozen=True, slots=True)
class ToCall:
    """A call becomes a call of something else.

    Args:
        cls: The class of objects that the method is of; None if the method is not of a class.
        method: The method, with what stands before it if there is no class. With ``()`` behind it, the class is called
            with the arguments, and the method on what it makes.
        arguments: The arguments, in their order.
    """

    cls: str | None
    method: str
    arguments: tuple[NewArgument, ...]


@dataclass(frozen=True, slots=True)
class NewArgument:
    """An argument of the call that takes another's place.

    Args:
        position: The place of the argument in the old call that it is made from; None if it is new.
        keyword: Its name, None if it is given by position.
        code: The expression; None if that of the old argument stays.
        star: The stars before it.
    """

    position: int | None
    keyword: str | None = None
    code: str | None = None
    star: str = ""


@dataclass(frozen=True, slots=True)
class ToExpression:
    """A call becomes an expression that is made of names.

    Args:
        code: The expression.
    """

    code: str


@dataclass(frozen=True, slots=True)
class ToQuery:
    """A list that came in a dict is asked for: ``ComputeNodeList.get_by_service(context, service)``.

    Args:
        cls: The class of the list.
        method: The query.
        arguments: Its arguments.
    """

    cls: str
    method: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToSave:
    """``_instance_update(…)`` becomes assignments, a save and the call of the resource tracker.

    Args:
        call: The call.
        owner: The name of the object.
        tracker: What the resource tracker's method is called on.
    """

    call: cst.Call
    owner: str
    tracker: str


Rewrite = ToAttribute | ToCall | ToExpression | ToQuery | ToSave
