"""Measures of what a musician notices in a continuation, one number each.

Where `measures` compares distributions, these figures each answer a question of a player: does the
bass play in every bar, does it clash, does the harmony move, does the form come round? They are
computed for the bars of an `Excerpt`, and can refer to the music before it. The same figures of the
true continuation say what a value means.

    notes, NAME notes     onsets a bar, of all instruments and of some
    NAME bars             share of bars with an onset of an instrument
    instruments           share of the requested instruments that play in a bar, as a mean
    in key                share of pitched onsets in the scale of the excerpt's own key
    in prompt key         the same for the key of the music before it
    clash                 share of eighths at which notes a semitone or a major seventh apart sound
    polyphony             pitched notes that sound at an eighth at which any sounds
    longest               quarter notes of the longest note
    too long              share of notes longer than 99 % of their instrument's true notes
    next half bar         cosine of the chroma of neighbouring half bars: 1 is harmony that stands
    chroma/bass 4, 8      cosine of the chroma (of the lowest notes) with that 4 or 8 bars earlier
    drum grid             cosine of drum hits by key and sixteenth of the bar with the music before
    on grid               share of onsets on a sixteenth or a triplet eighth
    velocity, spread      mean and standard deviation of the velocities
    repeats               the longest run of one pitch in an instrument, in quarter notes
    pitch entropy         bits of the pitch classes
    interval entropy      bits of the steps from note to note of each instrument
    similarity            mean Jaccard index of the notes of neighbouring bars, by place and pitch
    ending                whether the last note begins on a beat and lasts a quarter note or more

In free time there are no bars and no beats. What needs them is left out, a bar is two seconds, and
a quarter note half a second; there, the figures of `model.evaluation.pulse` are added.

A key is the scale that most of the sounding time lies in (`model.decoding.heard.key`); in minor,
the raised sixth and seventh belong to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.decoding.heard.clashes import CLASHING
from model.decoding.heard.key import estimate
from model.evaluation.pulse import pulse_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Note

EIGHTH = TICKS_PER_QUARTER // 2
"""Semitones between two pitches that clash, but for octaves."""
_EVERY_PITCH_CLASS = frozenset(range(12))
_GRID = frozenset((*range(0, TICKS_PER_QUARTER, 12), *range(0, TICKS_PER_QUARTER, 16)))
_COUNTED = (Instrument.DRUMS, Instrument.BASS)
_LAGS = (4, 8)
_SIXTEENTH = TICKS_PER_QUARTER // 4
_OF_BARS = ("instruments", "next half bar", "drum grid", "on grid", "similarity", "ending")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some bars of a piece, and the music before them.

    Both `before` and `notes` are in order of onset. The notes begin in the excerpt.
    """

    before: tuple[Note, ...]
    notes: tuple[Note, ...]
    begin_tick: int
    bars: int
    bar_ticks: int
    instruments: tuple[Instrument, ...]
    """Those that were requested."""
    is_free: bool = False
    """Whether it is in free time, without bars."""

    @property
    def end_tick(self) -> int:
        """The bar line at which the excerpt ends."""
        return self.begin_tick + self.bars * self.bar_ticks


def figures(excerpt: Excerpt, length_limits: Mapping[Instrument, float]) -> dict[str, float]:
    """Return the figures of an excerpt; NaN where there is nothing to measure.

    `length_limits` has the 99th percentile of the true lengths in ticks, by instrument.
    """
    notes, pitched = excerpt.notes, _pitched(excerpt.notes)
    counts = {kind: _onsets_by_bar(excerpt, kind) for kind in excerpt.instruments}
    found = {"notes": len(notes) / excerpt.bars}
    for kind in _COUNTED:
        if kind in counts:
            found[f"{kind.label} notes"] = float(counts[kind].mean())
            found[f"{kind.label} bars"] = float((counts[kind] > 0).mean())
    if counts:
        found["instruments"] = float(np.mean([count > 0 for count in counts.values()]))
    found |= _harmony(excerpt, pitched)
    lengths = np.array([note.release_ticks - note.onset_ticks for note in pitched])
    limits = np.array([length_limits.get(note.instrument, np.inf) for note in pitched])
    found["longest"] = lengths.max(initial=0) / TICKS_PER_QUARTER
    found["too long"] = _mean(lengths > limits)
    found["drum grid"] = _drum_agreement(excerpt)
    found["on grid"] = _mean([note.onset_ticks % TICKS_PER_QUARTER in _GRID for note in notes])
    velocities = np.array([note.velocity for note in notes])
    found["velocity"] = _mean(velocities)
    found["spread"] = float(velocities.std()) if len(velocities) else float("nan")
    found["repeats"] = _longest_repeat(pitched) / TICKS_PER_QUARTER
    found["pitch entropy"] = _entropy(note.pitch % 12 for note in pitched)
    found["interval entropy"] = _entropy(_steps(pitched))
    found["similarity"] = _bar_similarity(excerpt)
    found["ending"] = _is_held_ending(pitched)
    if excerpt.is_free:
        ticks = excerpt.begin_tick, excerpt.end_tick
        found = {name: value for name, value in found.items() if not _needs_bars(name)}
        found |= pulse_figures(excerpt.before, notes, *ticks)
    return found


def key_of(chroma: NDArray[np.float64]) -> frozenset[int]:
    """Return the pitch classes of the key that fits a chroma (12,) best."""
    key = estimate(chroma)
    return _EVERY_PITCH_CLASS if key is None else key.scale


def half_bar_chroma(
    notes: Iterable[Note], bar_ticks: int, begin_tick: int, count: int
) -> NDArray[np.float64]:
    """Return the sounding time of each pitch class in `count` half bars (count, 12), in ticks."""
    half = bar_ticks / 2
    found = np.zeros((count, 12))
    for note in notes:
        onset, release = note.onset_ticks - begin_tick, note.release_ticks - begin_tick
        for index in range(max(0, int(onset // half)), min(count, int(-(-release // half)))):
            overlap = min(release, (index + 1) * half) - max(onset, index * half)
            found[index, note.pitch % 12] += max(0.0, overlap)
    return found


def lowest_notes(notes: Sequence[Note]) -> list[Note]:
    """Return the notes of the bass, or, without one, those below which no other note sounds."""
    if bass := [note for note in notes if note.instrument is Instrument.BASS]:
        return bass
    return [
        note
        for note in notes
        if not any(
            other.pitch < note.pitch and other.onset_ticks <= note.onset_ticks < other.release_ticks
            for other in notes
        )
    ]


def length_limits(excerpts: Iterable[Excerpt]) -> dict[Instrument, float]:
    """Return the 99th percentile of the lengths of notes in ticks, by instrument."""
    lengths: dict[Instrument, list[int]] = {}
    for excerpt in excerpts:
        for note in _pitched(excerpt.notes):
            lengths.setdefault(note.instrument, []).append(note.release_ticks - note.onset_ticks)
    return {kind: float(np.quantile(found, 0.99)) for kind, found in lengths.items()}


def _harmony(excerpt: Excerpt, pitched: Sequence[Note]) -> dict[str, float]:
    before = _pitched(excerpt.before)
    sounding = [n for n in before if n.release_ticks > excerpt.begin_tick] + list(pitched)
    samples = range(excerpt.begin_tick + EIGHTH // 2, excerpt.end_tick, EIGHTH)
    chords = [
        [n.pitch for n in sounding if n.onset_ticks <= tick < n.release_ticks] for tick in samples
    ]
    own, prior = (
        half_bar_chroma(part, excerpt.bar_ticks, excerpt.begin_tick - shift, 2 * bars)
        for part, shift, bars in (
            (pitched, 0, excerpt.bars),
            (before, max(_LAGS) * excerpt.bar_ticks, max(_LAGS)),
        )
    )
    every = (*before, *pitched)
    found = {
        "in key": _share_in(pitched, key_of(own.sum(0))),
        "in prompt key": _share_in(pitched, key_of(prior.sum(0))),
        "clash": _mean([_clashes(chord) for chord in chords]),
        "polyphony": _mean([len(chord) for chord in chords if chord]),
        "next half bar": _mean(_cosines(own[1:], own[:-1])),
    }
    for lag in _LAGS:
        for name, part in (("chroma", every), ("bass", lowest_notes(every))):
            start = excerpt.begin_tick - lag * excerpt.bar_ticks
            chroma = half_bar_chroma(part, excerpt.bar_ticks, start, 2 * (lag + excerpt.bars))
            found[f"{name} {lag}"] = _mean(_cosines(chroma[2 * lag :], chroma[: -2 * lag]))
    return found


def _needs_bars(figure: str) -> bool:
    return figure in _OF_BARS or figure.endswith((" bars", *(f" {lag}" for lag in _LAGS)))


def _pitched(notes: Iterable[Note]) -> list[Note]:
    return [note for note in notes if note.instrument is not Instrument.DRUMS]


def _onsets_by_bar(excerpt: Excerpt, kind: Instrument) -> NDArray[np.int64]:
    bars = [
        (note.onset_ticks - excerpt.begin_tick) // excerpt.bar_ticks
        for note in excerpt.notes
        if note.instrument is kind
    ]
    return np.bincount([bar for bar in bars if bar < excerpt.bars], minlength=excerpt.bars)


def _share_in(notes: Sequence[Note], scale: frozenset[int]) -> float:
    return _mean([note.pitch % 12 in scale for note in notes])


def _clashes(chord: Sequence[int]) -> bool:
    return any(abs(one - other) % 12 in CLASHING for one, other in combinations(chord, 2))


def _cosines(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cosines (M,) of the rows (N, 12), without those of which one is empty."""
    norms = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    full = norms > 0
    cosines: NDArray[np.float64] = (some * others).sum(1)[full] / norms[full]
    return cosines


def _drum_agreement(excerpt: Excerpt) -> float:
    def pattern(notes: Iterable[Note]) -> NDArray[np.float64]:
        hits = np.zeros((128, excerpt.bar_ticks // _SIXTEENTH + 1))
        for note in notes:
            if note.instrument is Instrument.DRUMS:
                place = (note.onset_ticks - excerpt.begin_tick) % excerpt.bar_ticks
                hits[note.pitch, round(place / _SIXTEENTH)] += 1
        return hits.reshape(1, -1)

    since = excerpt.begin_tick - max(_LAGS) * excerpt.bar_ticks
    before = pattern(note for note in excerpt.before if note.onset_ticks >= since)
    return _mean(_cosines(pattern(excerpt.notes), before))


def _longest_repeat(notes: Sequence[Note]) -> int:
    """Return the longest time in ticks in which an instrument only repeats one pitch."""
    longest = 0
    for kind in {note.instrument for note in notes}:
        line = [note for note in notes if note.instrument is kind]
        for _, run in groupby(line, key=lambda note: note.pitch):
            repeated = list(run)
            if len(repeated) > 1:
                longest = max(longest, repeated[-1].onset_ticks - repeated[0].onset_ticks)
    return longest


def _steps(notes: Iterable[Note]) -> list[int]:
    last: dict[Instrument, int] = {}
    steps = []
    for note in notes:
        if note.instrument in last:
            steps.append(note.pitch - last[note.instrument])
        last[note.instrument] = note.pitch
    return steps


def _entropy(values: Iterable[int]) -> float:
    _, counts = np.unique(list(values), return_counts=True)
    if not counts.sum():
        return float("nan")
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _bar_similarity(excerpt: Excerpt) -> float:
    bars: list[set[tuple[int, int, int]]] = [set() for _ in range(excerpt.bars)]
    for note in excerpt.notes:
        bar, place = divmod(note.onset_ticks - excerpt.begin_tick, excerpt.bar_ticks)
        if bar < excerpt.bars:
            bars[bar].add((round(place / _SIXTEENTH), int(note.instrument), note.pitch))
    pairs = [(a, b) for a, b in pairwise(bars) if a or b]
    return _mean([len(a & b) / len(a | b) for a, b in pairs])


def _is_held_ending(pitched: Sequence[Note]) -> float:
    if not pitched:
        return float("nan")
    last = max(pitched, key=lambda note: (note.onset_ticks, note.release_ticks))
    length = last.release_ticks - last.onset_ticks
    return float(last.onset_ticks % TICKS_PER_QUARTER == 0 and length >= TICKS_PER_QUARTER)


def _mean(values: Sequence[float] | NDArray[np.float64] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
