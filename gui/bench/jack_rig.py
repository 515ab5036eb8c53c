"""A JACK server without a sound card, and an independent client that records from it.

The server's dummy driver runs on the system clock, in periods of 256 frames at 48 kHz. With
real-time priority it is accurate. Where the system refuses that priority, the server runs without
it and loses a period now and then.

Run as a script (`python -m gui.bench.jack_rig`), this module is the listener: a process and a JACK
client that shares no code with the program it measures. It connects its port and reports that. When
its input ends, it writes as JSON the frame of every note-on it received, and readings of JACK's
clock beside the system's.
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
from time import perf_counter_ns  # noqa: TID251 - shares no code with the program
from typing import TYPE_CHECKING

import numpy as np

from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE_HZ = 48_000
PERIOD = 256
LISTENER_PORT = "antiphon-listener:in"
_DEFAULT_SERVER = "JACK_DEFAULT_SERVER"
_NOTE_ON = 0x90
_POLL_S = 0.1
_MAX_POLLS = 100


class RigError(Exception):
    """The server does not start; the text is one sentence with the reason."""


@contextmanager
def jack_server(name: str | None = None, period: int = PERIOD) -> Iterator[str]:
    """Run a server as the default for all that starts inside the context; yield its name.

    Raises:
        RigError: jackd is not installed, or does not start.

    """
    with separate_jack_server(name, period) as server:
        before = os.environ.get(_DEFAULT_SERVER)
        os.environ[_DEFAULT_SERVER] = server
        try:
            yield server
        finally:
            os.environ.pop(_DEFAULT_SERVER)
            if before is not None:
                os.environ[_DEFAULT_SERVER] = before


@contextmanager
def separate_jack_server(name: str | None = None, period: int = PERIOD) -> Iterator[str]:
    """Run a server beside the default one; yield its name.

    A longer period, in frames, suits machines that suspend a process for some milliseconds.

    Raises:
        RigError: jackd is not installed, or does not start.

    """
    if shutil.which("jackd") is None:
        raise RigError("jackd is not installed (Debian: apt-get install jackd2).")
    name = name or f"antiphon-{secrets.token_hex(4)}"
    process = _start_server(name, period, "-R", "-P", "70") or _start_server(name, period, "-r")
    if process is None:
        raise RigError("jackd does not start, neither with real-time priority nor without.")
    try:
        yield name
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        # A server that ends before its clients leaves their semaphores behind.
        for left in Path("/dev/shm").glob(f"jack_sem.*_{name}_*"):  # noqa: S108 - its own name only
            left.unlink(missing_ok=True)


class Listener:
    """The client that records, in a process of its own."""

    def __init__(self, source: str) -> None:
        """Start the client, and connect its port to `source`."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n"

    def stop(self) -> list[tuple[int, int]]:
        """End the client; return number and time in nanoseconds of each note-on, in order.

        The server's clock equals the system's, except for a step at each lost period and for
        reading errors. A frame is therefore converted with the median offset of the second around
        it.
        """
        output, _ = self._process.communicate()
        found = json.loads(output)
        frames, moments = np.array(found["readings"], np.int64).T
        apart = moments - frames * SECOND // RATE_HZ
        received = []
        for note, frame in found["notes"]:
            near = np.abs(frames - frame) < RATE_HZ // 2
            received.append((note, frame * SECOND // RATE_HZ + int(np.median(apart[near]))))
        return received


# Ends the server however this process ends; a leftover server blocks the next one.
_EXIT_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()


def _start_server(name: str, period: int, *priority: str) -> subprocess.Popen[bytes] | None:
    """Start a server and wait until it answers; return None if it ends instead."""
    import jack  # loads libjack, which comes with jackd

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
    """Record until the input ends."""
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
