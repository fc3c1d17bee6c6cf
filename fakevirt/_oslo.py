"""Imported before anything of oslo.messaging or oslo.versionedobjects: both load oslo.service's backend on import.

Without a choice oslo.service takes eventlet; threads are the default here. A choice that was made before, by
``init_backend`` or by a hook, stands.
"""

from __future__ import annotations

import warnings

from oslo_service import backend

if backend._backend_hook is None:
    backend.register_backend_default_hook(lambda: backend.BackendType.THREADING)

# On the way oslo.messaging loads eventlet and what oslo.utils has for it, and both call themselves deprecated. Where
# warnings are errors, that would fail the tests of everyone who uses fakevirt.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oslo_messaging  # noqa: F401
