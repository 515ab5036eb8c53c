"""Playing beside others."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.decoding.beside import redistribute_others
from model.decoding.grammar import event_mask
from model.tokens import vocabulary as v


def probabilities(logits: np.ndarray) -> np.ndarray:
    mass = np.exp(logits - logits.max())
    shares: np.ndarray = mass / mass.sum()
    return shares


def expected(rest_ticks: int, held_ticks: int = 0) -> tuple[float, float, float, float]:
    """Return the probability of a wait, of the others, of our onsets and of our releases."""
    events = np.random.default_rng(0).normal(size=v.EVENT_COUNT).astype(np.float32)
    others = v.EVENT_INSTRUMENT == Instrument.PIANO
    events[others & (v.EVENT_KIND == v.Kind.ON)] += 6
    ours = event_mask([Instrument.BASS])
    beside = probabilities(redistribute_others(events, ours, rest_ticks, held_ticks))
    on, off = (kind == v.EVENT_KIND for kind in (v.Kind.ON, v.Kind.OFF))
    parts = (v.EVENT_KIND == v.Kind.WAIT, others, ours & on, ours & off)
    wait, theirs, onsets, releases = (float(beside[part].sum()) for part in parts)
    return wait, theirs, onsets, releases


def test_events_expected_of_others_become_waits() -> None:
    wait, _, onsets, _ = expected(rest_ticks=0)
    assert wait > 20 * onsets


def test_a_longer_rest_makes_an_onset_likelier() -> None:
    shares = []
    for quarters in (0, 1, 2, 4, 40):
        wait, _, onsets, _ = expected(48 * quarters)
        shares.append(onsets / (onsets + wait))
    assert shares == sorted(shares)
    assert shares[1] > 0.1
    assert shares[-2] == pytest.approx(0.6, abs=0.05)
    assert shares[-1] == pytest.approx(shares[-2])


def test_a_note_in_the_future_counts_as_no_rest() -> None:
    assert expected(rest_ticks=-400) == expected(rest_ticks=0)


def test_a_longer_held_note_makes_a_release_likelier() -> None:
    assert expected(0, held_ticks=192)[3] > 2 * expected(0, held_ticks=0)[3]
