import pytest

from fakevirt.rpc.versions import version_cap
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
