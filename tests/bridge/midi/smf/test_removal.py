"""Notes that leave a file: all other bytes and notes stay."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import mido
import pytest

from assets import DEMO_PHRASES
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from bridge.midi.smf import MidiFile, MidiFileError, from_bytes, read, replaced_bytes
from tests.bridge.midi.smf.test_reading import file_of, off, on, saved

FILES = sorted(
    path for path in Path("tests/golden").rglob("*") if path.suffix in (".mid", ".kar", ".rmi")
)
NAME = Path("out.mid")


def without(source: MidiFile, removed: Sequence[Note]) -> MidiFile:
    return from_bytes(replaced_bytes(source, removed, (), 0, "made"), NAME)


def keys(notes: Sequence[Note]) -> Counter[tuple[int, Instrument, int, int]]:
    return Counter((n.onset_ticks, n.instrument, n.pitch, n.velocity) for n in notes)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_notes_that_stay_are_the_same(path: Path) -> None:
    try:
        source = read(path)
    except MidiFileError:
        pytest.skip("a file that is refused")
    for seed in range(5):
        removed = {note for note in source.score.notes if Random(seed).random() < 0.5}
        removed |= set(Random(seed).sample(source.score.notes, len(source.score.notes) // 2))
        after = without(source, sorted(removed))
        stays = [note for note in source.score.notes if note not in removed]
        assert keys(after.score.notes) == keys(stays)
        assert after.score.tempos == source.score.tempos
        assert after.score.metres == source.score.metres


def test_nothing_but_the_notes_changes() -> None:
    source = read(DEMO_PHRASES / "prelude.mid")
    before = mido.MidiFile(DEMO_PHRASES / "prelude.mid")
    removed = source.score.notes[10:20]
    written = replaced_bytes(source, removed, (), 0, "made")
    after = from_bytes(written, NAME)
    assert after.chunks.header.begin == source.chunks.header.begin
    for old, new in zip(source.chunks.tracks, after.chunks.tracks, strict=False):
        same = source.chunks.data[old.begin : old.end] == written[new.begin : new.end]
        has_removed = sum(m.type == "note_on" for m in before.tracks[0]) > 0
        assert same or has_removed or len(before.tracks) > 1
    assert (
        without(source, ()).chunks.data[: len(source.chunks.data)][14:] == (source.chunks.data[14:])
    )


def test_running_status_goes_on_after_a_note_has_left(tmp_path: Path) -> None:
    track = bytes.fromhex("00903C40 303E40 303C00 00 3E00 30 4040 304000 00FF2F00")
    header = b"MThd" + bytes.fromhex("00000006 0000 0001 0030")
    path = tmp_path / "in.mid"
    path.write_bytes(header + b"MTrk" + len(track).to_bytes(4) + track)
    source = read(path)
    assert [note.pitch for note in source.score.notes] == [60, 62, 64]
    for index in range(3):
        stays = source.score.notes[:index] + source.score.notes[index + 1 :]
        assert without(source, [source.score.notes[index]]).score.notes == stays


def test_a_note_that_the_next_onset_of_its_key_ended_still_ends_there(tmp_path: Path) -> None:
    source = read(saved(tmp_path, file_of(on(), on(time=480), off(time=480), off(time=480))))
    first, second = source.score.notes
    assert first.release_ticks == second.onset_ticks
    assert without(source, [second]).score.notes == (first,)
    assert without(source, [first]).score.notes == (second,)


def test_new_notes_sound_as_their_instrument_does_there(tmp_path: Path) -> None:
    content = file_of(
        mido.Message("program_change", program=56), on(), off(time=480), on(time=480), off(time=480)
    )
    source = read(saved(tmp_path, content))
    trumpet = source.score.notes[0].instrument
    new = [Note(96, trumpet, 67, 120, 70), Note(96, Instrument.BASS, 40, 120, 70)]
    after = from_bytes(replaced_bytes(source, source.score.notes[1:], new, 96, "made"), NAME)
    assert after.score.notes == (source.score.notes[0], *sorted(new))
