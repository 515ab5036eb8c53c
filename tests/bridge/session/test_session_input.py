"""Live input as keyboards and DAWs send it: what is playing, and what ends a note."""

import pickle
from dataclasses import replace

import pytest

from bridge.messages.composer import Onset, PlayerEvents, Release, Replan, Retract, Speculate
from bridge.messages.requests import Bind, Learn, Start, Stop
from bridge.messages.settings import Mode, ReEntry, Settings
from bridge.messages.snapshot import RollNote, TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.controls import Action, Control
from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SUSTAIN,
    ActiveSensing,
    ChannelPressure,
    Continue,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    PolyPressure,
    ProgramChange,
    Reset,
    SongPosition,
    SongSelect,
    SysEx,
    TimeCode,
    TimedEvent,
    TimingClock,
    TuneRequest,
)
from bridge.midi.events import Start as ClockStart
from bridge.midi.events import Stop as ClockStop
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.playout.time_reason import Following, NoSource
from bridge.session.context import Step
from bridge.session.effects import Effects
from bridge.session.turn_taking import TurnTaking
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND
from tests.bridge.session.table import Table

PIANO, ORGAN, BASS = Instrument.PIANO, Instrument.ORGAN, Instrument.BASS
PEDAL_DOWN, PEDAL_UP = ControlChange(0, SUSTAIN, 127), ControlChange(0, SUSTAIN, 0)

NOT_PLAYING: dict[str, tuple[Event, ...]] = {
    "active sensing": (ActiveSensing(),),
    "time code": (TimeCode(0), TimeCode(0x11)),
    "clock": (TimingClock(),),
    "start and stop": (ClockStart(), ClockStop(), Continue(), SongPosition(4)),
    "song select": (SongSelect(3),),
    "tune request": (TuneRequest(),),
    "system exclusive": (SysEx(b"\x7e\x7f\x06\x01"),),
    "poly aftertouch": (PolyPressure(0, 60, 40),),
    "channel aftertouch": (ChannelPressure(0, 33), ChannelPressure(0, 34)),
    "pitch bend": (PitchWheel(0, 8), PitchWheel(0, -8)),
    "modulation": (ControlChange(0, 1, 64), ControlChange(0, 1, 63)),
    "expression": (ControlChange(0, 11, 100), ControlChange(0, 11, 101)),
    "pedal": (PEDAL_DOWN, PEDAL_UP),
    "jittering pedal": (ControlChange(0, SUSTAIN, 64), ControlChange(0, SUSTAIN, 63)),
    "sostenuto": (ControlChange(0, 66, 127), ControlChange(0, 66, 0)),
    "program change": (ProgramChange(3, 19),),
    "all notes off": (ControlChange(0, ALL_NOTES_OFF, 0),),
    "all sound off": (ControlChange(0, ALL_SOUND_OFF, 0),),
    "reset all controllers": (ControlChange(0, RESET_ALL_CONTROLLERS, 0),),
    "system reset": (Reset(),),
    "an unheard release": (NoteOff(0, 99), NoteOff(5, 60)),
    "a sound effect": (ProgramChange(7, 125), NoteOn(7, 60, 90)),
    "a keyboard's metronome": (NoteOn(9, 34, 100), NoteOff(9, 34)),
}

every_kind = pytest.mark.parametrize("events", list(NOT_PLAYING.values()), ids=list(NOT_PLAYING))


def started(settings: Settings | None = None) -> Table:
    table = Table(settings)
    table.at(0, Start())
    return table


def stream(table: Table, begin_ns: int, end_ns: int, events: tuple[Event, ...]) -> None:
    """Send the events again and again, a hundred a second, and do what is due meanwhile."""
    for index, at_ns in enumerate(range(begin_ns, end_ns, 10 * MS)):
        while (due_ns := table.session.deadline_ns()) is not None and due_ns <= at_ns:
            table.at(due_ns)
            if table.session.deadline_ns() == due_ns:
                break
        table.play(at_ns, events[index % len(events)])


def notes_of(table: Table, now_ns: int) -> list[tuple[Instrument, int, int, int]]:
    """Return the recorded notes of the player: instrument, pitch, onset and release in ms."""
    return [
        (
            n.instrument,
            n.pitch,
            n.onset_ns // MS,
            -1 if n.release_ns is None else n.release_ns // MS,
        )
        for n in table.session.snapshot(now_ns).notes
        if not n.answered
    ]


def heard_by_composer(table: Table) -> list[tuple[type, Instrument, int]]:
    return [
        (type(event), event.instrument, event.pitch)
        for message in table.composer
        if isinstance(message, PlayerEvents)
        for event in message.events
    ]


# Only playing is playing.


@every_kind
def test_what_is_not_playing_opens_no_phrase(events: tuple[Event, ...]) -> None:
    table = started()
    before = list(table.composer)
    stream(table, SECOND, 3 * SECOND, events)
    assert table.state is TurnState.LISTENING
    assert table.composer == before
    assert table.session.deadline_ns() is None
    assert not table.session.snapshot(3 * SECOND).notes


@every_kind
def test_what_is_not_playing_delays_no_answer_and_cancels_no_speculation(
    events: tuple[Event, ...],
) -> None:
    quiet, busy = started(), started()
    last = quiet.phrase(SECOND, gap_ns=400 * MS)
    quiet.at(last + 80 * MS)
    due_ns = quiet.session.deadline_ns()
    assert due_ns == last + 600 * MS
    busy.phrase(SECOND, gap_ns=400 * MS)
    stream(busy, last + MS, due_ns, events)
    busy.at(due_ns)
    assert busy.state is TurnState.ANSWERING
    assert sum(isinstance(message, Speculate) for message in busy.composer) == 1
    quiet.at(due_ns)
    assert busy.composed() == quiet.composed()


@every_kind
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("re_entry", list(ReEntry))
def test_what_is_not_playing_leaves_an_answer_alone(
    events: tuple[Event, ...], mode: Mode, re_entry: ReEntry
) -> None:
    settings = Settings(mode=mode, re_entry=re_entry, bars=1, time=TimeSettings(bpm=120))
    quiet, busy = started(settings), started(settings)
    for table in (quiet, busy):
        table.phrase(SECOND)
        stream(table, 2 * SECOND, 3500 * MS, (ActiveSensing(),))
        assert table.state is TurnState.ANSWERING
        table.io.clear()
        table.composer.clear()
    stream(quiet, 3500 * MS, 5 * SECOND, (ActiveSensing(),))
    stream(busy, 3500 * MS, 5 * SECOND, events)
    assert busy.composer == quiet.composer
    assert busy.io == quiet.io
    assert busy.state is quiet.state


def test_an_accompaniment_ends_with_the_players_rest_though_a_knob_jitters() -> None:
    ends = []
    for events in ((ActiveSensing(),), NOT_PLAYING["expression"]):
        table = started(Settings(mode=Mode.ACCOMPANY))
        table.phrase(SECOND)
        stream(table, 2 * SECOND, 9 * SECOND, events)
        ends.append(table.log.index("ending"))
    assert ends[0] == ends[1]


def test_a_bound_knob_that_jitters_within_a_style_cancels_no_speculation() -> None:
    table = started(Settings(palette=("bach", "jazz")))
    table.at(0, Bind(((Control(0, 20), Action.STYLE),)))
    table.play(SECOND, ControlChange(0, 20, 100))
    last = table.phrase(2 * SECOND)
    stream(
        table, last + MS, last + 300 * MS, (ControlChange(0, 20, 101), ControlChange(0, 20, 100))
    )
    assert table.session.settings.style == (("jazz", 1.0),)
    assert sum(isinstance(message, Speculate) for message in table.composer) == 1


def test_a_pedal_that_ends_notes_is_playing_and_no_re_entry() -> None:
    table = started()
    table.play(SECOND, PEDAL_DOWN, NoteOn(0, 60, 80))
    table.play(SECOND + 400 * MS, NoteOff(0, 60))
    table.play(2 * SECOND, PEDAL_UP)
    table.at(2 * SECOND + 80 * MS)
    assert table.session.deadline_ns() == 2 * SECOND + 500 * MS
    table.at(2 * SECOND + 500 * MS)
    assert table.state is TurnState.ANSWERING


@pytest.mark.parametrize("re_entry", list(ReEntry))
def test_a_key_that_is_lifted_during_the_answer_does_not_change_it(re_entry: ReEntry) -> None:
    table = started(Settings(mode=Mode.TRADE, bars=1, re_entry=re_entry))
    table.play(SECOND, NoteOn(0, 60, 80))
    stream(table, SECOND + MS, 3500 * MS, (ActiveSensing(),))
    assert table.state is TurnState.ANSWERING
    table.play(3500 * MS, NoteOff(0, 60))
    stream(table, 3501 * MS, 4 * SECOND, (ActiveSensing(),))
    assert not [m for m in table.composer if isinstance(m, Retract | Replan)]
    assert notes_of(table, 4 * SECOND) == [(PIANO, 60, 1000, 3500)]


def test_a_drum_pad_without_releases_hands_over() -> None:
    table = started()
    for beat in range(4):
        table.play(SECOND + beat * 400 * MS, NoteOn(9, 38, 90))
    table.pause()
    assert table.session.deadline_ns() == SECOND + 3 * 400 * MS + 600 * MS


# The input that starts a note ends it.


def test_a_note_ends_on_the_instrument_that_it_began_with() -> None:
    table = started()
    table.play(SECOND, NoteOn(0, 60, 80))
    table.play(1300 * MS, ProgramChange(0, 16))
    table.play(1800 * MS, NoteOff(0, 60))
    table.play(2 * SECOND, NoteOn(0, 64, 80))
    table.play(2300 * MS, NoteOff(0, 64))
    assert notes_of(table, 3 * SECOND) == [(PIANO, 60, 1000, 1800), (ORGAN, 64, 2000, 2300)]
    assert heard_by_composer(table) == [
        (Onset, PIANO, 60),
        (Release, PIANO, 60),
        (Onset, ORGAN, 64),
        (Release, ORGAN, 64),
    ]


def test_a_reset_of_the_controllers_lifts_the_pedal_and_no_key() -> None:
    table = started()
    table.play(SECOND, PEDAL_DOWN, NoteOn(0, 60, 80))
    table.play(1400 * MS, NoteOff(0, 60), NoteOn(0, 64, 80))
    table.play(1700 * MS, ControlChange(0, RESET_ALL_CONTROLLERS, 0))
    table.play(1800 * MS, NoteOff(0, 64))
    assert notes_of(table, 2 * SECOND) == [(PIANO, 60, 1000, 1700), (PIANO, 64, 1400, 1800)]
    assert table.session.snapshot(2 * SECOND).pedals == ((SECOND, 1700 * MS),)
    table.pause()
    assert table.session.deadline_ns() == 1800 * MS + 600 * MS


@pytest.mark.parametrize("control", range(ALL_NOTES_OFF, 128))
def test_under_the_pedal_all_notes_off_lifts_the_keys_only(control: int) -> None:
    table = started()
    table.play(SECOND, PEDAL_DOWN, NoteOn(0, 60, 80), NoteOn(0, 64, 80))
    table.play(1400 * MS, NoteOff(0, 60))
    table.play(1400 * MS, ControlChange(0, control, 0))
    table.play(1500 * MS, NoteOff(0, 64))
    table.play(2 * SECOND, PEDAL_UP)
    assert notes_of(table, 3 * SECOND) == [(PIANO, 60, 1000, 2000), (PIANO, 64, 1000, 2000)]


@pytest.mark.parametrize("event", [ControlChange(0, ALL_SOUND_OFF, 0), Reset()])
def test_all_sound_off_and_a_reset_end_everything_and_an_answer_follows(event: Event) -> None:
    table = started()
    table.play(SECOND, PEDAL_DOWN, NoteOn(0, 60, 80), NoteOn(0, 64, 80))
    table.play(1400 * MS, NoteOff(0, 60))
    table.play(1500 * MS, event)
    assert {release for *_, release in notes_of(table, 3 * SECOND)} == {1500}
    table.pause()
    assert table.session.deadline_ns() == 2 * SECOND


def test_a_layered_keyboard_plays_each_note_once() -> None:
    table = started()
    for index, pitch in enumerate((60, 64, 67, 72)):
        at_ns = SECOND + index * 400 * MS
        table.play(at_ns, NoteOn(0, pitch, 80), NoteOn(1, pitch, 80), NoteOn(2, pitch + 12, 80))
        table.play(at_ns + 350 * MS, NoteOff(0, pitch))
        table.play(at_ns + 370 * MS, NoteOff(1, pitch), NoteOff(2, pitch + 12))
    assert notes_of(table, 4 * SECOND) == [
        (PIANO, sounded, 1000 + 400 * index, 1370 + 400 * index)
        for index, pitch in enumerate((60, 64, 67, 72))
        for sounded in (pitch, pitch + 12)
    ]
    table.pause()
    assert table.session.deadline_ns() == 2570 * MS + 600 * MS


def test_a_layer_of_other_instruments_has_its_own_notes() -> None:
    table = started()
    table.play(SECOND, ProgramChange(1, 33))
    table.play(SECOND, NoteOn(0, 48, 80), NoteOn(1, 48, 80))
    table.play(1300 * MS, NoteOff(0, 48), NoteOff(1, 48))
    assert notes_of(table, 2 * SECOND) == [(PIANO, 48, 1000, 1300), (BASS, 48, 1000, 1300)]


def test_two_keyboards_strike_one_note_twice_and_it_ends_with_the_last_key() -> None:
    table = started()
    table.play(SECOND, NoteOn(0, 60, 80))
    table.play(1500 * MS, NoteOn(1, 60, 90))
    table.play(1700 * MS, NoteOff(1, 60))
    table.play(2 * SECOND, NoteOff(0, 60))
    assert notes_of(table, 3 * SECOND) == [(PIANO, 60, 1000, 1500), (PIANO, 60, 1500, 2000)]


def test_a_key_struck_twice_without_a_release_sounds_twice() -> None:
    table = started()
    table.play(SECOND, NoteOn(0, 60, 80))
    table.play(1500 * MS, NoteOn(0, 60, 90))
    table.play(1700 * MS, NoteOff(0, 60))
    assert notes_of(table, 2 * SECOND) == [(PIANO, 60, 1000, 1500), (PIANO, 60, 1500, 1700)]


def test_a_key_that_comes_by_two_cables_sounds_once() -> None:
    table = started()
    table.play(SECOND, NoteOn(0, 60, 80), NoteOn(0, 60, 80))
    table.play(1300 * MS, NoteOff(0, 60), NoteOff(0, 60))
    assert notes_of(table, 2 * SECOND) == [(PIANO, 60, 1000, 1300)]


def test_two_keys_that_move_to_one_pitch_are_one_note() -> None:
    table = started()
    table.play(SECOND, NoteOn(0, 12, 80), NoteOn(0, 24, 80))  # a piano begins at 21
    table.play(1200 * MS, NoteOff(0, 12))
    table.play(1500 * MS, NoteOff(0, 24))
    assert notes_of(table, 2 * SECOND) == [(PIANO, 24, 1000, 1500)]


def test_a_key_held_over_a_stop_is_unheard_afterwards() -> None:
    table = started()
    table.play(SECOND, PEDAL_DOWN, NoteOn(0, 60, 80))
    table.at(2 * SECOND, Stop())
    table.at(3 * SECOND, Start())
    table.play(4 * SECOND, NoteOff(0, 60), PEDAL_UP)
    assert table.state is TurnState.LISTENING
    last = table.phrase(5 * SECOND)
    table.pause()
    assert table.session.deadline_ns() == last + 375 * MS
    assert notes_of(table, 9 * SECOND)[0] == (PIANO, 60, 1000, 2000)


def test_a_key_held_while_the_host_stops_still_ends() -> None:
    table = started()
    host = Transport(Source.JACK, epoch=1, time_ns=SECOND)
    table.at(SECOND, protocol.TransportChanged(host, Following(Source.JACK)))
    table.play(2 * SECOND, NoteOn(0, 60, 80))
    own = protocol.TransportChanged(Transport(epoch=2), NoSource(own_clock=False))
    table.at(3 * SECOND, own)
    table.play(4 * SECOND, NoteOff(0, 60))
    assert notes_of(table, 5 * SECOND) == [(PIANO, 60, 2000, 4000)]
    assert table.state is TurnState.LISTENING


def test_when_all_is_released_for_a_player_an_answer_follows() -> None:
    turns, effects = TurnTaking(), Effects()
    step = Step(0, Settings(), effects)
    turns.start(step)
    for event in (PEDAL_DOWN, NoteOn(0, 60, 80), NoteOn(1, 36, 80)):
        turns.handle_player_event(replace(step, now_ns=SECOND), TimedEvent(SECOND, event))
    lost = replace(step, now_ns=4 * SECOND)
    turns.release_player(lost, 4 * SECOND)
    turns.poll(lost)
    assert [note.release_ns for note in turns.played.notes] == [4 * SECOND] * 2
    assert turns.played.pedals == ((SECOND, 4 * SECOND),)
    turns.poll(replace(step, now_ns=4 * SECOND + 500 * MS))
    assert turns.state is TurnState.ANSWERING
    turns.stop(replace(step, now_ns=9 * SECOND))
    turns.start(replace(step, now_ns=9 * SECOND))
    again = replace(step, now_ns=10 * SECOND)
    turns.handle_player_event(again, TimedEvent(10 * SECOND, NoteOn(0, 60, 80)))
    assert turns.played.notes[-1] == RollNote(PIANO, 60, 80, 10 * SECOND)


def test_the_midi_io_process_gets_the_controls_of_panic_whenever_they_change() -> None:
    table, pedal, key = started(), Control(0, 66), Control(3, 36, is_note=True)
    table.at(0, Bind(((pedal, Action.PANIC), (Control(0, 20), Action.STYLE))))
    table.at(SECOND, Learn(Action.PANIC))
    table.play(SECOND, NoteOn(3, 36, 9))
    table.at(2 * SECOND, protocol.Ready("jack", "in", "out"))  # a new process knows of none
    bound = [message for message in table.io if isinstance(message, protocol.BindPanic)]
    both = protocol.BindPanic(frozenset({pedal, key}))
    assert bound == [protocol.BindPanic(frozenset({pedal})), both, both]


def test_thousands_of_controller_states_take_no_memory() -> None:
    table = started()
    sizes = []
    for step in range(100_000):
        channel, control, value = step % 16, step // 16 % 120, step // 7 % 128
        table.session.step(
            SECOND + step * MS,
            [
                protocol.Received(
                    (
                        TimedEvent(SECOND + step * MS, ControlChange(channel, control, value)),
                        TimedEvent(SECOND + step * MS, PitchWheel(channel, step % 8192)),
                        TimedEvent(SECOND + step * MS, ProgramChange(channel, value)),
                    )
                )
            ],
        )
        if step % 20_000 == 19_999:
            sizes.append(len(pickle.dumps(table.session)))
            record = table.session.record(SECOND + step * MS)
            assert (len(record.notes), len(record.transports)) == (0, 1)
    assert max(sizes) <= 1.05 * sizes[0]
