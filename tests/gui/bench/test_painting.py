"""Painting is measured with the stated number of notes, all visible."""

import pytest

from bridge.system.units import SECOND
from gui.bench.painting import NOTE_COUNT, SIZES, measure_painting, random_notes


def test_the_notes_have_the_stated_number_and_have_ended() -> None:
    notes = random_notes(1000 * SECOND, 90 * SECOND)
    assert len(notes) == NOTE_COUNT
    assert all(910 * SECOND < note.onset_ns <= 1000 * SECOND for note in notes)
    assert all((note.release_ns or 0) <= 1000 * SECOND for note in notes)
    assert len({note.instrument for note in notes}) == 14


@pytest.mark.slow
def test_frames_are_painted_and_timed() -> None:
    found = measure_painting()
    assert set(found) == {f"{width}x{height}" for width, height in SIZES}
    for spread in found.values():
        assert spread["median_ms"] > 0
        assert spread["p99_ms"] < 1000
