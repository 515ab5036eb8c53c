"""Whose time it is, and how the composer counts it.

The session makes its plans in ticks of a transport. That is somebody else's, as the MIDI I/O
process tells it, or our own line, which lies where the player's first note puts it, or where a
count-in leads to.

The composer's ticks are others. Its music has no jumps and nothing before its beginning, which is a
bar line. So between the two there is a difference, `base`, that is chosen anew whenever the line
breaks: if the tempo is much the same and the metre is, the music goes on at the next bar line after
what has been told of it; else it begins anew in another frame.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.messages.composer import Begin, Happening
from bridge.messages.settings import Mode, Settings
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.playout.metronome import clicks
from bridge.session.player import SECOND
from bridge.session.turns import NO_END
from bridge.sync.quantise import Step
from bridge.sync.tempo import FREE_BPM, quarter_ns
from bridge.sync.transport import Source, Transport

if TYPE_CHECKING:
    from bridge.playout.schedule import Due

_SAME_TEMPO = 0.04
_CLICKS_AHEAD_NS = 2 * SECOND


class Timing:
    """Knows the line by which plans are made, and where the composer is on it."""

    def __init__(self, settings: Settings) -> None:
        self.transport = Transport()
        self.base = 0
        """The composer's tick at the transport's tick 0."""
        self.begun = False
        """Whether our own line lies where the player has put it."""
        self._settings = settings
        self._own = Transport()
        self._frame: Begin | None = None
        self._told_tick = 0  # the last that the composer has been told of, in its ticks
        self._clicked_tick = 0  # up to here clicks have been planned

    @property
    def followed(self) -> bool:
        """Tell whether somebody else's time is followed."""
        return self.transport.source.followed

    @property
    def told_tick(self) -> int:
        """Return the last tick of the transport that the composer has been told of."""
        return self._told_tick - self.base

    # Our own line.

    def begin(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Begin a session; return what the MIDI I/O process must know."""
        self._settings, self._frame = settings, None
        line = self._own_line(now_ns)
        count_in = settings.time.count_in_bars if line.grid else 0
        self.begun = count_in > 0
        return self._conduct(line.shifted(line.ns_at(count_in * line.metre.bar_ticks) - now_ns))

    def set_off(self, at_ns: int) -> list[protocol.ToIo]:
        """Let our own line begin where the player has."""
        self.begun = True
        return self._conduct(self._own_line(at_ns))

    def shift(self, by_ns: int) -> list[protocol.ToIo]:
        """Move the music later, or earlier, from now on; only playing freely may do this."""
        assert not self.transport.grid
        return self._conduct(self._own.shifted(by_ns))

    def change(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Keep time by other settings from now on: our own clock goes on from where it is."""
        self._settings = settings
        # Who has played freely has played no bars: they begin now.
        anew = self._own_line(self._own.time_ns if self._own.grid else now_ns)
        if self.begun and anew.grid and self._own.grid:
            tick = self._own.passed(now_ns)
            bar = self._own.place(tick).bar
            metre = replace(anew.metre, tick=self._own.bar_line(bar))
            at_ns = self._own.ns_at(tick)
            anew = replace(anew, time_ns=at_ns, tick=tick, metre=metre, bar=bar)
        told: list[protocol.ToIo] = self.demands()[:1]
        if _kind(anew) != _kind(self._own):
            told += self._conduct(anew)
        return told

    def demands(self) -> list[protocol.ToIo]:
        """Return all that a MIDI I/O process must know that has just opened its ports."""
        time = self._settings.time
        metre = MetreChange(0, *time.metre)
        return [
            protocol.Follow(time.sync, time.advance_ns, metre),
            protocol.Conduct(self._own),
        ]

    @property
    def _keeps_time(self) -> bool:
        """Tell whether our own clock goes where nobody's is followed."""
        settings = self._settings
        return (
            settings.time.bpm is not None
            or settings.time.sync is Source.OWN
            or settings.mode is Mode.TRADE
            or settings.quantise.step is not Step.OFF
        )

    def _own_line(self, begin_ns: int) -> Transport:
        time = self._settings.time
        if not self._keeps_time:
            return Transport(time_ns=begin_ns)
        return Transport(
            Source.OWN,
            time_ns=begin_ns,
            quarter_ns=quarter_ns(time.bpm or FREE_BPM),
            metre=MetreChange(0, *time.metre),
        )

    def _conduct(self, line: Transport) -> list[protocol.ToIo]:
        self._own = line
        if not self.followed:
            self.transport = replace(line, epoch=self.transport.epoch)
        return [protocol.Conduct(line)]

    # Another line.

    def follow(self, line: Transport) -> bool:
        """Go by another line; tell whether that breaks the one before."""
        before = self.transport
        if not line.source.followed:  # it is ours, and we know it better
            line = replace(self._own, epoch=line.epoch)
            self.begun &= not before.source.followed
        self.transport = line
        return line.epoch != before.epoch

    # The composer's ticks.

    def reframe(self, now_ns: int) -> Begin | None:
        """Let the composer count as the transport does now; return what it must begin anew."""
        line = self.transport
        if not line.grid:
            self._count_from(Begin(), 0)
            return self._frame
        first = min(line.tick, line.passed(now_ns))
        bar_line = line.bar_line_before(first)
        self._clicked_tick = first
        frame = _frame_of(line)
        if self._frame is not None and _alike(self._frame, frame):
            bar = line.metre.bar_ticks
            self.base = -(-self._told_tick // bar) * bar - bar_line
            return None
        self._count_from(frame, -bar_line)
        return frame

    def renew(self, tick: int) -> Begin | None:
        """Let the composer count anew from a tick's bar if tempo or metre have become others.

        Return what it must begin anew; None if its frame holds.
        """
        line = self.transport
        if self._frame is None or (before := self._frame).bpm is None or not line.grid:
            return None
        frame = _frame_of(line)
        if _alike(before, frame):
            return None
        self._count_from(frame, -line.bar_line_before(tick))
        return frame

    def _count_from(self, frame: Begin, base: int) -> None:
        self._frame, self.base, self._told_tick = frame, base, 0

    def composers(self, happening: Happening) -> Happening:
        """Return a happening at the composer's tick, who is told of it."""
        tick = max(0, happening.tick + self.base)
        self._told_tick = max(self._told_tick, tick)
        return replace(happening, tick=tick)

    def untell(self, after_tick: int) -> None:
        """Take note that what the composer has told after a tick never happened."""
        self._told_tick = min(self._told_tick, after_tick + self.base)

    def ours(self, happening: Happening) -> Happening:
        """Return a happening that the composer has told, at the transport's tick."""
        self._told_tick = max(self._told_tick, happening.tick)
        return replace(happening, tick=happening.tick - self.base)

    # The click of our own clock.

    def click_again(self, after_tick: int) -> None:
        """Take note that what was planned after a tick has been taken back, clicks too."""
        self._clicked_tick = min(self._clicked_tick, after_tick + 1)

    def click_due_ns(self) -> int | None:
        """Return when clicks must be planned again, if there are any to come."""
        if not self.begun or self._clicked_tick >= self._clicks_end:
            return None
        return self.transport.ns_at(self._clicked_tick) - _CLICKS_AHEAD_NS // 2

    def clicks(self, now_ns: int) -> tuple[Due, ...]:
        """Return the clicks of the coming beats that have not been planned."""
        due_ns = self.click_due_ns()
        if due_ns is None or now_ns < due_ns:
            return ()
        end = min(self._clicks_end, self.transport.tick_at(now_ns + _CLICKS_AHEAD_NS))
        planned = tuple(clicks(self.transport, self._clicked_tick, end))
        self._clicked_tick = max(end, self._clicked_tick)
        return planned

    @property
    def _clicks_end(self) -> int:
        """Return the tick before which our own clock clicks: the first, if it only counts in."""
        if self.transport.source is not Source.OWN:
            return -NO_END
        return NO_END if self._settings.time.click else 0


def _kind(line: Transport) -> tuple[Source, int, int, int]:
    """Return what makes our own line another, wherever it lies."""
    return line.source, line.quarter_ns, line.metre.numerator, line.metre.denominator


def _frame_of(line: Transport) -> Begin:
    return Begin(line.bpm, (line.metre.numerator, line.metre.denominator))


def _alike(before: Begin, after: Begin) -> bool:
    """Tell whether music that was begun in one frame can go on in another."""
    if before.bpm is None or after.bpm is None or before.metre != after.metre:
        return False
    return abs(after.bpm / before.bpm - 1) < _SAME_TEMPO
