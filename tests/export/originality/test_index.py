"""The longest run of a take is found with its title, in any key and at any tempo."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from export.originality.index import ORIGINALITY, OriginalityIndex, index_of
from export.originality.lines import NGRAM_NOTES, lines_of
from export.originality.sampling import GUARANTEED_NOTES, STRIDE, build_table, piece_of
from export.originality.table import Table
from export.runtime.artefact import Artefact, ArtefactError, seal_file
from export.runtime.reasons.artefact import BadTable

VIOLIN, FLUTE = Instrument.VIOLIN, Instrument.FLUTE
TITLES = ("The First", "The Second", "The Third")


def melody(seed: int, count: int = 200, kind: Instrument = VIOLIN) -> list[Note]:
    """Return a melody of leaps and steps in eighths, quarters and dotted quarters."""
    rng = np.random.default_rng(seed)
    ticks = np.cumsum(rng.choice([24, 48, 72], count)).tolist()
    pitches = (60 + rng.integers(0, 20, count)).tolist()
    return [
        Note(tick, kind, pitch, tick + 20, 80) for tick, pitch in zip(ticks, pitches, strict=True)
    ]


PIECES = {title: melody(seed) for seed, title in enumerate(TITLES)}
INDEX = OriginalityIndex(
    build_table([piece_of(title, lines_of(notes)) for title, notes in PIECES.items()], limit=24)
)


def moved(
    notes: Sequence[Note],
    ticks: int = 0,
    semitones: int = 0,
    *,
    slower: int = 1,
    kind: Instrument = VIOLIN,
) -> list[Note]:
    first = notes[0].onset_ticks
    return [
        replace(
            note,
            onset_ticks=ticks + slower * (note.onset_ticks - first),
            release_ticks=ticks + slower * (note.release_ticks - first),
            pitch=note.pitch + semitones,
            instrument=kind,
        )
        for note in notes
    ]


def planted(quoted: Sequence[Note], around: int = 40) -> list[Note]:
    """Return a quotation with music of its own before and after it."""
    before = melody(1000, around)
    inside = moved(quoted, before[-1].onset_ticks + 36)
    after = moved(melody(1001, around), inside[-1].onset_ticks + 60)
    return [*before, *inside, *after]


def test_thirty_notes_in_another_key_at_another_tempo_are_found() -> None:
    quoted = moved(PIECES["The Second"][57:87], 480, 5, slower=2, kind=FLUTE)
    run = INDEX.longest_run(quoted)
    assert run is not None
    assert (run.title, run.instrument) == ("The Second", FLUTE)
    assert NGRAM_NOTES + STRIDE <= run.notes <= 30
    assert quoted[0].onset_ticks <= run.begin_ticks < run.end_ticks <= quoted[-1].onset_ticks


def test_the_same_notes_shuffled_are_not() -> None:
    notes = PIECES["The Second"][57:87]
    pitches = np.random.default_rng(3).permutation([note.pitch for note in notes]).tolist()
    shuffled = [replace(note, pitch=pitch) for note, pitch in zip(notes, pitches, strict=True)]
    assert INDEX.longest_run(shuffled) is None


@settings(deadline=None)
@given(
    title=st.sampled_from(TITLES),
    begin=st.integers(0, 100),
    count=st.integers(GUARANTEED_NOTES, 100),
    semitones=st.integers(-12, 12),
    slower=st.sampled_from([1, 2, 3]),
)
def test_every_run_of_the_guaranteed_length_is_found(
    title: str, begin: int, count: int, semitones: int, slower: int
) -> None:
    quoted = moved(PIECES[title][begin : begin + count], 0, semitones, slower=slower)
    run = INDEX.longest_run(planted(quoted))
    assert run is not None
    assert run.title == title
    assert count - 2 * (STRIDE - 1) <= run.notes <= count
    # The quotation begins after forty other notes and 36 ticks.
    first = melody(1000, 40)[-1].onset_ticks + 36
    assert first <= run.begin_ticks < run.end_ticks <= first + quoted[-1].onset_ticks


def test_music_of_its_own_has_no_run() -> None:
    assert INDEX.longest_run(melody(77, 2000)) is None
    assert INDEX.longest_run([]) is None


def test_one_changed_note_ends_a_run() -> None:
    notes = PIECES["The First"][:90]
    notes[45] = replace(notes[45], pitch=notes[45].pitch + 1)
    run = INDEX.longest_run(notes)
    assert run is not None
    assert run.notes <= 45


def test_what_the_prompt_has_is_the_players_own() -> None:
    prompt = PIECES["The Third"][:60]
    take = moved(PIECES["The Third"][:110], prompt[-1].onset_ticks + 200, 3)
    assert INDEX.longest_run(moved(prompt, 5000), prompt) is None
    run = INDEX.longest_run(take, prompt)
    assert run is not None
    assert run.begin_ticks >= take[60 - NGRAM_NOTES].onset_ticks
    assert run.notes <= 50 + NGRAM_NOTES


def test_common_property_is_bridged_and_not_found_alone() -> None:
    [line] = piece_of("", lines_of(PIECES["The First"]))[1]
    common = frozenset(line[60:70].tolist())
    index = OriginalityIndex(
        build_table([piece_of("Known", lines_of(PIECES["The First"]))], 24, common)
    )
    run = index.longest_run(PIECES["The First"])
    assert run is not None
    assert run.notes >= len(PIECES["The First"]) - 2 * STRIDE
    everything = build_table(
        [piece_of("Known", lines_of(PIECES["The First"]))], 24, frozenset(line.tolist())
    )
    assert OriginalityIndex(everything).longest_run(PIECES["The First"]) is None


def test_a_chain_does_not_go_from_one_piece_into_the_next() -> None:
    both = [*PIECES["The First"], *moved(PIECES["The Second"], 30_000)]
    run = INDEX.longest_run(both)
    assert run is not None
    assert run.notes <= 200


@pytest.fixture
def indexed(copied: Path) -> Path:
    """Return a folder with an artefact that has the index of three melodies."""
    pieces = [piece_of(title, lines_of(notes)) for title, notes in PIECES.items()]
    (copied / ORIGINALITY).write_bytes(build_table(pieces, 24).to_bytes())
    seal_file(copied, ORIGINALITY)
    return copied


def test_an_artefact_has_its_index_and_may_do_without(indexed: Path, exact: Artefact) -> None:
    index = index_of(Artefact.load(indexed))
    assert index is not None
    assert index.limit == 24
    assert index.longest_run(PIECES["The First"]) == INDEX.longest_run(PIECES["The First"])
    assert index_of(exact) is None


def test_a_changed_index_is_refused(indexed: Path) -> None:
    (indexed / ORIGINALITY).write_bytes(b"{}\n")
    with pytest.raises(ArtefactError):
        Artefact.load(indexed)
    seal_file(indexed, ORIGINALITY)
    with pytest.raises(ArtefactError) as caught:
        index_of(Artefact.load(indexed))
    assert caught.value.reason == BadTable(indexed / ORIGINALITY, "it has another format")


def test_an_empty_table_finds_nothing() -> None:
    empty = Table.from_bytes(build_table([], 24).to_bytes())
    assert OriginalityIndex(empty).longest_run(PIECES["The First"]) is None
