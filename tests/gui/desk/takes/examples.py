"""A tree of takes for widgets to show: a minuet in three, and two continuations."""

from bridge.history.takes import Span, TakeTree
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange

PIANO, BASS = Instrument.PIANO, Instrument.BASS
BAR = 144
MINUET = Score(
    tuple(Note(24 * i, PIANO, 60 + i, 24 * i + 20, 80) for i in range(6)),
    (TempoChange(0, 90.0),),
    (MetreChange(0, 3, 4),),
)
SPAN = Span(BAR, 3 * BAR)
NOTES = (Note(BAR, BASS, 40, BAR + 40, 80), Note(2 * BAR, PIANO, 64, 2 * BAR + 96, 80))
CHOPIN = Settings(style=(("chopin", 1.0),), seed=3)


def tree() -> TakeTree:
    """Return a root (0), two takes of it (1, 2) and one that continues the second (3)."""
    takes = TakeTree().with_root(MINUET, "minuet")
    takes = takes.with_take(0, SPAN, NOTES, CHOPIN, "made by a test")
    takes = takes.with_take(0, SPAN, NOTES[1:], CHOPIN, "made by a test")
    later = Note(3 * BAR, PIANO, 70, 3 * BAR + 40, 80)
    return takes.with_take(
        2, Span(3 * BAR, 4 * BAR), (later,), CHOPIN, "made by a test"
    ).with_current(3)
