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

from bridge.midi.events import Continue, SongPosition, Start, Stop, TimedEvent, TimingClock
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.clock_line import CLOCKS_PER_QUARTER, SILENCE_NS, ClockLine
from bridge.sync.transport import COMMON_TIME, Source, Transport
from bridge.system.units import MS

TICKS_PER_CLOCK = TICKS_PER_QUARTER // CLOCKS_PER_QUARTER
CLOCKS_PER_SIXTEENTH = 6  # "Each MIDI Beat spans 6 MIDI Clocks. It is a 16th note." (MIDI 1.0)
TOGETHER_NS = 100 * MS  # Ardour sends position and Continue within one period of audio

_TransportEvent = Start | Continue | Stop | TimingClock


class ClockState(enum.Enum):
    """What the host does."""

    STOPPED = "stopped"
    WAITING = "waiting for the first clock"
    PLAYING = "playing"


# What is not in the table changes nothing.
TRANSITIONS: dict[ClockState, dict[type[_TransportEvent], ClockState]] = {
    ClockState.STOPPED: {Start: ClockState.WAITING, Continue: ClockState.WAITING},
    ClockState.WAITING: {
        Start: ClockState.WAITING,
        TimingClock: ClockState.PLAYING,
        Stop: ClockState.STOPPED,
    },
    ClockState.PLAYING: {Start: ClockState.WAITING, Stop: ClockState.STOPPED},
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
        self._is_fixed = clocks is not None
        self._pending: tuple[int, int] | None = None  # (position, when)
        self._excess_ticks = 0  # by which our count is ahead, if the host counts clocks

    def tick_of(self, position: int) -> int:
        """Return the tick that a position names."""
        return position * TICKS_PER_CLOCK * (self._clocks or CLOCKS_PER_SIXTEENTH)

    def set_position(self, position: int, now_ns: int) -> None:
        """Take in a position; it counts when the host continues."""
        if self._pending is not None or position % CLOCKS_PER_QUARTER:
            self.assume_sixteenths()
        self._pending = (position, now_ns)

    def assume_sixteenths(self) -> None:
        """Conclude that the host counts sixteenths."""
        if not self._is_fixed:
            self._clocks = CLOCKS_PER_SIXTEENTH

    def rewind(self) -> None:
        """Go to the beginning, which is 0 however one counts."""
        if self._pending is not None:
            self.assume_sixteenths()
        self._pending = None
        self._excess_ticks = 0

    def resume(self, stopped_tick: int, now_ns: int, *, silent: bool) -> int:
        """Return the tick from which a host continues that stopped, and was silent or not."""
        quarter = -(-(stopped_tick - self._excess_ticks) // TICKS_PER_QUARTER)
        if self._pending is None:
            # Of 16383 clocks and more there is no position, and Ardour sends none.
            return quarter * TICKS_PER_QUARTER if self._clocks == 1 else stopped_tick
        position, named_ns = self._pending
        self._pending = None
        if now_ns - named_ns > TOGETHER_NS:
            self.assume_sixteenths()
        if self._clocks is None and silent and position == quarter * CLOCKS_PER_QUARTER > 0:
            self._clocks = 1
        self._excess_ticks = self.tick_of(position) - position * TICKS_PER_CLOCK
        return self.tick_of(position)


class MidiClockTracker:
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
        self._state = ClockState.STOPPED
        self._epoch = 0
        self._since_ns = 0  # since when it stands
        # Clock `_number` is at `_tick`. While it stands, `_tick` is where it will go on.
        self._number = 0
        self._tick = 0

    @property
    def line(self) -> ClockLine:
        """The line through the clocks."""
        return self._line

    @property
    def playing(self) -> bool:
        """Whether the host plays, by the last that it said."""
        return self._state is ClockState.PLAYING

    def transport(self, now_ns: int) -> Transport | None:
        """Say where the music is, or None if nobody sends clocks."""
        if self._is_silent(now_ns):
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

    def feed(self, stamped: TimedEvent) -> None:
        """Take in what the host says; all but the five messages of its transport is ignored."""
        now_ns, event = stamped.time_ns, stamped.event
        if not isinstance(event, _TransportEvent | SongPosition):
            return
        if self.playing and self._is_silent(now_ns):
            self._apply(Stop(), now_ns)
        if isinstance(event, SongPosition):
            self._locate(event.sixteenths, now_ns)
        else:
            if isinstance(event, TimingClock):
                self._line.add_clock(now_ns)
            self._apply(event, now_ns)

    def _apply(self, event: _TransportEvent, now_ns: int) -> None:
        """Go from one state to another, if this signal leads anywhere."""
        state = TRANSITIONS[self._state].get(type(event))
        if state is None:
            return
        match event:
            case Start():
                self._positions.rewind()
                self._tick = 0
            case Continue():
                silent = self._line.number < self._number
                self._tick = self._positions.resume(self._tick, now_ns, silent=silent)
            case TimingClock():
                self._number = self._line.number
            case Stop():
                next_ = self._line.number + 1
                if self.playing:
                    self._tick = self._tick_of(next_)
                self._number = next_
        if state is ClockState.WAITING:
            # The clocks of a stopped host tell the tempo; where its beats lie is said by this one.
            self._line.start_run()
        if state is not ClockState.PLAYING:
            self._since_ns = now_ns
            self._epoch += 1
        self._state = state

    def _locate(self, position: int, now_ns: int) -> None:
        """Go where a song position says: at once if the song plays, else when it continues."""
        if self._state is ClockState.STOPPED:
            self._positions.set_position(position, now_ns)
            return
        self._positions.assume_sixteenths()
        tick, next_ = self._positions.tick_of(position), self._line.number + 1
        here = range(tick, tick + self._positions.tick_of(1))
        if self._state is ClockState.WAITING:
            self._tick = tick
        elif self._tick_of(next_) not in here and self._tick_of(next_ - 1) not in here:
            self._tick, self._number = tick, next_
            self._epoch += 1

    def _tick_of(self, number: int) -> int:
        return self._tick + (number - self._number) * TICKS_PER_CLOCK

    def _is_silent(self, now_ns: int) -> bool:
        return self._line.last_ns is None or now_ns - self._line.last_ns >= SILENCE_NS
