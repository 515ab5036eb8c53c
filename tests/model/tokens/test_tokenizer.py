"""Music to tokens and back: round trips, streaming, and MuseNet's own sample."""

import csv
import random
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from model.tokens import tokenizer
from model.tokens import vocabulary as v
from model.tokens.tokenizer import StreamEncoder, decode, encode, normal_form

GOLDEN = Path(__file__).parents[2] / "golden"
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"

NOTES = st.builds(
    lambda onset, kind, pitch, length, velocity: Note(onset, kind, pitch, onset + length, velocity),
    st.integers(0, 800),
    st.sampled_from(Instrument),
    st.integers(0, 127),
    st.integers(0, 500),
    st.integers(1, 127),
)
TEMPOS = st.builds(TempoChange, st.integers(0, 900), st.floats(10, 400))
METRES = st.builds(
    MetreChange, st.integers(0, 900), st.integers(1, 13), st.sampled_from([2, 4, 8, 16])
)
SCORES = st.builds(
    Score,
    st.lists(NOTES, max_size=30).map(tuple),
    st.lists(TEMPOS, max_size=3).map(tuple),
    st.lists(METRES, max_size=3).map(tuple),
    st.booleans(),
)


def streamed(score: Score) -> list[int]:
    """Encode a score in normal form event by event."""
    encoder, tokens = StreamEncoder(), tokenizer.header_tokens(score)
    events = [(note.onset_ticks, True, note) for note in score.notes]
    events += [
        (n.release_ticks, False, n) for n in score.notes if n.instrument is not Instrument.DRUMS
    ]
    last = 0
    for last, begins, note in sorted(events):
        if begins:
            tokens += encoder.note_on(last, note.instrument, note.pitch, note.velocity)
        else:
            tokens += encoder.note_off(last, note.instrument, note.pitch)
    return [*tokens, *encoder.flush(last), v.END]


@given(SCORES)
@settings(max_examples=300)
def test_encoding_and_decoding_gives_the_normal_form(score: Score) -> None:
    normal = normal_form(score)
    assert decode(encode(score)) == normal
    assert normal_form(normal) == normal


@given(SCORES)
@settings(max_examples=300)
def test_event_by_event_gives_the_same_tokens(score: Score) -> None:
    normal = normal_form(score)
    plain = Score(normal.notes, normal.tempos[:1], normal.metres[:1], normal.grid)
    assert streamed(plain) == encode(plain)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.integers(60, 62), st.integers(1, 127)),
        max_size=60,
    )
)
def test_any_live_stream_is_a_normal_form(
    steps: list[tuple[int, bool, int, int]],
) -> None:
    encoder, tokens, tick = StreamEncoder(), [v.START, v.CLOCK_FREE], 0
    for gap, begins, pitch, velocity in steps:
        tick += gap
        if begins:
            tokens += encoder.note_on(tick, Instrument.PIANO, pitch, velocity)
        else:
            tokens += encoder.note_off(tick, Instrument.PIANO, pitch)
    tokens += encoder.flush(tick)
    score = decode(tokens)
    assert normal_form(score) == score
    assert {(k, p) for k, p in encoder.sounding} == {
        (n.instrument, n.pitch)
        for n in score.notes
        if v.off_id(n.instrument, n.pitch) not in tokens[_last_onset(tokens, n) :]
    }


def _last_onset(tokens: list[int], note: Note) -> int:
    event = v.on_event(note.instrument, note.pitch)
    return max(index for index, token in enumerate(tokens) if v.event_of(token) == event)


def test_silence_is_encoded_as_it_passes() -> None:
    encoder = StreamEncoder()
    assert encoder.advance(100) == []
    assert encoder.advance(400) == [v.wait_id(192)] * 2
    assert encoder.flush(400) == [v.wait_id(16)]


def test_a_note_released_in_its_own_tick_lasts_one_tick() -> None:
    encoder = StreamEncoder()
    tokens = encoder.note_on(5, Instrument.PIANO, 60, 80) + encoder.note_off(
        5, Instrument.PIANO, 60
    )
    tokens += encoder.flush(5)
    assert v.format_tokens(tokens) == "wait:5 piano:v80:C4 wait:1 piano:v0:C4"


def test_an_encoder_continues_after_other_tokens() -> None:
    encoder = StreamEncoder(30, [(Instrument.PIANO, 64)])
    tokens = encoder.note_on(40, Instrument.PIANO, 67, 80)
    tokens += encoder.note_on(40, Instrument.PIANO, 64, 80)  # sounds, and so ends first
    tokens += encoder.note_off(50, Instrument.PIANO, 64) + encoder.flush(50)
    assert v.format_tokens(tokens) == (
        "wait:10 piano:v0:E4 piano:v80:E4 piano:v80:G4 wait:10 piano:v0:E4"
    )
    assert encoder.sounding == {(Instrument.PIANO, 67)}


def test_a_closed_tick_has_no_wait_after_it() -> None:
    encoder = StreamEncoder()
    encoder.note_on(5, Instrument.PIANO, 60, 80)
    assert v.format_tokens(encoder.close_tick()) == "wait:5 piano:v80:C4"
    encoder.advance(20)
    assert encoder.close_tick() == []
    assert v.format_tokens(encoder.flush(25)) == "wait:20"


def test_musenets_sample_is_parsed_and_printed_unchanged() -> None:
    sample = (GOLDEN / "musenet_sample.txt").read_text("utf-8").split()
    # Composer, instruments and tempo are separate inputs here, not words of the stream.
    events = [word for word in sample if ":" in word]
    assert v.format_tokens(v.parse_tokens(" ".join(events))) == " ".join(events)


def test_musenets_sample_in_normal_form_is_golden() -> None:
    sample = (GOLDEN / "musenet_sample.txt").read_text("utf-8").split()
    events = v.parse_tokens(
        "start clock:grid tempo:88 metre:4/4 " + " ".join(w for w in sample if ":" in w)
    )
    words = v.format_tokens(encode(decode(events), end=False)).split()
    assert words == (GOLDEN / "musenet_sample_normal.txt").read_text("utf-8").split()


def _validation_files() -> list[tuple[str, bytes]]:
    if not CORPUS.exists():
        pytest.skip("the training corpus is not beside the project")
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        names = {row["path"] for row in csv.DictReader(file) if row["split"] == "valid"}
    with tarfile.open(CORPUS / "corpus.tar.xz") as archive:
        return [
            (member.name, stream.read())
            for member in archive
            if member.name in names and (stream := archive.extractfile(member)) is not None
        ]


@pytest.mark.slow
def test_files_of_the_validation_split_come_back(tmp_path: Path) -> None:
    files = _validation_files()
    assert len(files) > 600
    for name, content in random.sample(files, 150):  # others with another seed of pytest-randomly
        path = tmp_path / "piece.mid"
        path.write_bytes(content)
        score = smf.read(path).score
        tokens = encode(score)
        normal = normal_form(score)
        assert decode(tokens) == normal, name
        plain = Score(normal.notes, normal.tempos[:1], normal.metres[:1])
        assert streamed(plain) == encode(plain), name
