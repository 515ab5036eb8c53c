"""The figures of an accompaniment, on parts that a test can count."""

from dataclasses import replace

import pytest

from bridge.messages.snapshot import LogEntry, RollNote
from bridge.midi.events import NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS
from export.evaluation import prompts
from export.evaluation.accompaniment import OURS, Accompaniment, Piece, figures

PIECE = Piece("pop song", prompts.pop_song(4), 4)
BASS, DRUMS, PIANO = Instrument.BASS, Instrument.DRUMS, Instrument.PIANO


def played(notes: list[Note], *surprises: int) -> Accompaniment:
    return Accompaniment(notes, 0, 0, list(surprises), 0)


def test_the_true_parts_have_the_true_figures() -> None:
    found = figures(PIECE, played(PIECE.true_notes, 100, 300))
    for name in ("bass", "drums", "bars", "clash", "first bar", "reaction"):
        assert found[name] == found[f"true {name}"]
    assert (found["bass"], found["drums"], found["bars"]) == (8, 12, 1)
    # Over F the voice sings E for half a bar, four notes of the bass.
    assert (found["first bar"], found["clash"], found["reaction"]) == (1, 0.125, 1)


def test_a_bass_a_semitone_off_clashes_and_does_not_react() -> None:
    off = [
        replace(note, pitch=note.pitch + 1) if note.instrument is BASS else note
        for note in PIECE.true_notes
    ]
    found = figures(PIECE, played(off, 24, 216))
    assert found["clash"] > 0.9
    assert found["reaction"] == 0


def test_the_first_bar_is_the_first_of_two_in_which_both_play() -> None:
    late = [note for note in PIECE.true_notes if note.onset_ticks >= 2 * PIECE.bar_ticks]
    found = figures(PIECE, played(late))
    assert (found["first bar"], found["bars"]) == (3, 0.5)


def test_the_player_has_programs_and_no_part_of_ours() -> None:
    events = PIECE.player_events()
    assert [tick for tick, _, _ in events] == sorted(tick for tick, _, _ in events)
    programs = [event for _, _, event in events if isinstance(event, ProgramChange)]
    assert len(programs) == 3
    keys = [event for _, _, event in events if isinstance(event, NoteOn | NoteOff)]
    assert len(keys) == 2 * len(PIECE.player_notes)
    assert not {event.channel for event in keys} & {kind.spec.channel for kind in OURS}


def test_an_accompaniment_is_what_a_session_shows_and_logs() -> None:
    transport = Transport(Source.CLOCK, quarter_ns=480 * MS)
    shown = [
        RollNote(PIANO, 60, 80, 0, 480 * MS),  # the player's
        RollNote(BASS, 40, 80, 480 * MS, 720 * MS, answered=True),
        RollNote(DRUMS, 36, 80, 960 * MS, answered=True),  # never ends
    ]
    log = [
        LogEntry(480 * MS, "replan", 80 * MS, "surprise"),
        LogEntry(480 * MS, "replaced", 3),
        LogEntry(720 * MS, "replan", 200 * MS),
        LogEntry(720 * MS, "replaced", 2),
    ]
    made = Accompaniment.of(shown, log, transport)
    bass = Note(48, BASS, 40, 72, 80)
    assert made.notes[0] == bass
    assert (made.stuck, made.replaced, made.plans) == (1, 5, 2)
    assert made.surprise_ticks == [48]
    found = figures(PIECE, made)
    assert found["survives"] == pytest.approx(2 / 7)
