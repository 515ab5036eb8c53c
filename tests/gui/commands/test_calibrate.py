"""The round trip, measured on a real JACK server with another program that echoes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.commands.calibrate import NOTE_COUNT, CalibrationError, measure_round_trip
from tests.bridge.jack_server import PERIOD, RATE_HZ

pytestmark = pytest.mark.device

ECHO = Path(__file__).parents[2] / "daw" / "jack_echo.py"
LATER = 960  # frames: 20 ms
PERIOD_NS = PERIOD * 1_000_000_000 // RATE_HZ


@pytest.fixture
def echo(default_jack_server: str) -> Iterator[None]:  # noqa: ARG001 - a server must run
    """Run a program that sends back what it receives."""
    with subprocess.Popen(
        [sys.executable, ECHO, str(LATER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
        process.communicate()


@pytest.mark.usefixtures("echo")
def test_the_round_trip_is_measured() -> None:
    found = measure_round_trip("jack", "echo:out", "echo:in")
    assert found.echo_count == 2 * NOTE_COUNT
    # A feedback loop adds one period to the delay of the program in it.
    late_ns = found.median_ns - LATER * 1_000_000_000 // RATE_HZ
    assert 0 <= late_ns <= PERIOD_NS + 100_000
    assert found.stdev_ns < PERIOD_NS


@pytest.mark.usefixtures("echo")
def test_without_echoes_the_error_names_a_remedy() -> None:
    with pytest.raises(CalibrationError, match="connect the output to the input"):
        measure_round_trip("jack", None, "echo:in")


@pytest.mark.usefixtures("echo")
def test_a_missing_port_is_named() -> None:
    with pytest.raises(CalibrationError, match='no port "harp"'):
        measure_round_trip("jack", "harp", None)
