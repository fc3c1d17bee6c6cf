"""What can be wrong with a driver, as changes of its code: each function yields a changed copy for each place."""

import ast
import copy
import itertools
from collections.abc import Callable, Iterator

#: The name under which mutants find :func:`driver_mutants.mutants.another`.
ANOTHER = "_another_guest"

#: What a function that takes something away has in its name: what is left out there, is left behind.
_TAKES_AWAY = ("destroy", "cleanup", "clean_up", "delete", "forget", "disconnect", "unplug", "unfilter", "rollback")

#: What does not ask for an order of its arguments: swapped, they are no mistake.
_COMMUTATIVE = ("min", "max", "gcd", "lcm", "hypot", "isclose")

Changed = Iterator[tuple[int, ast.FunctionDef]]
Change = Callable[[ast.FunctionDef], Changed]


def _changed(function: ast.FunctionDef, change: Callable[[ast.AST], ast.AST | None]) -> Changed:
    """Yield a copy for each node that ``change`` has another for, with that in its place."""
    for number, node in enumerate(ast.walk(function)):
        if change(node) is None:
            continue
        mutated = copy.deepcopy(function)
        twin = next(itertools.islice(ast.walk(mutated), number, None))
        replaced = _Replace(twin, change(twin)).visit(mutated)
        yield getattr(node, "lineno", function.lineno), ast.fix_missing_locations(replaced)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = ast.copy_location(new, old)

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _is_change_of_state(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="reader"))):
            # It is asked in which form the instance came, and nothing more.
            return False
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"))):
            return False
        case ast.Expr(value=ast.Call()) | ast.Delete() | ast.AugAssign(target=ast.Attribute() | ast.Subscript()):
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript() | ast.Tuple(elts=[ast.Attribute(), *_])]):
            return True
    return False


def _is_of_the_field(node: ast.AST) -> bool:
    """Tell whether an error is raised that managers know; who configures a hypervisor wrongly is told so otherwise."""
    return isinstance(node, ast.Raise) and node.exc is not None and "UsageError" not in ast.unparse(node.exc)


def left_out(function: ast.FunctionDef) -> Changed:
    """Leave a change of state out."""
    if not any(part in function.name for part in _TAKES_AWAY):
        yield from _changed(function, lambda node: ast.Pass() if _is_change_of_state(node) else None)


def left_behind(function: ast.FunctionDef) -> Changed:
    """Leave something behind: a change of state is left out where something is taken away."""
    if any(part in function.name for part in _TAKES_AWAY):
        yield from _changed(function, lambda node: ast.Pass() if _is_change_of_state(node) else None)


def _is_to_be_replaced(function: ast.FunctionDef) -> bool:
    """Tell whether a private method is only there for those that take its place: nobody comes to what it raises."""
    return function.name.startswith("_") and ast.unparse(function.body[-1]) == "raise NotImplementedError"


def wrong_error(function: ast.FunctionDef) -> Changed:
    """Raise the error that tells nothing."""

    def change(node: ast.AST) -> ast.AST | None:
        return ast.parse("raise RuntimeError").body[0] if _is_of_the_field(node) else None

    if not _is_to_be_replaced(function):
        yield from _changed(function, change)


def no_error(function: ast.FunctionDef) -> Changed:
    """Go on where an error is to be raised."""
    if not _is_to_be_replaced(function):
        yield from _changed(function, lambda node: ast.Pass() if _is_of_the_field(node) else None)


def _is_commutative(called: ast.expr) -> bool:
    return ast.unparse(called).rpartition(".")[2] in _COMMUTATIVE


def swapped(function: ast.FunctionDef) -> Changed:
    """Swap the first two arguments of a call, or the first two parameters of a public method."""

    def change(node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.Call) and len(node.args) > 1 and not _is_commutative(node.func):
            first, second, *others = node.args
            plain = (ast.Name, ast.Attribute)
            if isinstance(first, plain) and isinstance(second, plain) and ast.unparse(first) != ast.unparse(second):
                return ast.Call(node.func, [second, first, *others], node.keywords)
        return None

    yield from _changed(function, change)
    if not function.name.startswith("_") and len(function.args.args) > 2:
        mutated = copy.deepcopy(function)
        mutated.args.args[1:3] = reversed(mutated.args.args[1:3])
        yield function.lineno, mutated


def another_guest(function: ast.FunctionDef) -> Changed:
    """Do it to another guest of the host."""

    def change(node: ast.AST) -> ast.AST | None:
        match node:
            case ast.Call(func=ast.Attribute(attr="_domain" | "lookup")):
                pass
            case ast.Call(func=ast.Name("read") | ast.Call(), args=[ast.Constant("name" | "uuid")]):
                pass
            case _:
                return None
        # The copy keeps the place of the node from being replaced within what replaces it.
        return ast.Call(ast.Name(ANOTHER, ast.Load()), [ast.Name("self", ast.Load()), copy.deepcopy(node)], [])

    if function.args.args and function.args.args[0].arg == "self":
        yield from _changed(function, change)


#: What is wrong, and the changes that make it so.
OPERATORS: dict[str, Change] = {
    "a change of state is left out": left_out,
    "something is left behind": left_behind,
    "another error": wrong_error,
    "no error": no_error,
    "arguments are swapped": swapped,
    "another guest is meant": another_guest,
}
