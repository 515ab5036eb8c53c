"""The session as timelines: no ports, no composer, no waiting."""

from itertools import pairwise
from random import Random

import pytest

from bridge.messages.composer import (
    Advance,
    Configure,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Reset,
    Retract,
    Speculate,
)
from bridge.messages.requests import (
    Audition,
    ChangeSettings,
    HandOver,
    Refused,
    Start,
    Stop,
    UnknownStyle,
)
from bridge.messages.settings import Settings
from bridge.messages.snapshot import TurnState
from bridge.midi.events import SUSTAIN, ControlChange, Event, NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.playout import protocol
from bridge.playout.problem import NoJackServer
from bridge.playout.schedule import Schedule, SentEvent
from bridge.session.phrase_tracker import PAUSE_NS
from bridge.session.turn_state import TRANSITIONS, Signal
from bridge.session.turns import LEAD_NS
from bridge.system.units import MS, SECOND
from tests.bridge.session.table import Table

PIANO = Instrument.PIANO


@pytest.fixture
def table() -> Table:
    table = Table()
    table.at(0, Start())
    return table


def answered(table: Table) -> tuple[int, Generate]:
    """Play a phrase until it is answered; return the time and the request to the composer."""
    table.phrase(SECOND)
    at = table.pause()
    assert at is not None
    table.at(at)
    assert table.state is TurnState.ANSWERING
    return at, table.composed()


def test_the_transitions_lead_to_known_states() -> None:
    assert set(TRANSITIONS) == set(TurnState)
    assert all(
        Signal.STOP in TRANSITIONS[state] for state in TurnState if state is not TurnState.STOPPED
    )
    reached = {following for signals in TRANSITIONS.values() for following in signals.values()}
    assert reached == set(TurnState)


def test_a_stopped_session_ignores_notes() -> None:
    table = Table()
    table.play(SECOND, NoteOn(0, 60, 80))
    assert (table.io, table.composer) == ([], [])


def test_the_composer_gets_ticks_from_the_first_note(table: Table) -> None:
    table.play(SECOND, NoteOn(0, 60, 80))
    table.play(SECOND + 500 * MS, NoteOff(0, 60))
    assert table.composer == [
        Reset(),
        Configure(Settings()),
        PlayerEvents((Onset(0, PIANO, 60, 80),)),
        PlayerEvents((Release(48, PIANO, 60),)),
    ]


def test_a_silence_of_1_5_gaps_hands_over(table: Table) -> None:
    last = table.phrase(SECOND, gap_ns=400 * MS)
    assert table.pause() == last + 600 * MS
    table.at(last + 600 * MS - 1)
    before = table.state
    table.at(last + 600 * MS)
    assert (before, table.state) == (TurnState.PLAYER, TurnState.ANSWERING)


def test_a_held_key_prevents_and_a_pedal_delays_the_hand_over(
    table: Table,
) -> None:
    table.play(SECOND, NoteOn(0, 60, 80))
    assert table.pause() is None
    table.play(2 * SECOND, ControlChange(0, SUSTAIN, 127), NoteOff(0, 60))
    assert table.pause() == 2 * SECOND + 1500 * MS


def test_a_pause_starts_one_speculation(table: Table) -> None:
    last = table.phrase(SECOND)
    ends = table.pause()
    assert ends is not None
    foreseen = table.composer[-1]
    assert table.session.deadline_ns() == ends > last + PAUSE_NS
    table.at(ends + 3 * MS)  # a busy machine
    assert foreseen == Speculate(table.composed())
    assert sum(isinstance(message, Speculate) for message in table.composer) == 1


def test_a_change_in_a_pause_starts_another_speculation(table: Table) -> None:
    table.phrase(SECOND)
    ends = table.pause()
    assert ends is not None
    table.at(ends - 50 * MS, ChangeSettings(Settings(instruments=(Instrument.BASS,))))
    foreseen = table.composer[-1]
    table.at(ends)
    assert foreseen == Speculate(table.composed())
    assert table.composed().instruments == (Instrument.BASS,)


def test_a_pause_with_a_held_key_sends_an_advance(table: Table) -> None:
    table.play(SECOND, NoteOn(0, 60, 80))
    table.pause()
    assert table.composer[-1] == Advance(1)


def test_a_note_ends_the_pause_and_the_next_one_starts_a_speculation(table: Table) -> None:
    table.phrase(SECOND)
    table.pause()
    again = table.phrase(2 * SECOND + 100 * MS)
    assert table.session.deadline_ns() == again + PAUSE_NS
    table.pause()
    first, second = (m.generate for m in table.composer if isinstance(m, Speculate))
    assert first.take == second.take
    assert first.begin_tick < second.begin_tick


def test_the_response_begins_within_the_lead_and_is_as_long_as_the_phrase(table: Table) -> None:
    last = table.phrase(SECOND, onsets=16)
    at = table.pause()
    assert at is not None
    table.at(at)
    compose = table.composed()
    table.at(at + 5 * MS, Generated(1, (Onset(compose.begin_tick, PIANO, 64, 70),)))
    (program, note) = table.scheduled()
    assert program.event == ProgramChange(0, 0)
    assert note.event == NoteOn(0, 64, 70)
    assert table.transport.ns_at(note.tick) == at + LEAD_NS
    length_ns = (compose.end_tick - compose.begin_tick) * 500 * MS // 48
    assert abs(length_ns - (last - SECOND)) <= 11 * MS
    assert compose.instruments == (PIANO,)


def test_a_late_composer_shifts_the_response_and_loses_nothing(table: Table) -> None:
    at, compose = answered(table)
    late = at + 100 * MS
    strikes = tuple(Onset(compose.begin_tick + 12 * i, PIANO, 64 + i, 70) for i in range(3))
    table.at(late, Generated(1, strikes))
    onsets = [
        table.transport.ns_at(d.tick) for d in table.scheduled() if isinstance(d.event, NoteOn)
    ]
    assert onsets[0] == late + 8 * MS
    assert [b - a for a, b in pairwise(onsets)] == [125 * MS] * 2


def test_the_composer_runs_at_most_two_seconds_ahead() -> None:
    table = Table(Settings(answer_ns=10 * SECOND))
    table.at(0, Start())
    at, compose = answered(table)
    assert compose.until_tick - compose.begin_tick <= 2 * 96
    following = table.session.deadline_ns()
    assert following is not None
    table.at(following)
    extended = table.composer[-1]
    assert isinstance(extended, Extend)
    assert extended.until_tick > compose.until_tick
    assert following < at + 2 * SECOND


def test_after_the_response_it_listens_again(table: Table) -> None:
    at, compose = answered(table)
    end = Release(compose.end_tick, PIANO, 64)
    table.at(at, Generated(1, (Onset(compose.begin_tick, PIANO, 64, 70), end), done=True))
    over = table.session.deadline_ns()
    assert over is not None
    table.at(over)
    assert (table.state, table.log[-1]) == (TurnState.LISTENING, "finished")


def test_a_note_of_the_players_retracts_the_response(table: Table) -> None:
    at, compose = answered(table)
    planned = (
        Onset(compose.begin_tick, PIANO, 64, 70),
        Onset(compose.begin_tick + 96, PIANO, 67, 70),
    )
    table.at(at, Generated(1, planned))
    back = at + 500 * MS
    table.play(back, NoteOn(0, 72, 90))
    withdraw = next(m for m in table.composer if isinstance(m, Retract))
    assert protocol.Retract(withdraw.tick) in table.io
    assert compose.begin_tick < withdraw.tick < compose.begin_tick + 96
    assert table.state is TurnState.PLAYER
    shown = table.session.snapshot(back).notes
    assert [(n.pitch, n.release_ns) for n in shown if n.answered] == [(64, back)]
    # Late events of the retracted take are dropped.
    before = len(table.scheduled())
    table.at(back, Generated(1, (Onset(compose.begin_tick + 100, PIANO, 69, 70),)))
    assert len(table.scheduled()) == before


def test_a_note_that_was_sent_while_the_session_stopped_is_in_the_record(table: Table) -> None:
    at, compose = answered(table)
    begin = compose.begin_tick
    table.at(at, Generated(1, (Onset(begin, PIANO, 64, 70), Onset(begin + 96, PIANO, 67, 70))))
    planned = [due for due in table.scheduled() if isinstance(due.event, NoteOn)]
    first_ns = table.transport.ns_at(planned[0].tick)
    table.at(first_ns - MS, Stop())
    end_ns = first_ns + 2 * MS
    sent = [
        SentEvent(first_ns, first_ns, planned[0].event),
        SentEvent(end_ns, end_ns, NoteOff(0, 64)),
    ]
    table.at(end_ns, protocol.Emitted(tuple(sent), 0, end_ns))
    answers = [note for note in table.session.record(end_ns).notes if note.answered]
    assert [(n.pitch, n.onset_ns, n.release_ns) for n in answers] == [(64, first_ns, end_ns)]


def test_hand_over_on_request(table: Table) -> None:
    table.play(SECOND, NoteOn(0, 60, 80))
    before = table.state
    table.at(SECOND + MS, HandOver())
    assert (before, table.state) == (TurnState.PLAYER, TurnState.ANSWERING)


def test_chosen_instruments_play_on_their_own_channels() -> None:
    table = Table(Settings(instruments=(Instrument.BASS, Instrument.DRUMS)))
    table.at(0, Start())
    at, compose = answered(table)
    assert compose.instruments == (Instrument.BASS, Instrument.DRUMS)
    begin = compose.begin_tick
    both = (Onset(begin, Instrument.BASS, 36, 70), Onset(begin, Instrument.DRUMS, 38, 90))
    table.at(at, Generated(1, both))
    kick = [due for due in table.scheduled() if due.event.channel == 9]
    assert [type(due.event) for due in kick] == [NoteOn, NoteOff]  # a drum hit has its release
    assert {due.event.channel for due in table.scheduled()} == {4, 9}


def test_a_pedal_is_shown_while_it_is_down_and_panic_lifts_it(table: Table) -> None:
    table.at(0, Start())
    table.play(SECOND, ControlChange(0, 64, 127))
    table.play(2 * SECOND, ControlChange(0, 64, 0), ControlChange(0, 64, 90))
    assert table.session.snapshot(0).pedals == ((SECOND, 2 * SECOND), (2 * SECOND, None))
    table.at(3 * SECOND, protocol.Panic())
    assert table.session.snapshot(0).pedals[-1] == (2 * SECOND, 3 * SECOND)


def test_what_a_lost_keyboard_held_is_released_and_answered(table: Table) -> None:
    last_ns = table.phrase(SECOND)
    table.play(last_ns, ControlChange(0, SUSTAIN, 127), NoteOn(0, 72, 80))
    table.play(last_ns + MS, NoteOn(0, 76, 80), NoteOff(0, 76))  # the pedal holds it
    assert table.pause() is None
    lost_ns = last_ns + SECOND
    table.at(lost_ns, protocol.InputLost())
    sounding = [note for note in table.session.snapshot(0).notes if note.release_ns is None]
    assert sounding == []
    assert table.session.snapshot(0).pedals[-1][1] == lost_ns
    due_ns = table.pause()
    assert due_ns is not None
    assert lost_ns < due_ns < lost_ns + SECOND
    table.at(due_ns)
    assert table.state is TurnState.ANSWERING
    before = list(table.composer)
    table.at(due_ns + MS, protocol.InputLost())  # nothing is held
    assert table.composer == before


def test_whether_to_listen_to_a_keyboard_is_sent_before_ports_and_when_it_changes(
    table: Table,
) -> None:
    table.at(0, protocol.OpenPorts())
    assert table.io[-2:] == [protocol.ListenToKeyboard(wanted=True), protocol.OpenPorts()]
    table.at(0, ChangeSettings(Settings(keyboard=False)))
    table.at(0, ChangeSettings(Settings(keyboard=False, seed=2)))
    table.at(0, protocol.OpenPorts("a"))
    said = [m for m in table.io if isinstance(m, protocol.ListenToKeyboard)]
    assert [each.wanted for each in said] == [True, False, False]


def test_the_log_names_the_keyboard_that_comes_and_goes(table: Table) -> None:
    for name in ("piano", ""):
        entries = table.at(0, protocol.KeyboardHeard(name)).log_entries
        assert [(entry.event, entry.text) for entry in entries] == [
            ("keyboard" if name else "keyboard gone", "piano")
        ]
        assert table.session.snapshot(0).keyboard == name


def test_stop_begins_a_new_epoch_and_panic_is_passed_on(table: Table) -> None:
    answered(table)
    table.at(5 * SECOND, Stop())
    table.at(6 * SECOND, Start(), protocol.Panic())
    silencing = [m for m in table.io if isinstance(m, protocol.Silence | protocol.Panic)]
    assert silencing == [protocol.Silence(), protocol.Panic()]
    assert table.state is TurnState.LISTENING


def test_a_change_reaches_the_composer_at_once(table: Table) -> None:
    settings = Settings(style=(("bach", 1.0),))
    table.at(SECOND, ChangeSettings(settings))
    assert table.composer[-1] == Configure(settings)
    assert table.session.snapshot(SECOND).settings == settings


def test_a_problem_is_shown_until_ports_open(table: Table) -> None:
    logged = table.at(SECOND, protocol.Problem(NoJackServer())).log_entries
    assert table.session.snapshot(SECOND).problem == NoJackServer()
    assert [(entry.event, entry.reason) for entry in logged] == [("problem", NoJackServer())]
    table.at(SECOND, protocol.Ready("jack", "in", "out"))
    assert table.session.snapshot(SECOND).problem is None


def test_a_refusal_is_shown_until_a_change_is_made(table: Table) -> None:
    unknown = UnknownStyle("chopan", ("chopin",))
    table.at(SECOND, Refused(unknown), protocol.Ready("jack", "in", "out"))
    assert table.session.snapshot(SECOND).problem == unknown
    table.at(SECOND, ChangeSettings(Settings()))
    assert table.session.snapshot(SECOND).problem is None


def _random_take(rng: Random, compose: Generate) -> list[NoteEvent]:
    """Return random notes, each with its release."""
    events: list[NoteEvent] = []
    for pitch in rng.sample(range(50, 80), rng.randrange(1, 8)):
        onset = rng.randrange(compose.begin_tick, compose.end_tick)
        events.append(Onset(onset, PIANO, pitch, 70))
        events.append(Release(rng.randrange(onset + 1, compose.end_tick + 2), PIANO, pitch))
    return sorted(events, key=lambda event: event.tick)


class Stage:
    """A session with a real schedule, and the notes that sound there."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.table, self.schedule = rng, Table(), Schedule()
        self.now, self.answering = 0, 0
        self.sounding: set[tuple[int, int]] = set()

    def act(self) -> None:
        """Advance the time and do something random."""
        rng, table = self.rng, self.table
        self.now += rng.choice([1, 5, 40, 300, 900, 2500]) * MS
        pitch = rng.randrange(60, 64)
        key: Event = NoteOn(0, pitch, 80) if rng.random() < 0.4 else NoteOff(0, pitch)
        recited = Audition(Score((Note(0, PIANO, pitch, 60, 80), Note(70, PIANO, pitch, 90, 80))))
        request = rng.choice([Start(), Start(), Stop(), HandOver(), HandOver(), recited, None])
        if rng.random() < 0.5:
            table.play(self.now, key)
        else:
            table.at(self.now, *([request] if request else []))
        answers = (
            table.state is TurnState.ANSWERING
            and table.session.snapshot(0).audition_span_ns is None
        )
        if answers and table.composed().take != self.answering:
            compose = table.composed()
            self.answering = compose.take
            take = tuple(_random_take(rng, compose))
            table.at(self.now, Generated(compose.take, take, done=True))
        self.carry_out()

    def carry_out(self) -> None:
        """Send due events, and record what sounds."""
        sent: list[SentEvent] = []
        for message in self.table.io:
            match message:
                case protocol.Play(dues):
                    self.schedule.add(dues)
                case protocol.Retract(after_tick):
                    sent += self.schedule.retract(after_tick, self.now)
                case protocol.SetOwnTransport(transport):
                    sent += self.schedule.set_transport(transport, self.now)
                case protocol.Silence():
                    sent += self.schedule.release_all(self.now)
        self.table.io.clear()
        for each in [*sent, *self.schedule.emit(self.now)]:
            if isinstance(each.event, NoteOn | NoteOff):
                key = (each.event.channel, each.event.pitch)
                assert (key in self.sounding) == isinstance(each.event, NoteOff)
                self.sounding ^= {key}


@pytest.mark.parametrize("seed", range(200))
def test_after_random_events_nothing_sounds_at_the_end(seed: int) -> None:
    """Random phrases, responses, auditions, interruptions and stops."""
    stage = Stage(Random(seed))
    for _ in range(60):
        stage.act()
    stage.table.at(stage.now, Stop())
    stage.carry_out()
    assert not stage.sounding
