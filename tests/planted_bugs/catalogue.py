"""All planted bugs."""

import importlib
import pkgutil
from pathlib import Path

from planted_bugs.planting import BUGS

__all__ = ["BUGS"]

for _module in sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])):
    if _module[1] == "_":
        importlib.import_module(f"planted_bugs.{_module}")
