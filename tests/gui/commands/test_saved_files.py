"""`antiphon continue` with the files of Ardour, MuseScore and LilyPond: they are kept as they are.

The files have several instruments, drums, changes of tempo and metre, a pick-up bar, words in many
scripts, two hands on one channel, more parts than channels, pedal, pitch bend, ties, grace notes
and repeats. `tests/daw/test_opening.py` opens the results in the programs.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import mido
import pytest

from tests.daw.session_file import Note
from tests.midi_chunks import assert_kept
from tests.saved_files import (
    BARS,
    ENDS,
    PROMPTS,
    TEXT_CHARSET,
    continued,
    name_of,
    of_each_file,
    tracks_of,
)


@pytest.fixture(scope="module")
def continuation(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Continue each file once."""
    return cache(partial(continued, folder=tmp_path_factory.mktemp("continued")))


def test_every_file_has_a_known_end() -> None:
    assert {name_of(prompt) for prompt in PROMPTS} == set(ENDS)


@of_each_file
def test_every_chunk_is_kept_byte_for_byte(
    continuation: Callable[[Path], Path], prompt: Path
) -> None:
    added = assert_kept(prompt.read_bytes(), continuation(prompt).read_bytes())
    assert {kind for kind, _ in added} == {b"MTrk"}


@of_each_file
def test_the_new_notes_begin_at_the_bar_line_where_the_file_ends(
    continuation: Callable[[Path], Path], prompt: Path
) -> None:
    before, after = tracks_of(prompt), tracks_of(continuation(prompt))
    assert after[: len(before)] == before
    end = ENDS[name_of(prompt)]
    assert end.beat - end.bar < max(map(last_beat, before)) <= end.beat
    ours = [note for track in after[len(before) :] for note in track]
    assert end.beat <= min(note.beat for note in ours) < end.beat + end.bar
    assert max(note.beat + note.length for note in ours) <= end.beat + BARS * end.bar


def last_beat(track: list[Note]) -> Fraction:
    """Return where the last note of a track ends."""
    return max((note.beat + note.length for note in track), default=Fraction(0))


def test_the_words_are_kept(continuation: Callable[[Path], Path]) -> None:
    [song] = [prompt for prompt in PROMPTS if name_of(prompt) == "lilypond/song"]
    file = mido.MidiFile(continuation(song), charset=TEXT_CHARSET)
    words = [event.text for track in file.tracks for event in track if event.type == "lyrics"]
    assert {"Grü", "ße", "под", "水", "ρό", "שיר", "אור"} <= set(words)
    assert file.tracks[0].name == "Wörter · Слова · 言葉"


def test_a_part_on_a_second_port_goes_on_there(tmp_path: Path) -> None:
    """MuseScore writes the port of a track after the program, at the same tick."""
    [tutti] = [prompt for prompt in PROMPTS if name_of(prompt) == "musescore/orchestra"]
    result = continued(tutti, tmp_path, "--instruments", "organ,guitar")
    places = {
        track.name: (
            [event.port for event in track if event.type == "midi_port"],
            {event.channel for event in track if event.type == "note_on"},
            [event.program for event in track if event.type == "program_change"],
        )
        for track in mido.MidiFile(result).tracks[len(mido.MidiFile(tutti).tracks) :]
    }
    assert places == {"Antiphon organ": ([1], {3}, []), "Antiphon guitar": ([1], {4}, [])}
