import pytest

from fakevirt.releases import ICEHOUSE, JUNO, KILO
from fakevirt.rpc.versions import newest_version, version_cap
from fakevirt.usage_error import UsageError


@pytest.mark.parametrize(
    ("release", "version"), [("icehouse", "3.23"), ("juno", "3.35"), ("kilo", "3.40"), ("3.26", "3.26")]
)
def test_a_release_stands_for_its_newest_version(release, version):
    assert version_cap(release) == version


@pytest.mark.parametrize("release", ["essex", "3", "3.x", ""])
def test_anything_else_is_refused(release):
    with pytest.raises(UsageError, match="icehouse, juno, kilo"):
        version_cap(release)


@pytest.mark.parametrize(
    ("release", "pin", "version"),
    [
        (JUNO, "icehouse", "3.23"),
        (ICEHOUSE, "juno", "3.23"),
        (KILO, "juno", "3.35"),
        (KILO, "kilo", "3.40"),
        (KILO, None, "4.0"),
        (JUNO, None, "3.35"),
        (KILO, "3.9", "3.9"),
    ],
)
def test_a_client_sends_what_its_pin_and_its_own_release_allow(release, pin, version):
    assert newest_version(release, pin) == version
