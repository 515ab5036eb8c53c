"""The other programs on the JACK server, independent of ours: a keyboard, a listener, a conductor.

It runs as a script and uses only `jack`: `band.py ROLE`. It reads one JSON object per line, and
answers each with a line `= VALUE`. At the end of its input it leaves.

`keys` is a keyboard that is plugged in, a physical port. {"play": hex} plays a message, {"flood":
[messages a second, seconds]} plays notes, controllers and pitch wheel, {"sysex": bytes} plays one
System Exclusive message of that length, {"clock": bpm} plays MIDI Clock until {"clock": 0}. For
each message of "play" it writes a line `p NANOSECONDS HEX` when it has gone out.

`ear` writes a line `n NANOSECONDS HEX` for each message that it hears, and `x` for each period that
the server has lost. {"connect": [source, target]} and {"disconnect": ...} change cables;
{"sources": true} returns the ports that are connected to it.

`conductor` is the server's timebase master. {"start": bpm}, {"stop": true} and {"locate": frame}
move the transport; {"nonsense": true} gives impossible positions.
"""

import json
import math
import queue
import random
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter_ns  # noqa: TID251 - it shares no code with what it tests

import jack

SECOND = 1_000_000_000
CHUNK = 4096
"""Bytes of a long message in one period: other clients have a port of limited size."""
BBT = 0x10
"""The flag of a position that has bar, beat and tick (JackPositionBBT)."""
NONSENSE = (0.0, -1.0, 1e-300, 1e308, math.nan, math.inf, -math.inf, 0.5)


class Lines:
    """Writes lines from a callback: JACK's thread must not wait for a pipe."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def put(self, line: str) -> None:
        """Write a line soon."""
        self._lines.put(line)

    def pump(self) -> None:
        """Write lines for ever."""
        while True:
            sys.stdout.write(self._lines.get() + "\n")
            if self._lines.empty():
                sys.stdout.flush()


class Keys:
    """A keyboard."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.client = jack.Client("soak-keys", no_start_server=True)
        self.out = self.client.midi_outports.register("out", is_physical=True, is_terminal=True)
        self.waiting: deque[bytes] = deque()
        self.clock_bpm, self.next_clock = 0.0, 0.0
        self.flood: Iterator[bytes] = iter(())
        self.flood_rate = 0.0
        self.chunks: deque[bytes] = deque()
        self.client.set_process_callback(self.process)
        self.client.activate()

    def process(self, size: int) -> None:
        """Play what is waiting, in order of frames."""
        first, now_ns = self.client.last_frame_time, perf_counter_ns()
        self.out.clear_buffer()
        try:
            while self.waiting:
                self.out.write_midi_event(0, self.waiting[0])
                message = self.waiting.popleft()
                self.lines.put(f"p {now_ns} {message.hex()}")
            if self.chunks:
                self.out.write_midi_event(1, self.chunks[0])
                self.chunks.popleft()
            self.play_stream(first, size)
        except jack.JackError:
            return  # the port is full: the rest in the next period

    def play_stream(self, first: int, size: int) -> None:
        """Play the flood's or the clock's messages of this period."""
        rate = self.client.samplerate
        for index in range(int(self.flood_rate * size / rate)):
            message = next(self.flood, b"")
            if not message:
                self.flood_rate = 0.0
                break
            self.out.write_midi_event(min(size - 1, 2 + index), message)
        while self.clock_bpm and self.next_clock < first + size:
            at = min(size - 1, max(2, int(self.next_clock - first)))
            if not self.flood_rate:
                self.out.write_midi_event(at, b"\xf8")
            self.next_clock += rate * 60 / self.clock_bpm / 24

    def answer(self, request: dict[str, object]) -> object:
        """Carry out one request."""
        match request:
            case {"play": str(message)}:
                self.waiting.append(bytes.fromhex(message))
            case {"flood": [int(rate), int() | float() as seconds]}:
                self.flood = flood_messages(int(rate * seconds))
                self.flood_rate = float(rate)
            case {"sysex": int(length)}:
                data = b"\xf0\x7d" + bytes(index % 128 for index in range(length - 3)) + b"\xf7"
                self.chunks.extend(data[at : at + CHUNK] for at in range(0, length, CHUNK))
            case {"clock": int() | float() as bpm}:
                self.next_clock, self.clock_bpm = float(self.client.frame_time), float(bpm)
            case {"busy": _}:
                return bool(self.flood_rate or self.chunks or self.waiting)
        return True


def flood_messages(count: int) -> Iterator[bytes]:
    """Yield notes of channel 3, each with its release, controllers and pitch wheel."""
    for index in range(count // 4):
        pitch = 30 + index % 60
        yield from (
            bytes((0x92, pitch, 70)),
            b"\xb2\x01\x40",
            b"\xe2\x00\x41",
            bytes((0x82, pitch, 0)),
        )


class Ear:
    """A listener."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.client = jack.Client("soak-ear", no_start_server=True)
        self.into = self.client.midi_inports.register("in")
        self.client.set_process_callback(self.process)
        self.client.set_xrun_callback(lambda _us: lines.put("x"))
        self.client.activate()

    def process(self, _size: int) -> None:
        """Hear the messages of one period."""
        now_ns, rate = perf_counter_ns(), self.client.samplerate
        for offset, packet in self.into.incoming_midi_events():
            self.lines.put(f"n {now_ns + offset * SECOND // rate} {bytes(packet).hex()}")

    def answer(self, request: dict[str, object]) -> object:
        """Carry out one request."""
        match request:
            case {"connect": [str(source), str(target)]}:
                with suppress(jack.JackError):
                    self.client.connect(source, target)
                    return True
                return False
            case {"disconnect": [str(source), str(target)]}:
                with suppress(jack.JackError):
                    self.client.disconnect(source, target)
                    return True
                return False
        return [port.name for port in self.client.get_all_connections(self.into)]


class Conductor:
    """A timebase master."""

    def __init__(self, _lines: Lines) -> None:
        self.client = jack.Client("soak-conductor", no_start_server=True)
        self.bpm, self.nonsense = 120.0, False
        self.random = random.Random(1)
        self.client.set_timebase_callback(self.conduct)
        self.client.activate()

    def conduct(self, _state: int, _size: int, position: object, _new: bool) -> None:  # noqa: FBT001
        """Fill in the position."""
        fill(position, self.bpm, self.random if self.nonsense else None)

    def answer(self, request: dict[str, object]) -> object:
        """Carry out one request."""
        self.nonsense = "nonsense" in request
        match request:
            case {"start": int() | float() as bpm}:
                self.bpm = float(bpm)
                self.client.transport_start()
            case {"locate": int(frame)}:
                self.client.transport_locate(frame)
            case {"nonsense": _}:
                self.client.transport_start()
            case _:
                self.client.transport_stop()
        return True


def fill(position: object, bpm: float, rng: random.Random | None) -> None:
    """Fill in bar, beat and tick of a position, or nonsense."""
    beats = position.frame / position.frame_rate * bpm / 60  # type: ignore[attr-defined]
    bar, beat = divmod(beats, 4)
    fields = {
        "valid": BBT,
        "bar": int(bar) + 1,
        "beat": int(beat) + 1,
        "tick": int(beat % 1 * 1920),
        "bar_start_tick": bar * 4 * 1920,
        "beats_per_bar": 4.0,
        "beat_type": 4.0,
        "ticks_per_beat": 1920.0,
        "beats_per_minute": bpm,
    }
    if rng is not None:
        for name in ("beats_per_bar", "beat_type", "ticks_per_beat", "beats_per_minute"):
            if rng.random() < 0.5:
                fields[name] = rng.choice(NONSENSE)
        for name in ("bar", "beat", "tick"):
            if rng.random() < 0.5:
                fields[name] = rng.choice((0, -1, -(2**31), 2**31 - 1))
    for name, value in fields.items():
        setattr(position, name, value)


ROLES: dict[str, type[Keys] | type[Ear] | type[Conductor]] = {
    "keys": Keys,
    "ear": Ear,
    "conductor": Conductor,
}


def main() -> None:
    """Play a role until the input ends."""
    lines = Lines()
    jack.set_error_function(lambda _text: None)
    jack.set_info_function(lambda _text: None)
    role = ROLES[sys.argv[1]](lines)
    threading.Thread(target=lines.pump, daemon=True).start()
    lines.put("= true")
    for line in sys.stdin:
        lines.put(f"= {json.dumps(role.answer(json.loads(line)))}")
    role.client.close()


if __name__ == "__main__":
    main()
