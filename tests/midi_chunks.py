"""The chunks of a MIDI file, found without the project's reader, to check what it wrote."""

import io
import struct
from pathlib import Path

import mido

Chunks = list[tuple[bytes, bytes]]


def chunks_of(data: bytes) -> Chunks:
    """Return kind and content of each whole chunk of a MIDI file, the header first."""
    found, at = [], 0
    while at + 8 <= len(data) and data[at : at + 4].isascii() and data[at]:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8])
        if end > len(data):
            break
        found.append((data[at : at + 4], data[at + 8 : end]))
        at = end
    return found


def assert_kept(prompt: bytes, longer: bytes) -> Chunks:
    """Check that a file begins with all chunks of its prompt; return those that were added."""
    before, after = chunks_of(prompt), chunks_of(longer)
    assert after[1 : len(before)] == before[1:]
    (kind, old), (_, new) = before[0], after[0]
    assert kind == b"MThd"
    assert new[0:2] == (b"\0\1" if old[0:2] == b"\0\0" else old[0:2])
    assert new[4:] == old[4:]
    tracks = sum(kind == b"MTrk" for kind, _ in after)
    assert int.from_bytes(new[2:4]) == tracks
    return after[len(before) :]


def tracks_of(added: Chunks, division: int = 480) -> list[mido.MidiTrack]:
    """Return tracks as a strict reader reads them."""
    body = b"".join(kind + struct.pack(">I", len(data)) + data for kind, data in added)
    header = b"MThd" + struct.pack(">IHHH", 6, 1, len(added), division)
    file = mido.MidiFile(file=io.BytesIO(header + body), charset="latin-1")
    return list(file.tracks)


def added_tracks(prompt: Path, longer: Path) -> list[mido.MidiTrack]:
    """Return the tracks that a continuation has added to its prompt, which it has kept."""
    return tracks_of(assert_kept(prompt.read_bytes(), longer.read_bytes()))


def paired_notes(track: mido.MidiTrack) -> list[tuple[int, int, int, int]]:
    """Return onset, release, channel and key of each note; fail if one has no end or no length."""
    notes, sounding, at = [], {}, 0
    for message in track:
        at += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        key = message.channel, message.note
        if message.type == "note_on" and message.velocity:
            assert key not in sounding, f"{key} is struck again while it sounds"
            sounding[key] = at
        else:
            onset = sounding.pop(key)
            assert onset < at, f"{key} has no length"
            notes.append((onset, at, *key))
    assert not sounding
    return sorted(notes)
