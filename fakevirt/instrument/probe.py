"""A probe wraps any object and records every call that crosses its boundary."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from fakevirt.instrument.faults import FaultPlan
from fakevirt.instrument.trace import Trace

T = TypeVar("T")


def probe(
    target: T,
    channel: str,
    trace: Trace,
    faults: FaultPlan,
    *,
    service: str | None = None,
    operation: Callable[[str, dict[str, Any]], str] = lambda method, arguments: method,
    interface: type | None = None,
) -> T:
    """Return a stand-in for ``target`` whose public methods are recorded and can be made to fail.

    Args:
        target: Any object. Attributes, ``isinstance`` and private names behave as on the target itself.
        channel: The name of the boundary.
        trace: Where calls are recorded.
        faults: What may be planted at them.
        service: The host of the service that owns the target; calls are attributed to it.
        operation: Names the effect of a call, given the method and its arguments by name.
        interface: What tells the names of arguments; without it, and for methods that it lacks, the target does.
    """
    return cast(T, _Probe(target, channel, trace, faults, service, operation, interface))


def unwrap(target: T) -> T:
    """Return what a probe wraps, or ``target`` itself."""
    # Its type and not an attribute tells a probe: a mock has every attribute.
    return cast(T, target.__dict__["_probe_target"]) if type(target) is _Probe else target


class _Probe:
    def __init__(
        self,
        target: object,
        channel: str,
        trace: Trace,
        faults: FaultPlan,
        service: str | None,
        operation: Callable[[str, dict[str, Any]], str],
        interface: type | None,
    ) -> None:
        self.__dict__.update(
            _probe_target=target,
            _probe_channel=channel,
            _probe_trace=trace,
            _probe_faults=faults,
            _probe_service=service,
            _probe_operation=operation,
            _probe_interface=interface,
        )

    @property  # type: ignore[misc]  # isinstance asks for it, and only a property can answer for each probe
    def __class__(self) -> Any:
        return type(self._probe_target)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._probe_target, name)
        if name.startswith("_") or not callable(value):
            return value
        # A wrapper is kept on the probe, so that __getattr__ runs once per name.
        wrapper = self.__dict__[name] = self._wrap(name, value)
        return wrapper

    def __setattr__(self, name: str, value: Any) -> None:
        # A spy or a stub replaces the recording wrapper, which it may call: each call is recorded once.
        if name in self.__dict__:
            self.__dict__[name] = value
        else:
            setattr(self._probe_target, name, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            del self.__dict__[name]
        else:
            delattr(self._probe_target, name)

    def __repr__(self) -> str:
        return f"<probe of {self._probe_target!r} on {self._probe_channel}>"

    def _wrap(self, name: str, found: Callable[..., Any]) -> Callable[..., Any]:
        target, trace, faults = self._probe_target, self._probe_trace, self._probe_faults
        channel, service = self._probe_channel, self._probe_service
        told = getattr(self._probe_interface, name, None)
        named = argument_namer(found) if told is None else argument_namer(told, skip=1)
        operation_of = self._probe_operation

        @functools.wraps(found)
        def observed(*args: Any, **kwargs: Any) -> Any:
            arguments = named(args, kwargs)
            operation = operation_of(name, arguments)
            # Looked up anew: a test may have patched the target's class since.
            method = getattr(target, name)
            if trace.is_muted:
                return method(*args, **kwargs)
            nth = faults.count(channel, operation)
            effect = trace.record(channel, operation, arguments, service=service, nth=nth)
            try:
                struck = faults.strike(channel, operation, nth)
                result = method(*args, **kwargs)
                if struck is not None:
                    raise struck.error()
            except BaseException as error:
                effect.raised(error)
                raise
            effect.returned(result)
            return result

        return observed


ArgumentNamer = Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]


def argument_namer(method: Callable[..., Any], *, skip: int = 0) -> ArgumentNamer:
    """Return a function that names a call's arguments by the parameters of ``method``.

    Positional and keyword calls, and calls that leave a default out or spell it out, are the same effect.

    Args:
        method: What is called.
        skip: How many leading parameters are not among the arguments, such as an explicit ``self``.
    """
    if isinstance(method, types.MethodType) and isinstance(method.__func__, types.FunctionType):
        return _namer(method.__func__, skip + 1)
    if isinstance(method, types.FunctionType):
        return _namer(method, skip)
    return _namer.__wrapped__(method, skip)


# Worlds are built by the thousand, and each has its own probes of the same functions.
@functools.cache
def _namer(function: Callable[..., Any], skip: int) -> ArgumentNamer:
    try:
        parameters = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return _numbered
    bind = _binder(parameters)

    def named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            return bind(*args, **kwargs)
        except TypeError:
            return _numbered(args, kwargs)

    return named


def _binder(parameters: Sequence[inspect.Parameter]) -> Callable[..., dict[str, Any]]:
    """Return a function of these parameters that returns its arguments by name.

    Python itself binds arguments more than ten times as fast as ``inspect.Signature.bind`` does, with the same result.
    """
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    told = [
        p.replace(annotation=p.empty, default=_Source(f"defaults[{p.name!r}]") if p.name in defaults else p.empty)
        for p in parameters
    ]
    signature = str(inspect.Signature(told)).removeprefix("(").removesuffix(")")
    binder: Callable[..., dict[str, Any]] = eval(f"lambda {signature}: locals()", {"defaults": defaults})
    return binder


class _Source:
    """Source code in the place of a default value."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __repr__(self) -> str:
        return self._code


def _numbered(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**{str(number): arg for number, arg in enumerate(args)}, **kwargs}
