"""What in a MIDI file is Antiphon's: the provenance texts that it writes, read back.

Each file that Antiphon writes has a text (`gui.engine.recording.provenance`), and our notes have
tracks of their own:

- A continuation adds tracks after those of its prompt. The first has the text; all are named
  `Antiphon`, with the instrument (`bridge.midi.smf.writing.continuation_bytes`).
- A recording begins with a track of tempos, which has the text. The player's tracks are named
  `played`, ours `Antiphon` (`parts_bytes`).
- New music alone begins with such a track too, and all tracks after it are ours (`score_bytes`).
- The takes that come with Antiphon are prompt and take on the same tracks; their text names the bar
  at which the take begins (`dev/make_takes.py`).

A file may have several of them, since a continuation can be continued.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bridge.midi.events import NoteOn
from bridge.midi.smf.track import Meta, read_track

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.midi.smf.chunks import Chunks

TEXT, TRACK_NAME = 0x01, 0x03
_OURS, _PLAYED = "Antiphon", "played"
_TEXT = re.compile(
    r"Antiphon (?P<version>\S+); model (?P<model>.+?); style (?P<style>.+?); "
    r"instruments (?P<instruments>.+?); seed (?P<seed>\d{1,20}); "
    r"temperature (?P<temperature>[^;]+); top-p (?P<top_p>[^;]+); "
    r"style strength (?P<style_strength>[^;]+)(?:; (?P<remark>.+))?"
)
_DEMO_TEXT = re.compile(
    r"Antiphon, (?P<model>[^:]+): .+ in the style (?P<style>.+), seed (?P<seed>\d{1,20}); "
    r"it begins in bar (?P<first_bar>\d{1,6})"
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """How some music was made, in the words of its text; what it does not say is empty."""

    model: str
    style: str
    seed: int
    version: str = ""
    instruments: str = ""
    temperature: str = ""
    top_p: str = ""
    style_strength: str = ""
    remark: str = ""
    first_bar: int = 1
    """The bar, counted from 1, before which nothing is ours."""


@dataclass(frozen=True, slots=True)
class OurMusic:
    """Music of ours in a file: how it was made, and the numbers of its tracks, from 0."""

    provenance: Provenance
    tracks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrackHead:
    """The texts and the name of a track, and whether it has notes."""

    texts: tuple[str, ...]
    name: str
    has_notes: bool

    @property
    def provenance(self) -> Provenance | None:
        """The first of its texts that says how music was made."""
        return next(filter(None, map(parse_provenance, self.texts)), None)

    def is_named(self, word: str) -> bool:
        """Return whether its name is a word, or begins with it."""
        return self.name == word or self.name.startswith(f"{word} ")


def parse_provenance(text: str) -> Provenance | None:
    """Return what a provenance text says; None for another text."""
    found = _TEXT.fullmatch(text) or _DEMO_TEXT.fullmatch(text)
    if found is None:
        return None
    words = found.groupdict(default="")
    seed, first_bar = int(words.pop("seed")), int(words.pop("first_bar", "1"))
    model, style = words.pop("model"), words.pop("style")
    return Provenance(model, style, seed, first_bar=first_bar, **words)


def find_our_music(chunks: Chunks) -> list[OurMusic]:
    """Return the music of ours in a file, in the order of its tracks."""
    return list(_groups([track_head(chunks, number) for number in range(len(chunks.tracks))]))


def track_head(chunks: Chunks, number: int) -> TrackHead:
    """Return the head of a track."""
    texts, name, has_notes = list[str](), "", False
    for event in read_track(chunks.data, chunks.tracks[number]):
        match event.content:
            case Meta(kind, data) if kind == TEXT:
                texts.append(data.decode("utf-8", "replace"))
            case Meta(kind, data) if kind == TRACK_NAME and not name:
                name = data.decode("utf-8", "replace")
            case NoteOn():
                has_notes = True
    return TrackHead(tuple(texts), name, has_notes)


def _groups(heads: list[TrackHead]) -> Iterator[OurMusic]:
    starts = [number for number, head in enumerate(heads) if head.provenance is not None]
    for start, end in pairwise([*starts, len(heads)]):
        provenance = heads[start].provenance
        assert provenance is not None
        yield OurMusic(provenance, tuple(_tracks(heads, range(start, end))))


def _tracks(heads: list[TrackHead], group: Iterable[int]) -> list[int]:
    """Return our tracks among those from a text on, up to the next text."""
    group = [number for number in group if heads[number].has_notes]
    is_shared = any(heads[number].is_named(word) for number in group for word in (_OURS, _PLAYED))
    return [number for number in group if not is_shared or heads[number].is_named(_OURS)]
