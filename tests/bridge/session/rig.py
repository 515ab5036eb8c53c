"""Test helper: a sequencer and a session with a simulated clock, as in a jam, without ports.

What the sequencer reports goes to the session, and what the session decides goes to the sequencer.
The composer is replaced by one that answers every request with a note on each beat.
"""

from __future__ import annotations

from bridge.messages.composer import Extend, Generate, Generated, Onset, Release, Replan
from bridge.messages.settings import Settings
from bridge.midi.events import Event, TimedEvent
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.playout import protocol
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.session.effects import Effects
from bridge.session.session import Inbox, Session

_MOST_NOTES = 8


class Rig:
    """A jam in which time passes by calls of `pass_time`."""

    def __init__(self, settings: Settings, now_ns: int = 0) -> None:
        self.sequencer, self.session = Sequencer(), Session(settings)
        self.now_ns = now_ns
        self.sent: list[SentEvent] = []
        """What was sent in the last step."""
        self._at_once: list[SentEvent] = []  # by commands since the last step
        self.log_entries = 0
        self._received: list[TimedEvent] = []
        self._from_composer: list[Generated] = []
        self._take: Generate | None = None

    def play(self, *events: Event) -> None:
        """Let the player play events now."""
        self._received += (TimedEvent(self.now_ns, event) for event in events)

    def request(self, *inbox: Inbox) -> None:
        """Let the session process requests now."""
        self._carry_out(self.session.step(self.now_ns, inbox))

    def pass_time(self, span_ns: int) -> None:
        """Advance, send what is due, and let the session do what is due."""
        self.now_ns += span_ns
        received, self._received = self._received, []
        played = self.sequencer.receive(received, self.now_ns)
        at_once, self._at_once = self._at_once, []
        self.sent = at_once + self.sequencer.select_source(self.now_ns)
        self.sent += self.sequencer.emit(self.now_ns)
        reports: list[Inbox] = []
        for report in self.sequencer.report(played, self.sent, self.now_ns):
            if isinstance(report, protocol.PanicPressed):
                self._at_once += self.sequencer.apply(protocol.Panic(), self.now_ns)
            else:
                reports.append(report)
        generated, self._from_composer = self._from_composer, []
        self._carry_out(self.session.step(self.now_ns, [*reports, *generated]))
        self.session.deadline_ns()

    def _carry_out(self, effects: Effects) -> None:
        self.log_entries += len(effects.log_entries)
        for message in effects.to_io:
            if isinstance(message, protocol.Command):
                self._at_once += self.sequencer.apply(message, self.now_ns)
        for asked in effects.to_composer:
            match asked:
                case Generate():
                    self._take = asked
                    self._answer(asked.begin_tick, asked.until_tick, 0)
                case Extend(take, until) if self._take is not None and self._take.take == take:
                    self._answer(until - TICKS_PER_QUARTER, until, 0)
                case Replan(take, plan, tick) if self._take is not None and take == self._take.take:
                    self._answer(tick + 1, tick + TICKS_PER_QUARTER, plan)

    def _answer(self, begin: int, until: int, plan: int) -> None:
        assert self._take is not None
        end = min(until, self._take.end_tick)
        beats = range(begin, end, TICKS_PER_QUARTER)[:_MOST_NOTES]
        events = tuple(
            event
            for tick in beats
            for event in (
                Onset(tick, Instrument.PIANO, 60, 64),
                Release(tick + 6, Instrument.PIANO, 60),
            )
        )
        done = end >= self._take.end_tick
        self._from_composer.append(Generated(self._take.take, events, done, plan))
