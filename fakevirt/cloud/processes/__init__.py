"""A cloud whose conductor and compute hosts are processes of the operating system, over a broker and a database server.

The process of the cloud (*home*) keeps what is outside Nova: hypervisors, the network, volume and image services, the
clock, what is planted, the trace. It also is the API. Conductor and scheduler run in one service process, each compute
host in one of its own. Between them go messages of oslo.messaging; a local socket (:mod:`.link`) leads home.
"""

from fakevirt import _oslo  # noqa: F401
