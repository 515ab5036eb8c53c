"""The tonic of the music up to now."""

import pytest

from model.decoding.tonic import TonicLog


@pytest.mark.parametrize(
    "pitches, triad",
    [
        ((60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60), (0, 4, 7)),
        ((57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57), (9, 0, 4)),
        ((67, 69, 71, 72, 74, 76, 78, 79, 74, 71, 67), (7, 11, 2)),
    ],
)
def test_the_triad_is_that_of_the_key(
    pitches: tuple[int, ...], triad: tuple[int, int, int]
) -> None:
    log = TonicLog()
    for pitch in pitches:
        log.note_off(pitch, 24)
    assert log.triad() == triad


def test_later_notes_count_more() -> None:
    log = TonicLog()
    for _ in range(40):
        for pitch in (60, 64, 67, 65, 60):
            log.note_off(pitch, 24)
    for _ in range(80):
        for pitch in (62, 66, 69, 67, 62):
            log.note_off(pitch, 24)
    triad = log.triad()
    assert triad is not None
    assert triad[0] == 2


def test_silence_has_none_and_a_copy_is_independent() -> None:
    log = TonicLog()
    other = log.copy()
    log.note_off(60, 24)
    assert other.triad() is None
    assert log.triad() is not None
