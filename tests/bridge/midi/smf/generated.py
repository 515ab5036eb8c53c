"""MIDI files made at random, with what they contain, as programs write them and as they do not.

Everything that the format allows may occur: any event in any order, any text, several ports,
running status, packets and escapes, foreign chunks, a longer header, padding, a wrong number of
tracks. A `Wild` file knows each event's tick and bytes, a `Tame` file its notes and its bars.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from random import Random

META, SYSEX, ESCAPE = 0xFF, 0xF0, 0xF7
END = bytes((META, 0x2F, 0))
TEXTS = ("夜想曲", "Größe", "плач", "🎹", "plain")
ENCODINGS = ("utf-8", "shift-jis", "latin-1", "utf-16", "koi8-r")
DIVISIONS = (1, 24, 25, 48, 96, 120, 192, 240, 384, 480, 960, 15360)


def quantity(value: int, padding: int = 0) -> bytes:
    """Return a variable-length quantity, with a number of needless leading bytes."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F)
    digits += [0] * min(padding, 4 - len(digits))
    return bytes([*(digit | 0x80 for digit in reversed(digits[1:])), digits[0]])


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk."""
    return kind + struct.pack(">I", len(content)) + content


@dataclass
class Wild:
    """A file, and tick and bytes of each event, by track."""

    data: bytes
    events: list[list[tuple[int, bytes]]] = field(default_factory=list)


def wild(random: Random) -> Wild:
    """Return a file in which anything may occur that the format allows."""
    tracks = [_wild_track(random) for _ in range(random.randint(1, 5))]
    chunks = [chunk(b"MTrk", data) for data, _ in tracks]
    for _ in range(random.choice((0, 0, 1, 3))):
        name = bytes(random.choice(b"ABCXYZ-_ 09") for _ in range(4))
        chunks.insert(random.randint(0, len(chunks)), chunk(name, random.randbytes(9)))
    count = len(tracks) if random.random() < 0.8 else random.randint(0, len(tracks))
    division = random.choice(DIVISIONS)
    extra = random.randbytes(random.choice((0, 0, 0, 2)))
    kind = 0 if len(tracks) == 1 and random.random() < 0.5 else 1
    header = chunk(b"MThd", struct.pack(">HHH", kind, count, division) + extra)
    padding = random.choice((b"", b"", b"\0" * 9, b"\x1a" * 5))
    return Wild(header + b"".join(chunks) + padding, [events for _, events in tracks])


def _wild_track(random: Random) -> tuple[bytes, list[tuple[int, bytes]]]:
    data, tick, running = b"", 0, 0
    events: list[tuple[int, bytes]] = []
    in_packets = False
    for _ in range(random.choice((0, 3, 20, 60))):
        delta = random.choice((0, 0, 1, 5, 48, 480, 1000))
        tick += delta
        event, status = _wild_event(random, in_packets=in_packets)
        if event[0] in (SYSEX, ESCAPE):
            # A system exclusive goes on in packets until one ends with F7.
            in_packets = not event.endswith(b"\xf7") and (event[0] == SYSEX or in_packets)
            running = 0
        elif event[0] < SYSEX:
            if status == running and random.random() < 0.7:
                event = event[1:]
            running = status
        data += quantity(delta, random.choice((0, 0, 0, 1))) + event
        events.append((tick, event))
    if random.random() < 0.9:
        delta = random.choice((0, 0, 1, 100_000))
        tick += delta
        data += quantity(delta) + END + bytes(random.choice((0, 0, 3)))
        events.append((tick, END))
    return data, events


def _wild_event(random: Random, *, in_packets: bool) -> tuple[bytes, int]:
    """Return an event, and its status."""
    status = random.choice(
        (0x80, 0x90, 0x90, 0x90, 0xA0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0, META, SYSEX)
    )
    if (status == SYSEX and random.random() < 0.3) or (in_packets and random.random() < 0.5):
        status = ESCAPE
    if status == META:
        return _wild_meta(random), status
    if status == SYSEX or (status == ESCAPE and in_packets):
        body = bytes(random.randrange(128) for _ in range(random.choice((0, 3, 130))))
        body += random.choice((b"\xf7", b""))
        return bytes((status,)) + quantity(len(body)) + body, status
    if status == ESCAPE:
        body = random.choice(
            (b"\xfa", b"\xf3\x01", b"\xf8\xf8", b"\x90\x3c\x40", random.randbytes(4))
        )
        return bytes((status,)) + quantity(len(body)) + body, status
    status |= random.choice((0, 0, 1, 9, random.randrange(16)))
    control = random.choice((0, 1, 6, 7, 10, 11, 32, 38, 64, 64, 66, 100, 101, 120, 121, 123, 126))
    first = (
        control if status & 0xF0 == 0xB0 else random.choice((31, 60, 60, 61, random.randrange(128)))
    )
    size = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
    return bytes([status, first, random.randrange(128)][: 1 + size]), status


def _wild_meta(random: Random) -> bytes:
    text = random.choice(TEXTS).encode(random.choice(ENCODINGS), "replace")
    port = bytes((random.randrange(3),))
    metre = bytes((random.randint(1, 12), random.randint(0, 4), 24, 8))
    kind, data = random.choice(
        (
            (0x01, text),
            (0x03, text),
            (0x05, text),
            (0x09, text),
            (0x21, port),
            (0x20, port),
            (0x51, random.randint(200_000, 2_000_000).to_bytes(3)),
            (0x58, metre),
            (0x59, random.randbytes(2)),  # any key signature
            (0x7F, random.randbytes(5)),
            (0x60, random.randbytes(3)),  # a kind that does not exist
            (0x59, b""),
        )
    )
    return bytes((META, kind)) + quantity(len(data)) + data


@dataclass
class Tame:
    """A file with notes on several ports and channels, and with the bars that it has."""

    data: bytes
    division: int
    notes: list[tuple[int, int, int, int]]
    """Onset, release, channel and key of each note, in file ticks."""
    bar_lines: list[int]
    """The file ticks of the bar lines, far beyond the last note."""


def tame(random: Random) -> Tame:
    """Return a file with whole notes, a map of metres, and changes of metre ahead."""
    division = random.choice((24, 48, 96, 480, 960))
    lines, metres = _bars(random, division)
    conductor: list[tuple[int, bytes]] = []
    for tick, numerator, exponent in metres:
        body = bytes((numerator, exponent, 24, 8))
        conductor.append((tick, bytes((META, 0x58, 4)) + body))
        if random.random() < 0.3:  # said again, where nothing changes
            conductor.append((tick + random.randrange(1, division), bytes((META, 0x58, 4)) + body))
    for _ in range(3):
        tempo = bytes((META, 0x51, 3)) + random.randint(300_000, 900_000).to_bytes(3)
        conductor.append((random.randrange(lines[-1]), tempo))
    notes: list[tuple[int, int, int, int]] = []
    tracks = [_track_bytes(sorted(conductor, key=lambda event: event[0]))]
    for number in range(random.randint(1, 4)):
        channel, port = random.choice((0, 0, 1, 9)), random.choice((0, 0, 1))
        events = [(0, bytes((META, 0x21, 1, port)))] if port else []
        at = 0
        for _ in range(random.randint(1, 12)):
            at += random.choice((0, division // 2, division))
            length = random.choice((1, division // 4, division, 4 * division))
            key = 40 + number if channel == 9 else 60 + random.randrange(12)
            notes.append((at, at + length, channel, key))
            events += [
                (at, bytes((0x90 | channel, key, 80))),
                (at + length, bytes((0x80 | channel, key, 64))),
            ]
            at += length
        tracks.append(_track_bytes(events))
    header = chunk(b"MThd", struct.pack(">HHH", 1, len(tracks), division))
    body = b"".join(chunk(b"MTrk", track) for track in tracks)
    return Tame(header + body, division, notes, lines)


def _bars(random: Random, division: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Return the bar lines of 60 bars, and tick, numerator and exponent of each metre."""
    lines, metres = [0], []
    while len(lines) < 60:
        numerator, exponent = random.choice(((4, 2), (3, 2), (6, 3), (2, 1), (7, 3)))
        metres.append((lines[-1], numerator, exponent))
        bar = numerator * 4 * division >> exponent
        lines += [lines[-1] + bar * (n + 1) for n in range(random.randint(1, 12))]
    return lines, metres


def _track_bytes(events: list[tuple[int, bytes]]) -> bytes:
    data, before = b"", 0
    for tick, event in events:
        data += quantity(tick - before) + event
        before = tick
    return data + quantity(0) + END
