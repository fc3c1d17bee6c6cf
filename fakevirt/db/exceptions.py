"""What a database raises, by the names of oslo.db, which knows of no tables.

A caller on another host gets them as a RemoteError, as in Nova: the module is none whose exceptions cross the wire.
"""


class DBError(Exception):
    """Something went wrong in the database."""


class DBDeadlock(DBError):
    """The transaction was chosen to give way to another one, and is rolled back."""


class DBConnectionError(DBError):
    """The connection was lost; whether a commit took effect is unknown."""
