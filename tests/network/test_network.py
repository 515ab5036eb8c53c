"""Nothing leaves the machine: every command and the window, with a recorded network and a new home.

The table names a run of each command; a test holds it to the command line. A run that keeps the
network open lasts longer than onnxruntime's telemetry waits before it looks up its host.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from assets import DEMO_PHRASES
from gui.commands.cli import app
from tests.network.sealed import HOME, MEMORY, WORK, Seal, run_sealed

ROOT = Path(__file__).parents[2]
ANTIPHON = (sys.executable, "-c", "from gui.commands.cli import main; main()")
WITH_JACK = (sys.executable, str(Path(__file__).with_name("with_jack.py")))
WINDOW = (sys.executable, str(Path(__file__).with_name("window_program.py")))
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":none"}
LONG_S = 15
"""Longer than the 10 s after which onnxruntime's telemetry looks up its host."""
PHRASE = str(DEMO_PHRASES / "minuet.mid")
HUMMED = str(ROOT / "tests" / "golden" / "sounds" / "hummed.ogg")
STYLE_FILES = {"music/one.mid": PHRASE, "music/two.mid": str(DEMO_PHRASES / "prelude.mid")}

# Runs of each command, by its words.
RUNS: dict[str, list[str]] = {
    "": [""],
    "demo": ["demo --phrase blues --style blues"],
    "jam": ["jam --for 2", f"jam --through jack --for {LONG_S} --record jam.mid --json-log log"],
    "recover": ["recover --list"],
    "continue": [f"continue {PHRASE} -o out.mid --bars 2"],
    "hear": [f"hear {HUMMED} -o heard.mid"],
    "styles": ["styles", "styles --map map.png"],
    "style add": [f"style add mine {HOME}/music --steps 1"],
    "style list": ["style list"],
    "style remove": ["style remove mine"],
    "ports": ["ports"],
    "calibrate": ["calibrate --through jack"],
    "doctor": ["doctor", "doctor --json"],
    "bench": ["bench --only cache --seconds 2 --minutes 2 --plot speed.png"],
}
REFUSED = {"style remove mine": "mine", "calibrate --through jack": "came back"}
"""Runs that end with status 2, and a word of the sentence."""
SLOW = re.compile("$|demo|jam --through|style add|bench")

# Folders in which a run may leave files: settings, styles, captures and the log of Antiphon, its
# working folder, matplotlib's list of the fonts, and what libjack keeps about clients.
_HOME = (".config/antiphon", ".local/share/antiphon", ".local/state/antiphon", "Documents/Antiphon")
ALLOWED = (
    *(f"{HOME}/{folder}/" for folder in (*_HOME, ".cache/matplotlib")),
    f"{WORK}/",
    f"{MEMORY}/jack",
)


def commands(group: TyperGroup, words: str = "") -> Iterator[str]:
    """Yield the words of each command."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}"


def check(seal: Seal) -> None:
    """Hold a run to what it may send and leave."""
    assert seal.queries == []
    assert seal.packets == []
    strange = [
        path
        for path in seal.files
        if not path.startswith(ALLOWED) and path.removeprefix(f"{HOME}/") not in STYLE_FILES
    ]
    assert strange == []


def test_each_command_has_a_run() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert {"", *commands(group)} == set(RUNS)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            line,
            marks=[pytest.mark.slow] * bool(SLOW.match(line))
            + [pytest.mark.device] * ("--through jack" in line),
        )
        for lines in RUNS.values()
        for line in lines
    ],
)
def test_a_command_sends_nothing_and_leaves_only_its_own_files(line: str) -> None:
    given = STYLE_FILES if "music" in line else {}
    program = WITH_JACK if "--through jack" in line else ANTIPHON
    seal = run_sealed(*program, *line.split(), given=given)
    assert seal.status == (2 if line in REFUSED else 0), seal.stderr
    assert REFUSED.get(line, "") in seal.stderr
    check(seal)


@pytest.mark.parametrize("words", RUNS)
def test_help_sends_nothing_and_leaves_nothing(words: str) -> None:
    seal = run_sealed(*ANTIPHON, *words.split(), "--help")
    assert seal.status == 0
    assert "Usage" in seal.stdout
    check(seal)


@pytest.mark.slow
def test_the_window_sends_nothing_and_leaves_only_its_own_files() -> None:
    seal = run_sealed(*WINDOW, str(LONG_S), variables=OFFSCREEN)
    assert seal.status == 0, seal.stderr
    assert int(seal.stdout.split()[-2]) > 1, seal.stdout  # takes, which another process has made
    check(seal)


# ------------------------------------------------------------------ that the tests above can fail

QUERY = "import socket; socket.create_connection(('host.example', 443), timeout=0.2)"
DATAGRAM = "import socket; socket.socket({0}, socket.SOCK_DGRAM).sendto(b'', ('{1}', 20808))"


def test_a_name_and_a_connection_are_recorded() -> None:
    seal = run_sealed(sys.executable, "-c", QUERY)
    assert set(seal.queries) == {"host.example"}
    assert set(seal.packets) == {"6 198.51.100.7:443", "6 2001:db8:1::7:443"}


@pytest.mark.parametrize(
    "family,address",
    [("socket.AF_INET", "203.0.113.1"), ("socket.AF_INET", "224.76.78.75"),
     ("socket.AF_INET6", "2001:db8:2::1"), ("socket.AF_INET6", "ff12::8080")],
)  # fmt: skip
def test_a_datagram_is_recorded(family: str, address: str) -> None:
    seal = run_sealed(sys.executable, "-c", DATAGRAM.format(family, address))
    assert seal.packets == [f"17 {address}:20808"]


def test_joining_link_is_recorded() -> None:
    seal = run_sealed(*ANTIPHON, "jam", "--for", "2", "--sync", "link")
    assert "17 224.76.78.75:20808" in seal.packets


@pytest.mark.slow
def test_the_telemetry_of_onnxruntime_is_recorded() -> None:
    graph = ROOT / "assets" / "antiphon-small" / "cpu.onnx"
    run = f"o.InferenceSession({str(graph)!r}, providers=['CPUExecutionProvider'])"
    wait = "import threading; threading.Event().wait()"
    code = f"import onnxruntime as o; session = {run}; {wait}"
    seal = run_sealed(sys.executable, "-c", code, until_query=True, limit_s=60)
    assert seal.queries
    assert any(path.endswith("/deviceid") for path in seal.files)
