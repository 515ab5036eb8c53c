"""A JACK server of our own, without a sound card, and somebody else's client that listens on it.

The server's dummy driver keeps time by the system's clock, in periods of 256 frames at 48 kHz. With
real-time priority it keeps it well; where the system refuses that, it runs without, and loses a
period now and then.

Run as a script (`python -m gui.bench.jack_rig`) this is the listener, a process and a JACK client
of its own that shares no code with what it measures: it connects its port, says so, and when its
input ends it writes, as JSON, the frame of every note-on that came, and readings of JACK's clock
beside the system's.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter_ns  # noqa: TID251 - it shares no code with what it measures
from typing import TYPE_CHECKING

import numpy as np

from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE_HZ = 48_000
PERIOD = 256
LISTENER_PORT = "antiphon-listener:in"
_NOTE_ON = 0x90
_POLL_S = 0.1
_MAX_POLLS = 100


class RigError(Exception):
    """The server does not start; the text is one sentence that says why."""


@contextmanager
def jack_server(name: str | None = None, period: int = PERIOD) -> Iterator[str]:
    """Run a server and make it the default for everything started inside; give its name.

    A longer period, in frames, is for machines that put a process aside for some milliseconds.

    Raises:
        RigError: jackd is not installed, or does not start.

    """
    if shutil.which("jackd") is None:
        raise RigError("jackd is not installed (Debian: apt-get install jackd2).")
    name = name or f"antiphon-{secrets.token_hex(4)}"
    process = _start_server(name, period, "-R", "-P", "70") or _start_server(name, period, "-r")
    if process is None:
        raise RigError("jackd does not start, neither with real-time priority nor without.")
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = name
    try:
        yield name
    finally:
        os.environ.pop("JACK_DEFAULT_SERVER")
        if before is not None:
            os.environ["JACK_DEFAULT_SERVER"] = before
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        # A server that goes before its clients leaves their semaphores behind.
        for left in Path("/dev/shm").glob(f"jack_sem.*_{name}_*"):  # noqa: S108 - its own name only
            left.unlink(missing_ok=True)


class Listener:
    """The client that listens, in a process of its own."""

    def __init__(self, source: str) -> None:
        """Start it, and connect a port to it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n"

    def stop(self) -> list[tuple[int, int]]:
        """End it; return note and nanoseconds of each note-on, in order.

        The server's clock is the system's but for steps, where it lost a period, and for what a
        reading misses: so a frame is where the usual reading of the second around it says.
        """
        told, _ = self._process.communicate()
        found = json.loads(told)
        frames, moments = np.array(found["readings"], np.int64).T
        apart = moments - frames * SECOND // RATE_HZ
        heard = []
        for note, frame in found["notes"]:
            near = np.abs(frames - frame) < RATE_HZ // 2
            heard.append((note, frame * SECOND // RATE_HZ + int(np.median(apart[near]))))
        return heard


# However this process ends: a server that is left behind takes the place of another.
_EXIT_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()


def _start_server(name: str, period: int, *priority: str) -> subprocess.Popen[bytes] | None:
    """Start a server and wait until it answers; None if it ends instead."""
    import jack  # it loads libjack, which comes with jackd

    process = subprocess.Popen(
        [
            *_EXIT_WITH_PARENT,
            *("jackd", *priority, "-t", "10000", "-n", name),
            *("-d", "dummy", "-r", str(RATE_HZ), "-p", str(period)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    jack.set_error_function(lambda _text: None)
    jack.set_info_function(lambda _text: None)
    for _ in range(_MAX_POLLS):
        with suppress(jack.JackError):
            jack.Client("probe", servername=name, no_start_server=True).close()
            return process
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)
            return None
    process.kill()
    process.wait()
    return None


def main() -> None:
    """Listen until the input ends."""
    import jack

    client = jack.Client("antiphon-listener", no_start_server=True)
    into = client.midi_inports.register("in")
    notes: list[tuple[int, int]] = []
    readings: list[tuple[int, int]] = []

    def process(_size: int) -> None:
        first = client.last_frame_time
        for place, packet in into.incoming_midi_events():
            status, note, *_ = bytes(packet)
            if status & 0xF0 == _NOTE_ON:
                notes.append((note, first + place))
        before_ns = perf_counter_ns()
        frame = client.frame_time
        readings.append((frame, (before_ns + perf_counter_ns()) // 2))

    client.set_process_callback(process)
    with client:
        client.connect(sys.argv[1], into)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        sys.stdin.read()
    sys.stdout.write(json.dumps({"notes": notes, "readings": readings}))


if __name__ == "__main__":
    main()
