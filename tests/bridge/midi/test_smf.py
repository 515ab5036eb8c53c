"""Standard MIDI Files: reading, writing, and every fault of a file."""

import errno
import io
import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import pytest

from bridge.midi.file_reason import (
    AbsurdTempo,
    FileFault,
    FileNotWritten,
    FileTooLarge,
    MidiFileReason,
    UnusableFile,
)
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import (
    MAX_BYTES,
    MidiFileError,
    read,
    write,
    write_continuation,
    write_parts,
)

SCORE = Score(
    notes=(
        Note(0, Instrument.PIANO, 60, 48, 80),
        Note(0, Instrument.BASS, 36, 96, 90),
        Note(0, Instrument.DRUMS, 36, 6, 100),
        Note(24, Instrument.PIANO, 64, 48, 81),
        Note(96, Instrument.VIOLIN, 72, 192, 70),
    ),
    tempos=(TempoChange(0, 100.0), TempoChange(96, 50.0)),
    metres=(MetreChange(0, 3, 4),),
)


def file_of(*messages: mido.Message | mido.MetaMessage, **options: int) -> bytes:
    file = mido.MidiFile(**{"type": 1, "ticks_per_beat": 480, **options})
    file.tracks.append(mido.MidiTrack(messages))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def on(pitch: int = 60, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=64, time=time, channel=channel)


def off(pitch: int = 60, time: int = 480, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, time=time, channel=channel)


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "in.mid"
    path.write_bytes(content)
    return path


def test_a_written_score_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "score.mid"
    write(SCORE, path, "how it was made")
    file = read(path)
    assert file.score == Score(tuple(sorted(SCORE.notes)), SCORE.tempos, SCORE.metres)
    assert "how it was made" in [m.text for m in file.source.tracks[0] if m.type == "text"]


def test_the_pedal_becomes_note_length(tmp_path: Path) -> None:
    down = mido.Message("control_change", control=64, value=127)
    content = file_of(down, on(), off(time=240), down.copy(value=0, time=480))
    assert read(saved(tmp_path, content)).score.notes == (Note(0, Instrument.PIANO, 60, 72, 64),)


def test_programs_choose_instruments_channel_by_channel(tmp_path: Path) -> None:
    content = file_of(
        mido.Message("program_change", program=33, channel=3),
        on(40, channel=3),
        on(38, channel=9),
        on(60, channel=0),
        off(40, channel=3),
        off(38, 0, channel=9),
        off(60, 0, channel=0),
    )
    kinds = {(n.instrument, n.pitch) for n in read(saved(tmp_path, content)).score.notes}
    assert kinds == {(Instrument.BASS, 40), (Instrument.DRUMS, 38), (Instrument.PIANO, 60)}


def test_a_note_without_release_ends_with_the_file(tmp_path: Path) -> None:
    content = file_of(on(), mido.MetaMessage("end_of_track", time=960))
    assert read(saved(tmp_path, content)).score.notes[0].release_ticks == 96


def test_running_status_and_velocity_zero_are_understood(tmp_path: Path) -> None:
    track = bytes([0, 0x90, 60, 64, 48, 60, 0, 0, 62, 64, 48, 62, 0, 0, 0xFF, 0x2F, 0])
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 48)
    content = header + b"MTrk" + struct.pack(">I", len(track)) + track
    notes = read(saved(tmp_path, content)).score.notes
    assert [(n.onset_ticks, n.release_ticks, n.pitch) for n in notes] == [(0, 48, 60), (48, 96, 62)]


GOOD = file_of(on(), off())


def _fault(fault: FileFault) -> Callable[[Path], MidiFileReason]:
    return lambda path: UnusableFile(path, fault)


BROKEN: dict[str, tuple[bytes, Callable[[Path], MidiFileReason]]] = {
    "empty": (b"", _fault(FileFault.EMPTY)),
    "not MIDI": (b"RIFF....WAVEfmt ", _fault(FileFault.NOT_MIDI)),
    "text": (b"hello, world", _fault(FileFault.NOT_MIDI)),
    "no tempo at all": (
        file_of(mido.MetaMessage("set_tempo", tempo=0), on(), off()),
        lambda path: AbsurdTempo(path, float("inf")),
    ),
    "too fast": (
        file_of(mido.MetaMessage("set_tempo", tempo=10), on(), off()),
        lambda path: AbsurdTempo(path, 6_000_000.0),
    ),
    "format 2": (GOOD[:9] + b"\x02" + GOOD[10:], _fault(FileFault.PATTERNS)),
    "SMPTE": (GOOD[:12] + b"\xe8\x50" + GOOD[14:], _fault(FileFault.SMPTE)),
    "no time": (GOOD[:12] + b"\x00\x00" + GOOD[14:], _fault(FileFault.SMPTE)),
    "truncated": (GOOD[:20], _fault(FileFault.TRUNCATED)),
    "too large": (
        GOOD + b"\0" * MAX_BYTES,
        lambda path: FileTooLarge(path, len(GOOD) + MAX_BYTES),
    ),
}


@pytest.mark.parametrize("content,reason", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_its_fault(
    tmp_path: Path, content: bytes, reason: Callable[[Path], MidiFileReason]
) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(MidiFileError) as raised:
        read(path)
    assert raised.value.reason == reason(path)


def test_truncated_at_every_byte(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        with pytest.raises(MidiFileError):
            read(saved(tmp_path, GOOD[:length]))


def test_a_changed_byte_raises_no_other_error(tmp_path: Path) -> None:
    for index in range(len(GOOD)):
        for value in (0x00, 0x7F, 0x80, 0xFF):
            try:
                read(saved(tmp_path, GOOD[:index] + bytes([value]) + GOOD[index + 1 :]))
            except MidiFileError:
                continue


def test_missing_folder_and_unwritable(tmp_path: Path) -> None:
    with pytest.raises(MidiFileError) as missing:
        read(tmp_path / "none.mid")
    assert missing.value.reason == UnusableFile(tmp_path / "none.mid", FileFault.MISSING)
    with pytest.raises(MidiFileError) as folder:
        read(tmp_path)
    assert folder.value.reason == UnusableFile(tmp_path, FileFault.FOLDER)
    target = tmp_path / "none" / "out.mid"
    with pytest.raises(MidiFileError) as unwritten:
        write(SCORE, target, "")
    assert unwritten.value.reason == FileNotWritten(target, os.strerror(errno.ENOENT))


def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(MidiFileError):
        write(SCORE, target, "")
    assert os.listdir(tmp_path) == ["taken"]  # noqa: PTH208 - hidden files too


def test_a_continued_file_has_the_prompt_unchanged(tmp_path: Path) -> None:
    prompt = read(
        saved(tmp_path, file_of(mido.MetaMessage("set_tempo", tempo=612_345), on(), off()))
    )
    notes = [
        Note(192, Instrument.PIANO, 62, 240, 70),
        Note(192, Instrument.BASS, 36, 240, 70),
        Note(192, Instrument.DRUMS, 38, 198, 70),
    ]
    out = tmp_path / "out.mid"
    write_continuation(prompt, notes, out, "made")
    again = read(out)
    assert again.source.tracks[: len(prompt.source.tracks)] == prompt.source.tracks
    assert again.score.tempos == prompt.score.tempos
    assert again.score.notes == (*prompt.score.notes, *sorted(notes))


def test_a_continuation_uses_no_channel_of_another_instrument(tmp_path: Path) -> None:
    bass_channel = Instrument.BASS.spec.channel
    content = file_of(on(channel=bass_channel), off(channel=bass_channel))  # a piano there
    prompt = read(saved(tmp_path, content))
    notes = [Note(192, Instrument.BASS, 36, 240, 70), Note(192, Instrument.PIANO, 62, 240, 70)]
    out = tmp_path / "out.mid"
    write_continuation(prompt, notes, out, "made")
    kinds = {(n.instrument, n.pitch) for n in read(out).score.notes}
    assert kinds == {(Instrument.BASS, 36), (Instrument.PIANO, 62), (Instrument.PIANO, 60)}


def test_players_have_tracks_of_their_own(tmp_path: Path) -> None:
    out = tmp_path / "out.mid"
    played, answered = (replace(SCORE, notes=SCORE.notes[at : at + 1]) for at in range(2))
    write_parts({"played": played, "Antiphon": answered}, out, "made")
    assert (read(out).score.tempos, read(out).score.metres) == (SCORE.tempos, SCORE.metres)
    names = [track.name for track in read(out).source.tracks]
    assert names == ["", "played piano", "Antiphon bass"]
