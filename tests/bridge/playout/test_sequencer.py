"""The sequencer: which source is followed, and that plans of another one do not sound."""

from collections.abc import Iterable

import pytest

from bridge.midi.events import (
    SUSTAIN,
    ChannelEvent,
    Continue,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    SongPosition,
    Start,
    Stop,
    TimedEvent,
    TimingClock,
)
from bridge.midi.notes import MetreChange
from bridge.playout.protocol import (
    Command,
    EchoDetected,
    Emitted,
    Panic,
    Play,
    Received,
    Replan,
    Report,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
    Thru,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, ScheduledEvent, SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.playout.time_reason import Following, NoSource, SourceAbsent, SourceStopped
from bridge.playout.transport_reports import REPORT_THRESHOLD_NS
from bridge.sync.host import HostPosition
from bridge.sync.transport import NANOSECONDS, Source, Transport

MS, SECOND = 1_000_000, 1_000_000_000
ON, END = NoteOn(0, 60, 100), NoteOff(0, 60)


class Rig:
    """A sequencer, and all that it has sent and reported."""

    def __init__(self, *commands: Command) -> None:
        self.sequencer = Sequencer()
        self.sent: list[ChannelEvent] = []
        self.moved: list[TransportChanged] = []
        for command in commands:
            self.apply(command)

    def apply(self, command: Command, now_ns: int = 0) -> None:
        self.sent += [each.event for each in self.sequencer.apply(command, now_ns)]

    def pass_to(self, now_ns: int) -> list[Report]:
        sent = self.sequencer.select_source(now_ns) + self.sequencer.emit(now_ns)
        self.sent += [each.event for each in sent]
        reports = self.sequencer.report((), sent, now_ns)
        self.moved += [report for report in reports if isinstance(report, TransportChanged)]
        return reports

    def host(self, now_ns: int, quarters: float, *, playing: bool = True, bpm: float = 120) -> None:
        bar = int(quarters // 4)
        position = HostPosition(now_ns, playing, quarters, bpm, bar, 4.0 * bar)
        self.sequencer.observe(Source.JACK, position)
        self.pass_to(now_ns)

    def clock(self, *events: Event, at_ns: int) -> None:
        self.sequencer.receive((TimedEvent(at_ns, event) for event in events), at_ns)
        self.pass_to(at_ns)

    @property
    def transport(self) -> Transport:
        return self.sequencer.transport

    def leader(self) -> Source:
        """Return the source that is followed."""
        return self.transport.source


def played(*plan: tuple[int, ChannelEvent], epoch: int = 0) -> Play:
    return Play(tuple(ScheduledEvent(tick, epoch, event) for tick, event in plan))


@pytest.mark.parametrize(
    "command,sent,left",
    [
        (Play((ScheduledEvent(30, 0, END),)), [], [END]),
        (Retract(24), [END], [NoteOn(0, 61, 1)]),
        (Replan(24), [], [NoteOn(0, 61, 1)]),
        (Silence(), [END], []),
        (Panic(), [END, *(ControlChange(0, c, 0) for c in (SUSTAIN, 120, 123))], []),
    ],
)
def test_a_command_is_carried_out(
    command: Command, sent: list[ChannelEvent], left: list[ChannelEvent]
) -> None:
    rig = Rig(SetOwnTransport(NANOSECONDS), played((10, ON)))
    rig.pass_to(10)
    if not isinstance(command, Play):
        rig.apply(played((20, NoteOn(0, 61, 1)), (40, END)))
    rig.sent.clear()
    rig.apply(command, 15)
    assert rig.sent == sent
    rig.sent.clear()
    rig.pass_to(1000)
    assert rig.sent == left


def thru(*plan: tuple[int, ChannelEvent]) -> Thru:
    """Return a command of MIDI thru, on its channel."""
    return Thru(tuple(ScheduledEvent(due_ns, 0, event) for due_ns, event in plan))


KEY, KEY_UP = NoteOn(THRU_CHANNEL, 60, 100), NoteOff(THRU_CHANNEL, 60)


def test_midi_thru_is_sent_beside_the_plan_in_order_of_time() -> None:
    rig = Rig(
        SetOwnTransport(NANOSECONDS), played((10, ON), (30, END)), thru((20, KEY), (40, KEY_UP))
    )
    assert rig.sequencer.next_due_ns() == 10
    assert rig.pass_to(15)[-1] == Emitted((SentEvent(10, 15, ON),), 0, 15)
    assert rig.sequencer.next_due_ns() == 20
    rig.apply(Retract(0), 16)
    rig.apply(Replan(0), 16)
    reports = rig.pass_to(100)
    assert rig.sent == [ON, END, KEY, KEY_UP]
    assert not [report for report in reports if isinstance(report, Emitted)]  # it is not planned


def test_midi_thru_is_independent_of_the_transport() -> None:
    rig = Rig(thru((SECOND, KEY), (3 * SECOND, KEY_UP)))
    rig.host(SECOND, 0.0)
    rig.host(2 * SECOND, 40.0)
    assert rig.sent == [KEY]
    rig.pass_to(3 * SECOND)
    assert rig.sent == [KEY, KEY_UP]


def test_midi_thru_is_sent_late_rather_than_not_at_all() -> None:
    rig = Rig(thru((0, KEY)))
    rig.pass_to(500 * MS)
    assert rig.sent == [KEY]


@pytest.mark.parametrize(
    "command,more",
    [
        (Silence(), []),
        (Panic(), [ControlChange(THRU_CHANNEL, c, 0) for c in (SUSTAIN, 120, 123)]),
    ],
)
def test_every_note_of_midi_thru_is_released(command: Command, more: list[ChannelEvent]) -> None:
    rig = Rig(thru((10, KEY), (20, NoteOn(THRU_CHANNEL, 61, 1)), (30, KEY_UP)))
    rig.pass_to(15)
    rig.apply(command, 16)
    rig.pass_to(SECOND)
    assert rig.sent == [KEY, KEY_UP, *more]


def test_an_echo_of_midi_thru_is_not_the_player() -> None:
    rig = Rig(thru((10, KEY)))
    rig.pass_to(10)
    assert rig.sequencer.receive([TimedEvent(5 * MS, KEY)], 5 * MS) == ()


def test_free_playing_is_reported_once() -> None:
    rig = Rig()
    for now_ns in range(0, SECOND, 100 * MS):
        rig.pass_to(now_ns)
    assert [(m.transport.source, m.reason) for m in rig.moved] == [
        (Source.FREE, NoSource(own_clock=False))
    ]


def test_a_playing_host_is_followed_and_free_plans_are_dropped() -> None:
    rig = Rig(SetOwnTransport(NANOSECONDS), played((5, ON), (50, END)))
    rig.pass_to(10)
    rig.host(SECOND, 0.0, playing=False)
    assert rig.leader() is Source.FREE
    rig.host(2 * SECOND, 0.0)
    assert (rig.leader(), rig.transport.epoch) == (Source.JACK, 1)
    assert rig.moved[-1].reason == Following(Source.JACK)
    assert rig.sent == [ON, END]


def test_plans_follow_the_hosts_tempo() -> None:
    rig = Rig()
    rig.host(0, 0.0)
    rig.apply(played((48, ON), (96, END), epoch=rig.transport.epoch))
    assert rig.sequencer.next_due_ns() == 500 * MS
    rig.host(250 * MS, 0.5, bpm=60)  # half the tempo after half a beat
    assert rig.sequencer.next_due_ns() == 750 * MS


def test_a_stopped_host_is_silenced_and_playing_is_free() -> None:
    rig = Rig()
    rig.host(0, 0.0)
    rig.apply(played((9, ON), (960, END), epoch=1))
    rig.host(100 * MS, 0.2)
    assert rig.sent == [ON]
    rig.host(200 * MS, 0.2, playing=False)
    assert rig.sent == [ON, END]
    assert rig.moved[-1].reason == SourceStopped(Source.JACK, own_clock=False)
    rig.apply(played((3, ON), epoch=1), 300 * MS)  # sent before the host's stop was known
    rig.pass_to(SECOND)
    assert rig.sent == [ON, END]


def test_a_jump_begins_an_epoch_and_a_drift_does_not() -> None:
    rig = Rig()
    for place, quarters in enumerate((0.0, 0.2, 0.4004, 0.6, 9.8, 10.0)):
        rig.host(100 * MS * place, quarters)
    assert [m.transport.epoch for m in rig.moved if m.transport.source is Source.JACK][-1] == 2
    assert rig.transport.epoch == 2


def clocks(rig: Rig, begin_ns: int, count: int, bpm: float = 120) -> int:
    """Send clocks; return the time of the next one."""
    step_ns = round(60 * SECOND / bpm / 24)
    for number in range(count):
        rig.clock(TimingClock(), at_ns=begin_ns + number * step_ns)
    return begin_ns + count * step_ns


def test_midi_clock_is_followed_from_its_start_to_its_stop() -> None:
    rig = Rig(SetSync(metre=MetreChange(0, 3, 4)))
    rig.clock(Start(), at_ns=SECOND)
    end = clocks(rig, SECOND, 24 * 8)
    assert rig.leader() is Source.CLOCK
    assert rig.transport.tick_at(end) == 8 * 48
    assert rig.transport.beat_of(rig.transport.tick_at(end)) == (3, 3)
    rig.clock(Stop(), at_ns=end)
    assert rig.leader() is Source.FREE
    assert rig.moved[-1].reason == SourceStopped(Source.CLOCK, own_clock=False)
    rig.clock(SongPosition(8), Continue(), at_ns=end + SECOND)
    clocks(rig, end + SECOND, 2)
    assert rig.transport.tick_at(end + SECOND) == 96


def test_clock_messages_are_not_passed_on_and_notes_are() -> None:
    rig = Rig()
    events: Iterable[Event] = (Start(), TimingClock(), ON, SongPosition(3), Stop(), Continue(), END)
    played_back = rig.sequencer.receive((TimedEvent(0, event) for event in events), 0)
    assert [timed.event for timed in played_back] == [ON, END]


def test_the_best_source_that_plays_is_followed() -> None:
    rig = Rig()
    rig.clock(Start(), at_ns=0)
    end = clocks(rig, 0, 10)
    rig.host(end, 7.0)
    assert rig.leader() is Source.JACK
    rig.host(end + MS, 7.0, playing=False)
    assert rig.leader() is Source.CLOCK


def test_only_a_wanted_source_is_followed() -> None:
    rig = Rig(SetSync(Source.CLOCK))
    rig.host(0, 0.0)
    assert rig.leader() is Source.FREE
    assert rig.moved[-1].reason == SourceAbsent(Source.CLOCK, own_clock=False)
    rig.apply(SetSync(Source.JACK), MS)
    assert rig.leader() is Source.JACK
    rig.apply(SetSync(Source.OWN), 2 * MS)
    assert rig.leader() is Source.FREE


def test_our_own_clock_is_followed_without_an_external_source() -> None:
    own = Transport(Source.OWN, time_ns=SECOND, quarter_ns=600 * MS)
    rig = Rig(SetOwnTransport(own))
    rig.pass_to(0)
    assert (rig.leader(), rig.transport.epoch) == (Source.OWN, 1)
    assert rig.moved[-1].reason == NoSource(own_clock=True)
    rig.apply(played((0, ON), (48, END), epoch=1))
    rig.apply(SetOwnTransport(own.shifted(50 * MS)))
    assert rig.sequencer.next_due_ns() == SECOND + 50 * MS
    assert rig.transport.epoch == 1


def test_only_relevant_changes_of_the_transport_are_reported() -> None:
    rig = Rig()
    for place in range(1000):
        rig.host(place * 5 * MS, place * 0.01)
    assert len(rig.moved) <= 4
    rig.host(5_000 * MS, 10.0, bpm=121)
    assert rig.moved[-1].transport.bpm == pytest.approx(121)


def test_a_reported_transport_stays_exact_while_its_estimate_improves() -> None:
    rig = Rig()
    rig.pass_to(SECOND)
    begin_ns, clock_ns = 2 * SECOND, 14_367_816  # 174 bpm
    rig.clock(Start(), at_ns=begin_ns)
    for number in range(1200):
        late_ns = 2 * MS if number < 24 and number % 3 else 0  # the tempo is inexact at first
        rig.clock(TimingClock(), at_ns=begin_ns + number * clock_ns + late_ns)
        reports = rig.moved[-1].transport
        assert (
            abs(reports.ns_at(rig.transport.tick) - rig.transport.ns_at(rig.transport.tick))
            <= REPORT_THRESHOLD_NS
        )
    assert len(rig.moved) < 60


def test_the_sequencer_filters_echoes() -> None:
    rig = Rig(SetOwnTransport(NANOSECONDS), played((10, ON), (20, END)))
    rig.pass_to(30)
    assert rig.sequencer.receive(
        [TimedEvent(5 * MS, ON), TimedEvent(5 * MS, NoteOn(0, 1, 1))], 5 * MS
    ) == (TimedEvent(5 * MS, NoteOn(0, 1, 1)),)
    assert EchoDetected((5 * MS - 30,)) in rig.sequencer.report((), (), 5 * MS)


def test_the_transport_is_reported_first_and_drops_are_counted() -> None:
    rig = Rig(SetOwnTransport(NANOSECONDS), played((10, ON)))
    sent = rig.sequencer.emit(100 * MS)
    reports = rig.sequencer.report((TimedEvent(5, ON),), sent, 100 * MS)
    assert [type(report) for report in reports] == [TransportChanged, Received, Emitted]
    assert reports[2] == Emitted((), 1, 100 * MS)
    assert rig.sequencer.report((), (), 200 * MS) == []
