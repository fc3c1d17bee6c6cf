"""Files that are put into a guest."""

import pytest

from fakevirt import exceptions
from fakevirt.manager.building.decode_files import decode_files


@pytest.mark.parametrize("none", [None, []])
def test_there_need_not_be_any(none):
    assert decode_files(none) == []


def test_their_contents_come_as_base64():
    assert decode_files([["/etc/motd", "d2VsY29tZQ=="]]) == [("/etc/motd", b"welcome")]


def test_what_is_no_base64_is_refused_with_the_files_name():
    with pytest.raises(exceptions.Base64Exception, match="/etc/motd"):
        decode_files([["/etc/motd", "?"]])
