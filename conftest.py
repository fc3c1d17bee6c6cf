# Before any test module imports oslo.messaging by itself.
from fakevirt import _oslo  # noqa: F401

pytest_plugins = ["pytester"]
