"""Test helper: a session without ports, composer and waiting, and all its effects."""

from bridge.messages.composer import Generate
from bridge.messages.settings import Settings
from bridge.messages.snapshot import TurnState
from bridge.midi.events import Event, NoteOff, NoteOn, TimedEvent
from bridge.playout import protocol
from bridge.playout.schedule import ScheduledEvent
from bridge.session.effects import Effects
from bridge.session.session import Inbox, Session
from bridge.sync.transport import Transport
from bridge.system.units import MS


class Table:
    """A session, and all its effects."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.session = Session(settings or Settings())
        self.io: list[protocol.ToIo] = []
        self.composer: list[object] = []
        self.log: list[str] = []

    @property
    def state(self) -> TurnState:
        return self.session.state

    def at(self, now_ns: int, *inbox: Inbox) -> Effects:
        outcome = self.session.step(now_ns, inbox)
        self.io += outcome.to_io
        self.composer += outcome.to_composer
        self.log += [entry.event for entry in outcome.log_entries]
        return outcome

    def play(self, at_ns: int, *events: Event) -> None:
        self.at(at_ns, protocol.Received(tuple(TimedEvent(at_ns, event) for event in events)))

    def phrase(self, begin_ns: int, onsets: int = 4, gap_ns: int = 250 * MS) -> int:
        """Play some notes; return the time of the last release."""
        for index in range(onsets):
            self.play(begin_ns + index * gap_ns, NoteOn(0, 60 + index, 80))
            self.play(begin_ns + (index + 1) * gap_ns - 20 * MS, NoteOff(0, 60 + index))
        return begin_ns + onsets * gap_ns - 20 * MS

    def pause(self) -> int | None:
        """Advance to the pause of which the composer is notified; return the next deadline."""
        at_ns = self.session.deadline_ns()
        assert at_ns is not None
        self.at(at_ns)
        return self.session.deadline_ns()

    def composed(self) -> Generate:
        return next(m for m in reversed(self.composer) if isinstance(m, Generate))

    def scheduled(self) -> list[ScheduledEvent]:
        return [
            due
            for message in self.io
            if isinstance(message, protocol.Play)
            for due in message.events
        ]

    def clicks(self) -> list[ScheduledEvent]:
        """Return the events that are planned for the synth only."""
        return [due for m in self.io if isinstance(m, protocol.Click) for due in m.events]

    @property
    def transport(self) -> Transport:
        """The session's own transport, as last sent."""
        return next(
            m.transport for m in reversed(self.io) if isinstance(m, protocol.SetOwnTransport)
        )
