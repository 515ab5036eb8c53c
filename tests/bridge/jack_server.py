"""A JACK server of our own for the tests: real ports and real time, without a sound card.

Its dummy driver keeps time by the system's clock, in periods of 256 frames at 48 kHz. With
real-time priority it keeps it well; where the system refuses that, it runs without, and loses a
period now and then.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

RATE_HZ = 48_000
PERIOD = 256
_GLANCE_S = 0.1
_GLANCES = 100


@contextmanager
def jack_server(name: str | None = None) -> Iterator[str]:
    """Run a server and make it the default for everything started inside; give its name."""
    name = name or f"antiphon-{secrets.token_hex(4)}"
    process = _start(name, "-R", "-P", "70") or _start(name, "-r")
    assert process is not None, "jackd does not start, neither with real-time priority nor without"
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


def shared_jack_server() -> Iterator[str]:
    """Be the body of a session's fixture: skip without jackd, but fail where it is promised."""
    if shutil.which("jackd") is None:
        text = "jackd is not installed (Debian: apt-get install jackd2)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with jack_server() as name:
        yield name


def _start(name: str, *priority: str) -> "subprocess.Popen[bytes] | None":
    """Start a server and wait until it answers; None if it ends instead."""
    import jack  # noqa: PLC0415 - it loads libjack, which comes with jackd

    process = subprocess.Popen(
        [
            *("jackd", *priority, "-t", "10000", "-n", name),
            *("-d", "dummy", "-r", str(RATE_HZ), "-p", str(PERIOD)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    jack.set_error_function(lambda _text: None)
    jack.set_info_function(lambda _text: None)
    for _ in range(_GLANCES):
        with suppress(jack.JackError):
            jack.Client("probe", servername=name, no_start_server=True).close()
            return process
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GLANCE_S)
            return None
    process.kill()
    process.wait()
    return None
