"""RPC over oslo.messaging: a transport within the process, servers, the client of the compute managers."""

from fakevirt import _oslo  # noqa: F401
