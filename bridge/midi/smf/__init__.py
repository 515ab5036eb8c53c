"""Standard MIDI Files: bytes, events, notes, and back."""

from bridge.midi.smf.limits import MAX_BYTES
from bridge.midi.smf.reading import ENDINGS, MidiFile, MidiFileError, from_bytes, read
from bridge.midi.smf.writing import continuation_bytes, parts_bytes, replaced_bytes, score_bytes

__all__ = [
    "ENDINGS",
    "MAX_BYTES",
    "MidiFile",
    "MidiFileError",
    "continuation_bytes",
    "from_bytes",
    "parts_bytes",
    "read",
    "replaced_bytes",
    "score_bytes",
]
