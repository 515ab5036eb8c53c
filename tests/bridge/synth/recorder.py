"""Somebody else's client of a JACK server, which records what the synth plays.

A process of its own, since one process can be a client of one server at a time; it shares no code
with what it records. It connects its port, says so, takes the file to write as one line, and, when
its input ends, writes the sound and readings of JACK's clock beside the system's.
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
    """Keep one period."""
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
