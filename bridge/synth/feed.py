"""What a synth of our own is told, so that whoever has no DAW hears both players.

A synth is another process (`bridge.synth.process`), which listens at a UDP port of this machine. It is told
what goes out, and what the player plays: each message with the time it is due. The synth lets it
sound a constant time later, so it does not matter that we learn of some of it only when it is due.
A datagram is sent or lost; nobody here ever waits for the synth, nor minds that it has gone.

All meet on one synth, and there a release ends whatever sounds on its channel at its pitch. So what
the player plays on ports sounds on a channel that no instrument has, what is played on the desk on
another, and only the drums, which end by themselves, all play on one. Several keyboards share a
channel, and their programs are changed between their notes. Bank selects stay here: a sound font
may have no such bank, and then there would be silence.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    ControlChange,
    NoteOn,
    PitchWheel,
    ProgramChange,
    TimedEvent,
    encode,
)
from bridge.midi.instruments import DRUM_CHANNEL, SPECS, Instrument
from bridge.playout.schedule import THRU_CHANNEL, Playable, SentEvent
from bridge.playout.sounding import SoundingNotes
from bridge.synth.queue import encode_datagram

PLAYER_CHANNEL = 14
"""What the player plays on ports sounds here: no instrument has this channel."""
_BANK_SELECTS = (0, 32)


class SynthFeed:
    """The way to one synth, and what sounds there because we said so."""

    def __init__(self, port: int, now_ns: int, *, player: bool = True) -> None:
        """Send to the synth at a port; what the player plays on ports only if `player`."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self._socket.connect(("127.0.0.1", port))
        self._with_player = player
        self._sounding = SoundingNotes()
        self._channel_programs: dict[int, int] = {}  # the program of each channel of the player's
        self._current_program = 0  # and the one that their common channel has now
        self._last_ns = now_ns
        for kind, spec in SPECS.items():
            if kind is not Instrument.DRUMS:
                self._send(now_ns, ProgramChange(spec.channel, spec.program))

    def send_output(self, sent: Iterable[SentEvent]) -> None:
        """Tell it what goes out."""
        for each in sent:
            self._send(each.due_ns, each.event)

    def send_player(self, events: Iterable[TimedEvent]) -> None:
        """Tell it what the player plays on ports."""
        if not self._with_player:
            return
        for stamped in events:
            event = stamped.event
            if not isinstance(event, Playable | PitchWheel):
                continue
            if event.channel == DRUM_CHANNEL:
                self._send(stamped.time_ns, event)
                continue
            if isinstance(event, ProgramChange):
                self._channel_programs[event.channel] = event.program
                continue
            if isinstance(event, NoteOn):
                self._select_program(self._channel_programs.get(event.channel, 0), stamped.time_ns)
            self._send(stamped.time_ns, replace(event, channel=PLAYER_CHANNEL))

    def send_thru(self, events: Iterable[TimedEvent]) -> None:
        """Tell it what the player plays on the desk."""
        for stamped in events:
            event = stamped.event
            if isinstance(event, Playable | PitchWheel):
                channel = DRUM_CHANNEL if event.channel == DRUM_CHANNEL else THRU_CHANNEL
                self._send(stamped.time_ns, replace(event, channel=channel))

    def release(self, now_ns: int, *channels: int) -> None:
        """End what sounds, on these channels or on all, after all that it has been told."""
        end_ns = max(now_ns, self._last_ns)
        for end in self._sounding.ends(*channels):
            self._send(end_ns, end)

    def silence(self, now_ns: int) -> None:
        """End what sounds by every means."""
        self.release(now_ns)
        for channel in range(16):
            for control in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                self._send(max(now_ns, self._last_ns), ControlChange(channel, control, 0))

    def close(self, now_ns: int) -> None:
        """End what sounds, and speak no more."""
        self.release(now_ns)
        self._socket.close()

    def _select_program(self, program: int, time_ns: int) -> None:
        if program != self._current_program:
            self._current_program = program
            self._send(time_ns, ProgramChange(PLAYER_CHANNEL, program))

    def _send(self, due_ns: int, event: Playable | PitchWheel) -> None:
        if isinstance(event, ControlChange) and event.control in _BANK_SELECTS:
            return
        self._sounding.note(event)
        self._last_ns = max(self._last_ns, due_ns)
        with suppress(OSError):  # nobody listens, or the system has no room
            self._socket.send(encode_datagram(due_ns, encode(event)))
