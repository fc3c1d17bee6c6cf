"""An example that diverges, made small."""

from fakevirt.conversion.generated.example import Call, Example, Server, World
from fakevirt.conversion.generated.reduction import reduced
from fakevirt.exceptions import HypervisorUnavailable
from fakevirt.manager.plan import ConversionPlan
from fakevirt.settings import Settings


def methods(example):
    return [call.method for call in example.calls]


def boot(host, **options):
    return Call("boot", (host,), options or None)


def test_what_does_not_matter_is_left_out_and_servers_keep_their_requests():
    calls = (
        boot("dst", volumes=2),
        boot("src", volumes=2),
        Call("rescue", (Server(0),)),
        Call("faults.fail", ("driver", "reboot"), {"with_": HypervisorUnavailable}),
        Call("suspend", (Server(1),)),
        Call("restart", ("src",)),
    )
    example = reduced(Example(World(), calls), lambda example: "suspend" in methods(example))
    assert example.calls == (Call("boot", ("src",)), Call("suspend", (Server(0),)))


def test_what_matters_stays_in_its_order():
    calls = (boot("src"), Call("rescue", (Server(0),)), Call("stop", (Server(0),)), Call("unrescue", (Server(0),)))

    def diverges(example):
        return [name for name in methods(example) if name.endswith("rescue")] == ["rescue", "unrescue"]

    assert methods(reduced(Example(World(), calls), diverges)) == ["boot", "rescue", "unrescue"]


def test_the_world_becomes_the_usual_one_but_for_what_matters():
    world = World(
        hosts=("src", "dst", "other"),
        releases=("juno", "juno", "icehouse"),
        conductor="juno",
        shared_storage=False,
        settings=Settings(vnc_enabled=True),
        plan=ConversionPlan.only("detach_volume"),
    )
    example = Example(world, (boot("other"), Call("delete", (Server(0),))))
    assert reduced(example, lambda example: "delete" in methods(example)).world == World()
    apart = reduced(example, lambda example: not example.world.shared_storage)
    assert apart.world == World(shared_storage=False)


def test_a_plan_keeps_unconverted_what_matters_alone():
    world = World(plan=ConversionPlan.only("detach_volume", "compute_utils"))
    example = reduced(
        Example(world, (boot("src"),)), lambda example: "run_instance" not in example.world.plan.converted
    )
    assert example.world.plan == ConversionPlan.all_but("run_instance")


def test_a_number_becomes_as_small_as_it_may():
    def has_volumes(example):
        return any((call.options or {}).get("volumes", 0) > 0 for call in example.calls)

    example = Example(World(), (boot("src", volumes=2, encrypted=True),))
    smaller = reduced(example, has_volumes)
    assert smaller.calls == (Call("boot", ("src",), {"volumes": 1}),)


def test_hosts_are_named_in_their_usual_order():
    calls = (boot("dst"), Call("live_migrate", (Server(0),), {"to": "src"}))
    example = reduced(Example(World(), calls), lambda example: "'to'" in str(example.calls[1:]))
    assert example.calls == (boot("src"), Call("live_migrate", (Server(0),), {"to": "dst"}))


def test_a_server_that_was_built_is_set_up_where_that_is_enough():
    calls = (Call("create_server", (), {"host": "src", "through_conductor": True}), Call("delete", (Server(0),)))
    example = reduced(Example(World(), calls), lambda example: "delete" in methods(example))
    assert example.calls[0] == boot("src")
    built = reduced(Example(World(), calls), lambda example: "create_server" in methods(example))
    assert built.calls == (Call("create_server"),)
