import subprocess
import sys

import pytest

THREADING = "BackendType.THREADING"
EVENTLET = "BackendType.EVENTLET"


def backend_after(*lines):
    script = "\n".join(["from oslo_service import backend", *lines, "print(backend.get_backend_type())"])
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("package", ["rpc.transport", "objects"])
def test_threads_are_the_default(package):
    assert backend_after(f"import fakevirt.{package}") == THREADING


def test_a_choice_that_was_made_before_stands():
    lines = ["backend.init_backend(backend.BackendType.EVENTLET)", "import fakevirt.objects"]

    assert backend_after(*lines) == EVENTLET


def test_a_hook_that_was_registered_before_stands():
    lines = [
        "backend.register_backend_default_hook(lambda: backend.BackendType.EVENTLET)",
        "import fakevirt.objects",
    ]

    assert backend_after(*lines) == EVENTLET
