"""Follow a host by MIDI clock: Start, Continue, Stop, song position, and 24 clocks a quarter note.

"Start: play from the beginning, at the next Clock. Continue: play from the song position, at the
next Clock. Stop: halt." So after Start the host does not play yet: the song begins at the first
clock after it. This takes three states and a table of transitions. Each clock is two of our ticks.
A song position counts sixteenths, which are six clocks long.

The clocks go to a `ClockLine`, whether the song plays or not: many hosts send them all the time,
and then the tempo is known before the first note. MIDI clock has no bars. Bars have the metre of
the settings and are counted from tick 0.

Hosts differ from the specification and from each other:

- Ardour counts song positions in clocks, six times too many, and sends no clocks while it is
  stopped. It continues at the next quarter note. See `_SongPositions`.
- REAPER sends a position after a stop, and another one whenever the cursor moves. A position has no
  effect until it continues.
- Live sends a position each time its loop begins again. One that equals our position has no effect;
  any other is a jump at the next clock.
- A drum machine may send clocks only: it has a tempo and does not play.
- Start during playback begins again. Continue during playback and a second Stop have no effect.
- A cable is pulled. For less than a second the line goes on, and lost clocks are counted: a
  musician with a loose plug wants to go on. After a second it is unknown whether the song stood
  still as well. Silence is better than a response in the wrong place, so the transport is stopped
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
    """The state of the host."""

    STOPPED = "stopped"
    WAITING = "waiting for the first clock"
    PLAYING = "playing"


# An event that is not in the table has no effect.
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
    """Reads song positions, also of hosts that count clocks instead of sixteenths.

    Ardour 7 does: it continues at the next quarter note, and its position is 24 times the number of
    that quarter note instead of 4 times. So each of its positions is a multiple of 24, comes right
    before Continue, and never during playback. A host that sends any other position counts
    sixteenths from then on; of the bar lines in 4/4, two of three show that. A host counts clocks
    if it stops, sends no clocks while stopped, and continues at 24 times the number of the quarter
    note that is next by our own count.

    A host that counts sixteenths is mistaken for one that counts clocks only if all its positions
    were multiples of 24 and its user moves from within a quarter note to the one sixteenth with 24
    times that number: for example from bar 1 to bar 4 or 7. The next position that is no multiple
    of 24 corrects this.

    The first position of a host that was not counted from its Start is ambiguous. It is read as in
    the specification. So is every position until the host has stopped and continued as Ardour does.
    """

    def __init__(self, clocks: int | None) -> None:
        """Count a position as `clocks` clocks; None detects the number."""
        self._clocks = clocks
        self._is_fixed = clocks is not None
        self._pending: tuple[int, int] | None = None  # (position, when)
        self._excess_ticks = 0  # how far our count is ahead if the host counts clocks

    def tick_of(self, position: int) -> int:
        """Return the tick of a position."""
        return position * TICKS_PER_CLOCK * (self._clocks or CLOCKS_PER_SIXTEENTH)

    def set_position(self, position: int, now_ns: int) -> None:
        """Record a position; it takes effect when the host continues."""
        if self._pending is not None or position % CLOCKS_PER_QUARTER:
            self.assume_sixteenths()
        self._pending = (position, now_ns)

    def assume_sixteenths(self) -> None:
        """Read positions as sixteenths from now on, unless the unit is fixed."""
        if not self._is_fixed:
            self._clocks = CLOCKS_PER_SIXTEENTH

    def rewind(self) -> None:
        """Go to the beginning, which is 0 in either unit."""
        if self._pending is not None:
            self.assume_sixteenths()
        self._pending = None
        self._excess_ticks = 0

    def resume(self, stopped_tick: int, now_ns: int, *, silent: bool) -> int:
        """Return the tick from which a stopped host continues; `silent` if it sent no clocks."""
        quarter = -(-(stopped_tick - self._excess_ticks) // TICKS_PER_QUARTER)
        if self._pending is None:
            # A position cannot exceed 16383. Ardour sends none for more clocks than that.
            return quarter * TICKS_PER_QUARTER if self._clocks == 1 else stopped_tick
        position, received_ns = self._pending
        self._pending = None
        if now_ns - received_ns > TOGETHER_NS:
            self.assume_sixteenths()
        if self._clocks is None and silent and position == quarter * CLOCKS_PER_QUARTER > 0:
            self._clocks = 1
        self._excess_ticks = self.tick_of(position) - position * TICKS_PER_CLOCK
        return self.tick_of(position)


class MidiClockTracker:
    """Turns a host's MIDI clock into a `Transport`.

    `position_clocks` is the unit of song positions in clocks: 6 by the specification, 1 for Ardour.
    None detects it.
    """

    def __init__(
        self, metre: MetreChange = COMMON_TIME, position_clocks: int | None = None
    ) -> None:
        self.metre = metre
        self._line = ClockLine()
        self._positions = _SongPositions(position_clocks)
        self._state = ClockState.STOPPED
        self._epoch = 0
        self._since_ns = 0  # when the host stopped
        # Clock `_number` is at `_tick`. While the host is stopped, it will continue at `_tick`.
        self._number = 0
        self._tick = 0

    @property
    def line(self) -> ClockLine:
        """The line through the clocks."""
        return self._line

    @property
    def playing(self) -> bool:
        """Whether the host plays, according to its last message."""
        return self._state is ClockState.PLAYING

    def transport(self, now_ns: int) -> Transport | None:
        """Return the host's transport, or None if no clocks come."""
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

    def feed(self, timed: TimedEvent) -> None:
        """Process a message; all but the five messages of MIDI clock are ignored."""
        now_ns, event = timed.time_ns, timed.event
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
        """Change the state, if it reacts to the event."""
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
            # The clocks of a stopped host give the tempo; only the next one gives the beat.
            self._line.start_run()
        if state is not ClockState.PLAYING:
            self._since_ns = now_ns
            self._epoch += 1
        self._state = state

    def _locate(self, position: int, now_ns: int) -> None:
        """Go to a song position: at once if the song plays, otherwise when it continues."""
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
