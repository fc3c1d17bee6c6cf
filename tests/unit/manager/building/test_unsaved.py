"""What a save that was refused leaves on an object."""

import pytest

from fakevirt import states
from fakevirt.manager.building.unsaved import unsaved_forgotten
from fakevirt.objects import Instance


@pytest.fixture
def server(mocker):
    """A server whose row says that it is active."""
    server = Instance(uuid="2f6ae68b-6ae9-4b4c-9c24-7b20d9d2a1c8", vm_state=states.ACTIVE)
    server.obj_reset_changes()
    mocker.patch.object(Instance, "refresh", lambda self: setattr(self, "vm_state", states.ACTIVE))
    return server


def fail_to_save(server):
    with unsaved_forgotten(server):
        server.vm_state = states.BUILDING
        raise ValueError("refused")


def test_what_could_not_be_saved_is_what_the_row_says_again(server):
    with pytest.raises(ValueError, match="refused"):
        fail_to_save(server)
    assert (server.vm_state, server.obj_what_changed()) == (states.ACTIVE, set())


def test_it_is_not_saved_later_if_the_row_cannot_be_read(server, mocker):
    mocker.patch.object(Instance, "refresh", side_effect=TimeoutError)
    with pytest.raises(TimeoutError):
        fail_to_save(server)
    assert server.obj_what_changed() == set()


def test_what_is_saved_stays(server):
    with unsaved_forgotten(server):
        server.vm_state = states.BUILDING
    assert server.vm_state == states.BUILDING
