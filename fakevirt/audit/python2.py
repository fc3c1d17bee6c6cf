"""Python 2 in disguise: syntax that Python 3 has no more, written so that Python 3 parses it, and back.

LibCST reads Python 3 only, and Nova's files of the time of the blueprint have ``raise type, value, traceback`` and
``except Error, e``. Each such piece is replaced on its own line by something that parses and that no file contains, so
that taking the disguise off is plain replacement, wherever the piece stands by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = "__py2_"
_COMMA = f"@{_MARK}comma__@"
_UNEQUAL = f"@{_MARK}ne__@"
_PRINT = f"{_MARK}print__="
_TO = f"{_MARK}to__,"
_EXEC = f"{_MARK}exec__="
_REPR, _REPR_END = f"{_MARK}repr__[", f",{_MARK}end__]"

#: What takes each disguise off.
_UNDO = {_COMMA: ",", _UNEQUAL: "<>", _PRINT: "print", _TO: ">>", _EXEC: "exec", _REPR: "`", _REPR_END: "`"}
_DISGUISE = re.compile(rf"{_MARK}int_(?P<number>\w+?)__|" + "|".join(map(re.escape, _UNDO)))

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<string>[bBuUrRfF]{0,2}(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"
        |'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d(?:[eE][+-]\d|[\w.])*)
    | (?P<joined>\\\r?\n)
    | (?P<newline>\r?\n)
    | (?P<space>[ \t\f]+)
    | (?P<operator><>|>>|==|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OLD_OCTAL = re.compile(r"0\d+$")
_LONG = re.compile(r"(0[xXbBoO])?[\da-fA-F]+[lL]$")
_COMPOUND = frozenset({"class", "def", "elif", "else", "except", "finally", "for", "if", "try", "while", "with"})
_BLANK = frozenset({"comment", "joined", "space"})


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    depth: int


def disguise(text: str) -> str:
    """Return the text of a Python 2 module as one that Python 3 parses; lines keep their numbers.

    Syntax that it does not know is left as it is, for the parser to refuse: parameters in parentheses, ``ur''``.

    Raises:
        ValueError: The text has something in it that looks like a disguise.
    """
    if _MARK in text:
        raise ValueError(f"it has {_MARK} in it")
    tokens = list(_tokens(text))
    ticks = 0
    for token in tokens:
        if token.kind == "number" and (_OLD_OCTAL.match(token.text) or _LONG.match(token.text)):
            token.text = f"{_MARK}int_{token.text}__"
        elif token.text == "<>":
            token.text = _UNEQUAL
        elif token.text == "`":
            token.text = _REPR_END if ticks % 2 else _REPR
            ticks += 1
    for statement in _statements(tokens):
        _disguise_statement(statement)
    return "".join(token.text for token in tokens)


def undisguise(text: str) -> str:
    """Return Python 2 for what :func:`disguise` made of it, in whole or in part."""
    return _DISGUISE.sub(lambda found: found["number"] or _UNDO[found.group()], text)


def _tokens(text: str) -> Iterator[_Token]:
    depth = 0
    for found in _TOKEN.finditer(text):
        kind, token = str(found.lastgroup), found.group()
        if kind == "operator":
            if token in ")]}":
                depth -= 1
            yield _Token(kind, token, depth)
            if token in "([{":
                depth += 1
        else:
            yield _Token(kind, token, depth)


def _statements(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Yield the tokens of each simple statement and of each head of a compound one, without what is blank."""
    statement: list[_Token] = []
    lambdas = 0
    for token in tokens:
        if token.kind in _BLANK or (token.kind == "newline" and token.depth):
            continue
        lambdas += token.text == "lambda" and not token.depth
        ends = token.kind == "newline" or (token.text == ";" and not token.depth)
        if token.text == ":" and not token.depth and statement and statement[0].text in _COMPOUND:
            ends, lambdas = not lambdas, max(0, lambdas - 1)
        if not ends:
            statement.append(token)
            continue
        if statement:
            yield statement
        statement, lambdas = [], 0
    if statement:
        yield statement


def _disguise_statement(statement: list[_Token]) -> None:
    first, following = statement[0], statement[1] if len(statement) > 1 else None
    if first.text in ("raise", "except"):
        for token in statement:
            if token.text == "," and not token.depth:
                token.text = _COMMA
    elif first.text in ("print", "exec") and following is not None and _starts_an_operand(following):
        first.text = _PRINT if first.text == "print" else _EXEC
        if following.text == ">>":
            following.text = _TO


def _starts_an_operand(token: _Token) -> bool:
    """Tell whether what follows makes ``print`` a statement: with parentheses it parses as a call."""
    if token.kind == "name":
        return token.text not in ("and", "or", "in", "is", "if", "else", "for")
    return token.kind in ("string", "number") or token.text in (">>", "-", "+", "~", "[", "{", _REPR)
