"""A soak of two minutes: an hour of music on a simulated clock, and a minute of real processes.

The bounds of time are four times those that users are promised: the machine may be busy.
"""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bridge.messages.composer import Generated, Release
from bridge.midi.events import NoteOff
from bridge.playout.schedule import Schedule
from tests.bridge.jack_server import need_jackd
from tests.soak.compressed import CompressedSoak
from tests.soak.outcome import Part
from tests.soak.report import broken_lines
from tests.soak.stand_in import StandIn

ROOT = Path(__file__).parents[2]
STYLES = ("bach", "chopin", "jazz")
TOLERANCE = "4"
REAL_FAULTS = (
    "output cable cut",
    "keyboard unplugged",
    "panic",
    "MIDI I/O killed",
    "flood",
    "JACK server killed",
    "SIGTERM",
)


@pytest.mark.slow
def test_an_hour_of_music_survives_every_fault_at_the_borders() -> None:
    part = Part("compressed", seed=1)
    CompressedSoak(part, STYLES).run(60)
    assert list(broken_lines(part)) == []
    assert part.minutes >= 60
    assert len(part.trials) > 60
    assert len(part.notes_at_s) > 5000


def test_the_same_seed_makes_the_same_music() -> None:
    parts = [Part("compressed", seed=3) for _ in range(2)]
    for part in parts:
        CompressedSoak(part, STYLES).run(3)
    assert parts[0].notes_at_s == parts[1].notes_at_s
    assert parts[0].trials == parts[1].trials


def test_a_composer_that_fails_is_found() -> None:
    class Failing(StandIn):
        def step(self) -> Generated | None:
            raise RuntimeError("out of ideas")

    part = Part("compressed", seed=2)
    CompressedSoak(part, STYLES, Failing(Random(2))).run(2)
    lines = list(broken_lines(part))
    assert any("out of ideas" in line for line in lines)
    assert any("no music within" in line for line in lines)


def test_a_lost_release_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule that drops note-offs leaves notes that sound."""
    expand = Schedule._expand  # noqa: SLF001 - the fault is planted there

    def forgetful(self: Schedule, event: object, late_ns: int) -> object:
        if isinstance(event, NoteOff) and event.pitch % 2:
            return ()
        return expand(self, event, late_ns)  # type: ignore[arg-type]

    monkeypatch.setattr(Schedule, "_expand", forgetful)
    monkeypatch.setattr(Schedule, "_release_sounding", lambda _self, _now_ns: [])
    part = Part("compressed", seed=2)
    CompressedSoak(part, STYLES).run(3)
    assert any("notes sound after the end" in line for line in broken_lines(part))


def test_a_stand_in_releases_what_it_begins() -> None:
    part = Part("compressed", seed=5)
    composer = StandIn(Random(5))
    releases: list[Release] = []
    step = composer.step

    def counting() -> Generated | None:
        made = step()
        if made is not None:
            releases.extend(each for each in made.events if isinstance(each, Release))
        return made

    composer.step = counting  # type: ignore[method-assign]
    CompressedSoak(part, STYLES, composer).run(2)
    assert releases


@pytest.mark.device
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_minute_of_real_processes(tmp_path: Path) -> None:
    need_jackd()
    options = [f"--fault={name}" for name in REAL_FAULTS]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.soak", "--real", "--minutes", "1", "--seed", "4"),
            *("--tolerance", TOLERANCE, "--report", str(tmp_path), *options),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.md").exists()
    assert (tmp_path / "real.png").exists()
