"""The check itself: each way of converting wrongly is told with class, version and field."""

# ruff: noqa: RUF012 - fields and versions are declared as oslo.versionedobjects has it

import pytest
from oslo_versionedobjects.fields import IPV4NetworkField

from fakevirt.objects import Instance, Migration, PciDevice, PciDeviceList, base, fields
from fakevirt.objects.compatibility import CompatibilityError, History, check_compatibility
from fakevirt.objects.full import full_object
from fakevirt.usage_error import UsageError

HISTORY = History.from_dict(
    {
        "1.0": {"added": ["size", "shape"]},
        "1.1": {"added": ["device"], "children": {"device": "1.2"}},
        "1.2": {"added": ["color"], "removed": ["shape"], "children": {"device": "1.3"}},
    }
)


class Widget(base.NovaObject):
    """An object of a downstream project."""

    VERSION = "1.2"

    fields: base.Fields = {
        "size": fields.IntegerField(),
        "color": fields.StringField(nullable=True),
        "device": fields.ObjectField("PciDevice"),
    }
    obj_added: base.Versions = {"color": "1.2"}
    obj_relationships: base.Relationships = {"device": [("1.1", "1.2"), ("1.2", "1.3")]}

    def obj_make_compatible(self, primitive, target_version):
        if base.older(target_version, "1.2"):
            primitive["shape"] = "round"
        super().obj_make_compatible(primitive, target_version)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The class is known for the test only."""
    classes = base.NovaVersionedObjectRegistry._classes
    monkeypatch.setattr(base.NovaVersionedObjectRegistry, "_classes", classes.copy())
    return base.NovaVersionedObjectRegistry.register(Widget)


def check(cls=Widget, history=HISTORY, make=lambda: full_object(Widget), before=None):
    check_compatibility(cls, history, make, before={"1.2": {"shape": "round"}} if before is None else before)


def made_by(convert):
    """Return a maker of full widgets that ``convert`` brings to older versions."""
    planted = type("Widget", (Widget,), {"obj_make_compatible": convert})
    return lambda: full_object(planted)


def test_a_class_that_keeps_to_its_history_passes():
    check()


def test_a_field_that_is_not_dropped_is_told():
    def forgets(self, primitive, target_version):
        color = primitive["color"]
        Widget.obj_make_compatible(self, primitive, target_version)
        primitive["color"] = color

    with pytest.raises(CompatibilityError) as raised:
        check(make=made_by(forgets))
    assert str(raised.value).splitlines() == [
        "expected:     no color, which came later",
        "happened:     it is in the primitive",
        "where:        Widget 1.1, field color",
        "how to go on: mend obj_added, obj_relationships, child_versions or obj_make_compatible, or the history",
    ]


def test_a_field_that_is_dropped_too_early_is_told():
    def drops_too_much(self, primitive, target_version):
        Widget.obj_make_compatible(self, primitive, target_version)
        if target_version == "1.0":
            del primitive["size"]

    with pytest.raises(CompatibilityError, match=r"(?s)size, which was there then.*Widget 1\.0, field size"):
        check(make=made_by(drops_too_much))


def test_a_child_that_stays_too_new_is_told():
    def leaves_the_child(self, primitive, target_version):
        Widget.obj_make_compatible(self, primitive, target_version)
        primitive["device"] = self.device.obj_to_primitive()

    with pytest.raises(
        CompatibilityError, match=r"(?s)PciDevice 1\.2 in device.*it is 1\.3.*Widget 1\.1, field device"
    ):
        check(make=made_by(leaves_the_child))


def test_a_child_that_only_says_that_it_is_older_is_told():
    def relabels(self, primitive, target_version):
        Widget.obj_make_compatible(self, primitive, target_version)
        if "device" in primitive and target_version == "1.1":
            primitive["device"]["nova_object.data"] = self.device.obj_to_primitive()["nova_object.data"]

    with pytest.raises(CompatibilityError, match=r"(?s)other values of numa_node.*Widget 1\.1, field device"):
        check(make=made_by(relabels))


def test_a_value_that_changes_is_told():
    def changes(self, primitive, target_version):
        Widget.obj_make_compatible(self, primitive, target_version)
        primitive["size"] = 8

    with pytest.raises(CompatibilityError, match=r"(?s)size is 7.*it is 8.*Widget 1\.2, field size"):
        check(make=made_by(changes))


def test_what_moved_must_be_where_it_was():
    with pytest.raises(CompatibilityError, match=r"(?s)shape is 'square'.*it is 'round'.*Widget 1\.1, field shape"):
        check(before={"1.2": {"shape": "square"}})


def test_what_is_read_must_be_what_was_sent(monkeypatch):
    read = Widget._obj_from_primitive.__func__

    def loses_the_size(cls, context, objver, primitive):
        obj = read(cls, context, objver, primitive)
        del obj.size
        return obj

    monkeypatch.setattr(Widget, "_obj_from_primitive", classmethod(loses_the_size))
    with pytest.raises(CompatibilityError, match=r"(?s)it is not set.*Widget 1\.2, field size"):
        check()


def test_what_is_read_must_make_the_same_of_itself(monkeypatch):
    converts = Widget.obj_make_compatible

    def only_what_was_never_sent(self, primitive, target_version):
        converts(self, primitive, target_version)
        if self.VERSION != "1.2" and target_version != self.VERSION:
            primitive["size"] = 0

    monkeypatch.setattr(Widget, "obj_make_compatible", only_what_was_never_sent)
    with pytest.raises(CompatibilityError, match=r"(?s)what 1\.1 makes of itself.*other values of size.*Widget 1\.0"):
        check()


def test_a_version_that_is_not_recorded_is_asked_for():
    older = History({version: HISTORY.versions[version] for version in ("1.0", "1.1")})
    with pytest.raises(UsageError, match=r"(?s)ends with 1\.2.*ends with 1\.1.*color, shape"):
        check(history=older)


def test_a_field_that_is_not_set_is_asked_for():
    with pytest.raises(UsageError, match=r"(?s)every field set.*without color, device"):
        check(make=lambda: Widget(size=1))


def test_a_list_without_items_is_asked_for():
    history = History.from_dict({"1.0": {"added": ["objects"], "children": {"objects": "1.1"}}, "1.1": {}})
    with pytest.raises(UsageError, match="without objects"):
        check_compatibility(PciDeviceList, history, PciDeviceList)


def test_a_full_object_has_every_field_set_and_nothing_changed():
    instance = full_object(Instance)
    assert all(instance.obj_attr_is_set(name) for name in Instance.fields)
    assert instance.obj_what_changed() == set()
    assert instance.numa_topology.cells[0].cpu_topology.sockets == 7


def test_fields_of_a_full_object_may_be_given():
    assert full_object(Migration, status="done").status == "done"
    device = PciDevice(address="0000:00:01.0")
    assert full_object(Widget, device=device).device is device


def test_a_value_of_an_unknown_type_must_be_given():
    class Odd(base.NovaObject):
        fields: base.Fields = {"range": IPV4NetworkField()}

    with pytest.raises(UsageError, match=r"a value for Odd\.range"):
        full_object(base.NovaVersionedObjectRegistry.register(Odd))
