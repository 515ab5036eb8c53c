"""The faults of the real soak: a table of what is done and what must hold afterwards.

A fault is done to a `Stage`, lasts for a while and is over when its function returns. The function
returns what did not hold while it lasted. The bounds are those that users are promised: a process
is back within a second, nothing that sounded before sounds a second after a process has ended,
music goes on with the next phrase, a record lacks at most the last two seconds.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from bridge.midi.controls import Action
from bridge.system.units import MS
from tests.soak.band_room import cut, patch
from tests.soak.programs import DIES_WITH_US
from tests.soak.stage import LAST_S, Stage

if TYPE_CHECKING:
    from pathlib import Path

BACK_S, RELEASED_S, MUSIC_S, PANIC_MS = 1.0, 1.0, 20.0, 50.0
FLOOD_RATE = 10_000
BOTH = frozenset(("jam", "window"))
JAM, WINDOW = frozenset(("jam",)), frozenset(("window",))
_BURN = "while True: sum(range(100000))"

Act = Callable[[Stage], list[str]]


@dataclass(frozen=True, slots=True)
class RealFault:
    """A fault: how it is done, to which programs, and what must hold afterwards."""

    name: str
    how: str
    act: Act
    programs: frozenset[str] = BOTH
    back: Mapping[str, float] = field(default_factory=dict)
    """Within how many seconds a process of this role is there again, under another number."""
    released_s: float | None = None
    """Within how many seconds of its beginning the notes that sounded have ended."""
    music_s: float = MUSIC_S
    """Within how many seconds after it music is heard again: a phrase, a pause, two bars."""
    needs: str = ""
    """What it needs that is not everywhere: "disk" or "wall clock"."""


# Processes.


def kill(role: str) -> Act:
    """Return a fault that kills the process of a role."""

    def act(stage: Stage) -> list[str]:
        process = stage.roles().get(role)
        if process is None:
            return [f"there is no process {role}"]
        process.send_signal(signal.SIGKILL)
        stage.wait(0.2)
        return []

    return act


def suspend(role: str) -> Act:
    """Return a fault that stops the process of a role for 0.3 to 3 s."""

    def act(stage: Stage) -> list[str]:
        process = stage.room.server if role == "server" else stage.roles().get(role)
        if process is None:
            return [f"there is no process {role}"]
        process.send_signal(signal.SIGSTOP)
        stage.wait(stage.random.uniform(0.3, 3))
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)
        return []

    return act


def start_takes(stage: Stage) -> None:
    """Let the window propose takes of what was played, and wait for the process."""
    program = stage.program
    assert program is not None
    stage.until(lambda: program.state().get("notes"), 10)  # without notes there is no take
    getattr(program, "ask")(press="propose")  # noqa: B009 - only a window has it
    stage.until(lambda: "takes" in stage.roles(), 10)


def kill_takes(stage: Stage) -> list[str]:
    """Kill the process for takes while it proposes; the next request starts another."""
    start_takes(stage)
    broken = kill("takes")(stage)
    stage.wait(0.5)
    start_takes(stage)
    return broken + ([] if "takes" in stage.roles() else ["no other takes process starts"])


def suspend_takes(stage: Stage) -> list[str]:
    """Stop the process for takes while it proposes."""
    start_takes(stage)
    return suspend("takes")(stage)


def kill_server(stage: Stage) -> list[str]:
    """Kill the JACK server, and start it again after 0.5 to 4 s."""
    stage.room.kill_server()
    stage.wait(stage.random.uniform(0.5, 4))
    stage.room.start_server()
    found = stage.until(stage.is_connected, 10 * stage.tolerance)
    return [] if found is not None else ["Antiphon does not come back to the server within 10 s"]


def burn(stage: Stage) -> list[str]:
    """Load every processor for 2 to 5 s."""
    for _ in range(psutil.cpu_count() or 1):
        words = [*DIES_WITH_US, sys.executable, "-c", _BURN]
        stage.helpers.append(subprocess.Popen(words))
    stage.wait(stage.random.uniform(2, 5))
    return []


# Ports.


def cut_cable(stage: Stage) -> list[str]:
    """Pull the cable of the output, and put it back after 0.2 to 2 s."""
    sources = cut(stage.room)
    stage.wait(stage.random.uniform(0.2, 2))
    patch(stage.room, sources)
    found = stage.until(stage.is_connected, 3 * stage.tolerance)
    return [] if found is not None else [f"the cable of {sources} cannot be put back"]


def unplug_output(stage: Stage) -> list[str]:
    """Let the chosen output port go and come back; Antiphon connects it again."""
    stage.room.unplug_ear()
    stage.wait(stage.random.uniform(0.5, 3))
    stage.room.plug_in_ear()
    found = stage.until(stage.is_connected, 5 * stage.tolerance)
    return [] if found is not None else ["the output is not connected again within 5 s"]


def unplug_keyboard(stage: Stage) -> list[str]:
    """Unplug the keyboard while keys are held, and plug it in again."""
    stage.room.send(b"\x90\x32\x50")
    stage.room.send(b"\xb0\x40\x7f")
    stage.wait(0.1)
    stage.room.unplug_keys()
    stage.wait(stage.random.uniform(0.3, 2))
    stage.room.plug_in_keys()
    return []


# What comes in.


def flood(stage: Stage) -> list[str]:
    """Play 10,000 messages a second for 2 to 4 s; a panic in the middle gets through."""
    keys, ledger = stage.room.keys, stage.room.ledger
    if keys is None:
        return ["there is no keyboard"]
    seconds = stage.random.uniform(2, 4)
    keys.ask(flood=[FLOOD_RATE, seconds])
    stage.wait(seconds / 2)
    began_ns = stage.room.clock.now_ns()
    sounded = bool(ledger.held_before(began_ns))
    stage.press(Action.PANIC)
    broken = []
    if sounded:
        took_s = stage.until(lambda: not ledger.held_before(began_ns), 5)
        silenced = [at_ns for at_ns, _ in ledger.panics if at_ns >= began_ns]
        took_ms = ((silenced[0] - began_ns) / MS) if silenced else None
        if took_s is None or (took_ms is not None and took_ms > PANIC_MS * stage.tolerance):
            broken.append(f"a panic takes {took_ms or 5000:.0f} ms")
    stage.until(lambda: not keys.ask(busy=True), 2 * seconds + 5)
    return broken


def sysex(stage: Stage) -> list[str]:
    """Play a System Exclusive message of 1 MB."""
    keys = stage.room.keys
    if keys is None:
        return ["there is no keyboard"]
    keys.ask(sysex=1 << 20)
    stage.until(lambda: not keys.ask(busy=True), 20)
    return []


def midi_clock(stage: Stage) -> list[str]:
    """Play Start and MIDI Clock at a wild tempo, with song positions, then Stop."""
    keys = stage.room.keys
    if keys is None:
        return ["there is no keyboard"]
    stage.room.send(b"\xfa")
    for _ in range(stage.random.randrange(2, 6)):
        keys.ask(clock=stage.random.choice((1, 40, 97.3, 180, 600, 2000)))
        stage.wait(stage.random.uniform(0.3, 1))
        stage.room.send(stage.random.choice((b"\xfb", b"\xfa", b"\xfc", b"\xf2\x7f\x7f")))
    keys.ask(clock=0)
    stage.room.send(b"\xfc")
    return []


def transport(stage: Stage) -> list[str]:
    """Start, locate and stop the JACK transport."""
    stage.room.conduct(start=stage.random.uniform(60, 200))
    for _ in range(stage.random.randrange(2, 6)):
        stage.wait(stage.random.uniform(0.3, 1.2))
        stage.room.conduct(locate=stage.random.choice((0, 1, 48_000, 10**9, 4 * 10**9)))
    stage.room.dismiss_conductor()
    return []


def nonsense(stage: Stage) -> list[str]:
    """Let a timebase master give impossible positions for 1 to 3 s."""
    stage.room.conduct(nonsense=True)
    stage.wait(stage.random.uniform(1, 3))
    stage.room.dismiss_conductor()
    return []


def panic(stage: Stage) -> list[str]:
    """Press panic while it plays."""
    began_ns = stage.room.clock.now_ns()
    stage.press(Action.PANIC)
    return stage.check_released(began_ns, 0.5)


def jump_wall_clock(stage: Stage) -> list[str]:
    """Move the wall clock an hour on, then a day back, then to the truth."""
    for offset_s in (3600, -86400, 0):
        stage.set_wall_clock(offset_s)
        stage.wait(stage.random.uniform(0.3, 1))
    return []


# Files.


def fill_disk(stage: Stage) -> list[str]:
    """Fill the disk of the record, the log and the captures for 2 to 5 s."""
    filler = stage.folder.disk / "filler"
    for size in (1 << 16, 1):  # to the last byte
        with suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(size))
    if stage.program is not None and stage.program.kind == "window":
        getattr(stage.program, "ask")(press="keep")  # noqa: B009 - only a window has it
    stage.wait(stage.random.uniform(2, 5))
    filler.unlink()
    return []


def capture(stage: Stage) -> list[str]:
    """Keep the last minute as a file."""
    music = stage.folder.music
    before = set(music.rglob("*.mid"))
    getattr(stage.program, "ask")(press="keep")  # noqa: B009 - only a window has it
    found = stage.until(lambda: set(music.rglob("*.mid")) - before, 5 * stage.tolerance)
    return [] if found is not None else ["no capture is written"]


def remove_folder(stage: Stage) -> list[str]:
    """Remove the folder of captures, or of the state, then keep a capture."""
    target = stage.random.choice((stage.folder.state, stage.folder.music / "Antiphon"))
    if target.exists():
        target.rename(target.with_name(f"gone-{stage.random.randrange(10**9)}"))
    stage.wait(1)
    broken = []
    if stage.program is not None and stage.program.kind == "window":
        broken = capture(stage)
    stage.folder.state.mkdir(exist_ok=True)
    return broken


# The whole of it.


def end_with(number: signal.Signals) -> Act:
    """Return a fault that ends Antiphon with a signal, and starts it again."""

    def act(stage: Stage) -> list[str]:
        program = stage.program
        assert program is not None
        kind, record = program.kind, program.record
        began_ns = stage.room.clock.now_ns()
        status, broken = stage.end_program(number)
        if status is None:
            broken.append("it does not end within 12 s")
        elif kind == "jam" and number != signal.SIGKILL:
            lost_s = 0.0 if number == signal.SIGINT else LAST_S
            broken += stage.check_record(record, ended_ns=began_ns, lost_s=lost_s)
        if number == signal.SIGKILL and kind == "jam":
            broken += _recover(stage, record, began_ns)
        if not stage.start_program():
            broken.append("it does not start again")
        return broken

    return act


def _recover(stage: Stage, record: Path, ended_ns: int) -> list[str]:
    """Recover the record of a killed jam."""
    recovered = record.with_name(f"recovered-{record.name}")
    words = [sys.executable, "-c", "from gui.commands.cli import main; main()", "recover"]
    words += ["--force", "--out", str(recovered)]
    done = subprocess.run(
        [*DIES_WITH_US, *words], env=stage.folder.environment(), capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no error"]
        return [f"nothing recovers the record: {said[-1]}"]
    return stage.check_record(recovered, ended_ns=ended_ns, lost_s=LAST_S)


FAULTS: tuple[RealFault, ...] = (
    RealFault(
        "MIDI I/O killed",
        "kill -9 of the MIDI I/O process",
        kill("io"),
        back={"io": BACK_S},
        released_s=RELEASED_S,
    ),
    RealFault(
        "engine killed",
        "kill -9 of the window's engine",
        kill("engine"),
        WINDOW,
        back={"engine": BACK_S, "io": BACK_S},
        released_s=RELEASED_S,
    ),
    RealFault("synth killed", "kill -9 of the synth", kill("synth"), WINDOW, back={"synth": 5.0}),
    RealFault("takes killed", "kill -9 of the process for takes", kill_takes, WINDOW),
    RealFault("MIDI I/O stopped", "SIGSTOP, SIGCONT after 0.3 to 3 s", suspend("io")),
    RealFault("engine stopped", "SIGSTOP, SIGCONT after 0.3 to 3 s", suspend("engine")),
    RealFault("window stopped", "SIGSTOP, SIGCONT", suspend("window"), WINDOW),
    RealFault("synth stopped", "SIGSTOP, SIGCONT", suspend("synth"), WINDOW),
    RealFault("takes stopped", "SIGSTOP, SIGCONT", suspend_takes, WINDOW),
    RealFault("JACK server stopped", "SIGSTOP, SIGCONT after 0.3 to 3 s", suspend("server")),
    RealFault("JACK server killed", "kill -9, started again after 0.5 to 4 s", kill_server),
    RealFault("processors loaded", "a busy process for each, 2 to 5 s", burn),
    RealFault("output cable cut", "disconnected for 0.2 to 2 s", cut_cable),
    RealFault("output port gone", "the chosen port goes and comes back", unplug_output),
    RealFault("keyboard unplugged", "with a key and the pedal held", unplug_keyboard),
    RealFault("flood", "10,000 messages a second for 2 to 4 s, with a panic", flood),
    RealFault("System Exclusive of 1 MB", "in chunks of 4 kB a period", sysex),
    RealFault("MIDI clock", "1 to 2,000 bpm, starts, stops, song positions", midi_clock),
    RealFault("JACK transport", "start, locate, stop", transport),
    RealFault("nonsense timebase", "NaN, infinite, 0 and negative fields", nonsense),
    RealFault("panic", "pressed while it plays", panic),
    RealFault(
        "wall clock jumps",
        "an hour on, a day back",
        jump_wall_clock,
        needs="wall clock",
    ),
    RealFault("disk full", "for 2 to 5 s: record, log, captures", fill_disk, needs="disk"),
    RealFault("folder removed", "of the state or the captures", remove_folder),
    RealFault("capture", "the last minute as a file", capture, WINDOW),
    RealFault("SIGTERM", "then another start", end_with(signal.SIGTERM)),
    RealFault("SIGHUP", "then another start", end_with(signal.SIGHUP)),
    RealFault("SIGINT", "then another start", end_with(signal.SIGINT)),
    RealFault("kill -9 of all", "then recovery and another start", end_with(signal.SIGKILL)),
)
