"""The faults at the borders of the pure path: a table, as `tests.soak.faults` has for processes.

Each fault begins, lasts for a while and ends. After it nothing may sound that sounded before, and
music goes on when the player has played another phrase and paused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bridge.messages.requests import ChangeSettings, End, HandOver, Start, Stop
from bridge.playout import protocol
from bridge.system.units import MS, SECOND
from tests.soak.choices import METRES, change
from tests.soak.simulated import Disturbances, Host, World

Begin = Callable[[World], None]
_FLOOD_NS = 100_000
_NONSENSE = (0.0, -1.0, -120.0, 1e-300, 2.0**40, 1e308, math.nan, math.inf, -math.inf)


@dataclass(frozen=True, slots=True)
class BorderFault:
    """A fault: how it begins, and how many seconds it lasts at most."""

    name: str
    begin: Begin
    most_s: float = 4.0


def _disturb(disturbances: Disturbances) -> Begin:
    def begin(world: World) -> None:
        world.disturbed = replace(disturbances)

    return begin


def _stop_engine(world: World) -> None:
    until_ns = world.now_ns + world.random.randrange(100 * MS, 3 * SECOND)
    world.disturbed = Disturbances(engine_until_ns=until_ns)


def _stop_io(world: World) -> None:
    until_ns = world.now_ns + world.random.randrange(100 * MS, 3 * SECOND)
    world.disturbed = Disturbances(io_until_ns=until_ns)


def _lose_ports(world: World) -> None:
    world.is_gone = True
    world.incoming.clear()


def _start_host(world: World) -> None:
    numerator, denominator = world.random.choice(METRES)
    world.host = Host(
        world.now_ns,
        world.random.choice((0.0, -2.0, 64.0, 1000.0)),
        world.random.uniform(50, 220),
        numerator=numerator,
        denominator=denominator,
    )


def _jump(world: World) -> None:
    """Start a host, and let it jump, loop, stop and change its tempo every 100 to 900 ms."""
    _start_host(world)
    at_ns = world.now_ns
    for _ in range(world.random.randrange(2, 9)):
        at_ns += world.random.randrange(100 * MS, 900 * MS)
        world.at(at_ns, partial(_move, world))


def _move(world: World) -> None:
    if world.host is None:
        return
    here = world.host.position(world.now_ns)
    host = replace(world.host, time_ns=world.now_ns, quarters=here.quarters)
    match world.random.randrange(4):
        case 0:
            host.quarters = world.random.uniform(-8, 200)
        case 1:
            host.playing = not host.playing
        case 2:
            host.bpm = world.random.uniform(30, 300)
        case _:
            host.numerator, host.denominator = world.random.choice(METRES)
    world.host = host


def _observe_nonsense(world: World) -> None:
    """Let a host report fields that are no number, no count, or beyond all music."""
    usual = {
        "bar": 3,
        "beat": 2,
        "tick": 10,
        "ticks_per_beat": 1920,
        "beats_per_bar": 4,
        "beat_type": 4,
        "beats_per_minute": 120,
    }
    chosen = world.random.sample(sorted(usual), world.random.randrange(1, len(usual)))
    world.nonsense = usual | {name: world.random.choice(_NONSENSE) for name in chosen}


def _clock(world: World) -> None:
    """Play a MIDI clock with jitter, and now and then Start, Stop or a song position."""
    tick_ns = round(SECOND * 60 / world.random.uniform(40, 280) / 24)
    world.play(b"\xfa")
    at_ns = world.now_ns
    for _ in range(2 * SECOND // tick_ns):
        at_ns += tick_ns + world.random.randrange(-tick_ns // 3, tick_ns // 3)
        word = world.random.choice((b"\xf8",) * 60 + (b"\xfc", b"\xfa", b"\xfb", b"\xf2\x10\x00"))
        world.at(at_ns, partial(world.play, word))


def _come_in_everywhere(world: World) -> None:
    """Play a note every 10 to 100 ms, whatever the answer does."""
    at_ns = world.now_ns
    for index in range(20):
        at_ns += world.random.randrange(10 * MS, 100 * MS)
        pitch = 50 + index
        world.at(at_ns, partial(world.play, bytes((0x90, pitch, 80))))
        world.at(at_ns + 40 * MS, partial(world.play, bytes((0x80, pitch, 0))))


def _change_everything(world: World) -> None:
    at_ns = world.now_ns
    for _ in range(20):
        at_ns += world.random.randrange(1, 50 * MS)
        world.at(at_ns, partial(_change_one, world))


def _change_one(world: World) -> None:
    _, settings = change(world.random, world.settings, ("bach",))
    world.request(ChangeSettings(settings))


def _press_everything(world: World) -> None:
    """Press the buttons in a random order, some milliseconds apart."""
    at_ns = world.now_ns
    for _ in range(12):
        at_ns += world.random.randrange(1, 150 * MS)
        pressed = world.random.choice((HandOver(), End(), protocol.Panic(), Stop(), Start()))
        world.at(at_ns, partial(world.request, pressed))


def _flood(world: World) -> None:
    """Play 10,000 messages a second for half a second: notes, a controller, the pitch wheel."""
    for index in range(1250):
        pitch = 30 + index % 60
        messages = (bytes((0x92, pitch, 70)), b"\xb2\x01\x40", b"\xe2\x00\x41")
        for place, message in enumerate((*messages, bytes((0x82, pitch, 0)))):
            at_ns = world.now_ns + (4 * index + place) * _FLOOD_NS
            world.at(at_ns, partial(world.play, message))


FAULTS: tuple[BorderFault, ...] = (
    BorderFault("late reports", _disturb(Disturbances(report_delay_ns=SECOND))),
    BorderFault("duplicated reports", _disturb(Disturbances(duplicated=0.5))),
    BorderFault("lost reports", _disturb(Disturbances(lost=0.3))),
    BorderFault("slow composer", _disturb(Disturbances(work_ns=700 * MS))),
    BorderFault("engine stopped and continued", _stop_engine),
    BorderFault("I/O stopped and continued", _stop_io),
    BorderFault("ports lost and back", _lose_ports),
    BorderFault("host jumps, loops and stops", _jump),
    BorderFault("nonsense positions of a host", _observe_nonsense),
    BorderFault("MIDI clock with jitter, starts and stops", _clock),
    BorderFault("re-entry at every phase", _come_in_everywhere),
    BorderFault("20 changes of settings within a second", _change_everything),
    BorderFault("buttons at random", _press_everything),
    BorderFault("10,000 messages a second", _flood, 1.0),
)


def end_fault(world: World) -> None:
    """End whatever disturbs, as the world or the player does: start, release the keys, go on."""
    world.disturbed = Disturbances()
    world.host = world.nonsense = None
    world.is_gone = False
    world.request(protocol.Panic(), Start())
