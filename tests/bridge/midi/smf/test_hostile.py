"""Files that attack a reader: each is read within the limits, or refused."""

import gc
import struct
from pathlib import Path
from random import Random
from time import process_time

import pytest

from bridge.midi.smf import MidiFileError, continuation_bytes, from_bytes
from bridge.midi.smf.chunks import read_chunks
from bridge.midi.smf.limits import MAX_CHUNKS, MAX_EVENTS, MAX_PORTS
from bridge.midi.smf.reason import (
    AbsurdMetre,
    BrokenFile,
    FileTooLong,
    FileTooManyHours,
    FormatFault,
    MidiFileReason,
)
from bridge.midi.smf.timeline import read_timeline
from export.sketch.prompt import span_of_bars
from tests.bridge.midi.smf.generated import END, chunk, quantity
from tests.bridge.midi.smf.hostile import (
    DEVICE,
    FAR,
    HEAVY,
    METRE,
    TEMPO,
    Part,
    fuzzed,
    note,
    real_files,
)
from tests.bridge.midi.smf.test_generated import added_notes

PATH = Path("hostile.mid")
HOSTILE = Path(__file__).parents[3] / "golden" / "hostile"
MANY = pytest.param(20_000, marks=pytest.mark.slow)


def file_of(*tracks: bytes, division: int = 480) -> bytes:
    header = chunk(b"MThd", struct.pack(">HHH", 1, len(tracks), division))
    return header + b"".join(chunk(b"MTrk", track + b"\0" + END) for track in tracks)


def refusal(data: bytes) -> MidiFileReason:
    with pytest.raises(MidiFileError) as raised:
        from_bytes(data, PATH)
    return raised.value.reason


def fault(data: bytes) -> FormatFault:
    reason = refusal(data)
    assert isinstance(reason, BrokenFile)
    return reason.fault


@pytest.mark.parametrize("count", [300, MANY])
def test_any_file_is_read_and_written_back_or_refused(count: int) -> None:
    real = real_files()
    for seed in range(count):
        random = Random(seed)
        try:
            prompt = from_bytes(fuzzed(random, real, 200), PATH)
        except MidiFileError:
            continue
        span = span_of_bars(prompt.score, 1)
        notes = added_notes(random, span.begin, span.end + 1)
        again = from_bytes(continuation_bytes(prompt, notes, "made"), PATH)
        assert again.score.metres == prompt.score.metres, seed


@pytest.mark.parametrize("part", HEAVY, ids=lambda part: part.__name__)
def test_the_time_grows_with_the_size_of_an_attack_only(part: Part) -> None:
    """Ten times as many events take about ten times as long; a quadratic reader takes a hundred."""

    def seconds(count: int) -> float:
        data = file_of(part(Random(1), count))
        gc.disable()  # it would look through what other tests keep
        begun = process_time()
        from_bytes(data, PATH)
        taken = process_time() - begun
        gc.enable()
        return taken

    seconds(1000)
    assert seconds(20_000) < 30 * max(0.005, min(seconds(2000) for _ in range(3)))


def test_the_notes_of_a_state_that_changes_share_what_does_not() -> None:
    data = b"".join(bytes((0, 0xB0, number, 1)) for number in range(120))
    data += b"".join(bytes((0, 0xB0, 7, number % 4)) + note(60) for number in range(1000))
    notes = read_timeline(read_chunks(file_of(data))).notes
    assert len({note.sound for note in notes}) == 4
    assert all(len(note.sound.controls) < 10 for note in notes)


@pytest.mark.parametrize(
    "track", [quantity(FAR) + note(60)[1:], b"\0\x90\x3c\x40" + quantity(FAR) + b"\x80\x3c\x40"]
)
def test_a_piece_beyond_all_limits_is_refused(track: bytes) -> None:
    assert isinstance(refusal(file_of(track, division=1)), FileTooLong)


def test_a_far_end_of_a_track_without_notes_is_no_music() -> None:
    far = quantity(FAR) + TEMPO + b"\x07\xa1\x20" + quantity(FAR) + b"\xff\x01\0"
    assert from_bytes(file_of(note(60), far, division=1), PATH).score.end_ticks == 24 * 48


def test_a_piece_of_days_is_refused_at_its_tempos() -> None:
    slow = b"\0" + TEMPO + b"\xff\xff\xff"  # 3.6 quarter notes a minute
    reason = refusal(file_of(slow + quantity(6000 * 480) + note(60)[1:]))
    assert isinstance(reason, FileTooManyHours)
    assert round(reason.hours) == 28
    assert from_bytes(file_of(slow + quantity(5000 * 480) + note(60)[1:]), PATH).score.notes


@pytest.mark.parametrize("shape", [(255, 0), (26, 0), (51, 1), (101, 2), (255, 2)])
def test_a_bar_of_more_than_100_quarters_is_refused(shape: tuple[int, int]) -> None:
    data = b"\0" + METRE + bytes((*shape, 24, 8)) + note(60)
    assert isinstance(refusal(file_of(data)), AbsurdMetre)


@pytest.mark.parametrize("shape", [(25, 0), (50, 1), (99, 2), (255, 4), (1, 7)])
def test_other_long_and_short_bars_are_read(shape: tuple[int, int]) -> None:
    data = b"\0" + METRE + bytes((*shape, 24, 8)) + note(60)
    [metre] = from_bytes(file_of(data), PATH).score.metres
    assert (metre.numerator, metre.denominator) == (shape[0], 1 << shape[1])


@pytest.mark.slow
def test_too_many_events_of_a_track_are_refused() -> None:
    many = b"\0\x90\x3c\x40" + b"\x00\x3c\x00" * MAX_EVENTS
    assert fault(file_of(many)) is FormatFault.TOO_MANY_EVENTS


def test_too_many_of_anything_is_refused_at_a_byte() -> None:
    escape = b"\0\xf7" + quantity(MAX_EVENTS + 1) + b"\xf8" * (MAX_EVENTS + 1)
    assert fault(file_of(escape)) is FormatFault.TOO_MANY_EVENTS
    names = (b"%04d" % number for number in range(MAX_PORTS + 1))
    ports = b"".join(b"\0" + DEVICE + b"\x04" + name + note(60) for name in names)
    assert fault(file_of(ports)) is FormatFault.TOO_MANY_PORTS
    chunks = file_of(note(60)) + chunk(b"XFIH", b"") * MAX_CHUNKS
    assert fault(chunks) is FormatFault.TOO_MANY_CHUNKS


def test_a_quantity_of_five_bytes_is_refused() -> None:
    assert fault(file_of(b"\xff\xff\xff\xff\x7f" + note(60))) is FormatFault.QUANTITY


@pytest.mark.parametrize("size", [0x0FFFFFFF, 0x00FFFFFF])
def test_a_length_beyond_the_track_is_refused_without_making_room(size: int) -> None:
    assert fault(file_of(b"\0\xff\x01" + quantity(size) + b"text")) is FormatFault.EVENT_CUT


def test_the_hostile_files_are_read_or_refused() -> None:
    """A status of a cable, a cluster of all keys, the longest delta times, a note of ten hours."""
    read = {path.name: path.read_bytes() for path in sorted(HOSTILE.glob("*.mid"))}
    assert fault(read["c_realtime_min.mid"]) is FormatFault.NOT_IN_FILES
    assert isinstance(refusal(read["s_delta_max_ppq1.mid"]), FileTooLong)
    assert len(from_bytes(read["s_cluster128.mid"], PATH).score.notes) == 128
    assert from_bytes(read["s_ten_hour_note.mid"], PATH).score.end_ticks == 72_000 * 48
