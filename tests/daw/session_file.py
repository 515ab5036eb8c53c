"""The folder of an Ardour session, read and written without Ardour.

The session file is XML. A track names its playlist by number, a playlist has regions, a region
names its sources, and the source of a MIDI region is a MIDI file of its own. Positions are a letter
and a number: `b` and ticks, 1920 per quarter note, or `a` and superclocks, 282,240,000 per second.
A region's `length` is its length, `@`, and its position; its `start` is the offset into its source.

Two things can only be made here, since Ardour's Lua cannot: the location of a loop, and a region to
write notes into. Ardour must not have the session open meanwhile.
"""

import xml.etree.ElementTree as ET
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path

import mido

TICKS = 1920
FILE_TICKS = 19_200
"""The resolution of the MIDI files that Ardour makes."""
SUPERCLOCKS_PER_S = 282_240_000
SCORE = "score"
SCORE_BEATS = 1024

_PLAIN_REGION = dict.fromkeys(
    (
        *("muted", "locked", "video-locked", "automatic", "import", "external", "sync-marked"),
        *("left-of-split", "right-of-split", "hidden", "position-locked", "valid-transients"),
        *("layering-index", "contents"),
    ),
    "0",
)


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A note of a track: beats are quarter notes from the start, in 1920ths."""

    beat: Fraction
    pitch: int
    velocity: int = 80
    length: Fraction = Fraction(1, 2)
    channel: int = 0


class SessionFile:
    """A session's file and the MIDI files that belong to it."""

    def __init__(self, folder: Path) -> None:
        """Use the session in this folder, which has the folder's name."""
        self.path = folder / f"{folder.name}.ardour"
        self._midi = folder / "interchange" / folder.name / "midifiles"

    def add_loop_and_scores(self) -> None:
        """Give the session a loop, and each track an empty region named `score`."""
        tree = ET.parse(self.path)  # noqa: S314 - Ardour wrote it
        root = tree.getroot()
        numbers = count(int(root.attrib["id-counter"]) + 1)
        place = {"start": "b0", "end": f"b{4 * TICKS}", "flags": "IsAutoLoop", "locked": "0"}
        ET.SubElement(_child(root, "Locations"), "Location", place, id=_next(numbers), name="Loop")
        self._midi.mkdir(parents=True, exist_ok=True)
        for track, playlist in _playlists(root):
            source, name = _next(numbers), f"{track}-{SCORE}.mid"
            empty = mido.MidiFile(type=0, ticks_per_beat=FILE_TICKS)
            empty.tracks.append(mido.MidiTrack())
            empty.save(self._midi / name)
            described = {"type": "midi", "flags": "Writable,CanRename", "captured-for": track}
            described |= {"name": name, "id": source, "take-id": "", "origin": ""}
            ET.SubElement(_child(root, "Sources"), "Source", described, **_NATURAL)
            for parent, whole in [(_child(root, "Regions"), "1"), (playlist, "0")]:
                region = _region(source, _next(numbers)) | {"whole-file": whole}
                ET.SubElement(parent, "Region", region)
        root.set("id-counter", _next(numbers))
        tree.write(self.path, encoding="UTF-8", xml_declaration=True)

    def tracks(self) -> list[str]:
        """Return the names of the saved MIDI tracks."""
        root = ET.parse(self.path).getroot()  # noqa: S314 - Ardour wrote it
        return [track for track, _ in _playlists(root)]

    def notes(self, track: str) -> list[Note]:
        """Return the saved notes of a track."""
        root = ET.parse(self.path).getroot()  # noqa: S314 - Ardour wrote it
        tempo = next(iter(root.iter("Tempo")))
        bpm = Fraction(tempo.attrib["npm"])
        found = []
        for region, file in self._regions(root, track):
            length, position = (_beats(v, bpm) for v in region.attrib["length"].split("@"))
            start = _beats(region.attrib["start"], bpm)
            for note in notes_of(file):
                if start <= note.beat < start + length:
                    beat = _rounded(note.beat - start + position)
                    found.append(Note(beat, note.pitch, note.velocity, note.length, note.channel))
        return sorted(found)

    def files(self, track: str) -> list[Path]:
        """Return the MIDI files with the saved notes of a track."""
        root = ET.parse(self.path).getroot()  # noqa: S314 - Ardour wrote it
        return [file for _, file in self._regions(root, track)]

    def tempos(self) -> list[tuple[Fraction, float]]:
        """Return the beat and the quarter notes per minute of each saved tempo."""
        root = ET.parse(self.path).getroot()  # noqa: S314 - Ardour wrote it
        found = []
        for tempo in root.iter("Tempo"):
            quarters, ticks = map(int, tempo.attrib["quarters"].split(":"))
            bpm = float(tempo.attrib["npm"]) * 4 / int(tempo.attrib["note-type"])
            found.append((quarters + Fraction(ticks, TICKS), bpm))
        return found

    def _regions(self, root: ET.Element, track: str) -> Iterator[tuple[ET.Element, Path]]:
        sources = {e.attrib["id"]: e.attrib["name"] for e in _child(root, "Sources")}
        for region in dict(_playlists(root))[track].iter("Region"):
            yield region, self._midi / sources[region.attrib["source-0"]]


_NATURAL = {"natural-position": "a0"}


def _next(numbers: Iterator[int]) -> str:
    return str(next(numbers))


def _child(root: ET.Element, name: str) -> ET.Element:
    found = root.find(name)
    assert found is not None
    return found


def _playlists(root: ET.Element) -> Sequence[tuple[str, ET.Element]]:
    """Return each MIDI track's name and its playlist."""
    by_id = {playlist.attrib["id"]: playlist for playlist in _child(root, "Playlists")}
    return [
        (route.attrib["name"], by_id[route.attrib["midi-playlist"]])
        for route in root.iter("Route")
        if "midi-playlist" in route.attrib
    ]


def _region(source: str, number: str) -> dict[str, str]:
    """Return a region that shows a source from its start, of sufficient length for a test."""
    return _PLAIN_REGION | {
        "name": SCORE,
        "id": number,
        "type": "midi",
        "opaque": "1",
        "start": "b0",
        "length": f"b{SCORE_BEATS * TICKS}@b0",
        "sync-position": "b0",
        "ancestral-start": "b0",
        "ancestral-length": "b0@b0",
        "stretch": "1",
        "shift": "1",
        "tags": "",
        "first-edit": "nothing",
        "source-0": source,
        "master-source-0": source,
    }


def _beats(position: str, bpm: Fraction) -> Fraction:
    """Return the beats of a position, at one tempo from the start."""
    if position[0] == "b":
        return Fraction(int(position[1:]), TICKS)
    return Fraction(int(position[1:]), SUPERCLOCKS_PER_S) * bpm / 60


def _rounded(beat: Fraction) -> Fraction:
    return Fraction(round(beat * TICKS), TICKS)


def notes_of(path: Path) -> Iterator[Note]:
    """Read the notes of a MIDI file, of all tracks together."""
    file = mido.MidiFile(path)
    return notes_in(mido.merge_tracks(file.tracks), file.ticks_per_beat)


def notes_in(messages: Iterable[mido.Message], ticks_per_beat: int) -> Iterator[Note]:
    """Return the notes of messages with delta times, in the order of their ends.

    Of several notes of one pitch, the first to start is the first to end.
    """
    tick = 0
    sounding: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    for message in messages:
        tick += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        notes = sounding[message.channel, message.note]
        if message.type == "note_on" and message.velocity:
            notes.append((tick, message.velocity))
        elif notes:
            onset, velocity = notes.popleft()
            beat, length = (Fraction(ticks, ticks_per_beat) for ticks in (onset, tick - onset))
            yield Note(beat, message.note, velocity, length, message.channel)
