def test_it_is_a_driver_whose_calls_can_be_checked_without_a_manager(run):
    result = run(
        """
from fakevirt.driver.interface import ComputeDriver

def test_it(fake_driver):
    assert isinstance(fake_driver, ComputeDriver)
    assert fake_driver.get_available_nodes() == ["fake-host"]
"""
    )
    result.assert_outcomes(passed=1)


def test_arguments_of_its_fixture_come_by_indirect_parametrization(run):
    result = run(
        """
from fakevirt.driver.profile import Accepts, Profile

@pytest.mark.parametrize("fake_driver", [{"profile": Profile(Accepts.OBJECT_ONLY)}], indirect=True)
def test_it(fake_driver):
    with pytest.raises(AttributeError, match="'dict' object has no attribute"):
        fake_driver.get_info({"uuid": "x", "name": "y"})
"""
    )
    result.assert_outcomes(passed=1)
