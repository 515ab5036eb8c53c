"""What each instrument has done in the music up to now."""

from bridge.midi.instruments import Instrument
from model.decoding.heard.statistics import NoteStatistics

PIANO, BASS, TRUMPET = int(Instrument.PIANO), int(Instrument.BASS), int(Instrument.TRUMPET)


def played(instrument: int, length: int, rest: int, count: int = 32) -> NoteStatistics:
    statistics = NoteStatistics()
    for index in range(count):
        statistics.note_on(instrument, index * rest, overlaps=False)
        statistics.note_off(instrument, 60, length)
    return statistics


def test_a_note_longer_than_all_others_is_hazardous() -> None:
    statistics = played(PIANO, length=24, rest=24)
    assert statistics.release_hazard(PIANO, 60, 20) < 0.2
    assert statistics.release_hazard(PIANO, 60, 30) > 3
    assert statistics.release_hazard(PIANO, 60, 300) > statistics.release_hazard(PIANO, 60, 100)


def test_registers_have_lengths_of_their_own() -> None:
    """A left hand that holds its notes does not make the right hand hold them."""
    statistics = NoteStatistics()
    for _ in range(32):
        statistics.note_off(PIANO, 40, 192)
        statistics.note_off(PIANO, 76, 12)
    assert statistics.release_hazard(PIANO, 40, 100) < 0.5
    assert statistics.release_hazard(PIANO, 76, 100) > 2


def test_a_rest_longer_than_usual_is_hazardous() -> None:
    statistics = played(BASS, length=40, rest=48)
    assert statistics.onset_hazard(BASS, 31 * 48 + 40, 0) < 0.5
    assert statistics.onset_hazard(BASS, 31 * 48 + 300, 0) > 3


def test_an_instrument_that_rests_every_second_phrase_may() -> None:
    statistics, tick = NoteStatistics(), 0
    for rest in [24] * 7 + [400]:
        statistics.note_on(TRUMPET, tick, overlaps=False)
        tick += rest
    for _ in range(4):
        for rest in [24] * 7 + [400]:
            statistics.note_on(TRUMPET, tick, overlaps=False)
            tick += rest
    statistics.note_on(TRUMPET, tick, overlaps=False)
    assert statistics.onset_hazard(TRUMPET, tick + 390, 0) < 2.5


def test_an_instrument_that_has_not_played_enters_within_two_bars() -> None:
    statistics = NoteStatistics()
    assert statistics.onset_hazard(BASS, 1000, 1000) < 0.1
    assert statistics.onset_hazard(BASS, 1000 + 2 * 192, 1000) > 6


def test_instruments_with_one_note_at_a_time_are_known() -> None:
    statistics = NoteStatistics()
    assert statistics.is_monophonic(BASS)
    assert not statistics.is_monophonic(PIANO)
    for tick in range(0, 48 * 64, 48):
        statistics.note_on(PIANO, tick, overlaps=False)
        statistics.note_on(BASS, tick, overlaps=tick % 96 == 0)
    assert statistics.is_monophonic(PIANO)
    assert not statistics.is_monophonic(BASS)


def test_a_copy_is_independent() -> None:
    statistics = played(PIANO, length=24, rest=24)
    other = statistics.copy()
    for _ in range(64):
        other.note_off(PIANO, 60, 400)
    assert statistics.release_hazard(PIANO, 60, 100) > 3 > other.release_hazard(PIANO, 60, 100)
