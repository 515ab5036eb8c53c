"""What a listener hears on an output: every note-on with its note-off, and what is wrong.

The listener outlives the ports. If a port goes with a note on it, that note goes on sounding in the
instrument at the other end until a note-off or an All Sound Off (controller 120) or All Notes Off
(123) reaches it (MIDI 1.0 Detailed Specification, Channel Mode Messages).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.midi.instruments import DRUM_CHANNEL
from bridge.playout.metronome import HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTE_OFF, NOTE_ON, CONTROL = 0x80, 0x90, 0xB0
SILENCING = (120, 123)
EXCUSED_NS = SECOND
"""An unpaired note-off belongs to a panic on its channel that is no farther away than this."""
CUT_NS = 15 * SECOND
"""The same after the listener has cut its cable: what began meanwhile was not heard."""
MAX_KEPT = 20
CLICKS = frozenset((DRUM_CHANNEL, pitch) for pitch in (HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK))
LONGEST_NS = 60 * SECOND
"""No music that is played here has a longer note."""

Key = tuple[int, int]
"""Channel and pitch."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A note-on."""

    at_ns: int
    channel: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be heard."""

    at_ns: int
    what: str


@dataclass(slots=True)
class Ledger:
    """The notes of one output."""

    channels: set[int] = field(default_factory=lambda: set(range(16)))
    """The channels on which notes are asked for."""
    strikes: list[Strike] = field(default_factory=list)
    sounding: dict[Key, int] = field(default_factory=dict)
    """When each sounding note began."""
    ends: int = 0
    """How many notes have ended."""
    excused: int = 0
    """How many notes were taken out, because the cable was cut by the listener."""
    panics: list[tuple[int, int]] = field(default_factory=list)
    """Time and channel of each silencing controller."""
    _cuts_ns: list[int] = field(default_factory=list)
    _unpaired: list[tuple[int, Key]] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def hear(self, at_ns: int, message: bytes) -> None:
        """Hear a complete message."""
        status, channel = message[0] & 0xF0, message[0] & 0x0F
        if status == NOTE_ON and message[2] > 0:
            self._begin(Strike(at_ns, channel, message[1], message[2]))
        elif status in (NOTE_OFF, NOTE_ON):
            if self.sounding.pop((channel, message[1]), None) is None:
                self._unpaired.append((at_ns, (channel, message[1])))
            else:
                self.ends += 1
        elif status == CONTROL and message[1] in SILENCING:
            self.panics.append((at_ns, channel))
            for key in [key for key in self.sounding if key[0] == channel]:
                del self.sounding[key]
                self.ends += 1

    def cut(self, at_ns: int) -> None:
        """Take out what sounds: the listener has pulled its own cable."""
        self._cuts_ns.append(at_ns)
        self.excused += len(self.sounding)
        self.sounding.clear()

    def first_since(self, at_ns: int) -> int | None:
        """Return when the first note since a time has begun, or None; clicks do not count."""
        found = None
        for strike in reversed(self.strikes):
            if strike.at_ns < at_ns:
                break
            if (strike.channel, strike.pitch) not in CLICKS:
                found = strike.at_ns
        return found

    def held_before(self, at_ns: int) -> list[Key]:
        """Return the notes that sound now and began before a time."""
        return sorted(key for key, began_ns in dict(self.sounding).items() if began_ns < at_ns)

    def unpaired(self) -> list[tuple[int, Key]]:
        """Return the note-offs without a note, apart from those of a panic or after a cut."""
        return [
            (at_ns, key)
            for at_ns, key in self._unpaired
            if not any(0 <= at_ns - cut_ns <= CUT_NS for cut_ns in self._cuts_ns)
            and not any(
                channel == key[0] and abs(silenced_ns - at_ns) <= EXCUSED_NS
                for silenced_ns, channel in self.panics
            )
        ]

    def faults(self, now_ns: int) -> list[Fault]:
        """Return what was wrong, at most some of each kind, in order of time."""
        found = list(self._faults)
        found += [
            Fault(at_ns, f"a note-off without a note, channel {channel + 1}, pitch {pitch}")
            for at_ns, (channel, pitch) in self.unpaired()[:MAX_KEPT]
        ]
        found += [
            Fault(began_ns, f"a note of more than 60 s, channel {channel + 1}, pitch {pitch}")
            for (channel, pitch), began_ns in dict(self.sounding).items()
            if now_ns - began_ns > LONGEST_NS
        ]
        return sorted(found, key=lambda fault: fault.at_ns)

    def _begin(self, strike: Strike) -> None:
        self.strikes.append(strike)
        key = strike.channel, strike.pitch
        if key in self.sounding:
            self._add(strike, "a note that begins again before it has ended")
            self.ends += 1
        if strike.channel not in self.channels:
            self._add(strike, "a note on a channel that was not asked for")
        if not 1 <= strike.pitch <= 127 or not 1 <= strike.velocity <= 127:
            self._add(strike, "a note outside 1 to 127")
        self.sounding[key] = strike.at_ns

    def _add(self, strike: Strike, what: str) -> None:
        self._counts[what] += 1
        if self._counts[what] <= MAX_KEPT:
            where = f"channel {strike.channel + 1}, pitch {strike.pitch}"
            self._faults.append(Fault(strike.at_ns, f"{what}: {where}"))


def missing(heard: Iterable[Strike], recorded: Iterable[Key]) -> list[Strike]:
    """Return the heard notes that are not in a record, the last ones of each channel and pitch."""
    left, lost = Counter(recorded), list[Strike]()
    for strike in sorted(heard, key=lambda each: each.at_ns):
        key = strike.channel, strike.pitch
        left[key] -= 1
        if left[key] < 0:
            lost.append(strike)
    return lost
