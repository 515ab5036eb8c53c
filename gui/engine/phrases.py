"""The four demo phrases, as a player would play them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assets import DEMO_PHRASES
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.sync.tempo import TempoMap

if TYPE_CHECKING:
    from bridge.midi.notes import Score

DEFAULT_STYLES = {"nocturne": "chopin", "minuet": "baroque", "prelude": "bach", "blues": "blues"}
"""The phrases by name, each with its style."""


def phrase_file(name: str) -> Path:
    """Return the file of a demo phrase; any other name is itself a file's path."""
    return DEMO_PHRASES / f"{name}.mid" if name in DEFAULT_STYLES else Path(name)


def default_style(name: str) -> str:
    """Return the style of a demo phrase."""
    return DEFAULT_STYLES.get(name, "")


def performance_events(score: Score, start_ns: int) -> tuple[TimedEvent, ...]:
    """Return the key events of a player who plays a score; its first note is at `start_ns`."""
    time = TempoMap(score.tempos)
    lead = time.ns_at(score.notes[0].onset_ticks) if score.notes else 0
    keys: list[TimedEvent] = []
    for note in score.notes:
        channel = note.instrument.spec.channel
        # A grace note may be shorter than a tick; it still needs an onset and a release.
        ticks = note.onset_ticks, max(note.onset_ticks + 1, note.release_ticks)
        onset, release = (start_ns + time.ns_at(tick) - lead for tick in ticks)
        keys.append(TimedEvent(onset, NoteOn(channel, note.pitch, note.velocity)))
        keys.append(TimedEvent(release, NoteOff(channel, note.pitch)))
    return tuple(sorted(keys, key=lambda key: (key.time_ns, isinstance(key.event, NoteOn))))
