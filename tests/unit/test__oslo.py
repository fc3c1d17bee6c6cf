import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fakevirt

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


LOADS_OSLO = re.compile(r"^(?:import|from) oslo_(?:messaging|service|versionedobjects)\b", re.MULTILINE)
CHOOSES = re.compile(r"^from fakevirt import _oslo\b", re.MULTILINE)


def modules_that_load_oslo():
    """Return the modules of the package that load oslo.service's backend by their own imports."""
    top = Path(fakevirt.__file__).parent
    return [
        path
        for folder, _, names in os.walk(top, followlinks=True)
        for name in sorted(names)
        if name.endswith(".py") and LOADS_OSLO.search((path := Path(folder, name)).read_text())
        if path != top / "_oslo.py"
    ]


def chosen_before(path):
    """Whether a package that a module is in, or the module itself, has chosen before."""
    text = path.read_text()
    before = text[: LOADS_OSLO.search(text).start()]
    top = Path(fakevirt.__file__).parent
    packages = [folder / "__init__.py" for folder in path.parents if folder.is_relative_to(top) and folder != top]
    return any(CHOOSES.search(one) for one in [before, *(init.read_text() for init in packages if init.exists())])


@pytest.mark.parametrize("path", modules_that_load_oslo(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_whichever_module_is_imported_first_the_backend_was_chosen_before(path):
    assert chosen_before(path)


def test_the_modules_were_found():
    folders = {path.parent.name for path in modules_that_load_oslo()}

    assert {"rpc", "objects", "conductor", "manager", "faults", "generated", "backends"} <= folders
