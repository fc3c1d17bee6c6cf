import inspect
import pickle

import pytest

from fakevirt import exceptions
from fakevirt.exceptions import ComputeHostNotFound, HostNotFound, InstanceNotFound, NotFound, NovaException

CLASSES = [cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if issubclass(cls, NovaException)]


class Keys(dict):
    """Takes down which keys a text is formatted with."""

    def __missing__(self, key):
        self[key] = f"<{key}>"
        return self[key]


def example(cls):
    wanted = Keys()
    _ = cls.msg_fmt % wanted
    return cls(**wanted)


def test_the_text_is_the_format_filled_with_the_arguments():
    assert str(InstanceNotFound(instance_id="abc")) == "Instance abc could not be found."


def test_a_text_of_one_s_own_takes_the_place_of_the_format():
    assert str(InstanceNotFound("gone")) == "gone"


def test_an_argument_that_the_text_needs_cannot_be_forgotten():
    with pytest.raises(KeyError, match="instance_id"):
        InstanceNotFound()


def test_its_code_stands_among_its_arguments_and_can_be_overridden():
    assert NotFound().kwargs["code"] == 404
    assert NotFound(code=410).kwargs["code"] == 410


def test_a_handler_of_the_general_error_gets_the_special_one():
    assert issubclass(ComputeHostNotFound, HostNotFound)
    assert issubclass(exceptions.UnexpectedDeletingTaskStateError, exceptions.UnexpectedTaskStateError)
    assert issubclass(exceptions.MigrationPreCheckError, exceptions.MigrationError)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_has_a_text_that_is_filled_completely(cls):
    text = example(cls).format_message()
    assert text
    assert "%(" not in text


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_can_be_built_again_from_its_arguments_as_the_wire_does(cls):
    sent = example(cls)
    arrived = cls(*sent.args, **sent.kwargs)
    assert str(arrived) == str(sent)
    assert arrived.kwargs == sent.kwargs


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_can_be_pickled(cls):
    sent = example(cls)
    arrived = pickle.loads(pickle.dumps(sent))
    assert type(arrived) is cls
    assert (str(arrived), arrived.kwargs) == (str(sent), sent.kwargs)
