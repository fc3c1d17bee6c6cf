"""Run a command with its databases on a server of its own: ``python -m backends PostgreSQL pytest tests/unit``."""

import os
import subprocess
import sys

from backends import servers

name, *command = sys.argv[1:]
with getattr(servers, name)() as server:
    environment = {**os.environ, "FAKEVIRT_DB": server.url("fakevirt_test_{worker}")}
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)
