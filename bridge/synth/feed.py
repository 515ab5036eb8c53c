"""The feed of the built-in synth, so that a player without a DAW hears both players.

The synth is another process (`bridge.synth.process`) with a UDP port on this machine. It is sent
the output and what the player plays, each message with the time it is due. The synth plays each
message a constant time later, so a message that arrives only when it is due is still on time. A
datagram is sent or lost; the feed never waits for the synth, and ignores that it has gone.

Everything sounds on one synth, where a release ends the note of its channel and pitch, whatever its
source. So what the player plays on ports sounds on a channel that no instrument has, and what is
played in the window on another. Only the drums, which end by themselves, share one channel. Several
keyboards share a channel, and program changes are sent between their notes. Bank selects are not
sent: a sound font may lack the bank, and would then be silent.
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
"""The channel of what the player plays on ports; no instrument has it."""
_BANK_SELECTS = (0, 32)


class SynthFeed:
    """The socket to one synth, and the notes that this feed has started there."""

    def __init__(self, port: int, now_ns: int, *, player: bool = True) -> None:
        """Send to the synth at `port`; what the player plays on ports is sent only if `player`."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self._socket.connect(("127.0.0.1", port))
        self._with_player = player
        self._sounding = SoundingNotes()
        self._channel_programs: dict[int, int] = {}  # the program of each of the player's channels
        self._current_program = 0  # the present program of their common channel
        self._last_ns = now_ns
        for kind, spec in SPECS.items():
            if kind is not Instrument.DRUMS:
                self._send(now_ns, ProgramChange(spec.channel, spec.program))

    def send_output(self, sent: Iterable[SentEvent]) -> None:
        """Send the output."""
        for each in sent:
            self._send(each.due_ns, each.event)

    def send_player(self, events: Iterable[TimedEvent]) -> None:
        """Send what the player plays on ports."""
        if not self._with_player:
            return
        for timed in events:
            event = timed.event
            if not isinstance(event, Playable | PitchWheel):
                continue
            if event.channel == DRUM_CHANNEL:
                self._send(timed.time_ns, event)
                continue
            if isinstance(event, ProgramChange):
                self._channel_programs[event.channel] = event.program
                continue
            if isinstance(event, NoteOn):
                self._select_program(self._channel_programs.get(event.channel, 0), timed.time_ns)
            self._send(timed.time_ns, replace(event, channel=PLAYER_CHANNEL))

    def send_thru(self, events: Iterable[TimedEvent]) -> None:
        """Send what the player plays in the window."""
        for timed in events:
            event = timed.event
            if isinstance(event, Playable | PitchWheel):
                channel = DRUM_CHANNEL if event.channel == DRUM_CHANNEL else THRU_CHANNEL
                self._send(timed.time_ns, replace(event, channel=channel))

    def release(self, now_ns: int, *channels: int) -> None:
        """Release what sounds, on these channels or on all, after all messages sent before."""
        end_ns = max(now_ns, self._last_ns)
        for end in self._sounding.ends(*channels):
            self._send(end_ns, end)

    def silence(self, now_ns: int) -> None:
        """Release what sounds, and send all-sound-off and all-notes-off on every channel."""
        self.release(now_ns)
        for channel in range(16):
            for control in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                self._send(max(now_ns, self._last_ns), ControlChange(channel, control, 0))

    def close(self, now_ns: int) -> None:
        """Release what sounds, and close the socket."""
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
        with suppress(OSError):  # no synth receives, or the system's buffer is full
            self._socket.send(encode_datagram(due_ns, encode(event)))
