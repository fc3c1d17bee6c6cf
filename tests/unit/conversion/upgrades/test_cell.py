"""Which mixes of releases there are, and which of them a rolling upgrade comes by."""

from fakevirt.conversion.upgrades.cell import Support, cells
from fakevirt.releases import ICEHOUSE, JUNO, KILO


def mixes(support):
    return {str(cell) for cell in cells([ICEHOUSE, JUNO, KILO]) if cell.support is support}


def test_every_source_meets_every_destination_and_every_conductor():
    assert len(cells([ICEHOUSE, JUNO, KILO])) == 27


def test_a_rolling_upgrade_begins_with_the_conductor_and_goes_one_release_at_a_time():
    assert mixes(Support.SUPPORTED) == {
        "icehouse -> icehouse, conductor icehouse",
        "icehouse -> icehouse, conductor juno",
        "icehouse -> juno, conductor juno",
        "juno -> icehouse, conductor juno",
        "juno -> juno, conductor juno",
        "juno -> juno, conductor kilo",
        "juno -> kilo, conductor kilo",
        "kilo -> juno, conductor kilo",
        "kilo -> kilo, conductor kilo",
    }


def test_a_host_two_releases_behind_the_conductor_skips_one():
    skipping = mixes(Support.SKIPS_A_RELEASE)
    assert len(skipping) == 5
    assert all("icehouse" in mix and mix.endswith("conductor kilo") for mix in skipping)


def test_no_host_is_newer_than_the_conductor():
    assert "juno -> icehouse, conductor icehouse" in mixes(Support.CONDUCTOR_TOO_OLD)
    assert len(mixes(Support.CONDUCTOR_TOO_OLD)) == 13


def test_a_cloud_of_one_release_is_not_mixed():
    assert [str(cell) for cell in cells([JUNO, KILO]) if not cell.is_mixed] == [
        "juno -> juno, conductor juno",
        "kilo -> kilo, conductor kilo",
    ]
