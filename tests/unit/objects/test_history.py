"""Every class makes of its objects what Nova had at each older version, by content and both ways."""

import json
from pathlib import Path

import pytest

from fakevirt import flavors, objects  # noqa: F401 - registers the classes
from fakevirt.objects.base import NovaVersionedObjectRegistry
from fakevirt.objects.compatibility import CompatibilityError, History, check_compatibility
from fakevirt.objects.full import full_object

#: Facts of Nova's releases, kept apart from the code that converts; versions between releases follow from its comments.
HISTORY = json.loads(Path(__file__).with_name("history.json").read_text())

_FLAVOR = {
    f"{prefix}instance_type_{name}": {"name": "text", "flavorid": "text", "rxtx_factor": "0.5"}.get(name, "7")
    for prefix in ("", "old_", "new_")
    for name in flavors.PROPERTIES
}
#: What was somewhere else before a version.
BEFORE = {
    "Instance": {"1.18": {"system_metadata": {"key": "text", **_FLAVOR}}},
    "InstanceGroup": {"1.7": {"metadetails": {}}},
}


def class_of(name):
    return NovaVersionedObjectRegistry.obj_classes()[name][0]


def check(name, history=None, make=None, cls=None):
    recorded = History.from_dict(HISTORY[name] if history is None else history)
    cls = cls or class_of(name)
    check_compatibility(cls, recorded, make or (lambda: full_object(cls)), before=BEFORE.get(name))


def test_the_history_of_every_class_is_recorded():
    assert HISTORY.keys() == NovaVersionedObjectRegistry.obj_classes().keys()


@pytest.mark.parametrize("name", sorted(HISTORY))
def test_a_class_is_at_each_version_what_it_was_then(name):
    check(name)


@pytest.mark.parametrize("name", sorted(HISTORY))
def test_every_field_that_came_later_is_noticed_if_it_is_not_dropped(name):
    """Each single drop is taken away from the conversion in turn: no history is blind to one."""
    cls = class_of(name)
    later = [field for change in list(HISTORY[name].values())[1:] for field in change.get("added", ())]
    for field in later:

        def forgets(self, primitive, target_version, field=field):
            kept = primitive.get(field)
            cls.obj_make_compatible(self, primitive, target_version)
            primitive.setdefault(field, kept)

        forgetful = type(name, (cls,), {"obj_make_compatible": forgets})
        with pytest.raises(CompatibilityError, match=f"field {field}"):
            check(name, cls=forgetful)
