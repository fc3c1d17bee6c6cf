import os

# Before any test module imports oslo.messaging by itself.
from fakevirt import _oslo  # noqa: F401

if "PYTEST_XDIST_WORKER" in os.environ:
    # Runs within tests may have a gw0 of their own, whose databases are others.
    os.environ.setdefault("FAKEVIRT_WORKER", os.environ["PYTEST_XDIST_WORKER"])

pytest_plugins = ["pytester"]
