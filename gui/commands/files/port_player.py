"""A performance on a MIDI port, in real time.

The MIDI I/O process (`bridge.io.process`) sends each message when it is due, and releases
everything at its end. It is told some seconds of the performance in advance, not all: a file may
have a million messages. They go beside the plan of a session, by time, so no clock of a host moves
them.

A port has sixteen channels, and a key of a channel sounds once. Where a file strikes a key twice
before its first release, the note lasts to the second release, as everywhere here
(`bridge.midi.smf.pairing`).
"""

from __future__ import annotations

from collections import Counter
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from bridge.io.handle import MidiIo
from bridge.midi.channel_state import (
    BANK_LSB,
    BANK_MSB,
    DATA_LSB,
    DATA_MSB,
    NRPN_LSB,
    NRPN_MSB,
    RPN_LSB,
    RPN_MSB,
)
from bridge.midi.events import (
    ALL_SOUND_OFF,
    ChannelEvent,
    ChannelPressure,
    ControlChange,
    NoteOff,
    NoteOn,
    PitchWheel,
    PolyPressure,
)
from bridge.playout import protocol
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from bridge.system.pipe import ChildError
from bridge.system.units import MS, SECOND
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bridge.io.handle import BackendName
    from bridge.midi.smf.performance import Performance, PerformedEvent
    from gui.commands.console.terminal import Interruption

_READY_TIMEOUT_S = 10.0
_LEAD_NS, _AHEAD_NS, _STEP_S = 300 * MS, 2 * SECOND, 0.5
_IN_ORDER = (
    *(BANK_MSB, BANK_LSB, DATA_MSB, DATA_LSB, RPN_MSB, RPN_LSB, NRPN_MSB, NRPN_LSB),
    *range(ALL_SOUND_OFF, 128),
)
"""The controllers of which the last value alone says nothing."""


class PlayingError(Exception):
    """The port cannot be played on; the text is one sentence with the reason."""


def play_on_port(
    performance: Performance,
    begin_ns: int,
    where: tuple[BackendName, str],
    interruption: Interruption,
    on_begin: Callable[[str], None],
) -> None:
    """Play a performance from a time on, until its end or a signal; then release everything.

    `where` is the kind of port and its name. `on_begin` is called with the name of the port.

    Raises:
        PlayingError: the port does not open, or has gone.

    """
    backend, name = where
    try:
        io = MidiIo.start(backend)
    except ChildError as error:
        raise PlayingError(str(sentence_of(error.reason))) from error
    with io:
        io.send(protocol.ListenToKeyboard(wanted=False))
        io.send(protocol.OpenPorts(output_name=name))
        on_begin(_await_ready(io, name))
        _send(io, performance, begin_ns, interruption)
        io.send(protocol.Silence())


def _await_ready(io: MidiIo, name: str) -> str:
    """Return the name of the open port."""
    clock = SystemClock()
    give_up_ns = clock.now_ns() + round(_READY_TIMEOUT_S * SECOND)
    while (left_ns := give_up_ns - clock.now_ns()) > 0:
        for message in io.receive(left_ns / SECOND):
            if isinstance(message, protocol.Ready):
                return name
            if isinstance(message, protocol.Problem):
                raise PlayingError(str(sentence_of(message.reason)))
    raise PlayingError("the MIDI process opens no ports.")


def _send(io: MidiIo, performance: Performance, begin_ns: int, interruption: Interruption) -> None:
    """Send the messages, each some seconds before it is due, and wait until the last one is."""
    clock = SystemClock()
    start_ns = clock.now_ns() + _LEAD_NS
    rest = iter(port_events(performance, begin_ns))
    following = next(rest, None)
    end_ns = start_ns + performance.end_ns - begin_ns
    while not interruption.is_wanted and clock.now_ns() <= end_ns + 50 * MS:
        horizon_ns = clock.now_ns() + _AHEAD_NS
        due: list[ScheduledEvent] = []
        while following is not None and start_ns + following[0] <= horizon_ns:
            at_ns, event = following
            due.append(ScheduledEvent(start_ns + at_ns, NANOSECONDS.epoch, event))
            following = next(rest, None)
        if due:
            io.send(protocol.Thru(tuple(due)))
        io.send(protocol.Ping())
        left_s = max(0.0, (end_ns + 50 * MS - clock.now_ns()) / SECOND)
        wait([io.connection, interruption.wakeup], min(_STEP_S, left_s))
        for message in io.receive():
            if isinstance(message, protocol.Problem):
                raise PlayingError(str(sentence_of(message.reason)))


def port_events(performance: Performance, begin_ns: int = 0) -> Iterator[tuple[int, ChannelEvent]]:
    """Yield the channel messages from a time on, each with the time after it, in nanoseconds.

    The channels are set as they are there; notes that have begun before are left out.
    """
    before = [each for each in performance.events if each.time_ns < begin_ns]
    for setting in channel_settings(before):
        yield 0, setting
    sounding: Counter[tuple[int, int]] = Counter()
    for time_ns, _, event in performance.events[len(before) :]:
        if not isinstance(event, ChannelEvent):
            continue
        if isinstance(event, NoteOn):
            sounding[event.channel, event.pitch] += 1
        elif isinstance(event, NoteOff):
            key = event.channel, event.pitch
            sounding[key] -= 1
            if sounding[key]:  # another release follows, or none was owed
                sounding[key] = max(0, sounding[key])
                continue
        yield time_ns - begin_ns, event


def channel_settings(events: Iterable[PerformedEvent]) -> list[ChannelEvent]:
    """Return what sets the channels as these events leave them, without notes."""
    kept: list[ChannelEvent] = []
    seen: set[tuple[object, ...]] = set()
    for each in reversed(list(events)):
        event = each.event
        if not isinstance(event, ChannelEvent) or isinstance(event, NoteOn | NoteOff):
            continue
        match event:
            case ControlChange(channel, control) if control not in _IN_ORDER:
                key: tuple[object, ...] = ControlChange, channel, control
            case PitchWheel(channel) | ChannelPressure(channel):
                key = type(event), channel
            case PolyPressure():
                continue
            case _:
                key = ()
        if key not in seen:
            kept.append(event)
            if key:
                seen.add(key)
    return kept[::-1]
