"""What the audit looks for, and which of the twenty-three classes of bugs it is."""

from __future__ import annotations

import enum


class Rule(enum.Enum):
    """One kind of finding: its name, the letter of its class of bugs if it is a trap, and what it is."""

    DICT_ACCESS = ("dict-access", None, "dict-style access to a versioned object")
    RAW_CONDUCTOR = ("raw-conductor", None, "a raw method of the conductor")
    RAW_RESULT = ("raw-result", None, "a field of what a raw method of the conductor returned")
    FLATTENING = ("flattening", None, "an object is made a dict, which has no version")
    REBOUND = ("rebound", "A", "the name of an object gets a dict")
    ROW_OR_RESPONSE = ("row-or-response", "C", "a row or a response is used as an object")
    HALVES = ("halves", "D", "the server and the client half are out of step")
    NOT_BROUGHT = ("not-brought", "E", "a field is read that the query does not bring")
    NESTED_NONE = ("nested-none", "F", "a nested object may be None")
    NEVER_SAVED = ("never-saved", "I", "a field is assigned and not saved")
    TWO_WRITERS = ("two-writers", "J", "an object is written raw and by itself")
    DECORATORS = ("decorators", "L", "a decorator looks in the wrong place")
    ID_FOR_OBJECT = ("id-for-object", "N", "an id is given where the object is taken, or the other way round")
    TYPE_TEST = ("type-test", "O", "a type test is too narrow")
    DICT_INTERFACE = ("dict-interface", "P", "what dicts can do and objects cannot for long")
    DATABASE_CALL = ("database-call", "R", "a direct call of the database")
    DEAD_EXCEPT = ("dead-except", "T", "an except clause waits for what objects do not raise")
    HAS_OR_GET = ("has-or-get", "W", "hasattr and get mean something else on an object")

    def __init__(self, title: str, letter: str | None, meaning: str) -> None:
        self.title = title
        self.letter = letter
        self.meaning = meaning
