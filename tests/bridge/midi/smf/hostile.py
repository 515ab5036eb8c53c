"""Files that attack a reader: far ticks, many of anything, wrong lengths, and damaged real files.

Each file is a pure function of its random numbers. `SCALES` are the sizes: small ones for fuzzing,
and the largest that a file within the limits may have.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.bridge.midi.smf.generated import END, chunk, quantity, tame, wild

GOLDEN = Path(__file__).parents[3] / "golden"
ENDINGS = (".mid", ".midi", ".kar", ".rmi", ".smf")
FAR = 0x0FFFFFFF
"""The longest delta time."""
TEMPO, METRE, PORT, DEVICE = b"\xff\x51\x03", b"\xff\x58\x04", b"\xff\x21\x01", b"\xff\x09"
Part = Callable[[Random, int], bytes]
"""Returns the events of a track, without its end: about as many as a number."""


def note(key: int, channel: int = 0) -> bytes:
    """Return a short note, with its delta times."""
    return bytes((0, 0x90 | channel, key, 80, 24, 0x80 | channel, key, 64))


def notes(random: Random, count: int) -> bytes:
    return b"".join(note(random.randrange(128), random.randrange(16)) for _ in range(count // 2))


def far_events(random: Random, count: int) -> bytes:
    """Return a few events far from each other, some beyond all limits."""
    deltas = (0, 1, 96, 1 << 14, 1 << 21, 34_560_000, FAR - 1, FAR)
    events = (
        b"\x90\x3c\x40",
        b"\x80\x3c\x40",
        TEMPO + b"\x07\xa1\x20",
        b"\xb0\x40\x7f",
        b"\xff\x01\0",
    )
    chosen = range(random.randint(1, min(12, count)))
    return b"".join(quantity(random.choice(deltas)) + random.choice(events) for _ in chosen)


def far_end(random: Random, _count: int) -> bytes:
    """Return a note, perhaps held, and then an end that is far away."""
    begin = b"\x00\x90\x3c\x40" + random.choice((b"", b"\x60\x80\x3c\x40", b"\x00\xb0\x40\x7f"))
    return begin + quantity(random.choice((FAR, 34_560_000))) + b"\xff\x01\0"


def tempos(random: Random, count: int) -> bytes:
    step, values = random.randrange(3), (1, 10_000, 500_000, 0xFFFFFF, 60_000_000, 0)
    few = values[1:5] if random.random() < 0.8 else values
    value = [v & 0xFFFFFF for v in few]
    return b"".join(bytes((step,)) + TEMPO + random.choice(value).to_bytes(3) for _ in range(count))


def metres(random: Random, count: int) -> bytes:
    shapes = ((4, 2), (3, 3), (1, 7), (7, 4), (99, 2), (5, 5), (32, 1))
    odd = ((255, 0), (255, 2), (1, 8), (0, 2), (1, 255))
    step = random.choice((0, 0, 1, 96))
    chosen = shapes + (odd if random.random() < 0.1 else ())
    return b"".join(
        bytes((step,)) + METRE + bytes((*random.choice(chosen), 24, 8)) for _ in range(count)
    )


def programs(random: Random, count: int) -> bytes:
    step = random.randrange(2)
    return b"".join(
        bytes((step, 0xC0 | random.randrange(16), random.randrange(128))) for _ in range(count)
    )


def changing_controllers(random: Random, count: int) -> bytes:
    """Return notes, each in another state of its channel, after all controllers were set."""
    data = [bytes((0, 0xB0, number, 1)) for number in range(120)]
    shaping = (1, 7, 10, 11, 65, 74, 91, 93, 0, 32)
    for _ in range(count // 3):
        change = random.choice((*shaping, random.randrange(128)))
        data.append(bytes((0, 0xB0, change, random.randrange(128))) + note(60))
    return b"".join(data)


def exclusives(random: Random, count: int) -> bytes:
    kinds = (
        b"\x7e\x7f\x09\x01\xf7",
        b"\x41\x10\x42\x12\x40\0\x7f\0\x41\xf7",
        b"\x43\x10\x4c\0\0\x7e\0\xf7",
    )
    long = b"\x41" + bytes(random.randrange(2000)) + b"\xf7"
    body = random.choice((*kinds, long, bytes(9)))
    step = random.randrange(3)
    event = bytes((step, random.choice((0xF0, 0xF0, 0xF7)))) + quantity(len(body)) + body
    return note(60) + event * (count * 8 // (8 + len(body))) + note(62)


def escapes(random: Random, count: int) -> bytes:
    """Return escapes full of messages."""
    body = random.choice((b"\xf8", b"\xfe", b"\x90\x3c\x40\x80\x3c\x40", b"\xff", b"\xc0\x05")) * (
        count // 8
    )
    return (b"\0\xf7" + quantity(len(body)) + body) * 4 + note(60)


def piled_up(random: Random, count: int) -> bytes:
    """Return onsets of one key, and then its releases, or none."""
    step = random.randrange(3)
    begins = bytes((step, 0x90, 60, 80)) * (count // 2)
    order = random.randrange(3)
    ends = bytes((random.randrange(3), 0x80, 60, 64)) * (count // 2)
    return (begins, begins + ends, (begins[:4] + ends[:4]) * (count // 2))[order]


def pedalled(random: Random, count: int) -> bytes:
    """Return notes of some keys under pedals that move, or never rise."""
    data = [b"\0\xb0\x40\x7f\0\xb0\x42\x7f"]
    moves = random.random() < 0.5
    keys = random.choice((1, 3, 128))
    for each in range(count // 2):
        data.append(note(each % keys))
        if moves:
            switch = random.choice((0x40, 0x42, 0x7B, 0x78, 0x79))
            data.append(bytes((random.randrange(3), 0xB0, switch, random.choice((0, 127)))))
    return b"".join(data)


def clusters(random: Random, count: int) -> bytes:
    """Return all keys of all channels at a few ticks."""
    data = b"".join(
        bytes((0, 0x90 | place // 128 % 16, place % 128, 64)) for place in range(min(count, 2048))
    )
    step = quantity(random.choice((0, 1, 480)))
    return (data + step + b"\xff\x01\0") * max(1, count // 2048)


def many_ports(random: Random, count: int) -> bytes:
    most = random.choice((200, 1000))
    ports = min(count, most)
    data = b""
    for number in range(ports):
        name = b"port %d" % number
        named = DEVICE + quantity(len(name)) + name
        data += (
            b"\0" + (named if random.random() < 0.5 else PORT + bytes((number % 256,))) + note(60)
        )
    return data


def long_texts(random: Random, count: int) -> bytes:
    size = random.choice((0x0FFFFFFF, 0x001FFFFF, 8 * count))
    body = bytes(min(size, 8 * count))
    return note(60) + b"\0\xff" + bytes((random.choice((1, 3, 9, 0x7F)),)) + quantity(size) + body


def long_quantity(_random: Random, _count: int) -> bytes:
    return note(60) + b"\xff\xff\xff\xff\x7f" + note(60)


def real_time(random: Random, _count: int) -> bytes:
    return note(60) + bytes((0, random.randrange(0xF1, 0xFF)))


HEAVY: tuple[Part, ...] = (
    notes, tempos, metres, programs, changing_controllers, exclusives, escapes, piled_up, pedalled,
    clusters,
)  # fmt: skip
"""Attacks by number, which are read."""
WRONG: tuple[Part, ...] = (
    far_events, far_end, many_ports, long_texts, long_quantity, real_time
)  # fmt: skip
"""Attacks of which most are refused."""
PARTS = HEAVY + WRONG


def attacking(random: Random, size: int) -> bytes:
    """Return a file of one to four attacking parts, of about `size` events."""
    odd = random.randrange(0x10000) if random.random() < 0.1 else 480
    division = random.choice((1, 1, 24, 480, 480, 32_767, odd))
    tracks = []
    for _ in range(random.randint(1, 4)):
        wrong = WRONG if random.random() < 0.15 else ()
        parts = random.choices(HEAVY + wrong, k=random.randint(1, 3))
        tracks.append(b"".join(part(random, size) for part in parts) + b"\0" + END)
    tracks += [b"\0" + END] * random.choice((0, 0, 0, size // 2))
    return in_file(random, tracks, division)


def in_file(random: Random, tracks: list[bytes], division: int) -> bytes:
    """Return a file of tracks, some with wrong sizes, other chunks, or inside a RIFF file."""
    chunks = [chunk(b"MTrk", track) for track in tracks]
    if random.random() < 0.1:
        at = random.randrange(len(chunks))
        size = random.choice((0, 0xFFFFFFFF, 0x7FFFFFFF, len(tracks[at]) - 1, len(tracks[at]) + 1))
        chunks[at] = b"MTrk" + struct.pack(">I", size & 0xFFFFFFFF) + tracks[at]
    if random.random() < 0.1:
        chunks[random.randrange(len(chunks)) :] += [chunk(b"XFIH", b"")] * random.randrange(500)
    count = random.choice((len(tracks), len(tracks), 0, 0xFFFF))
    data = chunk(b"MThd", struct.pack(">HHH", random.choice((1, 1, 1, 0)), count, division))
    data += b"".join(chunks)
    if random.random() < 0.1:
        for _ in range(random.choice((1, 1, 2, 30))):
            inner = b"data" + struct.pack("<I", len(data)) + data
            data = b"RIFF" + struct.pack("<I", len(inner) + 4) + b"RMID" + inner
    return data


def real_files() -> list[bytes]:
    """Return the files of this repository's tests."""
    paths = sorted(path for path in GOLDEN.rglob("*") if path.suffix.lower() in ENDINGS)
    assert len(paths) > 30
    return [path.read_bytes() for path in paths]


def damaged(random: Random, data: bytes) -> bytes:
    """Return a file with changed, missing, doubled or foreign bytes."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(changed) + 1)
        match random.randrange(5):
            case 0:
                odd = (0, 0x7F, 0x80, 0xF0, 0xF7, 0xF8, 0xFF, random.randrange(256))
                changed[at : at + 1] = bytes((random.choice(odd),))
            case 1:
                del changed[at : at + random.randint(1, 5)]
            case 2:
                changed[at:at] = random.randbytes(random.randint(1, 5))
            case 3:
                changed[at:at] = changed[at : at + random.randint(1, 200)] * random.randint(1, 50)
            case 4:
                changed[at : at + 4] = quantity(random.choice((FAR, 1 << 21, 34_560_000)))
    return bytes(changed)


def fuzzed(random: Random, real: list[bytes], size: int) -> bytes:
    """Return any of these files; two of five are damaged."""
    kind = random.randrange(4)
    if kind == 0:
        data = random.choice(real)
    elif kind == 1:
        data = (wild if random.random() < 0.5 else tame)(random).data
    else:
        data = attacking(random, random.choice((10, 100, size)))
    return damaged(random, data) if random.random() < 0.4 else data
