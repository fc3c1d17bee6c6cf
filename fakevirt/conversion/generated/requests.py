"""What can be asked of a server, when that is meaningful, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from fakevirt import states
from fakevirt.conversion.generated.example import Call
from fakevirt.conversion.generated.situation import Guest, Situation

#: Draws a value of a strategy.
Draw = Callable[[st.SearchStrategy[Any]], Any]

_ON_A_HOST = frozenset(
    {states.ACTIVE, states.STOPPED, states.PAUSED, states.SUSPENDED, states.RESCUED, states.RESIZED, states.SHELVED}
)
_ACTIVE = frozenset({states.ACTIVE})
_FLAVORS = {"m1.medium": {"memory_mb": 2048, "vcpus": 2}, "m1.low": {"memory_mb": 256, "vcpus": 1}}
_PERIODIC_TASKS = ("_sync_power_states", "update_available_resource", "_poll_volume_usage")
#: Consoles need no settings to be refused, and novnc some to be had.
_COUNTERS = ("get_diagnostics", "get_instance_diagnostics", "get_console_output", "get_vnc_console")


@dataclass(frozen=True, slots=True)
class Request:
    """Something that can be asked for.

    Args:
        draw: Draws the call, and notes what becomes of the server.
        states: The states in which the API takes it, or the only ones in which it leads anywhere.
        passes: The operations that it may come by, at which something can fail, by channel.
        sets_up: Whether it is no request: no manager hears of it.
        weight: How often it is drawn, against others.
    """

    draw: Callable[[Draw, Situation, Guest], Call]
    states: frozenset[str] = _ACTIVE
    passes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets_up: bool = False
    weight: int = 2


def _live_migrate(draw: Draw, situation: Situation, guest: Guest) -> Call:
    options: dict[str, Any] = {"to": draw(st.sampled_from(situation.others(guest.host)))}
    guest.host = options["to"]
    fitting = not situation.world.shared_storage and not guest.boots_from_volume
    if fitting != _rarely(draw):
        options["block_migration"] = True
        if _rarely(draw):
            options["disk_over_commit"] = True
    return Call("live_migrate", (guest.server,), options)


def _resize(draw: Draw, situation: Situation, guest: Guest) -> Call:
    flavor = draw(st.sampled_from([None, *_FLAVORS]))
    arguments: tuple[Any, ...] = (guest.server,)
    if flavor in situation.flavors:
        arguments += (flavor,)
    elif flavor is not None:
        situation.flavors.append(flavor)
        arguments += (Call("add_flavor", (flavor,), _FLAVORS[flavor]),)
    guest.state = states.RESIZED
    guest.host = situation.others(guest.host)[0]
    return Call("resize", arguments)


def _attach(draw: Draw, situation: Situation, guest: Guest) -> Call:
    device = draw(st.sampled_from([(), ("/dev/vdd",)]))
    guest.volumes += 1
    return Call("attach_volume", (guest.server, Call("add_volume"), *device))


def _detach(draw: Draw, situation: Situation, guest: Guest) -> Call:
    # The root disk is refused, and so is a volume that is none.
    usual = range(guest.boots_from_volume, guest.volumes)
    position = draw(st.sampled_from(usual)) if usual else 0
    guest.volumes -= bool(usual)
    return Call("detach_volume", (guest.server, Call("attached_volumes", (guest.server,), item=position)))


def _shelve(draw: Draw, situation: Situation, guest: Guest) -> Call:
    offloaded = draw(st.booleans())
    guest.state = states.SHELVED_OFFLOADED if offloaded else states.SHELVED
    return Call("shelve", (Call("refresh", (guest.server,)),), {"offloaded": True} if offloaded else None)


def _reboot(draw: Draw, situation: Situation, guest: Guest) -> Call:
    # What is not active is rebooted hard or not at all.
    hard = (guest.state != states.ACTIVE) != draw(st.booleans())
    guest.state = states.ACTIVE
    return Call("reboot", (guest.server,), {"hard": True} if hard else None)


def _count(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call(draw(st.sampled_from(_COUNTERS)), (guest.server,))


def _pause(draw: Draw, situation: Situation, guest: Guest) -> Call:
    guest.state = states.PAUSED
    return Call("update_server", (guest.server,), {"vm_state": states.PAUSED, "power_state": states.POWER_PAUSED})


def _run_periodic_task(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("run_periodic_task", (guest.host, draw(st.sampled_from(_PERIODIC_TASKS))))


def _restart(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("restart", (guest.host,))


def _change_rules(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("change_rules", (Call("add_security_group", ("web", guest.server)),))


def _change_members(draw: Draw, situation: Situation, guest: Guest) -> Call:
    clients = Call("add_security_group", ("clients", guest.server))
    return Call("change_members", (clients,))


def _cut_off(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("cut_off", (draw(st.sampled_from(situation.others(guest.host))),))


def _add_compute_node(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("add_compute_node", (guest.host, "gone-node"))


def _remove_compute_nodes(draw: Draw, situation: Situation, guest: Guest) -> Call:
    return Call("remove_compute_nodes", (draw(st.sampled_from(situation.others(guest.host))),))


def _simple(method: str, then: str | None = None) -> Callable[[Draw, Situation, Guest], Call]:
    """Return what draws a request without options, after which the server is in another state."""

    def drawn(draw: Draw, situation: Situation, guest: Guest) -> Call:
        guest.state = then or guest.state
        return Call(method, (guest.server,))

    return drawn


def _rarely(draw: Draw) -> bool:
    return bool(draw(st.integers(0, 7)) == 1)


_CHECKS = ("check_can_live_migrate_destination", "check_can_live_migrate_source")

_RULES = {"driver": ("refresh_instance_security_rules",)}

#: What builds a server.
BUILD = Request(
    _simple("create_server"),
    frozenset(),
    {
        "driver": (
            "spawn",
            "macs_for_instance",
            "dhcp_options_for_instance",
            "estimate_instance_overhead",
            "get_volume_connector",
            "default_device_names_for_instance",
            "plug_vifs",
        ),
        "network": ("allocate_for_instance", "setup_networks_on_host"),
        "volume": ("check_attach", "initialize_connection", "attach"),
        "rpc": ("run_instance", "build_and_run_instance"),
    },
)

#: By the method of the cloud, the simplest first.
REQUESTS: dict[str, Request] = {
    "live_migrate": Request(
        _live_migrate,
        frozenset({states.ACTIVE, states.PAUSED}),
        weight=8,
        passes={
            "driver": (
                *_CHECKS,
                "check_can_live_migrate_destination_cleanup",
                "pre_live_migration",
                "live_migration",
                "post_live_migration",
                "post_live_migration_at_source",
                "post_live_migration_at_destination",
                "unfilter_instance",
                "get_volume_connector",
                "rollback_live_migration_at_destination",
            ),
            "network": ("setup_networks_on_host", "migrate_instance_start", "migrate_instance_finish"),
            "volume": ("initialize_connection", "terminate_connection"),
            "rpc": (
                *_CHECKS,
                "live_migration",
                "pre_live_migration",
                "post_live_migration_at_destination",
                "rollback_live_migration_at_destination",
                "remove_volume_connection",
            ),
        },
    ),
    "delete": Request(
        _simple("delete", states.DELETED),
        _ON_A_HOST | {states.SHELVED_OFFLOADED, states.ERROR},
        {
            "driver": ("destroy", "get_volume_connector"),
            "network": ("deallocate_for_instance",),
            "volume": ("terminate_connection", "detach"),
            "rpc": ("terminate_instance",),
        },
    ),
    "attach_volume": Request(_attach, _ON_A_HOST, {"rpc": ("reserve_block_device_name",)}),
    "detach_volume": Request(
        _detach,
        _ON_A_HOST,
        {
            "driver": ("detach_volume", "get_volume_connector"),
            "volume": ("terminate_connection", "detach"),
            "rpc": ("detach_volume",),
        },
    ),
    "reboot": Request(
        _reboot,
        frozenset({states.ACTIVE, states.STOPPED, states.PAUSED, states.SUSPENDED, states.ERROR}),
        {"driver": ("reboot", "get_info"), "rpc": ("reboot_instance",)},
    ),
    "stop": Request(
        _simple("stop", states.STOPPED),
        _ACTIVE,
        weight=3,
        passes={"driver": ("power_off", "get_info"), "rpc": ("stop_instance",)},
    ),
    "start": Request(
        _simple("start", states.ACTIVE),
        frozenset({states.STOPPED}),
        {"driver": ("power_on", "get_info"), "rpc": ("start_instance",)},
    ),
    "update_server": Request(_pause, sets_up=True, weight=1),
    "suspend": Request(
        _simple("suspend", states.SUSPENDED), _ACTIVE, {"driver": ("suspend",), "rpc": ("suspend_instance",)}
    ),
    "rescue": Request(
        _simple("rescue", states.RESCUED),
        frozenset({states.ACTIVE, states.STOPPED}),
        weight=3,
        passes={"driver": ("rescue", "power_off"), "rpc": ("rescue_instance",)},
    ),
    "unrescue": Request(_simple("unrescue", states.ACTIVE), frozenset({states.RESCUED}), {"driver": ("unrescue",)}),
    "shelve": Request(_shelve, sets_up=True, weight=3),
    "unshelve": Request(
        _simple("unshelve", states.ACTIVE),
        frozenset({states.SHELVED, states.SHELVED_OFFLOADED}),
        {"driver": ("power_on", "spawn"), "rpc": ("start_instance", "unshelve_instance")},
    ),
    "resize": Request(
        _resize,
        frozenset({states.ACTIVE, states.STOPPED}),
        weight=3,
        passes={
            "driver": ("migrate_disk_and_power_off", "finish_migration"),
            "network": ("migrate_instance_start", "migrate_instance_finish", "setup_networks_on_host"),
            "volume": ("initialize_connection", "terminate_connection"),
            "rpc": ("prep_resize", "resize_instance", "finish_resize"),
        },
    ),
    "confirm_resize": Request(
        _simple("confirm_resize", states.ACTIVE),
        frozenset({states.RESIZED}),
        {"driver": ("confirm_migration",), "rpc": ("confirm_resize",)},
    ),
    "get_diagnostics": Request(_count, _ON_A_HOST, weight=1),
    "run_periodic_task": Request(_run_periodic_task, _ON_A_HOST, weight=1),
    "restart": Request(_restart, _ON_A_HOST, weight=1, passes={"driver": ("init_host", "plug_vifs", "get_info")}),
    "change_rules": Request(_change_rules, _ON_A_HOST, weight=1, passes=_RULES),
    "change_members": Request(_change_members, _ON_A_HOST, weight=1, passes=_RULES),
    "cut_off": Request(_cut_off, sets_up=True, weight=1),
    "add_compute_node": Request(_add_compute_node, sets_up=True, weight=1),
    "remove_compute_nodes": Request(_remove_compute_nodes, sets_up=True, weight=1),
}
