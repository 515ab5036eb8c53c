"""Files of every kind: nothing of a prompt is lost or changed, and what is added fits."""

from pathlib import Path
from random import Random

import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Note
from bridge.midi.smf import MidiFileError, continuation_bytes, from_bytes
from bridge.midi.smf.chunks import read_chunks
from bridge.midi.smf.track import read_track
from export.sketch.prompt import span_of_bars
from tests.bridge.midi.smf.generated import Tame, tame, wild
from tests.midi_chunks import assert_kept, chunks_of, paired_notes, tracks_of

PATH = Path("generated.mid")
MANY = pytest.param(20_000, marks=pytest.mark.slow)


def added_notes(random: Random, begin: int, end: int) -> list[Note]:
    """Return notes of any instruments within a span, some of them on one key at a time."""
    kinds = random.sample(tuple(Instrument), random.randint(1, 5))
    notes = []
    for _ in range(random.randint(1, 20)):
        kind = random.choice(kinds)
        onset = random.randrange(begin, end)
        pitch = random.randint(kind.spec.lowest, min(kind.spec.highest, kind.spec.lowest + 8))
        notes.append(Note(onset, kind, pitch, random.randint(onset + 1, end), 64))
    return sorted(notes)


@pytest.mark.parametrize("count", [300, MANY])
def test_a_wild_file_is_kept_and_its_events_are_found(count: int) -> None:
    for seed in range(count):
        random = Random(seed)
        file = wild(random)
        chunks = read_chunks(file.data)
        found = [
            [(e.tick, file.data[e.offset : e.end]) for e in read_track(file.data, c)]
            for c in chunks.tracks
        ]
        assert found == file.events, seed
        prompt = from_bytes(file.data, PATH)
        span = span_of_bars(prompt.score, random.randint(1, 3))
        notes = added_notes(random, span.begin, span.end)
        longer = continuation_bytes(prompt, notes, "made 夜")
        added = tracks_of(assert_kept(file.data, longer), chunks.division)
        begin = span.begin * chunks.division / TICKS_PER_QUARTER
        for track in added:
            assert all(onset >= begin - 0.5 for onset, *_ in paired_notes(track)), seed
        again = from_bytes(longer, PATH)
        assert again.score.tempos == prompt.score.tempos, seed
        assert again.score.metres == prompt.score.metres, seed


def expected_begin(file: Tame) -> int:
    """Return the bar line after all notes, in file ticks; a hair over it does not count."""
    end = max(release for _, release, _, _ in file.notes)
    last_onset = max(onset for onset, *_ in file.notes)
    for before, line in zip(file.bar_lines, file.bar_lines[1:], strict=False):
        over = end - line
        hair = over * 4 < file.division or over * 20 <= line - before
        if over <= 0 or (hair and last_onset < line):
            return line
    raise AssertionError


@pytest.mark.parametrize("count", [300, MANY])
def test_a_tame_file_goes_on_where_its_bars_say(count: int) -> None:
    for seed in range(count):
        random = Random(seed)
        file, bars = tame(random), random.randint(1, 4)
        prompt = from_bytes(file.data, PATH)
        span = span_of_bars(prompt.score, bars)
        begin = expected_begin(file)
        end = file.bar_lines[file.bar_lines.index(begin) + bars]
        ticks = [tick * TICKS_PER_QUARTER / file.division for tick in (begin, end)]
        assert [span.begin, span.end] == ticks, seed
        longer = continuation_bytes(prompt, added_notes(random, span.begin, span.end), "made")
        added = tracks_of(assert_kept(file.data, longer), file.division)
        notes = [note for track in added for note in paired_notes(track)]
        # A resolution below ours rounds the last tick of a bar to the bar line.
        last = end + (file.division < TICKS_PER_QUARTER)
        assert all(begin <= onset < release <= last for onset, release, _, _ in notes), seed


@pytest.mark.parametrize("count", [300, MANY])
def test_a_damaged_file_is_read_or_refused(count: int) -> None:
    """A file with changed, missing or doubled bytes raises no other error; if read, it is kept."""
    for seed in range(count):
        random = Random(seed)
        data = bytearray(wild(random).data)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(14, len(data))
            match random.randrange(3):
                case 0:
                    data[at] = random.choice((0, 0x7F, 0x80, 0xF8, 0xFF, random.randrange(256)))
                case 1:
                    del data[at : at + random.randint(1, 5)]
                case 2:
                    data[at:at] = random.randbytes(random.randint(1, 5))
            data = data if len(data) > 20 else data + bytes(20)
        damaged = bytes(data)
        try:
            prompt = from_bytes(damaged, PATH)
        except MidiFileError:
            continue
        span = span_of_bars(prompt.score, 1)
        longer = continuation_bytes(prompt, added_notes(random, span.begin, span.end), "made")
        kept = chunks_of(damaged[: prompt.chunks.others[-1].end if prompt.chunks.others else 14])
        assert chunks_of(longer)[1 : len(kept)] == kept[1:], seed
