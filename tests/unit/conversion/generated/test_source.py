"""An example as a test to be pasted."""

import pytest

from fakevirt.conversion.allowance import Allowance
from fakevirt.conversion.generated.example import Call, Example, Server, World
from fakevirt.conversion.generated.source import source_of
from fakevirt.exceptions import DiskNotFound, InstanceInvalidState
from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings

SERVER = Server(0)
BOOT = Call("boot", ("src",))


def printed(*calls, outcomes=None, allowed=(), **world):
    example = Example(World(**world), calls)
    requests = [call for call in calls if not call.plants_fault]
    return source_of(example, outcomes or [None] * len(requests), allowed)


def test_a_plain_example_is_as_short_as_a_test_written_by_hand():
    move = Call("live_migrate", (SERVER,), {"to": "dst"})
    assert printed(BOOT, move) == (
        "from fakevirt import both_call_paths\n"
        "\n"
        "\n"
        "@both_call_paths\n"
        "def test_the_call_paths_agree(cloud):\n"
        '    server = cloud.boot("src")\n'
        '    cloud.live_migrate(server, to="dst")\n'
    )


def test_whatever_is_not_as_usual_is_told_and_imported():
    source = printed(
        Call("boot", ("src",), {"volumes": 1}),
        BOOT,
        Call("faults.fail", ("driver", "detach_volume"), {"with_": DiskNotFound}),
        Call("detach_volume", (SERVER, Call("attached_volumes", (SERVER,), item=0))),
        Call("faults.fail", ("driver", "reboot"), {"with_": NotImplementedError}),
        Call("reboot", (Server(1),), {"hard": True}),
        outcomes=[None, None, None, InstanceInvalidState],
        allowed=[Allowance("db", 'a "known" difference', operation="update *", field="arguments.values.x")],
        releases=("icehouse", "juno"),
        conductor="juno",
        shared_storage=False,
        settings=Settings(vnc_enabled=True),
        plan=ConversionPlan.all_but("run_instance"),
    )
    assert source == (
        "import pytest\n"
        "from fakevirt import ConversionPlan, both_call_paths\n"
        "from fakevirt.exceptions import DiskNotFound, InstanceInvalidState\n"
        "from fakevirt.settings import Settings\n"
        "\n"
        "\n"
        '@pytest.mark.allow("db", "a \\"known\\" difference", operation="update *", field="arguments.values.x")\n'
        "@both_call_paths(\n"
        '    hosts={"src": "icehouse", "dst": "juno"},\n'
        '    conductor="juno",\n'
        "    shared_storage=False,\n"
        "    settings=Settings(vnc_enabled=True),\n"
        '    plan=ConversionPlan.all_but("run_instance"),\n'
        ")\n"
        "def test_the_call_paths_agree(cloud):\n"
        '    server = cloud.boot("src", volumes=1)\n'
        '    server_2 = cloud.boot("src")\n'
        '    cloud.faults.fail("driver", "detach_volume", with_=DiskNotFound)\n'
        "    cloud.detach_volume(server, cloud.attached_volumes(server)[0])\n"
        '    cloud.faults.fail("driver", "reboot", with_=NotImplementedError)\n'
        "    with pytest.raises(InstanceInvalidState):\n"
        "        cloud.reboot(server_2, hard=True)\n"
    )


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (ConversionPlan.only("detach_volume"), 'ConversionPlan.only("detach_volume")'),
        (ConversionPlan.legacy(), "ConversionPlan.only()"),
        (
            ConversionPlan.all_but("detach_volume", "live_migration"),
            'ConversionPlan.all_but("live_migration", "detach_volume")',
        ),
    ],
)
def test_a_plan_is_told_from_its_shorter_side(plan, text):
    assert f"@both_call_paths(plan={text})\n" in printed(BOOT, plan=plan)


def test_a_server_that_nobody_names_has_no_variable():
    assert "    cloud.boot(" in printed(BOOT, Call("restart", ("src",)))


def test_nothing_is_asked_for_after_a_server_that_could_not_be_had():
    source = printed(BOOT, BOOT, Call("delete", (Server(1),)), outcomes=[None, InstanceInvalidState])
    assert source.endswith('    with pytest.raises(InstanceInvalidState):\n        cloud.boot("src")\n')
    assert "delete" not in source


def test_data_within_arguments_is_source_too():
    disk = {"volume_id": Call("add_volume"), "boot_index": 0}
    assert 'block_devices=[{"volume_id": cloud.add_volume(), "boot_index": 0}]' in printed(
        Call("create_server", (), {"block_devices": [disk]})
    )


def test_a_call_that_is_too_long_for_a_line_has_one_for_each_argument():
    disks = [{"source_type": "volume", "volume_id": Call("add_volume")}]
    create = Call("create_server", (), {"host": "src", "block_devices": disks, "through_conductor": True})
    assert printed(create, Call("delete", (SERVER,))).splitlines()[5:11] == [
        "    server = cloud.create_server(",
        '        host="src",',
        '        block_devices=[{"source_type": "volume", "volume_id": cloud.add_volume()}],',
        "        through_conductor=True,",
        "    )",
        "    cloud.delete(server)",
    ]
