"""What a MIDI file contains, in numbers and names, and which of its notes are Antiphon's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.midi.smf.performance import perform
from bridge.midi.smf.timeline import read_timeline
from bridge.midi.smf.track import Meta, read_track
from bridge.sync.tempo import FREE_BPM, MetreMap, TempoMap
from gui.engine.provenance import find_our_music
from model.decoding.heard.key import Key, estimate

if TYPE_CHECKING:
    from bridge.midi.smf import MidiFile
    from bridge.midi.smf.performance import Performance
    from gui.engine.provenance import OurMusic

LYRIC, MARKER = 0x05, 0x06
_MIN_KEY_FIT = 0.5
"""Music whose sounding times correlate less than this with every key has none."""


class FileNote(NamedTuple):
    """A note of a file, on an instrument of ours, in ticks of a score."""

    onset_ticks: int
    release_ticks: int
    instrument: Instrument
    pitch: int
    velocity: int
    track: int


@dataclass(frozen=True, slots=True)
class PartContents:
    """The notes of one instrument: how many, the lowest and the highest."""

    instrument: Instrument
    notes: int
    lowest: int
    highest: int


@dataclass(frozen=True)
class Contents:
    """A file, and what follows from it."""

    file: MidiFile

    @cached_property
    def notes(self) -> list[FileNote]:
        """The notes that an instrument of ours has, in order."""
        division = self.file.chunks.division
        found = []
        for note in read_timeline(self.file.chunks).notes:
            if (fitted := note.fitted) is not None:
                onset, release = (
                    (2 * tick * TICKS_PER_QUARTER + division) // (2 * division)
                    for tick in (note.onset, note.release)
                )
                ends = onset, max(onset + 1, release)
                found.append(FileNote(*ends, *fitted, note.velocity, note.track))
        return sorted(found)

    @cached_property
    def ours(self) -> list[OurMusic]:
        """The music of Antiphon's."""
        return find_our_music(self.file.chunks)

    @cached_property
    def our_notes(self) -> frozenset[FileNote]:
        """The notes of Antiphon's."""
        return frozenset(chain.from_iterable(map(self.notes_of, self.ours)))

    def notes_of(self, music: OurMusic) -> list[FileNote]:
        """Return the notes of some music of Antiphon's, in order."""
        first = self.metres.bar_line_after(0, music.provenance.first_bar - 1)
        return [n for n in self.notes if n.track in music.tracks and n.onset_ticks >= first]

    @cached_property
    def metres(self) -> MetreMap:
        """The bars."""
        return MetreMap(self.file.score.metres)

    @property
    def bars(self) -> int:
        """The number of bars up to the end of the last sound."""
        end = self.file.score.end_ticks
        return self.metres.position_at(end - 1).bar + 1 if end else 0

    @cached_property
    def performance(self) -> Performance:
        """The messages at their times; the last one ends the file."""
        return perform(self.file)

    @property
    def tempos_bpm(self) -> list[float]:
        """The tempos in order, each once until it changes."""
        changes = self.file.score.tempos
        before = [] if changes and changes[0].tick == 0 else [FREE_BPM]
        rounded = [round(bpm, 2) for bpm in (*before, *(change.bpm for change in changes))]
        return [bpm for place, bpm in enumerate(rounded) if not place or rounded[place - 1] != bpm]

    @property
    def metre_changes(self) -> list[tuple[int, int, int]]:
        """The bar of each metre, counted from 1, with its numerator and denominator."""
        starts = sorted({0, *(change.tick for change in self.file.score.metres)})
        found = [(self._bar_at(tick), self.metres.metre_at(tick)) for tick in starts]
        return [(bar, metre.numerator, metre.denominator) for bar, metre in found]

    @property
    def parts(self) -> list[PartContents]:
        """The instruments, those with most notes first."""
        pitches: dict[Instrument, list[int]] = {}
        for note in self.file.score.notes:
            pitches.setdefault(note.instrument, []).append(note.pitch)
        parts = [PartContents(k, len(p), min(p), max(p)) for k, p in pitches.items()]
        return sorted(parts, key=lambda part: (-part.notes, part.instrument))

    @property
    def key(self) -> Key | None:
        """The key that fits all notes but the drums best; None if none fits."""
        chroma = np.zeros(12)
        for note in self.file.score.notes:
            if note.instrument is not Instrument.DRUMS:
                chroma[note.pitch % 12] += note.release_ticks - note.onset_ticks
        found = estimate(chroma) if chroma.any() else None
        return found if found is not None and found.fit >= _MIN_KEY_FIT else None

    @cached_property
    def meta_counts(self) -> Counter[int]:
        """How many meta events of each kind there are."""
        data, tracks = self.file.chunks.data, self.file.chunks.tracks
        events = chain.from_iterable(read_track(data, chunk) for chunk in tracks)
        return Counter(e.content.kind for e in events if isinstance(e.content, Meta))

    def bars_of(self, music: OurMusic) -> tuple[int, int] | None:
        """Return the first and the last bar of music of ours, from 1; None if it has no notes."""
        if not (notes := self.notes_of(music)):
            return None
        last = max(note.release_ticks for note in notes) - 1
        return self._bar_at(notes[0].onset_ticks), self._bar_at(last)

    def bar_lines_ns(self) -> list[int]:
        """Return the times of all bar lines, from the first to the one after the last sound."""
        times, lines, tick = TempoMap(self.file.score.tempos), [0], 0
        while tick < self.file.score.end_ticks:
            tick = self.metres.bar_line_after(tick, 1)
            lines.append(times.ns_at(tick))
        return lines

    def _bar_at(self, tick: int) -> int:
        """Return the bar of a tick, counted from 1."""
        return self.metres.position_at(tick).bar + 1
