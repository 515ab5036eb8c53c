"""Reading files: notes, tempo and metre, and every fault of a file."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import (
    MAX_BYTES,
    MidiFileError,
    read,
    score_bytes,
)
from bridge.midi.smf.reason import (
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileTooLarge,
    FileTooLong,
    FormatFault,
    MidiFileReason,
    UnusableFile,
    WrongTrackCount,
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
    path.write_bytes(score_bytes(SCORE, "how it was made"))
    file = read(path)
    assert file.score == Score(tuple(sorted(SCORE.notes)), SCORE.tempos, SCORE.metres)
    texts = [m.text for m in mido.MidiFile(path).tracks[0] if m.type == "text"]
    assert texts == ["how it was made"]


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


HEADER_BYTES = 14
GOOD = file_of(on(), off())


def _fault(fault: FileFault) -> Callable[[Path], MidiFileReason]:
    return lambda path: UnusableFile(path, fault)


BROKEN: dict[str, tuple[bytes, Callable[[Path], MidiFileReason]]] = {
    "empty": (b"", _fault(FileFault.EMPTY)),
    "not MIDI": (b"RIFF....WAVEfmt ", _fault(FileFault.NOT_MIDI)),
    "text": (b"hello, world", _fault(FileFault.NOT_MIDI)),
    "no tempo at all": (
        file_of(mido.MetaMessage("set_tempo", tempo=0), on(), off()),
        lambda path: AbsurdTempo(path, float("inf"), 23),
    ),
    "too fast": (
        file_of(mido.MetaMessage("set_tempo", tempo=10), on(), off()),
        lambda path: AbsurdTempo(path, 6_000_000.0, 23),
    ),
    "format 2": (GOOD[:9] + b"\x02" + GOOD[10:], _fault(FileFault.PATTERNS)),
    "SMPTE": (GOOD[:12] + b"\xe8\x50" + GOOD[14:], _fault(FileFault.SMPTE)),
    "no time": (GOOD[:12] + b"\x00\x00" + GOOD[14:], _fault(FileFault.NO_RESOLUTION)),
    "truncated": (GOOD[:20], lambda path: BrokenFile(path, FormatFault.CHUNK_CUT, 14)),
    "too long": (
        file_of(on(), off(time=2**28 - 1), ticks_per_beat=1),
        lambda path: FileTooLong(path, 2**28 - 1),
    ),
    "too large": (
        GOOD + b"\0" * MAX_BYTES,
        lambda path: FileTooLarge(path, len(GOOD) + MAX_BYTES),
    ),
}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without an end")
def test_a_device_is_no_file() -> None:
    with pytest.raises(MidiFileError) as raised:
        read(Path("/dev/zero"))
    assert raised.value.reason == UnusableFile(Path("/dev/zero"), FileFault.SPECIAL)


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
        path = saved(tmp_path, GOOD[:length])
        if length == HEADER_BYTES:  # the end of a chunk: only the header shows that one is missing
            assert read(path).notices == (WrongTrackCount(path, 1, 0),)
            continue
        with pytest.raises(MidiFileError):
            read(path)


def test_a_changed_byte_raises_no_other_error(tmp_path: Path) -> None:
    for index in range(len(GOOD)):
        for value in (0x00, 0x7F, 0x80, 0xFF):
            try:
                read(saved(tmp_path, GOOD[:index] + bytes([value]) + GOOD[index + 1 :]))
            except MidiFileError:
                continue


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MidiFileError) as missing:
        read(tmp_path / "none.mid")
    assert missing.value.reason == UnusableFile(tmp_path / "none.mid", FileFault.MISSING)
    with pytest.raises(MidiFileError) as folder:
        read(tmp_path)
    assert folder.value.reason == UnusableFile(tmp_path, FileFault.FOLDER)
