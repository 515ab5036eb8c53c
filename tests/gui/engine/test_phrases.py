"""The demo phrases are played as written."""

from collections import Counter

import pytest

from bridge.midi import smf
from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.notes import Score
from gui.engine.phrases import DEFAULT_STYLES, performance_events, phrase_file

SECOND = 1_000_000_000


@pytest.mark.parametrize("name", DEFAULT_STYLES)
def test_each_note_begins_and_ends_once_from_the_start_time(name: str) -> None:
    score = smf.read(phrase_file(name)).score
    keys = performance_events(score, 5 * SECOND)
    assert [key.time_ns for key in keys] == sorted(key.time_ns for key in keys)
    assert keys[0].time_ns == 5 * SECOND
    held = Counter[tuple[int, int]]()  # two voices may hold the same key
    for key in keys:
        assert isinstance(key.event, NoteOn | NoteOff)
        note = key.event.channel, key.event.pitch
        held[note] += 1 if isinstance(key.event, NoteOn) else -1
        assert held[note] >= 0
    assert not any(held.values())
    assert sum(isinstance(key.event, NoteOn) for key in keys) == len(score.notes)


def test_an_empty_score_has_no_events() -> None:
    assert performance_events(Score(), 0) == ()
