"""Brokers that messages may go over."""

from __future__ import annotations

import amqp  # type: ignore[import-untyped]
import oslo_messaging as messaging

from fakevirt.location import MESSAGES
from fakevirt.passwords import without_password
from fakevirt.rpc.transport import SCHEME, parsed
from fakevirt.usage_error import UsageError

#: How long a broker may take to answer, in seconds.
_PATIENCE = 10


def check_url(url: str, *, where: str) -> None:
    """Refuse a transport that clouds cannot use.

    oslo.messaging would try to reach a broker again and again.

    Args:
        url: ``fakevirt://``, or a broker's address.
        where: Where it was given.

    Raises:
        UsageError: It cannot be read, is of another kind than RabbitMQ, or nobody lets us in there.
    """
    if url.partition(":")[0] == SCHEME:
        return
    try:
        address = parsed(url)
    except (messaging.InvalidTransportURL, ValueError):
        raise _refused(url.partition(":")[0], "it cannot be read", where) from None
    shown = without_password(url)
    if address.transport != "rabbit" or not address.hosts:
        raise _refused(shown, "it is not of RabbitMQ" if address.transport != "rabbit" else "it names no host", where)
    errors = []
    for host in address.hosts:
        try:
            with amqp.Connection(
                f"{host.hostname}:{host.port or 5672}",
                userid=host.username or "guest",
                password=host.password or "guest",
                virtual_host=address.virtual_host or "/",
                connect_timeout=_PATIENCE,
            ):
                return
        except (OSError, amqp.AMQPError) as error:
            errors.append(type(error).__name__)
    raise _refused(shown, f"it could not be opened ({', '.join(errors)})", where)


def _refused(shown: str, happened: str, where: str) -> UsageError:
    return UsageError(
        expected="fakevirt://, or a broker such as rabbit://user:password@host:5672/ that answers",
        happened=happened,
        where=f"{where}: {shown}",
        how_to_go_on=f"leave it at {MESSAGES.built_in} (in the process), or start RabbitMQ, check the port and the "
        "password",
    )
