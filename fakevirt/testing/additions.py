"""What a project adds to fakevirt's lists by hooks; it is taken off when pytest ends."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from fakevirt import releases
from fakevirt.instrument import snapshot
from fakevirt.manager import work_items
from fakevirt.usage_error import UsageError

#: The names of the modules that declare scenarios, until these are imported.
_SCENARIOS = pytest.StashKey[list[str]]()


def add(config: pytest.Config) -> None:
    """Call the hooks, and put what they return on the lists.

    Raises:
        UsageError: A hook returns something else than it is to, or a name that is taken.
    """
    for item in _returned(config, "work_items", work_items.WorkItem):
        work_items.register(item)
        config.add_cleanup(functools.partial(work_items.unregister, item))
    for release in _returned(config, "releases", releases.Release):
        releases.register(release)
        config.add_cleanup(functools.partial(releases.unregister, release))
    for kind, function in _pairs(config, "canonical_forms", type):
        snapshot.register(kind)(function)
    if config.hook.pytest_fakevirt_allowances.get_hookimpls():
        from fakevirt.conversion import allowance, known

        for one in _returned(config, "allowances", allowance.Allowance):
            known.register(one)
            config.add_cleanup(functools.partial(known.unregister, one))
    for schema, keys in _pairs(config, "dict_forms", str):
        from fakevirt.conversion import entities

        entities.register(schema, keys)
        config.add_cleanup(functools.partial(entities.unregister, schema))
    config.stash[_SCENARIOS] = list(_returned(config, "scenarios", str))


def declare_scenarios(config: pytest.Config) -> None:
    """Import the modules that declare scenarios, unless that was done.

    Raises:
        UsageError: One cannot be imported.
    """
    from fakevirt.conversion.scenarios.registry import declare

    modules = config.stash.get(_SCENARIOS, [])
    while modules:
        declare(modules.pop(0), where="the hook pytest_fakevirt_scenarios")


def _returned(config: pytest.Config, what: str, kind: type) -> Iterator[Any]:
    for returned in _results(config, what):
        # A text is iterable too, and would be taken for a list of letters.
        items = returned if isinstance(returned, Iterable) and not isinstance(returned, str) else [returned]
        for item in items:
            if not isinstance(item, kind) or returned is item:
                raise _refused(what, f"an iterable of {kind.__name__}", returned)
            yield item


def _pairs(config: pytest.Config, what: str, kind: type) -> Iterator[tuple[Any, Any]]:
    for returned in _results(config, what):
        if not isinstance(returned, Mapping) or not all(isinstance(key, kind) for key in returned):
            raise _refused(what, f"a mapping whose keys are of type {kind.__name__}", returned)
        yield from returned.items()


def _results(config: pytest.Config, what: str) -> list[Any]:
    results: list[Any] = getattr(config.hook, f"pytest_fakevirt_{what}")()
    return results


def _refused(what: str, expected: str, returned: Any) -> UsageError:
    return UsageError(
        expected=expected,
        happened=f"it returned {returned!r}",
        where=f"the hook pytest_fakevirt_{what}",
        how_to_go_on="correct it as fakevirt.hooks tells",
    )
