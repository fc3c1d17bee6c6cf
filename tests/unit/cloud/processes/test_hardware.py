"""What a driver does to guests in its own process is done to those at home."""

import pytest

from fakevirt.cloud.processes.hardware import BorrowingDriver, Hardware, LentHardware
from fakevirt.driver.domain import Domain
from fakevirt.driver.fake import FakeVirtDriver
from fakevirt.driver.hypervisor import Hypervisor
from fakevirt.driver.storage import Disk, Storage


@pytest.fixture
def home():
    shared = Storage("shared")
    hardware = Hardware()
    hardware.hypervisors += [Hypervisor(name, instances_path=shared) for name in ("src", "dst")]
    return hardware


@pytest.fixture
def lent(home):
    return LentHardware("src", lambda name, *args: getattr(home, name)(*args))


def test_what_is_shared_stays_shared(lent):
    with lent.borrowed():
        source, destination = lent.hypervisor("src"), lent.hypervisor("dst")
        assert source.instances_path is destination.instances_path


def test_what_is_done_there_is_at_home_afterwards(home, lent):
    with lent.borrowed():
        lent.hypervisor("src").define(Domain("vm", "uuid", 512, 1))
        lent.hypervisor("src").instances_path.directories["uuid"] = {"disk": Disk(1)}
        assert home.hypervisors[0].domains == {}
    assert list(home.hypervisors[0].domains) == ["vm"]
    assert home.hypervisors[1].instances_path.directories == {"uuid": {"disk": Disk(1)}}


def test_a_thing_that_is_known_is_brought_up_to_date_where_it_stands(home, lent):
    domain = Domain("vm", "uuid", 512, 1)
    home.hypervisors[0].define(domain)
    with lent.borrowed():
        there = lent.hypervisor("src").lookup("vm")
        there.bootable = False
    assert domain.bootable is False
    files = home.hypervisors[0].instances_path.test_files
    with lent.borrowed():
        lent.hypervisor("src").instances_path.test_files.add("mark")
    assert files == {"mark"}
    domain.block_io["vda"] = [1]
    with lent.borrowed():
        assert lent.hypervisor("src").lookup("vm") is there
        assert there.block_io == {"vda": [1]}


def test_others_see_what_was_done_so_far_while_they_act(home, lent):
    with lent.borrowed():
        lent.hypervisor("src").failed_volumes.add("one")
        with lent.given_back():
            assert home.hypervisors[0].failed_volumes == {"one"}
            home.hypervisors[0].failed_volumes.add("two")
        assert lent.hypervisor("src").failed_volumes == {"one", "two"}


def test_what_nobody_has_changed_is_not_copied_again(home):
    asked = []

    def ask(name, *args):
        answer = getattr(home, name)(*args)
        asked.append((name, answer if name == "take_back" else answer[1] is not None))
        return answer

    lent = LentHardware("src", ask)
    for _ in range(2):
        with lent.borrowed():
            pass
    assert asked == [("lend", True), ("lend", False)]


def test_a_driver_works_on_what_is_lent(home, lent):
    with lent.borrowed():
        driver = FakeVirtDriver(lent.hypervisor("src"), peers=lent.hypervisor)
    borrowing = BorrowingDriver(driver, lent)
    assert isinstance(borrowing, FakeVirtDriver)
    home.hypervisors[0].define(Domain("vm", "uuid", 512, 1))
    assert borrowing.list_instances() == ["vm"]
    borrowing.list_instances = lambda: ["another"]
    assert driver.list_instances() == borrowing.list_instances() == ["another"]
    del borrowing.list_instances
    assert borrowing.list_instances() == ["vm"]
