"""Auditions of scores, morphs of the style, and knobs, in a session."""

from dataclasses import replace

import pytest

from bridge.messages.composer import Configure, Generate
from bridge.messages.requests import (
    Audition,
    Bind,
    ChangeSettings,
    End,
    HandOver,
    Morph,
    SetBlendPath,
    Start,
    Stop,
)
from bridge.messages.settings import Mode, ReEntry, Settings, value_of
from bridge.messages.snapshot import TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.controls import Action, Control
from bridge.midi.events import ControlChange, NoteOff, NoteOn
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score, TempoChange
from bridge.playout import protocol
from bridge.playout.time_reason import Following
from bridge.session.turns import LEAD_NS
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND
from tests.bridge.session.table import Table

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
START_NS, BAR = 10 * SECOND, 192
HOST = Transport(Source.JACK, epoch=1, time_ns=START_NS)
FOLLOWING = Following(Source.JACK)

# At 60 bpm: a second of piano, then half a second of bass with a drum.
TUNE = Score(
    (
        Note(0, PIANO, 60, 48, 80),
        Note(48, BASS, 40, 72, 90),
        Note(48, DRUMS, 38, 54, 100),
        Note(72, PIANO, 60, 96, 70),
    ),
    (TempoChange(0, 60.0),),
)


def onsets_ns(table: Table) -> list[tuple[int, int]]:
    """Return when each note-on is due, by the session's transport, and its pitch."""
    return [
        (table.transport.ns_at(due.tick), due.event.pitch)
        for due in table.scheduled()
        if isinstance(due.event, NoteOn)
    ]


def pass_to(table: Table, now_ns: int) -> None:
    while (due_ns := table.session.deadline_ns()) is not None and due_ns < now_ns:
        table.at(due_ns)
    table.at(now_ns)


def test_in_free_playing_an_audition_has_its_own_tempo() -> None:
    table = Table()
    table.at(0, Start())
    table.at(START_NS, Audition(TUNE))
    assert table.state is TurnState.ANSWERING
    assert not any(isinstance(message, Generate) for message in table.composer)
    begin = onsets_ns(table)[0][0]
    assert begin == pytest.approx(START_NS + LEAD_NS, abs=6 * MS)
    moved = [(at - begin, pitch) for at, pitch in onsets_ns(table)]
    assert moved == [(0, 60), (SECOND, 40), (SECOND, 38), (1.5 * SECOND, 60)]


def test_every_note_of_an_audition_is_released_in_order() -> None:
    table = Table()
    table.at(0, Start(), Audition(TUNE))
    ends = [due.event.pitch for due in table.scheduled() if isinstance(due.event, NoteOff)]
    assert sorted(ends) == [38, 40, 60, 60]
    piano = [type(d.event) for d in table.scheduled() if getattr(d.event, "pitch", 0) == 60]
    assert piano == [NoteOn, NoteOff, NoteOn, NoteOff]


def test_with_a_host_an_audition_follows_its_beat_from_the_next_bar_line() -> None:
    table = Table()
    table.at(0, Start())
    table.at(START_NS, protocol.TransportChanged(HOST, FOLLOWING))
    table.at(START_NS + 500 * MS, Audition(TUNE))
    ticks = [due.tick for due in table.scheduled() if isinstance(due.event, NoteOn)]
    assert ticks == [BAR, BAR + 48, BAR + 48, BAR + 72]


def test_an_audition_is_shown_with_its_span() -> None:
    table = Table()
    table.at(0, Start(), Audition(TUNE))
    snapshot = table.session.snapshot(0)
    assert [note.answered for note in snapshot.notes] == [True] * 4
    assert snapshot.audition_span_ns is not None
    begin, end = snapshot.audition_span_ns
    assert end - begin == pytest.approx(2 * SECOND, abs=12 * MS)


def test_after_an_audition_it_listens_or_stops_as_before() -> None:
    for before, after in ((Start(), TurnState.LISTENING), (Stop(), TurnState.STOPPED)):
        table = Table()
        table.at(0, before)
        table.at(START_NS, Audition(TUNE))
        assert table.state is TurnState.ANSWERING
        pass_to(table, START_NS + 3 * SECOND)
        assert table.state is after
        assert table.session.snapshot(0).audition_span_ns is None


def test_another_audition_replaces_it() -> None:
    table = Table()
    table.at(0, Audition(TUNE))
    table.at(SECOND // 2, Audition(TUNE))
    assert [m for m in table.io if isinstance(m, protocol.Retract)]
    pass_to(table, 5 * SECOND)
    assert table.state is TurnState.STOPPED


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("re_entry", list(ReEntry))
def test_a_note_of_the_players_ends_an_audition(mode: Mode, re_entry: ReEntry) -> None:
    table = Table(Settings(mode=mode, re_entry=re_entry))
    table.at(0, Audition(TUNE))
    table.play(SECOND, NoteOn(0, 64, 80))
    assert any(isinstance(message, protocol.Retract) for message in table.io)
    assert table.state is TurnState.PLAYER or mode is Mode.ACCOMPANY
    assert table.session.snapshot(SECOND).audition_span_ns is None


@pytest.mark.parametrize("mode", list(Mode))
def test_end_stops_an_audition_at_once(mode: Mode) -> None:
    table = Table(Settings(mode=mode))
    table.at(0, Start())
    table.at(0, Audition(TUNE))
    table.at(SECOND, End())
    assert table.state is TurnState.LISTENING
    assert [n for n in table.session.snapshot(SECOND).notes if n.onset_ns > SECOND] == []


def test_an_audition_replaces_a_phrase_and_a_response() -> None:
    table = Table()
    table.at(0, Start())
    end_ns = table.phrase(START_NS)
    table.at(end_ns, Audition(TUNE))
    assert table.session.snapshot(0).audition_span_ns is not None
    pass_to(table, end_ns + 3 * SECOND)
    assert table.state is TurnState.LISTENING
    table.phrase(end_ns + 4 * SECOND)
    table.at(end_ns + 5 * SECOND, HandOver())
    table.at(end_ns + 5 * SECOND, Audition(TUNE))
    assert table.session.snapshot(0).audition_span_ns is not None


@pytest.mark.parametrize(
    "ended_by", [protocol.Panic(), Stop(), protocol.TransportChanged(HOST, FOLLOWING)]
)
def test_an_interrupted_audition_restores_the_state(ended_by: protocol.Panic) -> None:
    table = Table()
    table.at(0, Audition(TUNE))
    table.at(SECOND, ended_by)
    assert table.session.deadline_ns() is None
    table.at(2 * SECOND, Start())
    table.at(3 * SECOND, protocol.TransportChanged(replace(HOST, epoch=2), FOLLOWING))
    assert table.state is TurnState.LISTENING


def test_an_empty_audition_is_over_at_once() -> None:
    table = Table()
    table.at(0, Start(), Audition(Score()))
    pass_to(table, SECOND)
    assert table.state is TurnState.LISTENING


def test_an_audition_is_not_quantised() -> None:
    table = Table(Settings(time=TimeSettings(bpm=120.0)))
    table.at(0, Start())
    table.at(0, Audition(Score((Note(5, PIANO, 60, 20, 80),))))
    (tick,) = {due.tick for due in table.scheduled() if isinstance(due.event, NoteOn)}
    assert tick % BAR == 5


# Morphs.

JAZZ, BACH = (("jazz", 1.0),), (("bach", 1.0),)


def test_a_morph_changes_the_style_step_by_step() -> None:
    table = Table(Settings(style=JAZZ, seed=3))
    table.at(0, Start(), Morph((JAZZ, BACH), 10 * SECOND))
    pass_to(table, 5 * SECOND)
    snapshot = table.session.snapshot(5 * SECOND)
    assert dict(snapshot.settings.style)["bach"] == pytest.approx(0.5, abs=0.06)
    assert snapshot.morph_progress == pytest.approx(0.5)
    assert snapshot.settings.seed == 3
    pass_to(table, 11 * SECOND)
    snapshot = table.session.snapshot(11 * SECOND)
    assert (snapshot.settings.style, snapshot.morph_progress) == (BACH, None)
    styles = [m.settings.style for m in table.composer if isinstance(m, Configure)]
    shares = [dict(style).get("bach", 0.0) for style in styles]
    assert shares == sorted(shares)
    assert len(shares) > 15


def test_a_morph_goes_on_while_nothing_is_played() -> None:
    table = Table()
    table.at(0, Morph((JAZZ, BACH), 2 * SECOND))
    pass_to(table, 3 * SECOND)
    assert table.session.snapshot(0).settings.style == BACH


def test_a_choice_of_style_ends_a_morph_and_other_changes_do_not() -> None:
    table = Table(Settings(style=JAZZ))
    table.at(0, Start(), Morph((JAZZ, BACH), 10 * SECOND))
    pass_to(table, 4 * SECOND)
    shown = table.session.snapshot(4 * SECOND).settings
    pass_to(table, 5 * SECOND)
    table.at(
        5 * SECOND, ChangeSettings(replace(shown, top_p=0.5))
    )  # from a window that is slightly behind
    assert table.session.snapshot(0).morph_progress is not None
    table.at(6 * SECOND, ChangeSettings(replace(shown, style=(("blues", 1.0),))))
    assert table.session.snapshot(0).morph_progress is None
    pass_to(table, 11 * SECOND)
    assert table.session.snapshot(0).settings.style == (("blues", 1.0),)


def test_a_request_without_blends_ends_a_morph() -> None:
    table = Table(Settings(style=JAZZ))
    table.at(0, Morph((JAZZ, BACH), 10 * SECOND))
    pass_to(table, 5 * SECOND)
    before = table.session.snapshot(0).settings
    table.at(5 * SECOND, Morph(()))
    pass_to(table, 9 * SECOND)
    assert table.session.snapshot(0).settings == before


def test_a_knob_follows_a_path_until_it_is_cleared() -> None:
    table = Table(Settings(style=JAZZ))
    knob = Control(0, 21)
    table.at(0, Start(), Bind(((knob, Action.BLEND),)), SetBlendPath((JAZZ, BACH)))
    table.play(SECOND, ControlChange(0, 21, 127))
    assert table.session.settings.style == BACH
    table.play(2 * SECOND, ControlChange(0, 21, 64))
    assert dict(table.session.settings.style) == pytest.approx({"jazz": 0.5, "bach": 0.5}, abs=0.01)
    table.at(2 * SECOND, ChangeSettings(Settings(style=JAZZ)), SetBlendPath(()))
    table.play(3 * SECOND, ControlChange(0, 21, 127))
    assert table.session.settings.style == JAZZ


def test_a_knob_that_chooses_a_style_ends_a_morph() -> None:
    table = Table(Settings(palette=("jazz", "bach")))
    knob = Control(0, 21)
    table.at(0, Start(), Bind(((knob, Action.STYLE),)), Morph((JAZZ, BACH), 60 * SECOND))
    table.play(SECOND, ControlChange(0, 21, 127))
    assert table.session.settings.style == BACH
    pass_to(table, 5 * SECOND)
    assert table.session.settings.style == BACH
    assert table.session.snapshot(0).morph_progress is None


@pytest.mark.parametrize(
    "settings", [Settings(time=TimeSettings(bpm=60.0)), Settings(mode=Mode.TRADE)]
)
def test_with_our_own_clock_an_audition_of_a_stopped_session_begins_at_once(
    settings: Settings,
) -> None:
    table = Table(settings)
    table.at(START_NS, Audition(TUNE))
    assert onsets_ns(table)[0][0] - START_NS == LEAD_NS
    assert {due.tick for due in table.scheduled() if isinstance(due.event, NoteOn)} == {0, 48, 72}


@pytest.mark.parametrize(
    "action,value,expected",
    [
        (Action.TEMPERATURE, 0, ("temperature", 0.0)),
        (Action.STYLE_STRENGTH, 0, ("style_strength", 0.0)),
        (Action.SWING, 0, ("quantise.swing", 0.5)),
    ],
)
def test_a_knob_follows_a_setting_through_its_range(
    action: Action, value: int, expected: tuple[str, float]
) -> None:
    table, knob, (name, lowest) = Table(), Control(0, 21), expected
    table.at(0, Start(), Bind(((knob, action),)))
    table.play(1, ControlChange(0, 21, value))
    assert value_of(table.session.settings, name) == lowest
    before = lowest
    for turned in (40, 90, 127):
        table.play(turned, ControlChange(0, 21, turned))
        now = value_of(table.session.settings, name)
        assert now > before
        before = now
    assert table.composer[-1] == Configure(table.session.settings)
