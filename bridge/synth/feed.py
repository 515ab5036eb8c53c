"""The feed of the built-in synth, so that a player without a DAW hears both players.

The synth is another process (`bridge.synth.process`) at the other end of a pair of sockets. It is
sent the output and what the player plays, each message with the time it is due. The synth plays
each message a constant time later, so a message that arrives only when it is due is still on time.
The feed never waits for the synth, and ignores that it has gone. A datagram that the socket has no
room for is dropped. The end of a note is kept instead, and sent when there is room.

Everything sounds on one synth, where a release ends the note of its channel and pitch, whatever its
source. So what the player plays on ports sounds on a channel that no instrument has, and what is
played in the window on another. Only the drums, which end by themselves, share one channel. Several
keyboards share a channel, and program changes are sent between their notes. Bank selects are not
sent: a sound font may lack the bank, and would then be silent.
"""

import socket
from collections.abc import Iterable
from dataclasses import replace
from errno import ENOBUFS

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    ChannelEvent,
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
from bridge.synth.queue import encode_datagram, ended_by

PLAYER_CHANNEL = 14
"""The channel of what the player plays on ports; no instrument has it."""
_BANK_SELECTS = (0, 32)


class SynthFeed:
    """What one synth is sent, and the notes that this feed has started there."""

    def __init__(self, cable: socket.socket, now_ns: int, *, player: bool = True) -> None:
        """Send through a socket that does not block; the player's ports only if `player`."""
        self._socket = cable
        self._unsent: dict[tuple[int, int], bytes] = {}  # ends of notes, by what they end
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
        """Release what sounds. The socket stays open, for the next synth."""
        self.release(now_ns)

    def send_rest(self) -> None:
        """Send the ends of notes that there was no room for."""
        while self._unsent:
            ended, datagram = next(iter(self._unsent.items()))
            if not self._try(datagram):
                return
            del self._unsent[ended]

    def _select_program(self, program: int, time_ns: int) -> None:
        if program != self._current_program:
            self._current_program = program
            self._send(time_ns, ProgramChange(PLAYER_CHANNEL, program))

    def _send(self, due_ns: int, event: ChannelEvent) -> None:
        if isinstance(event, ControlChange) and event.control in _BANK_SELECTS:
            return
        self._sounding.note(event)
        self._last_ns = max(self._last_ns, due_ns)
        self.send_rest()
        message = encode(event)
        datagram, ended = encode_datagram(due_ns, message), ended_by(message)
        if not self._try(datagram) and ended is not None:
            self._unsent[ended] = datagram

    def _try(self, datagram: bytes) -> bool:
        """Send a datagram; return False if there is no room, so that it may be sent later."""
        try:
            self._socket.send(datagram)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            return error.errno != ENOBUFS  # macOS has no room; otherwise no synth receives
        return True
