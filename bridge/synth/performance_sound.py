"""The sound of a MIDI file on the built-in synth, frame by frame.

The synth (`bridge.synth.tinysoundfont`) knows notes, programs, the pitch wheel and the controllers
of volume, expression, pan and bend range. A file means more: pedals, banks, drums on any channel,
several ports, resets. This module follows the states of the channels
(`bridge.midi.channel_state`), and tells the synth what they amount to. Each channel of each port
has a channel of the synth.

A sound font numbers its banks as Roland GS does, by the most significant byte of Bank Select.
Yamaha XG and General MIDI 2 count variations by the least significant byte. A bank that the font
lacks is replaced by its bank 0.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bridge.midi.channel_state import (
    BANK_LSB,
    BANK_MSB,
    BEND_RANGE,
    DATA_MSB,
    EXPRESSION,
    PAN,
    RPN_LSB,
    RPN_MSB,
    RPN_NULL,
    VOLUME,
    ChannelStates,
    SystemMode,
)
from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    SWITCH_ON,
    ControlChange,
    NoteOff,
    NoteOn,
    PitchWheel,
    Reset,
    SysEx,
)
from bridge.synth.tinysoundfont import FRAME_BYTES
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.midi.smf.performance import Performance, PlayedEvent
    from bridge.synth.tinysoundfont import TinySoundFont

_CHANNELS = 16
_WHEEL_CENTRE, _BEND = 8192, -1  # the wheel is kept beside the controllers
_GM2_MELODY = 121
_BY_STATE = (VOLUME, EXPRESSION, PAN, SUSTAIN, SOSTENUTO, RESET_ALL_CONTROLLERS)
"""The controllers that follow the state of the channel; the last one changes the others."""
_USUAL_BEND_RANGE = ((RPN_MSB, 0), (RPN_LSB, BEND_RANGE), (DATA_MSB, 2), (RPN_LSB, RPN_NULL))
"""Two semitones."""
_ChosenSound = tuple[int, int, bool]
"""Program, bank, and whether it is a drum kit."""


class PerformanceSound:
    """Renders a performance. It belongs to one thread at a time."""

    def __init__(
        self, synth: TinySoundFont, performance: Performance, rate_hz: int, begin_ns: int = 0
    ) -> None:
        """Begin at a time of the performance, with all programs and controllers up to there."""
        self._synth, self._rate_hz = synth, rate_hz
        self._events, self._next = performance.events, 0
        self._ports = [_Port(synth, number) for number in range(performance.ports)]
        self._begin_ns, self._frame = begin_ns, 0
        self._catch_up()

    @property
    def is_over(self) -> bool:
        """Whether all messages have been played; what still sounds is the tail."""
        return self._next == len(self._events)

    @property
    def time_ns(self) -> int:
        """The time of the next frame, from the start of the performance."""
        return self._begin_ns + self._frame * SECOND // self._rate_hz

    def render(self, frames: int) -> bytes:
        """Return the next frames: interleaved stereo, 32-bit floats."""
        parts = list[bytes]()
        done, end = self._frame, self._frame + frames
        while self._next < len(self._events):
            time_ns, port, event = self._events[self._next]
            at = (time_ns - self._begin_ns) * self._rate_hz // SECOND
            if at >= end:
                break
            if at > done:
                parts.append(self._synth.render(at - done))
                done = at
            self._ports[port].play(event)
            self._next += 1
        parts.append(self._synth.render(end - done))
        self._frame = end
        content = b"".join(parts)
        assert len(content) == frames * FRAME_BYTES
        return content

    def release(self) -> None:
        """End the performance here: release all notes and lift the pedals."""
        self._next = len(self._events)
        for port in self._ports:
            port.release()

    def _catch_up(self) -> None:
        """Play what comes before the beginning, without its notes."""
        while self._next < len(self._events) and self._events[self._next].time_ns < self._begin_ns:
            _, port, event = self._events[self._next]
            if not isinstance(event, NoteOn | NoteOff):
                self._ports[port].play(event)
            self._next += 1


class _Port:
    """Sixteen channels of the synth, and the states that a file gives them."""

    def __init__(self, synth: TinySoundFont, number: int) -> None:
        self._synth, self._first = synth, number * _CHANNELS
        self._states = ChannelStates()
        self._sounds: dict[int, _ChosenSound] = {}  # by channel
        self._values: dict[tuple[int, int], int] = {}  # of controllers, as the synth has them
        self._keys = [_HeldKeys() for _ in range(_CHANNELS)]
        for channel in range(_CHANNELS):
            self._match_synth(channel)

    def play(self, event: PlayedEvent) -> None:
        """Send the synth what a message amounts to."""
        self._states.feed(event)
        match event:
            case NoteOn(channel, pitch, velocity):
                self._choose_sound(channel)
                self._end(channel, [pitch] * self._keys[channel].press(pitch))
                self._synth.note_on(self._first + channel, pitch, velocity)
            case NoteOff(channel, pitch):
                if self._keys[channel].release(pitch):
                    self._end(channel, [pitch])
            case PitchWheel(channel, value):
                self._bend(channel, value)
            case ControlChange(channel, control, value):
                self._play_control(channel, control, value)
            case SysEx() | Reset():
                for channel in range(_CHANNELS):
                    self._match_synth(channel)

    def release(self) -> None:
        """Release all keys and lift the pedals."""
        for channel, keys in enumerate(self._keys):
            for ended in (
                keys.move_sostenuto(down=False),
                keys.move_sustain(down=False),
                keys.release_all(),
            ):
                self._end(channel, ended)

    def _play_control(self, channel: int, control: int, value: int) -> None:
        if control in _BY_STATE:
            self._match_synth(channel)
        elif control == ALL_SOUND_OFF:
            self._keys[channel].forget()
            self._send(channel, control, 0)
        elif control >= ALL_NOTES_OFF:
            self._end(channel, self._keys[channel].release_all())
        elif control not in (BANK_MSB, BANK_LSB):  # a bank is chosen with its program
            self._send(channel, control, value)

    def _match_synth(self, channel: int) -> None:
        """Give a channel of the synth the values that its state has."""
        state, keys = self._states[channel], self._keys[channel]
        self._end(channel, keys.move_sostenuto(down=state.value(SOSTENUTO) >= SWITCH_ON))
        self._end(channel, keys.move_sustain(down=state.value(SUSTAIN) >= SWITCH_ON))
        for control in (VOLUME, EXPRESSION, PAN):
            self._set(channel, control, state.value(control))
        self._bend(channel, state.bend)
        if BEND_RANGE not in state.parameters:
            for control, value in _USUAL_BEND_RANGE:
                self._set(channel, control, value)

    def _choose_sound(self, channel: int) -> None:
        """Choose the program of a note that begins, if it is not the one that the synth has."""
        state = self._states[channel]
        msb, lsb = state.bank
        counts_by_lsb = self._states.mode is not SystemMode.GS and msb in (0, _GM2_MELODY)
        sound = state.program or 0, lsb if counts_by_lsb else msb, self._states.is_rhythm(channel)
        if sound != self._sounds.get(channel):
            self._sounds[channel] = sound
            program, bank, drums = sound
            # Kits have no banks: XG and General MIDI 2 choose the kit by its program.
            bank = 0 if drums else bank
            self._synth.program_change(self._first + channel, program, drums=drums, bank=bank)

    def _end(self, channel: int, pitches: list[int]) -> None:
        for pitch in pitches:
            self._synth.note_off(self._first + channel, pitch)

    def _bend(self, channel: int, value: int) -> None:
        if self._values.get((channel, _BEND)) != value:
            self._values[channel, _BEND] = value
            self._synth.pitch_bend(self._first + channel, value + _WHEEL_CENTRE)

    def _set(self, channel: int, control: int, value: int) -> None:
        """Set a controller, if the synth has another value."""
        if self._values.get((channel, control)) != value:
            self._send(channel, control, value)

    def _send(self, channel: int, control: int, value: int) -> None:
        self._values[channel, control] = value
        self._synth.control_change(self._first + channel, control, value)


class _HeldKeys:
    """The keys of a channel that sound: those that are down, and those that a pedal holds.

    The sustain pedal holds every key that comes up while it is down; the sostenuto pedal holds the
    keys that were down when it was pressed.
    """

    def __init__(self) -> None:
        self._down: Counter[int] = Counter()
        self._sustains = False
        self._caught: frozenset[int] | None = None  # None: the sostenuto pedal is up
        self._held: Counter[int] = Counter()  # keys that have come up

    def press(self, pitch: int) -> int:
        """Record that a key goes down; return how many notes that a pedal held it ends."""
        self._down[pitch] += 1
        return self._held.pop(pitch, 0)

    def release(self, pitch: int) -> bool:
        """Record that a key comes up; return whether a note ends."""
        if self._down[pitch] > 0:
            self._down[pitch] -= 1
            if self._is_held(pitch):
                self._held[pitch] += 1
                return False
        return True

    def release_all(self) -> list[int]:
        """Record that all keys come up; return those whose notes end."""
        return [pitch for pitch in list(self._down.elements()) if self.release(pitch)]

    def move_sustain(self, *, down: bool) -> list[int]:
        """Move the sustain pedal; return the keys whose notes end."""
        self._sustains = down
        return self._let_go()

    def move_sostenuto(self, *, down: bool) -> list[int]:
        """Move the sostenuto pedal; return the keys whose notes end."""
        if not down:
            self._caught = None
        elif self._caught is None:
            self._caught = frozenset(+self._down)
        return self._let_go()

    def forget(self) -> None:
        """Record that nothing sounds any more; the pedals stay where they are."""
        self._down.clear()
        self._held.clear()

    def _is_held(self, pitch: int) -> bool:
        return self._sustains or (self._caught is not None and pitch in self._caught)

    def _let_go(self) -> list[int]:
        ended = [pitch for pitch in self._held.elements() if not self._is_held(pitch)]
        for pitch in ended:
            self._held.pop(pitch, None)
        return ended
