"""Real sound: scores through the built-in synth, and hummed lines, heard and compared."""

from pathlib import Path

import numpy as np
import pytest

from assets import DEMO_PHRASES
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, TempoChange
from export.hearing.reason import HearingError, SoundFault, UnusableSound
from export.hearing.transcription import HearingSettings
from tests.export.hearing.recordings import (
    RATE_HZ,
    TimedNote,
    f_measure,
    heard_notes,
    hummed,
    melody,
    rendered,
    saved,
    timed,
    transcribed,
)

ODE = (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62)
CHORDS = ((48, 60, 64, 67), (45, 57, 60, 64), (41, 53, 57, 60), (43, 55, 59, 62))


@pytest.mark.parametrize("low,length_s", [(0, 0.25), (0, 0.5), (12, 0.4), (-12, 0.5)])
def test_a_melody_on_the_piano_is_heard(tmp_path: Path, low: int, length_s: float) -> None:
    played = melody([pitch + low for pitch in ODE], length_s, 0.6)
    heard = heard_notes(*transcribed(saved(tmp_path / "a.wav", rendered(played))))
    assert f_measure(played, heard) >= 0.9


@pytest.mark.parametrize("program", [24, 56, 66, 73])
def test_a_melody_on_other_instruments_is_heard(tmp_path: Path, program: int) -> None:
    played = melody([pitch + 7 for pitch in ODE], 0.5, 0.6)
    heard = heard_notes(*transcribed(saved(tmp_path / "a.wav", rendered(played, program))))
    assert f_measure(played, heard) >= 0.8


def test_chords_are_heard(tmp_path: Path) -> None:
    played = [
        TimedNote(0.4 + index, 1.3 + index, pitch)
        for index, chord in enumerate(CHORDS)
        for pitch in chord
    ]
    score, told = transcribed(saved(tmp_path / "a.wav", rendered(played)))
    assert not told.is_one_voice
    assert f_measure(played, heard_notes(score, told)) >= 0.75


@pytest.mark.parametrize(
    "name,least", [("minuet", 0.8), ("nocturne", 0.8), ("blues", 0.8), ("prelude", 0.6)]
)
def test_a_demo_phrase_is_heard_at_its_tempo(tmp_path: Path, name: str, least: float) -> None:
    score = smf.read(DEMO_PHRASES / f"{name}.mid").score
    played = timed(score, 0.7)
    found, told = transcribed(saved(tmp_path / "a.wav", rendered(played)))
    assert f_measure(played, heard_notes(found, told)) >= least
    assert told.is_steady
    assert any(told.bpm == pytest.approx(score.tempos[0].bpm * n, rel=0.005) for n in (1, 2))


@pytest.mark.parametrize("vibrato_cents", [0, 30, 60])
@pytest.mark.parametrize("low", [-12, 0, 12])
def test_a_hummed_phrase_is_one_line_at_its_pitches(
    tmp_path: Path, low: int, vibrato_cents: float
) -> None:
    played = melody([pitch + low for pitch in ODE], 0.5, 0.4)
    path = saved(tmp_path / "a.wav", hummed(played, vibrato_cents=vibrato_cents))
    score, told = transcribed(path)
    assert told.is_one_voice
    assert [note.pitch for note in score.notes] == [note.pitch for note in played]
    ends = [note.release_ticks for note in score.notes[:-1]]
    assert all(end <= note.onset_ticks for end, note in zip(ends, score.notes[1:], strict=True))
    assert f_measure(played, heard_notes(score, told)) >= 0.8
    assert told.bpm == pytest.approx(120, abs=1)


def test_the_bars_begin_with_the_first_note_in_the_estimated_tempo(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", rendered(melody(ODE, 0.5, 3.0)))
    score, told = transcribed(path, HearingSettings(metre=(3, 4)))
    assert (told.bpm, told.is_steady) == (120, True)
    assert told.begin_s == pytest.approx(3.0, abs=0.03)
    assert score.tempos == (TempoChange(0, 120),)
    assert score.metres == (MetreChange(0, 3, 4),)
    beats = {round(note.onset_ticks / TICKS_PER_QUARTER) for note in score.notes}
    assert beats == set(range(len(ODE)))
    assert all(abs((note.onset_ticks + 24) % 48 - 24) <= 3 for note in score.notes)


def test_a_given_tempo_an_instrument_and_a_range_are_used(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", rendered(melody(ODE, 0.5, 0.5)))
    wanted = HearingSettings(bpm=60, instrument=Instrument.FLUTE, lowest=62, highest=65)
    score, told = transcribed(path, wanted)
    assert (told.bpm, told.is_steady) == (60, True)
    assert {note.instrument for note in score.notes} == {Instrument.FLUTE}
    assert {note.pitch for note in score.notes} <= {62, 63, 64, 65}


def test_louder_notes_are_not_quieter(tmp_path: Path) -> None:
    played = [TimedNote(0.5 + n, 1.3 + n, 60, velocity) for n, velocity in enumerate((30, 110))]
    score, _ = transcribed(saved(tmp_path / "a.wav", rendered(played)))
    assert all(1 <= note.velocity <= 127 for note in score.notes)


SILENT, NO_NOTES = SoundFault.SILENT, SoundFault.NO_NOTES
NOISE = np.random.default_rng(0).normal(size=10 * RATE_HZ)
NOTHING = {
    "zeros": (np.zeros(RATE_HZ), {SILENT}),
    "one sample": (np.array([0.5]), {SILENT}),
    "direct current": (np.full(RATE_HZ, 0.7), {SILENT, NO_NOTES}),
    "not a number": (np.full(RATE_HZ, np.nan), {SILENT}),
    "noise": (0.2 * NOISE, {NO_NOTES}),
    "faint noise": (2e-4 * NOISE, {SILENT}),
    "a click": (np.eye(1, RATE_HZ)[0], {NO_NOTES}),
    "a blip": (0.5 * np.sin(np.arange(400) / 10), {NO_NOTES}),
}


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("one_voice", [True, False])
def test_nothing_is_heard_where_there_is_no_note(
    tmp_path: Path, name: str, *, one_voice: bool
) -> None:
    sound, faults = NOTHING[name]
    path = saved(tmp_path / "a.wav", sound)
    with pytest.raises(HearingError) as nothing:
        transcribed(path, HearingSettings(one_voice=one_voice))
    reason = nothing.value.reason
    assert isinstance(reason, UnusableSound)
    assert reason.fault in faults


def test_silence_between_phrases_has_no_notes(tmp_path: Path) -> None:
    phrase = rendered(melody(ODE[:5], 0.5, 0.2))
    hiss = 1e-5 * np.random.default_rng(0).normal(size=6 * RATE_HZ)
    score, told = transcribed(saved(tmp_path / "a.wav", np.concatenate([phrase, hiss, phrase])))
    begins = [note.onset_s for note in heard_notes(score, told)]
    quiet_s = (len(phrase) / RATE_HZ, len(phrase) / RATE_HZ + 6)
    assert not any(quiet_s[0] < begin < quiet_s[1] for begin in begins)
    assert len(begins) == 10
