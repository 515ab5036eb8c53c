"""What `antiphon continue` makes of the files of Ardour, MuseScore and LilyPond opens in all three.

Each program opens the continuation of each file, also of the files that the others saved. It must
have the notes of the file and ours. Ardour has them on separate tracks, exact to the tick, and the
tempos. MuseScore and LilyPond save as MIDI what they have read, and LilyPond also engraves it.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import mido
import pytest

from tests.daw.ardour_window import NEW_SESSION, PROGRAM, opened_ardour
from tests.daw.notation import (
    DEBIAN,
    LILYPOND,
    MIDI2LY,
    MUSESCORE,
    convert_by_midi2ly,
    save_in_lilypond,
    save_in_musescore,
)
from tests.daw.screen import Screen, require, shown_screen
from tests.saved_files import ENDS, continued, name_of, of_each_file, tracks_of

pytestmark = pytest.mark.device

LILYPOND_TICK = Fraction(1, 384)
NEAR = Fraction(1, 12)
"""MuseScore writes what was played on the nearest note value: up to this many quarters away."""
MOST_JOINED = 0.2
"""MuseScore joins some repeated notes of chords to the ones before, if other notes of the chord are
held. It does that to one in a hundred of our notes, and also if there is a gap between the two."""
SAME_TEMPO = 1e-4

Onset = tuple[Fraction, int]


@pytest.fixture(scope="module")
def continuation(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Continue each file once."""
    return cache(partial(continued, folder=tmp_path_factory.mktemp("continued")))


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    require("Xvfb", "xdotool", debian="xvfb xdotool")
    with shown_screen(tmp_path_factory.mktemp("screen")) as shown:
        yield shown


@of_each_file
def test_ardour_imports_all_tracks(
    screen: Screen, tmp_path: Path, continuation: Callable[[Path], Path], prompt: Path
) -> None:
    require(PROGRAM, NEW_SESSION, debian="ardour")
    result = continuation(prompt)
    with opened_ardour(screen, tmp_path) as window:
        imported = window.import_file(result)
        tempos = window.saved_tempos()
    assert [notes for notes in imported.values() if notes] == [
        notes for notes in tracks_of(result) if notes
    ]
    for beat, bpm in tempos_of(result):
        here = [theirs for at, theirs in tempos if at <= beat + NEAR]
        assert here[-1] == pytest.approx(bpm, rel=SAME_TEMPO)


@of_each_file
def test_musescore_opens_it(
    tmp_path: Path, continuation: Callable[[Path], Path], prompt: Path
) -> None:
    require(MUSESCORE, debian=DEBIAN)
    result, saved = continuation(prompt), tmp_path / "saved.mid"
    save_in_musescore(result, saved)
    missing, added = difference(onsets(result), onsets(saved), NEAR)
    ours = [onset for onset in onsets(result) if onset[0] >= ENDS[name_of(prompt)].beat]
    assert added == []
    assert set(missing) <= set(ours)
    assert len(missing) <= MOST_JOINED * len(ours)


@of_each_file
def test_lilypond_opens_and_engraves_it(
    tmp_path: Path, continuation: Callable[[Path], Path], prompt: Path
) -> None:
    require(LILYPOND, MIDI2LY, debian=DEBIAN)
    result, score = continuation(prompt), tmp_path / "score.ly"
    convert_by_midi2ly(result, score)
    saved = save_in_lilypond(score, tmp_path)
    assert score.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    assert difference(onsets(result), onsets(saved), LILYPOND_TICK) == ([], [])


def onsets(path: Path) -> list[Onset]:
    """Return beat and pitch of each note of a file, in any track."""
    return sorted((note.beat, note.pitch) for track in tracks_of(path) for note in track)


def difference(
    expected: Sequence[Onset], found: Sequence[Onset], near: Fraction
) -> tuple[list[Onset], list[Onset]]:
    """Return the expected notes that are not found near their beat, and the others found."""
    missing, added = [], list(found)
    for beat, pitch in expected:
        same = [onset for onset in added if onset[1] == pitch and abs(onset[0] - beat) <= near]
        if same:
            added.remove(min(same, key=lambda onset: abs(onset[0] - beat)))
        else:
            missing.append((beat, pitch))
    return missing, added


def tempos_of(path: Path) -> Iterator[tuple[Fraction, float]]:
    """Yield the beat and the quarter notes per minute of each tempo of a file."""
    file = mido.MidiFile(path)
    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            if message.type == "set_tempo":
                yield Fraction(at, file.ticks_per_beat), mido.tempo2bpm(message.tempo)
