"""The key of the music up to now, as an estimate that follows modulations."""

from collections.abc import Iterable

import numpy as np
import pytest

from model.decoding.heard.key import MAJOR_SCALE, MINOR_SCALE, Key, KeyLog, estimate
from model.decoding.state import StreamState
from model.tokens import vocabulary as v

BAR = 192
C_MAJOR = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (0, 4, 7))


def play(log: KeyLog, chords: Iterable[Iterable[int]], transposed: int = 0) -> None:
    """Let a log hear a chord a bar."""
    for chord in chords:
        log.advance(BAR, [60 + transposed + pitch for pitch in chord])


def key_of(log: KeyLog) -> Key:
    key = log.estimate()
    assert key is not None
    return key


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_in_its_key(tonic: int) -> None:
    log = KeyLog()
    play(log, C_MAJOR, tonic)
    key = key_of(log)
    assert (key.tonic, key.is_minor) == (tonic, False)
    assert key.scale == {(tonic + step) % 12 for step in MAJOR_SCALE}
    assert key.triad == (tonic, (tonic + 4) % 12, (tonic + 7) % 12)
    assert key.fit > 0.8
    assert key.margin > 0


@pytest.mark.parametrize("tonic", range(12))
def test_a_minor_cadence_is_in_its_key_with_raised_degrees(tonic: int) -> None:
    log = KeyLog()
    play(log, ((0, 3, 7), (5, 8, 0), (7, 11, 2), (0, 3, 7)), tonic)
    key = key_of(log)
    assert (key.tonic, key.is_minor) == (tonic, True)
    assert key.scale == {(tonic + step) % 12 for step in MINOR_SCALE}
    assert key.triad == (tonic, (tonic + 3) % 12, (tonic + 7) % 12)
    assert {(tonic + 9) % 12, (tonic + 11) % 12} <= key.scale


@pytest.mark.parametrize("bar", [0, BAR])
def test_a_modulation_is_followed_within_eight_bars(bar: int) -> None:
    log = KeyLog()
    log.set_bars(bar)
    play(log, C_MAJOR * 2)
    assert key_of(log).tonic == 0
    play(log, C_MAJOR, 3)
    after_four = key_of(log).fit
    play(log, C_MAJOR, 3)
    assert (key_of(log).tonic, key_of(log).is_minor) == (3, False)
    play(log, C_MAJOR * 4, 3)
    assert key_of(log).fit > after_four


def test_too_little_music_and_all_pitch_classes_alike_have_no_key() -> None:
    log = KeyLog()
    assert log.estimate() is None
    log.advance(24, [60])
    assert log.estimate() is None
    assert estimate(np.ones(12)) is None
    assert estimate(np.zeros(12)) is None


def test_what_is_ambiguous_fits_less_and_has_less_margin() -> None:
    clear, vague = KeyLog(), KeyLog()
    play(clear, C_MAJOR)
    play(vague, [(0, 1, 2, 6, 7, 8), (0, 4, 8)])
    assert key_of(vague).fit < key_of(clear).fit
    assert key_of(vague).margin < key_of(clear).margin


def test_a_copy_is_independent() -> None:
    log = KeyLog()
    play(log, C_MAJOR)
    other = log.copy()
    play(log, C_MAJOR * 4, 6)
    assert key_of(other).tonic == 0
    assert key_of(log).tonic == 6


@pytest.mark.parametrize("time", ["clock:grid tempo:120 metre:4/4", "clock:free"])
def test_the_state_of_a_stream_knows_the_key_with_bars_and_without(time: str) -> None:
    notes = " ".join(
        f"piano:v80:{name}4 wait:48 piano:v0:{name}4" for name in ("D", "F#", "A", "B", "C#", "D")
    )
    key = StreamState.after(v.parse_tokens(f"start {time} {notes}")).key.estimate()
    assert key is not None
    assert (key.tonic, key.is_minor) == (2, False)
