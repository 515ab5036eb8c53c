"""The click: one on every beat, the high one at the bar line, each with its release."""

from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.notes import MetreChange
from bridge.playout.metronome import HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK, clicks
from bridge.sync.transport import Source, Transport


def test_every_beat_of_a_waltz_clicks_and_its_first_clicks_high() -> None:
    line = Transport(Source.OWN, epoch=3, metre=MetreChange(0, 3, 4))
    planned = list(clicks(line, -144, 144))
    struck = [(d.tick, d.event.pitch) for d in planned if isinstance(d.event, NoteOn)]
    high, low = HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK
    assert struck == [(-144, high), (-96, low), (-48, low), (0, high), (48, low), (96, low)]
    assert {due.epoch for due in planned} == {3}
    ends = [(d.tick - 6, d.event.pitch) for d in planned if isinstance(d.event, NoteOff)]
    assert ends == struck


def test_adjacent_spans_have_no_gap_and_no_duplicate() -> None:
    line = Transport(Source.OWN, metre=MetreChange(0, 6, 8))
    parts = [*clicks(line, 0, 50), *clicks(line, 50, 97), *clicks(line, 97, 200)]
    assert parts == list(clicks(line, 0, 200))
