"""A player and a recorder on a JACK server, which share no code with the program they measure.

Run as a script (`python -m gui.bench.jack_player`), this module is two clients of the server. It
reads a plan from its input, as JSON: a list of frames, counted from the start, each with the bytes
of a message. It plays the plan, records what comes out of Antiphon until Antiphon's ports are gone,
and writes that as JSON in the same form.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from threading import Event
from typing import TYPE_CHECKING

from gui.bench.jack_rig import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable

Message = tuple[int, list[int]]
"""A frame, counted from the start, and the bytes of a message."""
_PLAYER_OUT, _LISTENER_IN = "independent-player:out", "neighbour:in"
_PATIENCE_S = 60


class JackPlayer:
    """The process: plays a plan on the default server, and records Antiphon's output."""

    def __init__(self, plan: Iterable[tuple[int, bytes]]) -> None:
        """Start to play; frame 0 is a second from now."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        json.dump([(frame, list(message)) for frame, message in plan], self._process.stdin)
        self._process.stdin.close()

    def received(self) -> list[Message]:
        """Return all messages in order, once Antiphon's ports are gone."""
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            output = stream.read()
        self._process.wait()
        return [(frame, message) for frame, message in json.loads(output)]


def main() -> None:
    """Play the plan, and record until Antiphon has gone."""
    import jack

    todo: deque[Message] = deque((frame, message) for frame, message in json.load(sys.stdin))
    last_frame = todo[-1][0] if todo else 0
    player = jack.Client("independent-player", no_start_server=True)
    listener = jack.Client("neighbour", no_start_server=True)
    out, into = player.midi_outports.register("out"), listener.midi_inports.register("in")
    received, begin = list[Message](), list[int]()
    gone = Event()

    def play(size: int) -> None:
        first = player.last_frame_time
        if not begin:
            begin.append(first + RATE_HZ)
        out.clear_buffer()
        while todo and begin[0] + todo[0][0] < first + size:
            frame, message = todo.popleft()
            out.write_midi_event(max(0, begin[0] + frame - first), bytes(message))

    def listen(_size: int) -> None:
        first = listener.last_frame_time
        for place, packet in into.incoming_midi_events():
            start = begin[0] if begin else first
            received.append((first + place - start, list(bytes(packet))))

    def note_gone(port: jack.Port, register: bool) -> None:  # noqa: FBT001 - JACK's signature
        if not register and port.name.startswith("Antiphon"):
            gone.set()

    player.set_process_callback(play)
    listener.set_process_callback(listen)
    listener.set_port_registration_callback(note_gone, only_available=False)
    with player, listener:
        player.connect(_PLAYER_OUT, "Antiphon:in")
        listener.connect("Antiphon:out", _LISTENER_IN)
        gone.wait(last_frame / RATE_HZ + _PATIENCE_S)
    sys.stdout.write(json.dumps(received))


if __name__ == "__main__":
    main()
