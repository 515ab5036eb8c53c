"""Masses by class, from logits whose probabilities are known."""

import math

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.evaluation.masses import ClassMasses
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
WAIT, OFF = v.wait_id(12), v.off_id(PIANO, 60)
KICK, ROOT = v.on_event(DRUMS, 36), v.on_event(BASS, 36)
UNISON, SEMITONE, SEVENTH = (v.on_event(PIANO, pitch) for pitch in (72, 61, 71))


def counted(probabilities: dict[int, float], event: int, pitches: tuple[int, ...]) -> ClassMasses:
    """Return the masses of one token; events without a probability are excluded."""
    logits = np.full(v.EVENT_COUNT, 9.0, np.float32)  # what is excluded is likely
    for each, probability in probabilities.items():
        logits[each] = np.log(probability)
    mask = np.zeros(v.EVENT_COUNT, np.bool_)
    mask[list(probabilities)] = True
    masses = ClassMasses()
    masses.add(logits, mask, pitches, event)
    return masses


LIKELY = {WAIT: 0.3, OFF: 0.2, KICK: 0.1, ROOT: 0.15, UNISON: 0.05, SEMITONE: 0.15, SEVENTH: 0.05}


def test_probabilities_are_summed_by_class() -> None:
    masses = counted(LIKELY, KICK, (60,))
    assert masses.masses() == pytest.approx(
        {
            "waits": 0.3,
            "releases": 0.2,
            "drum onsets": 0.1,
            "bass onsets": 0.15,
            "other onsets": 0.25,
            "clashing": 0.2 / 0.4,
        }
    )
    shares = masses.shares()
    assert shares["drum onsets"] == 1
    assert shares["waits"] == shares["releases"] == shares["bass onsets"] == 0
    assert math.isnan(shares["clashing"])


def test_a_clash_needs_a_sounding_note_and_is_no_drum() -> None:
    assert counted(LIKELY, WAIT, ()).masses()["clashing"] == 0
    beside_the_kick = counted({KICK: 0.5, SEMITONE: 0.5}, KICK, (35,))
    assert beside_the_kick.masses()["clashing"] == 0


@pytest.mark.parametrize("event,clashes", [(SEMITONE, 1), (SEVENTH, 1), (UNISON, 0), (ROOT, 0)])
def test_the_event_that_came_may_clash(event: int, clashes: int) -> None:
    assert counted(LIKELY, event, (48,)).shares()["clashing"] == clashes


def test_the_means_are_over_tokens() -> None:
    masses = ClassMasses()
    mask = np.zeros(v.EVENT_COUNT, np.bool_)
    mask[[WAIT, ROOT]] = True
    logits = np.zeros(v.EVENT_COUNT, np.float32)
    masses.add(logits, mask, (), WAIT)
    mask[ROOT] = False
    masses.add(logits, mask, (), WAIT)
    assert masses.tokens == 2
    assert masses.masses()["waits"] == pytest.approx(0.75)
    assert masses.shares()["waits"] == 1


def test_an_excluded_event_is_not_counted() -> None:
    masses = counted({WAIT: 1.0}, ROOT, ())
    assert masses.tokens == 0
    assert math.isnan(masses.masses()["waits"])
