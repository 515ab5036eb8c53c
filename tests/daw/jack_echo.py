"""Another program on the JACK server: returns what it receives, an exact number of frames later.

`jack_echo.py FRAMES` has the ports `echo:in` and `echo:out`. It prints `ready` when they exist, and
exits at the end of its input. It uses only `jack` and shares no code with the tested program.
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
    pending: deque[tuple[int, bytes]] = deque()

    def process(size: int) -> None:
        first = client.last_frame_time
        for place, message in into.incoming_midi_events():
            pending.append((first + place + later, bytes(message)))
        out.clear_buffer()
        while pending and pending[0][0] < first + size:
            frame, message = pending.popleft()
            out.write_midi_event(max(0, frame - first), message)

    client.set_process_callback(process)
    with client:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
