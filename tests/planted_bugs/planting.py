"""What a planted bug is, and how one is planted."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fakevirt.manager.compute import ComputeManager
from fakevirt.manager.paths import SharedStep, WorkItemMethod
from planted_bugs.runs import Outcome, Run, Seen


class Patch(pytest.MonkeyPatch):
    """What a bug is planted with; all of it is undone when the run is over."""

    def edit(self, function: Callable[..., Any], old: str, new: str) -> None:
        """Replace a piece of a function's source, which must be in it exactly once; decorators stay as they are."""
        function = inspect.unwrap(function)
        source = textwrap.dedent(inspect.getsource(function))
        found = source.count(old)
        assert found == 1, f"{old!r} is {found} times in {function.__module__}.{function.__qualname__}"
        (definition,) = ast.parse(source.replace(old, new)).body
        assert isinstance(definition, ast.FunctionDef)
        definition.decorator_list = []
        namespace: dict[str, Any] = {}
        module = ast.Module([definition], type_ignores=[])
        exec(compile(module, f"<{function.__qualname__}, edited>", "exec"), function.__globals__, namespace)
        self.setattr(function, "__code__", namespace[function.__name__].__code__)

    def plant(self, name: str, buggy: Callable[..., Any]) -> None:
        """Put a function in the place of the object path of one of the manager's methods."""
        present = ComputeManager.__dict__[name]
        pair = types.SimpleNamespace(legacy=present._pair.legacy, objects=buggy)
        if isinstance(present, SharedStep):
            replacement: Any = SharedStep(pair, present._work_item)
        else:
            replacement = WorkItemMethod(pair, present.work_item, with_arguments=present.with_arguments)
        replacement.__set_name__(ComputeManager, name)
        self.setattr(ComputeManager, name, replacement)


@dataclass(frozen=True)
class Bug:
    """A planted bug.

    Args:
        letter: Its class.
        plant: Plants it.
        run: The cheapest run that sees it.
        seen: What turns red first in that run.
    """

    letter: str
    plant: Callable[[Patch], None]
    run: Run
    seen: Seen

    @property
    def what(self) -> str:
        """What is wrong, in a sentence."""
        return (self.plant.__doc__ or "").partition("\n")[0].removesuffix(".")

    @property
    def name(self) -> str:
        """The class and the bug."""
        return f"{self.letter}-{self.plant.__name__}"

    def planted(self) -> Outcome:
        """Return what the run comes to while the bug is planted."""
        with Patch.context() as patch:
            self.plant(patch)
            return self.run()


BUGS: list[Bug] = []


def bug(letter: str, run: Run, channel: str, effect: str) -> Callable[[Callable[[Patch], None]], None]:
    """Register a function that plants a bug; its docstring says in a sentence what is wrong.

    Args:
        letter: The class.
        run: The cheapest run that sees it.
        channel: The channel that turns red.
        effect: The first effect that differs, with the field in which it does.
    """

    def register(plant: Callable[[Patch], None]) -> None:
        BUGS.append(Bug(letter, plant, run, Seen(channel, effect)))

    return register
