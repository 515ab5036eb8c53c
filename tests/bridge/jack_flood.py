"""A program on the JACK server that floods a port with messages.

It runs as a script and uses only `jack`: `jack_flood.py SEED`. It reads one JSON object per line
and answers each with a line: {"flood": kind, "rate": messages a second} floods until the next line,
and answers `true`; {"quiet": true} stops, and answers with the number of messages that were sent
since the last answer; {"connect": [[source, target], ...]} connects ports, and "disconnect"
likewise. The kinds are the keys of `KINDS`. "dump" sends system exclusives of a megabyte in pieces,
the rate counts pieces. It exits at the end of its input.
"""

import json
import sys
from collections.abc import Callable
from random import Random

import jack

PIECE, PIECES = 16_384, 64
Kind = Callable[[Random, int], bytes]


def _dump(_rng: Random, number: int) -> bytes:
    """Return a piece of a system exclusive of a megabyte."""
    place = number % PIECES
    begin, end = b"\xf0" * (place == 0), b"\xf7" * (place == PIECES - 1)
    return begin + bytes(PIECE) + end


def _illegal(rng: Random, _number: int) -> bytes:
    """Return what no MIDI message is: random bytes, running status, an unfinished message."""
    return rng.choice(
        (rng.randbytes(rng.randint(1, 8)), b"\x3c\x40", b"\x90\x3c", b"\xf0\xf8\x01\x02", b"\xf7")
    )


KINDS: dict[str, Kind] = {
    "notes": lambda _, n: bytes((0x90, n // 2 % 128, 90 * (1 - n % 2))),
    "keys": lambda rng, _: bytes((0x90 | rng.randrange(16), rng.randrange(128), 90)),
    "controllers": lambda rng, _: bytes((0xB0, rng.randrange(64), rng.randrange(128))),
    "wheel": lambda _, n: bytes((0xE0, n % 128, n // 128 % 128)),
    "pressure": lambda _, n: bytes((0xD0, n % 128)),
    "programs": lambda _, n: bytes((0xC0, n % 128)),
    "clocks": lambda _, __: b"\xf8",
    "sensing": lambda _, __: b"\xfe",
    "transport": lambda rng, _: rng.choice((b"\xfa", b"\xfc", b"\xfb", b"\xf2\x10\x01")),
    "sysex": lambda _, __: b"\xf0" + bytes(60) + b"\xf7",
    "endless": lambda _, n: (b"\xf0" if n == 0 else b"") + bytes(1_000),
    "dump": _dump,
    "illegal": _illegal,
}


def _mixed(rng: Random, number: int) -> bytes:
    """Return a message of any kind but the long ones."""
    kinds = [kind for kind in KINDS if kind not in ("dump", "endless", "mixed")]
    return KINDS[rng.choice(kinds)](rng, number)


KINDS["mixed"] = _mixed


class Flood:
    """A client with one output port."""

    def __init__(self, seed: int) -> None:
        self.rng, self.kind, self.rate = Random(seed), "", 0
        self.sent = self.number = 0
        self.due = 0.0
        self.client = jack.Client("flooder", no_start_server=True)
        self.out = self.client.midi_outports.register("out")
        self.client.set_process_callback(self.process)
        self.client.activate()

    def process(self, size: int) -> None:
        """Send the messages of one period, as many as the port takes."""
        self.out.clear_buffer()
        kind = KINDS.get(self.kind)  # once: the main thread may stop the flood meanwhile
        if kind is None:
            return
        self.due += self.rate * size / self.client.samplerate
        count = int(self.due)
        self.due -= count
        for place in range(count):
            try:
                message = kind(self.rng, self.number)
                self.out.write_midi_event(place * size // count, message)
            except jack.JackError:
                return
            self.number += 1
            self.sent += 1

    def answer(self, request: dict[str, object]) -> object:
        """Carry out one request."""
        match request:
            case {"flood": str(kind), "rate": int(rate)}:
                self.number, self.rate, self.kind = 0, rate, kind
            case {"quiet": _}:
                self.kind = ""
                sent, self.sent = self.sent, 0
                return sent
            case {"connect": list(cables)}:
                for source, target in cables:
                    self.client.connect(source, target)
            case {"disconnect": list(cables)}:
                for source, target in cables:
                    self.client.disconnect(source, target)
        return True


if __name__ == "__main__":
    flood = Flood(int(sys.argv[1]))
    sys.stdout.write("true\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(flood.answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    flood.client.close()
