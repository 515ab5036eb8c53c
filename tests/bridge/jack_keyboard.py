"""A keyboard that is plugged in, as a JACK server shows it: a physical port of another client.

It runs as a script and uses only `jack`: `jack_keyboard.py CLIENT PORT [ALIAS]`. With CLIENT
"program:NAME" its port is not physical. It reads one JSON object per line and answers each with
`true`: {"press": pitch}, {"release": pitch}, {"pedal": value}. At the end of its input it is
unplugged: its port goes, with whatever is held down.
"""

import json
import queue
import sys

import jack

PERIODS_S = 5.0


class Keyboard:
    """A client with one output port."""

    def __init__(self, client_name: str, port_name: str, *aliases: str) -> None:
        name = client_name.removeprefix("program:")
        self.client = jack.Client(name, no_start_server=True)
        self.out = self.client.midi_outports.register(
            port_name, is_physical=name == client_name, is_terminal=name == client_name
        )
        for alias in aliases:
            self.out.set_alias(alias)
        self.waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.played: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.client.set_process_callback(self.process)
        self.client.activate()

    def process(self, _size: int) -> None:
        """Play what is waiting."""
        self.out.clear_buffer()
        while not self.waiting.empty():
            self.out.write_midi_event(0, self.waiting.get_nowait())
            self.played.put(True)  # noqa: FBT003 - any value

    def play(self, *message: int) -> None:
        """Play a message, and wait for the period that does."""
        self.waiting.put(bytes(message))
        self.played.get(timeout=PERIODS_S)

    def answer(self, request: dict[str, int]) -> None:
        """Carry out one request."""
        match request:
            case {"press": pitch}:
                self.play(0x90, pitch, 100)
            case {"release": pitch}:
                self.play(0x80, pitch, 64)
            case {"pedal": value}:
                self.play(0xB0, 64, value)


if __name__ == "__main__":
    keyboard = Keyboard(*sys.argv[1:])
    sys.stdout.write("true\n")
    sys.stdout.flush()
    for line in sys.stdin:
        keyboard.answer(json.loads(line))
        sys.stdout.write("true\n")
        sys.stdout.flush()
    keyboard.client.close()
