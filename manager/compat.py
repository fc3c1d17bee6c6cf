"""Where a dict meets code that expects an object."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fakevirt.context import RequestContext
from fakevirt.objects.base import NovaObject
from fakevirt.objects.instance import Instance

if TYPE_CHECKING:
    from fakevirt.manager.compute import ComputeManager


def hydrate(context: RequestContext, instance: Any, expected_attrs: Iterable[str] | None = None) -> Instance:
    """Return ``instance`` as an object.

    Args:
        context: The request, which the object then carries.
        instance: An object, which is returned as it is, or a dict.
        expected_attrs: The joined fields that a dict must hold; metadata and system_metadata, where it has them,
            unless given (security group callers send rows without either).

    Raises:
        KeyError: A dict lacks a column or an expected field.
    """
    if isinstance(instance, NovaObject):
        return instance  # type: ignore[return-value]
    if expected_attrs is None:
        expected_attrs = [name for name in ("metadata", "system_metadata") if name in instance]
    return Instance._from_db_object(context, Instance(context), instance, expected_attrs=list(expected_attrs))


def object_compat(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method of the object path take a dict from a caller that is not converted.

    It stands outermost, so that the fault and state decorators below it see an object. The instance is the keyword
    argument of that name or the first positional one after the context: other places need an inline conversion. Nova's
    hydrates a ``migration`` as well, which no method here is given.
    """

    @functools.wraps(function)
    def hydrated(manager: ComputeManager, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        if "instance" in kwargs:
            kwargs["instance"] = hydrate(context, kwargs["instance"])
        else:
            args = (hydrate(context, args[0]), *args[1:])
        return function(manager, context, *args, **kwargs)

    return hydrated
