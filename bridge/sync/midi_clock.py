"""Follows a host by MIDI clock: Start, Continue, Stop, song position, and 24 clocks a quarter note.

"Start: play from the beginning, at the next Clock. Continue: play from the song position, at the
next Clock. Stop: halt." So a host that has said Start does not play yet, and the first clock after
it is where the song begins: three states, and a table of what leads from one to another. Each clock
is two of our ticks. A song position counts sixteenths, which are six clocks long.

The clocks themselves go to a `ClockLine`, whether the song plays or not: many hosts send them all
the time, and then the tempo is known before the first note. MIDI clock knows no bars. Bars are of
the metre that it is told, counted from tick 0.

Hosts differ, and none is as the specification has it:

- Ardour counts song positions in clocks, six times too many, and sends none while it stands; it
  continues at the next quarter note. See `_SongPositions`.
- REAPER stops, and then sends a position, and another one whenever the cursor is moved. Nothing
  follows from that until it continues.
- Live sends a position while it plays, each time its loop begins again. One that says where we are
  changes nothing; any other is a jump, at the next clock.
- A drum machine may send clocks alone: it has a tempo and does not play.
- Start while it plays begins again; Continue while it plays, and a second Stop, say nothing new.
- A cable is pulled. For less than a second the line goes on, and clocks that are lost are counted:
  a musician with a loose plug wants to go on. After a second nobody can tell any more whether the
  song stood still as well. Silence is better than an answer in the wrong place, so it is stopped,
  until the host says from where it plays.
"""

import enum

from bridge.midi.events import Clock, Continue, SongPosition, Stamped, Start, Stop
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.clock_line import CLOCKS_PER_QUARTER, SILENCE_NS, ClockLine
from bridge.sync.transport import COMMON_TIME, Source, Transport

TICKS_PER_CLOCK = TICKS_PER_QUARTER // CLOCKS_PER_QUARTER
CLOCKS_PER_SIXTEENTH = 6  # "Each MIDI Beat spans 6 MIDI Clocks. It is a 16th note." (MIDI 1.0)
TOGETHER_NS = 100_000_000  # Ardour sends position and Continue within one period of audio

_Signal = Start | Continue | Stop | Clock


class State(enum.Enum):
    """What the host does."""

    STOPPED = "stopped"
    WAITING = "waiting for the first clock"
    PLAYING = "playing"


# What is not in the table changes nothing.
TRANSITIONS: dict[State, dict[type[_Signal], State]] = {
    State.STOPPED: {Start: State.WAITING, Continue: State.WAITING},
    State.WAITING: {Start: State.WAITING, Clock: State.PLAYING, Stop: State.STOPPED},
    State.PLAYING: {Start: State.WAITING, Stop: State.STOPPED},
}


class _SongPositions:
    """Reads song positions, of hosts too that count clocks instead of sixteenths.

    Ardour 7 does: it continues at the next quarter note, and names it by 24 times its number, not 4
    times. So each of its positions is a multiple of 24, comes right before Continue, and never
    while it plays. Who sends another one counts sixteenths, for ever; bar lines of 4/4 show that at
    two of three. Who stops, sends no clock any more, and continues at 24 times the very quarter
    note that is next by our own count, is taken to count clocks.

    A host that counts sixteenths is mistaken for one only if all its positions so far were
    multiples of 24 and its user moves from within a quarter note to the one sixteenth with 24 times
    that number, from bar 1, say, to bar 4 or 7. Its next position that is none puts it right.

    What cannot be known is the first position of a host that we have not counted from its Start: it
    is read as the specification has it. So is each, until Ardour has been seen to stop and go on.
    """

    def __init__(self, clocks: int | None) -> None:
        """Take a position for so many clocks; None: find out."""
        self._clocks = clocks
        self._given = clocks is not None
        self._named: tuple[int, int] | None = None  # (position, when)
        self._excess_ticks = 0  # by which our count is ahead, if the host counts clocks

    def ticks(self, position: int) -> int:
        """Return the tick that a position names."""
        return position * TICKS_PER_CLOCK * (self._clocks or CLOCKS_PER_SIXTEENTH)

    def name(self, position: int, now_ns: int) -> None:
        """Take in a position; it counts when the host continues."""
        if self._named is not None or position % CLOCKS_PER_QUARTER:
            self.as_specified()
        self._named = (position, now_ns)

    def as_specified(self) -> None:
        """Conclude that the host counts sixteenths."""
        if not self._given:
            self._clocks = CLOCKS_PER_SIXTEENTH

    def rewind(self) -> None:
        """Go to the beginning, which is 0 however one counts."""
        if self._named is not None:
            self.as_specified()
        self._named = None
        self._excess_ticks = 0

    def resume(self, stopped_tick: int, now_ns: int, *, silent: bool) -> int:
        """Return the tick from which a host continues that stopped, and was silent or not."""
        quarter = -(-(stopped_tick - self._excess_ticks) // TICKS_PER_QUARTER)
        if self._named is None:
            # Of 16383 clocks and more there is no position, and Ardour sends none.
            return quarter * TICKS_PER_QUARTER if self._clocks == 1 else stopped_tick
        position, named_ns = self._named
        self._named = None
        if now_ns - named_ns > TOGETHER_NS:
            self.as_specified()
        if self._clocks is None and silent and position == quarter * CLOCKS_PER_QUARTER > 0:
            self._clocks = 1
        self._excess_ticks = self.ticks(position) - position * TICKS_PER_CLOCK
        return self.ticks(position)


class ClockFollower:
    """Turns a host's MIDI clock into a `Transport`.

    `position_clocks` says how many clocks a song position counts, 6 by the specification and 1 for
    Ardour; if it is not given, the follower finds out.
    """

    def __init__(
        self, metre: MetreChange = COMMON_TIME, position_clocks: int | None = None
    ) -> None:
        self.metre = metre
        self._line = ClockLine()
        self._positions = _SongPositions(position_clocks)
        self._state = State.STOPPED
        self._epoch = 0
        self._since_ns = 0  # since when it stands
        # Clock `_number` is at `_tick`. While it stands, `_tick` is where it will go on.
        self._number = 0
        self._tick = 0

    @property
    def line(self) -> ClockLine:
        """Give the line through the clocks."""
        return self._line

    @property
    def playing(self) -> bool:
        """Tell whether the host plays, by the last that it said."""
        return self._state is State.PLAYING

    def transport(self, now_ns: int) -> Transport | None:
        """Say where the music is, or None if nobody sends clocks."""
        if self._silent(now_ns):
            return None
        number = self._line.number
        return Transport(
            source=Source.CLOCK,
            epoch=self._epoch,
            playing=self.playing,
            time_ns=self._line.ns_at(number) if self.playing else self._since_ns,
            tick=self._tick_of(number) if self.playing else self._tick,
            quarter_ns=self._line.quarter_ns,
            metre=self.metre,
        )

    def feed(self, stamped: Stamped) -> None:
        """Take in what the host says; all but the five messages of its transport is ignored."""
        now_ns, event = stamped.time_ns, stamped.event
        if not isinstance(event, _Signal | SongPosition):
            return
        if self.playing and self._silent(now_ns):
            self._obey(Stop(), now_ns)
        if isinstance(event, SongPosition):
            self._locate(event.sixteenths, now_ns)
        else:
            if isinstance(event, Clock):
                self._line.hear(now_ns)
            self._obey(event, now_ns)

    def _obey(self, signal: _Signal, now_ns: int) -> None:
        """Go from one state to another, if this signal leads anywhere."""
        state = TRANSITIONS[self._state].get(type(signal))
        if state is None:
            return
        match signal:
            case Start():
                self._positions.rewind()
                self._tick = 0
            case Continue():
                silent = self._line.number < self._number
                self._tick = self._positions.resume(self._tick, now_ns, silent=silent)
            case Clock():
                self._number = self._line.number
            case Stop():
                next_ = self._line.number + 1
                if self.playing:
                    self._tick = self._tick_of(next_)
                self._number = next_
        if state is State.WAITING:
            # The clocks of a stopped host tell the tempo; where its beats lie is said by this one.
            self._line.begin()
        if state is not State.PLAYING:
            self._since_ns = now_ns
            self._epoch += 1
        self._state = state

    def _locate(self, position: int, now_ns: int) -> None:
        """Go where a song position says: at once if the song plays, else when it continues."""
        if self._state is State.STOPPED:
            self._positions.name(position, now_ns)
            return
        self._positions.as_specified()
        tick, next_ = self._positions.ticks(position), self._line.number + 1
        here = range(tick, tick + self._positions.ticks(1))
        if self._state is State.WAITING:
            self._tick = tick
        elif self._tick_of(next_) not in here and self._tick_of(next_ - 1) not in here:
            self._tick, self._number = tick, next_
            self._epoch += 1

    def _tick_of(self, number: int) -> int:
        return self._tick + (number - self._number) * TICKS_PER_CLOCK

    def _silent(self, now_ns: int) -> bool:
        return self._line.last_ns is None or now_ns - self._line.last_ns >= SILENCE_NS
