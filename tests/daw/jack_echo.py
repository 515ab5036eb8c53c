"""Another program on the JACK server: plays what it hears, to the frame, some frames later.

`jack_echo.py FRAMES` has the ports `echo:in` and `echo:out`. It says `ready` when they are there,
and leaves at the end of its input. It uses `jack` only and shares no code with what it tests.
"""

import sys
from collections import deque

import jack


def main() -> None:
    """Echo until the input ends."""
    later = int(sys.argv[1])
    client = jack.Client("echo", no_start_server=True)
    into = client.midi_inports.register("in")
    out = client.midi_outports.register("out")
    due: deque[tuple[int, bytes]] = deque()

    def process(size: int) -> None:
        first = client.last_frame_time
        for place, message in into.incoming_midi_events():
            due.append((first + place + later, bytes(message)))
        out.clear_buffer()
        while due and due[0][0] < first + size:
            frame, message = due.popleft()
            out.write_midi_event(max(0, frame - first), message)

    client.set_process_callback(process)
    with client:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
