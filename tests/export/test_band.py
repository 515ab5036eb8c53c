"""What the shipped model does with prompts that musicians play, within generous bounds."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.evaluation import prompts
from export.evaluation.prompts import BAR, BASS, DRUMS, QUARTER
from export.runtime.artefact import Artefact, load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import continue_score
from model.evaluation.pulse import pulse_of

pytestmark = pytest.mark.slow
SEEDS = range(1, 9)
Continue = Callable[[Score, Span], list[list[Note]]]
EB_MAJOR = {(3 + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}


@pytest.fixture(scope="module")
def shipped() -> Artefact:
    return load_default_artefact()


@pytest.fixture(scope="module")
def takes_of(shipped: Artefact) -> Continue:
    """Return a function that continues a prompt over a span, once for each seed."""
    decoder = Decoder(shipped, device="cpu", threads=1)
    return lambda score, span: [
        continue_score(shipped, decoder, score, span, Settings(seed=seed)) for seed in SEEDS
    ]


def bars_after(prompt: Score, bars: int, bar_ticks: int = BAR) -> Span:
    begin = -(-prompt.end_ticks // bar_ticks) * bar_ticks
    return Span(begin, begin + bars * bar_ticks)


def in_bar(notes: Sequence[Note], bar: int, kind: Instrument, bar_ticks: int = BAR) -> list[Note]:
    return [n for n in notes if n.onset_ticks // bar_ticks == bar and n.instrument is kind]


def test_the_bass_of_a_pop_song_follows_its_roots(takes_of: Continue) -> None:
    prompt = prompts.pop_song()
    followed = []
    for notes in takes_of(prompt, bars_after(prompt, 8)):
        for bar in range(8, 16):
            root = prompts.root_of(prompts.POP[bar % 4])
            first = in_bar(notes, bar, BASS)[:1]
            followed.append(bool(first) and first[0].pitch % 12 == root)
            assert in_bar(notes, bar, DRUMS), f"bar {bar} has no drums"
    assert np.mean(followed) >= 0.7


def test_a_jazz_trio_walks_and_rides(takes_of: Continue) -> None:
    prompt, walked = prompts.jazz_trio(), []
    for notes in takes_of(prompt, bars_after(prompt, 8)):
        walked += [len(in_bar(notes, bar, BASS)) for bar in range(8, 16)]
        for bar in range(8, 16):
            keys = {note.pitch for note in in_bar(notes, bar, DRUMS)}
            assert keys & {prompts.RIDE, prompts.HAT, prompts.PEDAL_HAT, 46, 53, 59}, bar
    assert np.mean(walked) >= 3


def test_a_ballad_in_e_flat_stays_in_key(takes_of: Continue) -> None:
    prompt = prompts.ballad()
    notes = [note for take in takes_of(prompt, bars_after(prompt, 8)) for note in take]
    assert len(notes) > 100
    assert np.mean([note.pitch % 12 in EB_MAJOR for note in notes]) >= 0.9


def test_a_waltz_stays_one(takes_of: Continue) -> None:
    """Low notes lie on the first beat, chords on the second and the third."""
    prompt = prompts.waltz()
    low, high = [], []
    for notes in takes_of(prompt, bars_after(prompt, 8, 144)):
        beats = {note.onset_ticks // 144 for note in notes if note.onset_ticks % 144 < 6}
        assert len(beats & set(range(8, 16))) >= 6
        low.append([note.onset_ticks % 144 < 12 for note in notes if note.pitch < 53])
        high += [note.onset_ticks % 144 // QUARTER for note in notes if 53 <= note.pitch < 67]
    assert np.mean([np.mean(take) for take in low if take]) >= 0.6
    assert np.mean([beat in (1, 2) for beat in high]) >= 0.6


def test_a_blues_comes_round(takes_of: Continue) -> None:
    prompt = prompts.blues()
    rooted = []
    for notes in takes_of(prompt, bars_after(prompt, 12)):
        for bar in range(12, 24):
            chord = prompts.BLUES[bar % 12]
            first = in_bar(notes, bar, BASS)[:1]
            rooted.append(bool(first) and first[0].pitch % 12 == prompts.root_of(chord))
    assert np.mean(rooted) >= 0.6


def test_a_rubato_piano_keeps_its_pulse(takes_of: Continue) -> None:
    prompt = prompts.rubato()
    begin = prompt.end_ticks
    span = Span(begin, begin + 16 * 96)
    heard = pulse_of(prompt.notes, 0, begin)
    pulses = [pulse_of(notes, span.begin, span.end) for notes in takes_of(prompt, span)]
    octaves = [np.log2(pulse.period / heard.period) for pulse in pulses]
    assert np.median(np.abs(np.array(octaves) - np.round(octaves))) < np.log2(1.1)
    assert np.mean([pulse.support(heard.period) for pulse in pulses]) > 0.3
