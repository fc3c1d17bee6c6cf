"""The functions of a module, and which of them a call runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from fakevirt.audit.syntax import decorator_names, dotted, parts

#: What the first parameter of a function that is no method may be called, and stands for the manager.
_MANAGER = "manager"


@dataclass(eq=False)
class Function:
    """One function.

    Args:
        node: Where it is defined.
        owner: The class that it is a method of.
        parent: The function that it is defined in.
    """

    node: cst.FunctionDef
    owner: str | None
    parent: Function | None
    nested: dict[str, Function] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name.value

    @property
    def qualified_name(self) -> str:
        """Its name, with those of what it is defined in before it."""
        before = self.parent.qualified_name if self.parent is not None else self.owner
        return f"{before}.{self.name}" if before else self.name

    @property
    def outermost(self) -> Function:
        """The function that it is defined in, in the end."""
        return self if self.parent is None else self.parent.outermost

    @property
    def decorators(self) -> list[str]:
        """The last part of the name of each decorator, the outermost first."""
        return decorator_names(self.node)

    @property
    def is_method(self) -> bool:
        """Whether its first parameter is not what a caller gives first."""
        return self.owner is not None and self.parent is None and "staticmethod" not in self.decorators

    @property
    def receiver(self) -> str | None:
        """What its first parameter is called, if that is the manager."""
        names = self.positional
        if self.is_method:
            return names[0] if names else None
        return names[0] if names[:1] == [_MANAGER] else None

    @property
    def positional(self) -> list[str]:
        """The parameters that can be given by position."""
        parameters = self.node.params
        return [each.name.value for each in (*parameters.posonly_params, *parameters.params)]

    @property
    def parameters(self) -> list[cst.Param]:
        """All parameters but ``*args`` and ``**kwargs``."""
        parameters = self.node.params
        return [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]

    @property
    def given(self) -> list[str]:
        """The parameters that a caller can give by position: without the object that it is a method of."""
        return self.positional[1:] if self.is_method else self.positional

    @property
    def is_called_from_outside(self) -> bool:
        """Whether its name says that other modules call it."""
        return self.parent is None and not self.name.startswith("_")


class Functions:
    """The functions of a module.

    Args:
        module: The module.
    """

    def __init__(self, module: cst.Module) -> None:
        self.all: list[Function] = []
        self._of_module: dict[str, Function] = {}
        self._methods: dict[str | None, dict[str, Function]] = {}
        self._by_node: dict[cst.FunctionDef, Function] = {}
        self._find(module, None, None)

    @property
    def outermost(self) -> Iterator[Function]:
        """Those that are defined in no other."""
        return (function for function in self.all if function.parent is None)

    def of(self, node: cst.FunctionDef) -> Function:
        """Return the function that is defined there."""
        return self._by_node[node]

    def methods(self, owner: str | None) -> Mapping[str, Function]:
        """Return the methods of a class by name."""
        return self._methods.get(owner, {})

    def called(self, node: cst.BaseExpression, caller: Function | None) -> Function | None:
        """Return the function that an expression stands for in another one, if it is one of the module's."""
        if isinstance(node, cst.Name):
            scope = caller
            while scope is not None:
                if node.value in scope.nested:
                    return scope.nested[node.value]
                scope = scope.parent
            return self._of_module.get(node.value)
        if isinstance(node, cst.Attribute) and caller is not None:
            outermost = caller.outermost
            if outermost.owner is not None and dotted(node.value) in (outermost.receiver, "cls"):
                return self.methods(outermost.owner).get(node.attr.value)
        return None

    def _find(self, node: cst.CSTNode, owner: str | None, parent: Function | None) -> None:
        for part in parts(node):
            if isinstance(part, cst.FunctionDef):
                function = Function(part, owner, parent)
                self.all.append(function)
                self._by_node[part] = function
                if parent is not None:
                    parent.nested[function.name] = function
                elif owner is not None:
                    self._methods.setdefault(owner, {})[function.name] = function
                else:
                    self._of_module[function.name] = function
                self._find(part.body, owner, function)
            elif isinstance(part, cst.ClassDef):
                self._find(part.body, part.name.value if parent is None else owner, parent)
            elif not isinstance(part, (cst.BaseExpression, cst.BaseSmallStatement)):
                self._find(part, owner, parent)
