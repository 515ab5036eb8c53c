"""The modes as timelines, on a host's beat and on our own clock."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.messages.composer import (
    Advance,
    Configure,
    EndTake,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Replan,
    Reset,
    Retract,
)
from bridge.messages.requests import Bind, ChangeSettings, End, HandOver, Learn, Start, Stop
from bridge.messages.settings import Mode, ReEntry, Settings, StartOn
from bridge.messages.snapshot import TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.controls import Action, Control
from bridge.midi.events import ControlChange, NoteOff, NoteOn
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.playout.metronome import HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK
from bridge.playout.schedule import ScheduledEvent, SentEvent
from bridge.playout.time_reason import Following
from bridge.session.together import CHORD_NS, COMMIT_NS
from bridge.session.turns import BAR_LEAD_NS, NO_END
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND
from tests.bridge.session.table import Table

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
START_NS = 10 * SECOND
HOST = Transport(Source.JACK, epoch=1, time_ns=START_NS)  # 4/4 at 120: a bar is two seconds
BEAT_NS, BAR_NS, BAR = 500 * MS, 2 * SECOND, 192


class Stand(Table):
    """A table with a host that plays from `START_NS` on."""

    def __init__(self, settings: Settings, line: Transport | None = HOST) -> None:
        super().__init__(settings)
        self.at(0, Start())
        if line is not None:
            self.move(START_NS, line)

    def move(self, now_ns: int, line: Transport) -> None:
        self.at(now_ns, protocol.TransportChanged(line, Following(Source.JACK)))

    def beats(self, first: float, count: int = 4, pitch: int = 60) -> int:
        """Play a note on each beat from `first` on; return the time of the last release."""
        end_ns = 0
        for number in range(count):
            onset_ns = START_NS + round((first + number) * BEAT_NS)
            self.pass_to(onset_ns)
            self.play(onset_ns, NoteOn(0, pitch + number, 80))
            end_ns = onset_ns + BEAT_NS - 100 * MS
            self.pass_to(end_ns)
            self.play(end_ns, NoteOff(0, pitch + number))
        return end_ns

    def pass_to(self, now_ns: int) -> None:
        """Advance to a time, with every deadline until then."""
        steps = 0
        while (due_ns := self.session.deadline_ns()) is not None and due_ns < now_ns:
            self.now_ns = max(self.now_ns, due_ns)
            self.at(self.now_ns)
            steps += 1
            assert steps < 1000, "a deadline comes again and again"
        self.now_ns = now_ns
        self.at(now_ns)

    now_ns = 0

    def compose(self, *events: NoteEvent, done: bool = True, after_ns: int = 3 * MS) -> None:
        """Answer the last request as the composer, a short time later."""
        self.now_ns += after_ns
        plans = [m.plan for m in self.composer if isinstance(m, Replan)]
        plan = plans[-1] if plans else 0
        self.at(self.now_ns, Generated(self.composed().take, events, done=done, plan=plan))

    def strikes(self, epoch: int = 1) -> list[tuple[int, int]]:
        """Return tick and pitch of all note-ons planned in an epoch."""
        return strikes_of(self.scheduled(), epoch)

    def asked(self) -> list[Generate]:
        return [message for message in self.composer if isinstance(message, Generate)]


def strikes_of(planned: list[ScheduledEvent], epoch: int = 1) -> list[tuple[int, int]]:
    return [
        (due.tick, due.event.pitch)
        for due in planned
        if isinstance(due.event, NoteOn) and due.epoch == epoch
    ]


def strike(tick: int, pitch: int = 64, kind: Instrument = PIANO) -> Onset:
    return Onset(tick, kind, pitch, 70)


# Time.


def test_a_host_that_starts_resets_the_composer() -> None:
    stand = Stand(Settings(), replace(HOST, metre=MetreChange(0, 3, 4)))
    begins = [message for message in stand.composer if isinstance(message, Reset)]
    assert begins == [Reset(), Reset(120.0, (3, 4))]
    stand.play(START_NS + 750 * MS, NoteOn(0, 60, 80))
    assert stand.composer[-1] == PlayerEvents((Onset(72, PIANO, 60, 80),))
    snapshot = stand.session.snapshot(START_NS + 1800 * MS)
    assert snapshot.beat == (2, 1)
    assert snapshot.sync_reason == Following(Source.JACK)


def test_from_bar_5_on_the_composer_counts_from_its_own_beginning() -> None:
    line = replace(HOST, tick=4 * BAR + 10)
    stand = Stand(Settings(), line)
    stand.play(START_NS, NoteOn(0, 60, 80))
    assert stand.composer[-1] == PlayerEvents((Onset(10, PIANO, 60, 80),))
    assert stand.session.snapshot(START_NS).beat == (5, 1)


def test_after_a_hosts_loop_the_composer_goes_on_at_its_next_bar_line() -> None:
    stand = Stand(Settings())
    stand.beats(0, 4)
    wrap = replace(HOST, epoch=2, time_ns=START_NS + BAR_NS)
    stand.move(START_NS + BAR_NS, wrap)
    stand.play(START_NS + BAR_NS + BEAT_NS, NoteOn(0, 72, 80))
    assert stand.composer[-1] == PlayerEvents((Onset(BAR + 48, PIANO, 72, 80),))
    assert sum(isinstance(message, Reset) for message in stand.composer) == 2


def test_notes_just_before_the_hosts_start_move_to_it() -> None:
    stand = Stand(Settings(), None)
    stand.play(START_NS - 20 * MS, NoteOn(0, 60, 80))
    stand.move(START_NS + MS, HOST)
    assert stand.composer[-2:] == [Reset(120.0, (4, 4)), PlayerEvents((Onset(0, PIANO, 60, 80),))]
    assert stand.state is TurnState.PLAYER


def test_a_note_before_a_jump_is_not_replayed() -> None:
    stand = Stand(Settings())
    stand.play(START_NS + BAR_NS - 40 * MS, NoteOn(0, 60, 80))
    stand.move(START_NS + BAR_NS, replace(HOST, epoch=2, time_ns=START_NS + BAR_NS))
    assert sum(isinstance(message, PlayerEvents) for message in stand.composer) == 1


def test_the_first_note_of_a_hosts_loop_may_come_early() -> None:
    stand = Stand(Settings())
    stand.play(START_NS + BAR_NS - 8 * MS, NoteOn(0, 60, 80))
    stand.move(START_NS + BAR_NS, replace(HOST, epoch=2, time_ns=START_NS + BAR_NS))
    assert stand.composer[-1] == PlayerEvents((Onset(BAR, PIANO, 60, 80),))


def test_when_the_host_stops_the_response_is_abandoned() -> None:
    stand = Stand(Settings(mode=Mode.TAKE_OVER))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    stand.compose(strike(192), done=False)
    planned = len(stand.scheduled())
    stand.move(START_NS + BAR_NS, Transport(epoch=2))
    assert any(isinstance(message, Retract) for message in stand.composer)
    assert stand.state is TurnState.LISTENING
    stand.compose(strike(300), done=False)
    assert len(stand.scheduled()) == planned
    assert [
        n for n in stand.session.snapshot(START_NS + BAR_NS).notes if n.release_ns is None
    ] == []


def test_before_a_session_only_a_host_has_bars() -> None:
    table = Table(Settings(mode=Mode.TRADE))
    table.at(500 * SECOND)
    assert table.session.snapshot(500 * SECOND).beat is None
    assert table.session.snapshot(500 * SECOND).epochs == ()
    table.at(
        500 * SECOND,
        protocol.TransportChanged(replace(HOST, time_ns=500 * SECOND), Following(Source.JACK)),
    )
    assert table.session.snapshot(502 * SECOND).beat == (2, 1)


def test_after_free_playing_bars_begin_at_bar_1() -> None:
    stand = Stand(Settings(), None)
    stand.play(SECOND, NoteOn(0, 60, 80))
    stand.play(2 * SECOND, NoteOff(0, 60))
    stand.at(600 * SECOND, ChangeSettings(Settings(mode=Mode.TRADE)))
    assert stand.transport.source is Source.OWN
    assert stand.transport.beat_of(stand.transport.tick_at(600 * SECOND)) == (1, 1)


def test_after_the_host_the_player_is_free_again() -> None:
    stand = Stand(Settings())
    stand.move(START_NS + BAR_NS, Transport(epoch=2))
    stand.play(20 * SECOND, NoteOn(0, 60, 80))
    assert stand.transport.time_ns == 20 * SECOND
    assert stand.composer[-2:] == [Reset(), PlayerEvents((Onset(0, PIANO, 60, 80),))]


def test_a_drift_changes_only_the_transport() -> None:
    stand = Stand(Settings())
    stand.beats(0, 2)
    before = list(stand.composer)
    stand.move(stand.now_ns, HOST.shifted(2 * MS))
    assert stand.composer == before
    assert stand.state is TurnState.PLAYER


def test_our_own_clock_counts_in_and_then_is_silent() -> None:
    stand = Stand(Settings(time=TimeSettings(bpm=100, count_in_bars=1)), None)
    line = replace(stand.transport, epoch=1)
    assert line.ns_at(-BAR) == 0
    stand.move(MS, line)
    for now_ns in range(0, 6 * SECOND, 100 * MS):
        stand.pass_to(now_ns)
    assert strikes_of(stand.clicks()) == [
        (-192, HIGH_WOOD_BLOCK),
        *((tick, LOW_WOOD_BLOCK) for tick in (-144, -96, -48)),
    ]


@pytest.mark.parametrize("to_output", [False, True])
def test_our_own_clock_clicks_while_the_metronome_is_on(*, to_output: bool) -> None:
    time = TimeSettings(bpm=120, click=True, click_to_output=to_output)
    stand = Stand(Settings(time=time), None)
    stand.move(MS, replace(stand.transport, epoch=1))
    stand.play(SECOND, NoteOn(0, 60, 80))  # without a count-in it starts with the first note
    for now_ns in range(SECOND, 8 * SECOND, 100 * MS):
        stand.pass_to(now_ns)
    # The output is sent clicks only if they are asked for.
    planned, others = stand.clicks(), stand.scheduled()
    if to_output:
        planned, others = others, planned
    ticks = [tick for tick, _ in strikes_of(planned)]
    assert ticks[:8] == [0, 48, 96, 144, 192, 240, 288, 336]
    assert others == []
    stand.at(8 * SECOND, Stop())
    assert stand.session.deadline_ns() is None


def test_a_click_that_is_sent_is_not_the_first_note_of_an_answer() -> None:
    time = TimeSettings(bpm=120, click=True, click_to_output=True)
    stand = Stand(Settings(time=time), None)
    stand.move(MS, replace(stand.transport, epoch=1))
    stand.play(SECOND, NoteOn(0, 60, 80))
    stand.play(SECOND + 400 * MS, NoteOff(0, 60))
    stand.pass_to(2 * SECOND)
    assert stand.state is TurnState.ANSWERING
    line = replace(stand.transport, epoch=1)
    click = next(d for d in stand.scheduled() if isinstance(d.event, NoteOn) and d.tick == 96)
    note = SentEvent(line.ns_at(97), line.ns_at(97), NoteOn(0, 64, 70))
    sent = SentEvent(line.ns_at(click.tick), line.ns_at(click.tick), click.event)
    stand.at(2 * SECOND, protocol.Emitted((sent,)))
    assert "sent" not in stand.log
    stand.at(3 * SECOND, protocol.Emitted((note,)))
    assert stand.log[-2:] == ["sent", "first note sent"]
    assert [n.pitch for n in stand.session.record(4 * SECOND).notes] == [60]


def test_ports_that_open_get_the_time_commands() -> None:
    stand = Stand(Settings(time=TimeSettings(Source.CLOCK, metre=(3, 4), advance_ns=5 * MS)), None)
    stand.at(SECOND, protocol.Ready("jack", "in", "out"))
    assert stand.io[-2:] == [
        protocol.SetSync(Source.CLOCK, 5 * MS, MetreChange(0, 3, 4)),
        protocol.SetOwnTransport(stand.transport),
    ]


# Answer.


@pytest.mark.parametrize(
    "begins,expected", [(StartOn.BAR, 2 * BAR), (StartOn.BEAT, 6 * 48), (StartOn.NOW, 256)]
)
def test_with_a_beat_a_response_begins_on_it(begins: StartOn, expected: int) -> None:
    stand = Stand(Settings(begins=begins))
    stand.beats(0, 4, pitch=60)
    stand.pass_to(START_NS + 6 * BEAT_NS)
    (asked,) = stand.asked()
    assert asked.begin_tick == expected


def test_a_response_lasts_whole_bars() -> None:
    for bars, expected in ((None, 1), (3, 3)):
        stand = Stand(Settings(bars=bars))
        stand.beats(0, 4)
        stand.pass_to(START_NS + 6 * BEAT_NS)
        (asked,) = stand.asked()
        assert asked.end_tick - asked.begin_tick == expected * BAR


def test_with_bars_a_late_response_is_not_shifted() -> None:
    stand = Stand(Settings())
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    begin = stand.asked()[0].begin_tick
    stand.now_ns = START_NS + BAR_NS
    stand.compose(strike(begin))
    assert stand.strikes() == [(begin, 64)]
    assert "shifted" not in stand.log


def test_without_silence_only_a_request_hands_over() -> None:
    stand = Stand(Settings(by_silence=False))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 20 * BEAT_NS)
    assert stand.state is TurnState.PLAYER
    assert any(isinstance(message, Advance) for message in stand.composer)
    stand.at(stand.now_ns, HandOver())
    assert stand.asked()[0].begin_tick == 21 * 48


def test_quantised_notes_lie_on_the_grid() -> None:
    stand = Stand(Settings(quantise=Quantise(GridStep.EIGHTH)))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    begin = stand.asked()[0].begin_tick
    events = [strike(begin + place, 60 + place) for place in (0, 13, 30, 40)]
    stand.compose(*events)
    assert [tick - begin for tick, _ in stand.strikes()] == [0, 24, 24, 48]


# Trade.


def test_when_trading_twos_responses_are_in_the_right_bars() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=2))
    for turn in range(3):
        first = turn * 16
        stand.beats(first, 8)
        line_ns = START_NS + (first + 8) * BEAT_NS
        stand.pass_to(line_ns - BAR_LEAD_NS - 1)
        assert len(stand.asked()) == turn
        stand.pass_to(line_ns - BAR_LEAD_NS + 1)
        asked = stand.asked()[turn]
        assert asked.begin_tick == (first + 8) * 48
        assert asked.end_tick == (first + 16) * 48
        stand.compose(strike(asked.begin_tick), Release(asked.begin_tick + 20, PIANO, 64))
        stand.pass_to(START_NS + (first + 16) * BEAT_NS)
        assert stand.state is TurnState.LISTENING


def test_a_late_start_does_not_lengthen_the_turn() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=2))
    stand.beats(5, 2)  # in the second bar
    stand.pass_to(START_NS + 40 * BEAT_NS)
    (asked,) = stand.asked()
    assert asked.begin_tick == 3 * BAR  # counted from the bar of the first note
    stand.compose()
    stand.pass_to(START_NS + 5 * BAR_NS)
    stand.beats(20 + 6, 1)  # the second bar of the player's next turn
    stand.pass_to(START_NS + 8 * BAR_NS)
    assert stand.asked()[1].begin_tick == 7 * BAR


def test_an_empty_turn_is_not_answered_and_bars_are_counted_again() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=1))
    stand.beats(0, 2)
    stand.pass_to(START_NS + BAR_NS)
    stand.compose()
    stand.pass_to(START_NS + 5 * BAR_NS)
    assert len(stand.asked()) == 1
    stand.beats(21, 1)
    stand.pass_to(START_NS + 6 * BAR_NS)
    assert stand.asked()[1].begin_tick == 6 * BAR


def test_a_last_note_on_the_bar_line_does_not_end_the_response() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=1))
    stand.beats(0, 5)  # the fifth on the first beat of Antiphon's bar
    assert stand.state is TurnState.ANSWERING
    assert not any(isinstance(message, Retract) for message in stand.composer)
    amend = next(message for message in stand.composer if isinstance(message, Replan))
    assert amend.events == (Onset(BAR, PIANO, 64, 80),)
    assert amend.tick == BAR + 10


def test_without_a_host_trading_starts_our_own_clock_with_the_first_note() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=1, time=TimeSettings(bpm=60)), None)
    stand.move(MS, replace(stand.transport, epoch=1))
    stand.play(SECOND, NoteOn(0, 60, 80))
    stand.play(SECOND + 100 * MS, NoteOff(0, 60))
    stand.pass_to(5 * SECOND)
    (asked,) = stand.asked()
    assert asked.begin_tick == BAR
    assert stand.transport.ns_at(BAR) == 5 * SECOND


# Take over.


def test_taking_over_goes_on_until_the_player_comes_back() -> None:
    stand = Stand(Settings(mode=Mode.TAKE_OVER))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    (asked,) = stand.asked()
    assert asked.end_tick - asked.begin_tick == NO_END
    for _ in range(10):
        due = stand.session.deadline_ns()
        assert due is not None
        stand.pass_to(due)
    extends = [m.until_tick for m in stand.composer if isinstance(m, Extend)]
    assert len(extends) >= 3
    assert all(a < b for a, b in pairwise(extends))
    stand.play(stand.now_ns, NoteOn(0, 60, 80))
    assert any(isinstance(message, Retract) for message in stand.composer)
    assert stand.state is TurnState.PLAYER


def test_a_requested_ending_is_at_a_bar_line() -> None:
    stand = Stand(Settings(mode=Mode.TAKE_OVER))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    stand.compose(strike(192), done=False)
    stand.pass_to(START_NS + 5 * BEAT_NS)
    stand.at(stand.now_ns, End())
    conclude = next(message for message in stand.composer if isinstance(message, EndTake))
    assert conclude.end_tick == 3 * BAR  # a whole bar precedes it
    assert isinstance(stand.composer[-1], Replan)
    stand.compose(strike(500), Release(3 * BAR, PIANO, 64), done=True)
    stand.pass_to(START_NS + 3 * BAR_NS)
    assert stand.state is TurnState.LISTENING


# Accompany.


def accompanied(settings: Settings | None = None) -> Stand:
    """Start an accompaniment with a first note."""
    stand = Stand(settings or Settings(mode=Mode.ACCOMPANY))
    stand.play(START_NS, NoteOn(0, 60, 80))
    stand.now_ns = START_NS
    return stand


def test_accompanying_begins_with_the_first_note_on_the_next_beat() -> None:
    stand = accompanied()
    (asked,) = stand.asked()
    assert (asked.begin_tick, asked.end_tick - asked.begin_tick) == (48, NO_END)
    assert not asked.ends
    assert asked.instruments == (BASS, DRUMS)  # the other instruments of a small band
    assert stand.state is TurnState.ANSWERING


@pytest.mark.parametrize(
    "mode, ends", [(Mode.ANSWER, True), (Mode.TRADE, True), (Mode.LOOP, False)]
)
def test_answers_and_traded_bars_come_to_an_end(mode: Mode, *, ends: bool) -> None:
    stand = Stand(Settings(mode=mode))
    stand.play(START_NS, NoteOn(0, 60, 80))
    stand.play(START_NS + 400 * MS, NoteOff(0, 60))
    stand.pass_to(START_NS + 20 * SECOND)
    assert {asked.ends for asked in stand.asked()} == {ends}


def test_a_note_of_the_players_replans_the_accompaniment() -> None:
    stand = accompanied()
    stand.compose(strike(48, 36, BASS), strike(96, 38, BASS), done=False)
    stand.pass_to(START_NS + 600 * MS)
    stand.play(START_NS + 600 * MS, NoteOn(0, 64, 80))
    stand.play(START_NS + 610 * MS, NoteOn(0, 67, 80))  # of the same chord
    now_ns = START_NS + 600 * MS + CHORD_NS
    stand.pass_to(now_ns)
    committed = HOST.last_tick_at(now_ns + COMMIT_NS)
    events = (Onset(58, PIANO, 64, 80), Onset(59, PIANO, 67, 80))
    heard = HOST.last_tick_at(now_ns)
    assert stand.composer[-1] == Replan(1, 1, committed, events, heard, accompany=True)
    assert stand.io[-1] == protocol.Replan(committed)
    shown = stand.session.snapshot(stand.now_ns).notes
    assert [(n.pitch, n.release_ns) for n in shown if n.answered] == [(36, None)]


def test_events_of_an_older_plan_are_dropped() -> None:
    stand = accompanied()
    stand.pass_to(START_NS + 100 * MS)
    stand.play(START_NS + 100 * MS, NoteOn(0, 64, 80))
    stand.pass_to(START_NS + 100 * MS + CHORD_NS)
    stand.at(stand.now_ns, Generated(1, (strike(48, 36, BASS),), plan=0))
    assert stand.strikes() == []
    stand.compose(strike(48, 40, BASS), done=False)
    assert stand.strikes() == [(48, 40)]


def test_no_commit_lies_before_the_beginning_of_the_turn() -> None:
    stand = accompanied()
    stand.play(START_NS + 100 * MS, NoteOff(0, 60))
    stand.pass_to(START_NS + 100 * MS + CHORD_NS)
    amend = stand.composer[-1]
    assert isinstance(amend, Replan)
    assert amend.tick == 47


def test_what_was_imagined_is_confirmed_between_two_beats() -> None:
    """A note within the imagined harmony changes the plan only from the next beat on."""
    stand = accompanied()
    expected = (Onset(60, PIANO, 52, 80), Onset(60, PIANO, 55, 80))
    stand.at(START_NS + 10 * MS, Generated(1, (strike(48, 36, BASS),), imagined=expected))
    stand.pass_to(START_NS + 600 * MS)
    stand.play(START_NS + 600 * MS, NoteOn(0, 64, 80), NoteOn(0, 67, 80))
    halfway_ns = HOST.ns_at(72)
    stand.pass_to(halfway_ns - MS)
    assert not [message for message in stand.composer if isinstance(message, Replan)]
    stand.pass_to(halfway_ns + MS)
    plan = stand.composer[-1]
    assert isinstance(plan, Replan)
    assert [event.tick for event in plan.events] == [58, 58]
    assert (plan.tick, plan.heard_tick) == (96 - 7, 72)


def test_a_plan_of_a_rest_that_came_true_stands() -> None:
    stand = accompanied()
    stand.at(START_NS + MS, Generated(1, (), imagined=(Release(10, PIANO, 60),)))
    stand.play(START_NS + 100 * MS, NoteOff(0, 60))
    stand.pass_to(START_NS + 800 * MS)
    plans = [message for message in stand.composer if isinstance(message, Replan)]
    assert len(plans) == 1
    stand.at(stand.now_ns, Generated(1, (strike(96, 36, BASS),), done=False, plan=1))
    stand.pass_to(START_NS + 3900 * MS)
    assert [message for message in stand.composer if isinstance(message, Replan)] == plans


def test_what_was_played_up_to_the_end_of_an_answer_is_reported() -> None:
    stand = Stand(Settings(re_entry=ReEntry.OVERLAP, bars=1))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    begin = stand.asked()[0].begin_tick
    stand.compose(strike(begin), Release(begin + BAR, PIANO, 64))
    end_ns = HOST.ns_at(begin + BAR)
    stand.pass_to(end_ns - 10 * MS)
    stand.play(end_ns - 10 * MS, NoteOn(0, 72, 80))
    stand.pass_to(end_ns + MS)
    received = [h for m in stand.composer if isinstance(m, Replan) for h in m.events]
    assert [event.pitch for event in received] == [72]


def test_an_accompaniment_ends_after_a_rest_of_two_bars() -> None:
    stand = accompanied()
    stand.play(START_NS + 100 * MS, NoteOff(0, 60))
    stand.compose(strike(48, 36, BASS), done=False)
    stand.pass_to(START_NS + 100 * MS + 2 * BAR_NS + MS)
    conclude = next(message for message in stand.composer if isinstance(message, EndTake))
    assert conclude.end_tick == 4 * BAR
    stand.compose(Release(4 * BAR, BASS, 36), done=True)
    stand.pass_to(START_NS + 4 * BAR_NS)
    assert stand.state is TurnState.LISTENING
    stand.pass_to(START_NS + 9 * BAR_NS)
    assert len(stand.asked()) == 1


def test_an_accompaniment_ends_with_the_players_final_chord() -> None:
    """Far longer than the notes before it, it is the end: the band stops when it is released."""
    stand = Stand(Settings(mode=Mode.ACCOMPANY))
    end_ns = stand.beats(0, 10)
    stand.compose(strike(528, 36, BASS), done=False)
    final_ns = end_ns + 200 * MS
    stand.pass_to(final_ns)
    stand.play(final_ns, NoteOn(0, 48, 80), NoteOn(0, 64, 80))
    stand.pass_to(final_ns + 4 * BEAT_NS)
    assert not any(isinstance(message, EndTake) for message in stand.composer)
    released_ns = final_ns + 4 * BEAT_NS
    stand.play(released_ns, NoteOff(0, 48), NoteOff(0, 64))
    ends = [message for message in stand.composer if isinstance(message, EndTake)]
    assert len(ends) == 1
    assert 0 < HOST.ns_at(ends[0].end_tick) - released_ns <= BEAT_NS + COMMIT_NS


# Re-entry.


@pytest.mark.parametrize("policy", [ReEntry.DUCK, ReEntry.OVERLAP])
def test_a_response_may_go_on_when_the_player_comes_in(policy: ReEntry) -> None:
    stand = Stand(Settings(re_entry=policy, bars=2))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    begin = stand.asked()[0].begin_tick
    stand.compose(strike(begin), done=False)
    stand.pass_to(START_NS + 6 * BEAT_NS)
    stand.play(stand.now_ns, NoteOn(0, 72, 80))
    assert stand.state is TurnState.ANSWERING
    assert isinstance(stand.composer[-1], Replan)
    stand.compose(strike(400), done=True)
    (*_, last) = [d.event for d in stand.scheduled() if isinstance(d.event, NoteOn)]
    assert last.velocity == (42 if policy is ReEntry.DUCK else 70)
    # The notes played meanwhile are a phrase, which is answered next.
    stand.play(stand.now_ns + 100 * MS, NoteOff(0, 72))
    stand.compose(done=True)
    stand.pass_to(START_NS + 20 * BEAT_NS)
    assert len(stand.asked()) == 2


def test_a_change_of_mode_ends_an_endless_response() -> None:
    stand = Stand(Settings(mode=Mode.TAKE_OVER))
    stand.beats(0, 2)
    stand.pass_to(START_NS + 7 * BEAT_NS // 2)
    stand.at(stand.now_ns, ChangeSettings(Settings(mode=Mode.TRADE)))
    conclude = next(message for message in stand.composer if isinstance(message, EndTake))
    assert conclude.end_tick == 2 * BAR


def test_an_advance_makes_the_request_earlier() -> None:
    stand = Table(Settings(time=TimeSettings(advance_ns=100 * MS)))
    stand.at(0, Start())
    last = stand.phrase(SECOND)
    (at,) = [stand.pause()]
    assert at is not None
    stand.at(at)
    begin = stand.composed().begin_tick
    assert stand.transport.ns_at(begin) - 100 * MS >= at
    assert at > last


def test_a_held_chord_is_not_a_rest() -> None:
    stand = accompanied()
    stand.compose(strike(48, 36, BASS), done=False)
    stand.pass_to(START_NS + 5 * BAR_NS)
    assert not any(isinstance(message, EndTake) for message in stand.composer)


def test_early_notes_are_shown_once() -> None:
    stand = Stand(Settings(), None)
    stand.play(START_NS - 20 * MS, NoteOn(0, 60, 80))
    stand.move(START_NS + MS, HOST)
    assert len(stand.session.snapshot(START_NS + MS).notes) == 1


def test_a_pedal_that_is_down_before_the_first_note_is_down() -> None:
    stand = Stand(Settings(), None)
    stand.play(SECOND, ControlChange(0, 64, 127))
    stand.play(2 * SECOND, NoteOn(0, 60, 80), NoteOff(0, 60))
    received = [h for m in stand.composer if isinstance(m, PlayerEvents) for h in m.events]
    assert received == [Onset(0, PIANO, 60, 80)]


def test_a_retracted_response_leaves_no_gap_before_the_next() -> None:
    stand = Stand(Settings(answer_ns=11 * SECOND), None)
    stand.pass_to(stand.phrase(SECOND) + SECOND)
    begin = stand.composed().begin_tick
    stand.compose(strike(begin), strike(begin + 190), done=False)
    again = stand.phrase(stand.now_ns + 100 * MS)
    stand.now_ns = again
    stand.pass_to(again + SECOND)
    received = [h.tick for m in stand.composer if isinstance(m, PlayerEvents) for h in m.events]
    assert stand.asked()[1].begin_tick - received[-1] < 50


def test_in_free_playing_a_response_begins_after_the_reported_events() -> None:
    """A phrase that was played over a long response ended long ago for the player."""
    stand = Stand(Settings(re_entry=ReEntry.OVERLAP, answer_ns=11 * SECOND), None)
    last = stand.phrase(SECOND)
    stand.pass_to(last + SECOND)
    begin = stand.composed().begin_tick
    stand.compose(strike(begin), done=False)
    stand.play(stand.now_ns + SECOND, NoteOn(0, 60, 80), NoteOff(0, 60))
    stand.compose(strike(begin + 900), Release(begin + 1000, PIANO, 64))
    stand.pass_to(stand.now_ns + 30 * SECOND)
    assert stand.asked()[1].begin_tick >= begin + 1000


# Loop.


def test_a_loop_repeats_the_phrase_in_whole_bars_and_varies_every_second_pass() -> None:
    stand = Stand(Settings(mode=Mode.LOOP))
    stand.beats(1, 4)  # from the second beat to the first of the next bar
    stand.pass_to(START_NS + 7 * BEAT_NS)
    (first,) = stand.asked()
    assert (first.begin_tick, first.end_tick) == (2 * BAR, 4 * BAR)
    onsets = [h.tick for h in first.script if isinstance(h, Onset)]
    assert onsets == [2 * BAR + 48 * beat for beat in (1, 2, 3, 4)]
    stand.compose(*first.script)
    stand.pass_to(START_NS + 4 * BAR_NS - 500 * MS)
    second = stand.asked()[1]
    assert (second.begin_tick, second.end_tick, second.script) == (4 * BAR, 6 * BAR, ())
    stand.compose(strike(4 * BAR))
    stand.pass_to(START_NS + 6 * BAR_NS - 500 * MS)
    third = stand.asked()[2]
    assert [h.tick - third.begin_tick for h in third.script] == [
        h.tick - first.begin_tick for h in first.script
    ]


def test_a_loop_without_variation_repeats_and_stops_for_the_player() -> None:
    stand = Stand(Settings(mode=Mode.LOOP, vary=False))
    stand.beats(0, 3)
    for bar in range(2, 8):
        if stand.asked():
            stand.compose(*stand.asked()[-1].script)
        stand.pass_to(START_NS + bar * BAR_NS)
    assert len(stand.asked()) >= 4
    assert all(asked.script for asked in stand.asked())
    stand.play(stand.now_ns, NoteOn(0, 60, 80))
    assert stand.state is TurnState.PLAYER


def test_in_free_playing_a_loop_is_as_long_as_phrase_and_rest() -> None:
    stand = Stand(Settings(mode=Mode.LOOP), None)
    last = stand.phrase(SECOND)
    stand.pass_to(last + SECOND)
    (asked,) = stand.asked()
    assert asked.begin_tick == asked.end_tick - asked.begin_tick
    assert asked.script[0].tick == asked.begin_tick


# Controls.


def test_a_bound_pedal_hands_over_and_is_not_music() -> None:
    stand = Stand(Settings())
    stand.at(START_NS, Bind(((Control(0, 20), Action.HAND_OVER),)))
    stand.play(START_NS, NoteOn(0, 60, 80))
    stand.play(START_NS + 100 * MS, ControlChange(0, 20, 127))
    assert stand.state is TurnState.ANSWERING


def test_a_control_is_learned_and_shown() -> None:
    stand = Stand(Settings())
    stand.at(START_NS, Learn(Action.MODE))
    assert stand.session.snapshot(START_NS).learning is Action.MODE
    stand.play(START_NS, ControlChange(0, 21, 127))
    snapshot = stand.session.snapshot(START_NS)
    assert (snapshot.learning, snapshot.bindings) == (None, ((Control(0, 21), Action.MODE),))
    stand.play(START_NS, ControlChange(0, 21, 0), ControlChange(0, 21, 127))
    assert stand.session.snapshot(START_NS).settings.mode is Mode.TRADE


def test_a_knob_blends_the_styles_of_the_palette() -> None:
    palette = ("bach", "jazz")
    stand = Stand(Settings(palette=palette))
    stand.at(START_NS, Bind(((Control(0, 1), Action.BLEND),)))
    stand.play(START_NS, ControlChange(0, 1, 127))
    arranged = stand.composer[-1]
    assert isinstance(arranged, Configure)
    assert arranged.settings.style == (("jazz", 1.0),)
    assert arranged.settings.palette == palette


def test_after_panic_by_a_key_playing_goes_on() -> None:
    stand = Stand(Settings())
    stand.at(START_NS, Bind(((Control(0, 21, is_note=True), Action.PANIC),)))
    stand.play(START_NS, NoteOn(0, 60, 80))
    stand.play(START_NS + BEAT_NS, NoteOn(0, 21, 1))
    assert stand.io[-1] == protocol.Panic()
    assert stand.state is TurnState.LISTENING
    assert stand.composer[-1] == PlayerEvents((Release(48, PIANO, 60),))  # a stuck key is released
    stand.play(START_NS + 2 * BEAT_NS, NoteOn(0, 62, 80))
    stand.pass_to(START_NS + 2 * BAR_NS)
    assert len(stand.asked()) == 0  # the new key is held, so the turn does not pass
    stand.play(stand.now_ns, NoteOff(0, 62))
    stand.pass_to(START_NS + 4 * BAR_NS)
    assert len(stand.asked()) == 1


def test_panic_ends_a_response_for_good() -> None:
    stand = accompanied()
    stand.compose(strike(48, 36, BASS), done=False)
    stand.at(stand.now_ns, protocol.Panic())
    assert isinstance(stand.composer[-2], Retract)
    asked = len(stand.asked())
    stand.pass_to(START_NS + 4 * BAR_NS)
    assert (stand.state, len(stand.asked())) == (TurnState.LISTENING, asked)


@pytest.mark.parametrize("way", ["learn", "bind"])
@pytest.mark.parametrize("control", [Control(0, 60, is_note=True), Control(0, 64)])
def test_a_held_key_that_becomes_a_control_is_released(control: Control, way: str) -> None:
    stand = Stand(Settings())
    stand.play(START_NS, NoteOn(0, 60, 80))
    if not control.is_note:
        stand.play(START_NS + MS, ControlChange(0, 64, 90), NoteOff(0, 60))
    if way == "learn":
        stand.at(START_NS + 100 * MS, Learn(Action.END))
        press = NoteOn(0, 60, 80) if control.is_note else ControlChange(0, 64, 127)
        stand.play(START_NS + 200 * MS, press)
    else:
        stand.at(START_NS + 200 * MS, Bind(((control, Action.END),)))
    stand.pass_to(START_NS + 2 * SECOND)
    assert stand.asked(), "the phrase never ends while a key or a pedal is held"


def test_without_a_phrase_a_response_begins_on_the_next_beat() -> None:
    stand = Stand(Settings())
    stand.at(START_NS + 700 * MS, HandOver())
    (asked,) = stand.asked()
    assert (asked.begin_tick, asked.end_tick) == (96, 96 + 4 * BAR)
    assert asked.instruments == (PIANO,)
    stand.compose(strike(96))
    stand.pass_to(START_NS + 5 * BAR_NS)
    assert stand.state is TurnState.LISTENING


def test_without_a_phrase_in_free_playing_a_response_begins_at_once() -> None:
    stand = Stand(Settings(instruments=(BASS,)), None)
    stand.at(SECOND, HandOver())
    (asked,) = stand.asked()
    assert asked.instruments == (BASS,)
    assert asked.end_tick - asked.begin_tick == 8 * 96
    assert stand.transport.ns_at(asked.begin_tick) <= SECOND + 100 * MS


def test_a_loop_without_a_phrase_is_a_response() -> None:
    stand = Stand(Settings(mode=Mode.LOOP), None)
    stand.at(SECOND, HandOver())
    (asked,) = stand.asked()
    assert asked.end_tick - asked.begin_tick == 8 * 96
    stand.compose(strike(asked.begin_tick))
    stand.pass_to(20 * SECOND)
    assert (len(stand.asked()), stand.state) == (1, TurnState.LISTENING)


def test_an_accompaniment_without_a_phrase_waits_for_the_player() -> None:
    stand = Stand(Settings(mode=Mode.ACCOMPANY))
    stand.at(START_NS + 20 * SECOND, HandOver())
    stand.pass_to(START_NS + 21 * SECOND)
    assert not [message for message in stand.composer if isinstance(message, EndTake)]


def test_stop_releases_a_held_key() -> None:
    stand = Stand(Settings())
    stand.play(START_NS, NoteOn(0, 60, 80), ControlChange(0, 64, 127))
    stand.at(START_NS + SECOND, Stop())
    snapshot = stand.session.snapshot(START_NS + 2 * SECOND)
    assert [n.release_ns for n in snapshot.notes] == [START_NS + SECOND]
    assert snapshot.pedals == ((START_NS, START_NS + SECOND),)


def test_when_trading_a_request_hands_over_at_the_next_bar_line() -> None:
    stand = Stand(Settings(mode=Mode.TRADE, bars=4))
    stand.beats(0, 2)
    stand.at(START_NS + 1200 * MS, HandOver())
    (asked,) = stand.asked()
    assert (asked.begin_tick, asked.end_tick) == (BAR, 5 * BAR)


def test_a_loop_that_missed_its_bar_line_waits_for_the_next() -> None:
    stand = Stand(Settings(mode=Mode.LOOP))
    end_ns = stand.beats(0, 4)
    stand.at(end_ns + 900 * MS)  # a busy machine misses the bar line
    (asked,) = stand.asked()
    assert (asked.begin_tick % BAR, asked.end_tick - asked.begin_tick) == (0, BAR)


def test_a_new_tempo_resets_the_composer_with_the_next_phrase() -> None:
    stand = Stand(Settings())
    faster = replace(HOST, time_ns=START_NS + BAR_NS, tick=BAR, quarter_ns=400 * MS)
    begun = len(stand.composer)
    stand.move(START_NS + BAR_NS, faster)
    assert len(stand.composer) == begun
    stand.play(faster.ns_at(BAR + 24), NoteOn(0, 60, 80))
    assert stand.composer[-2:] == [Reset(150.0), PlayerEvents((Onset(24, PIANO, 60, 80),))]


def test_a_new_metre_during_a_phrase_resets_the_composer_before_the_response() -> None:
    stand = Stand(Settings())
    stand.beats(0, 2)
    begun = len(stand.composer)
    metre = replace(HOST, metre=MetreChange(0, 3, 4))
    stand.move(START_NS + BAR_NS // 2, metre)
    assert isinstance(stand.composer[begun], Reset)  # at once: the phrase must be read
    stand.at(START_NS + 1100 * MS, HandOver())
    events = [m for m in stand.composer[begun:] if isinstance(m, Reset | PlayerEvents | Generate)]
    assert events[0] == Reset(120.0, (3, 4))
    assert isinstance(events[1], PlayerEvents)
    assert [h.tick for h in events[1].events] == [0, 38, 48, 86]
    assert isinstance(events[2], Generate)
    assert events[2].begin_tick == 144
    assert len(events) == 3


def test_a_response_that_begins_now_is_not_quantised_into_the_past() -> None:
    settings = Settings(quantise=Quantise(GridStep.EIGHTH), begins=StartOn.NOW)
    stand = Stand(settings)
    end_ns = stand.beats(0, 2)
    stand.at(end_ns + 20 * MS, HandOver())
    (asked,) = stand.asked()
    assert 86 < asked.begin_tick < 96
    stand.compose(strike(asked.begin_tick), strike(asked.begin_tick + 24, 65))
    assert stand.strikes() == [(96, 64), (120, 65)]


def test_a_change_of_the_time_settings_is_sent_at_once() -> None:
    stand = Stand(Settings(), None)
    stand.at(SECOND, ChangeSettings(Settings(time=TimeSettings(bpm=90))))
    assert stand.io[-2:] == [
        protocol.SetSync(),
        protocol.SetOwnTransport(stand.transport),
    ]
    assert stand.transport.bpm == pytest.approx(90)
