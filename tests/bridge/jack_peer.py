"""Two other programs on the JACK server, independent of ours: a player and a listener.

They are two clients, because JACK delays a connection that closes a cycle by one period: events
of one client to us and back would seem late.

It runs as a script and uses only `jack`. It reads one JSON object per line and answers each with a
line: {"connect": [[source, target], ...]}, and "disconnect" likewise; {"play": [[frame, [bytes]],
...]}; {"hear": n}, which waits for n events and returns [[frame, [bytes]], ...]; {"waiting": true},
which returns the number of waiting events; {"ports": pattern}, which returns names;
{"connections": port}, which returns the names of the ports that are connected to a port, none if
there is no such port; {"clock": true}, which returns the frame and nanoseconds of one moment. It
exits at the end of its input.
"""

import json
import queue
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter_ns  # noqa: TID251 - it shares no code with what it tests

import jack

HEAR_S = 5.0


class Peer:
    """The clients `player` with the port `out`, and `listener` with the port `in`."""

    def __init__(self) -> None:
        self.player = jack.Client("player", no_start_server=True)
        self.listener = jack.Client("listener", no_start_server=True)
        self.out = self.player.midi_outports.register("out")
        self.into = self.listener.midi_inports.register("in")
        self.plan: deque[tuple[int, bytes]] = deque()
        self.heard: queue.SimpleQueue[tuple[int, list[int]]] = queue.SimpleQueue()
        self.player.set_process_callback(self.play)
        self.listener.set_process_callback(self.listen)
        self.player.activate()
        self.listener.activate()

    def play(self, size: int) -> None:
        """Play the events of one period."""
        first = self.player.last_frame_time
        self.out.clear_buffer()
        while self.plan and self.plan[0][0] < first + size:
            frame, message = self.plan.popleft()
            self.out.write_midi_event(max(0, frame - first), message)

    def listen(self, _size: int) -> None:
        """Record the events of one period."""
        first = self.listener.last_frame_time
        for place, packet in self.into.incoming_midi_events():
            self.heard.put((first + place, list(bytes(packet))))

    def clock(self) -> tuple[int, int]:
        """Read both clocks several times, and return the quickest reading."""
        best = (1 << 62, 0, 0)
        for _ in range(2000):
            before_ns = perf_counter_ns()
            frame = self.listener.frame_time
            after_ns = perf_counter_ns()
            best = min(best, (after_ns - before_ns, frame, (before_ns + after_ns) // 2))
        return best[1:]

    def hear(self, count: int) -> Iterator[tuple[int, list[int]]]:
        """Yield `count` events, or fewer if nothing more comes."""
        with suppress(queue.Empty):
            for _ in range(count):
                yield self.heard.get(timeout=HEAR_S)

    def answer(self, request: dict[str, object]) -> object:
        """Carry out one request."""
        match request:
            case {"connect": list(cables)} | {"disconnect": list(cables)}:
                listener = self.listener
                change = listener.connect if "connect" in request else listener.disconnect
                for source, target in cables:
                    change(source, target)
                return True
            case {"play": list(notes)}:
                self.plan.extend((frame, bytes(message)) for frame, message in notes)
                return True
            case {"hear": int(count)}:
                return list(self.hear(count))
            case {"clock": _}:
                return self.clock()
            case {"waiting": _}:
                return self.heard.qsize()
        return self.answer_about_ports(request)

    def answer_about_ports(self, request: dict[str, object]) -> list[str]:
        """Return the requested names of ports."""
        match request:
            case {"ports": str(pattern)}:
                return [port.name for port in self.listener.get_ports(pattern, is_midi=True)]
            case {"connections": str(port)}:
                known = {each.name for each in self.listener.get_ports(is_midi=True)}
                found = self.listener.get_all_connections(port) if port in known else []
                return [other.name for other in found]
            case _:
                raise ValueError(request)


if __name__ == "__main__":
    peer = Peer()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(peer.answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    peer.player.close()
    peer.listener.close()
