"""M: a proxy for a new major RPC version hands arguments over wrongly."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from fakevirt.manager.compute_v4 import ComputeV4Proxy
from planted_bugs.planting import Patch, bug
from planted_bugs.runs import mix


def _handing_over(change: Callable[[Callable[..., Any], dict[str, Any]], Any]) -> Callable[..., Any]:
    def method_of(proxy: ComputeV4Proxy, name: str) -> Any:
        if name not in proxy._methods:
            raise AttributeError(name)
        method = getattr(proxy._manager, name)

        @functools.wraps(method)
        def hands_over(context: object, **arguments: Any) -> Any:
            return change(functools.partial(method, context), arguments)

        return hands_over

    return method_of


@bug("M", mix("volume_detached", "kilo", "kilo", "kilo", pinned=False), "upgrade", "wrong shape: TypeError")
def order_of_arguments(patch: Patch) -> None:
    """The proxy hands arguments over by position, in another order than the manager takes them."""

    def by_position(method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        names = list(inspect.signature(method).parameters)
        return method(*[arguments[name] for name in reversed(names) if name in arguments])

    patch.setattr(ComputeV4Proxy, "__getattr__", _handing_over(by_position))


@bug("M", mix("rollback_without_info_cache", "kilo", "kilo", "kilo", pinned=False), "upgrade", "wrong shape: TypeError")
def name_of_an_argument(patch: Patch) -> None:
    """The proxy hands the destination over under the name that it has in the message of another method."""

    def renamed(method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        return method(**{"destination" if name == "dest" else name: value for name, value in arguments.items()})

    patch.setattr(ComputeV4Proxy, "__getattr__", _handing_over(renamed))


@bug(
    "M",
    mix("gone_while_the_conductors_build_names_disks", "kilo", "kilo", "kilo", pinned=False),
    "upgrade",
    "other outcome: compute.instance.update",
)
def argument_not_handed_over(patch: Patch) -> None:
    """The proxy does not hand on an argument that has a default."""

    def without_defaults(method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        parameters = inspect.signature(method).parameters
        return method(
            **{n: value for n, value in arguments.items() if parameters[n].default is inspect.Parameter.empty}
        )

    patch.setattr(ComputeV4Proxy, "__getattr__", _handing_over(without_defaults))
