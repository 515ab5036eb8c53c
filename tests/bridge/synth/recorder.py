"""An independent client of a JACK server, which records what the synth plays.

It is a separate process, because a process can be a client of only one server at a time. It shares
no code with the synth. It connects its port, reports that, reads the name of a file as one line,
and at the end of its input writes the sound and readings of JACK's clock and the system's.
"""

import sys
from time import perf_counter_ns  # noqa: TID251 - it shares no code with what it tests

import jack
import numpy as np

client = jack.Client("recorder", no_start_server=True)
into = client.inports.register("in")
periods: list[bytes] = []
readings: list[tuple[int, int, int]] = []


def process(_size: int) -> None:
    """Record one period."""
    periods.append(bytes(into.get_buffer()))
    before_ns = perf_counter_ns()
    frame = client.frame_time
    readings.append((client.last_frame_time, frame, (before_ns + perf_counter_ns()) // 2))


client.set_process_callback(process)
with client:
    (left, _) = client.get_ports("Antiphon synth:", is_audio=True, is_output=True)
    client.connect(left, into)
    sys.stdout.write("recording\n")
    sys.stdout.flush()
    target = sys.stdin.read().strip()
count = min(len(periods), len(readings))
sound = np.frombuffer(b"".join(periods[:count]), np.float32)
np.savez(target, sound=sound, readings=np.array(readings[:count], np.int64))
