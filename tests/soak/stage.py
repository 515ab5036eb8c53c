"""Everything that a real soak runs: the room with its band, Antiphon, the disk, the checks.

`Stage.wait` lets time pass: it reads the log, measures the processes, and keeps what is measured in
the part. All checks of the invariants that need no fault are here.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bridge.midi import smf
from bridge.midi.controls import Action
from bridge.playout.protocol import Lateness
from bridge.system.units import MS, SECOND
from tests.soak import isolation
from tests.soak.choices import CHANGES
from tests.soak.notes import Strike, missing
from tests.soak.outcome import Broken, Part
from tests.soak.programs import DEFAULTS, KINDS, DeskWindow, Folder, Program
from tests.soak.resources import Meter, growth

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.soak.band_room import Room

TICK_S, USAGE_S = 0.05, 2.0
READY_S = 40.0
SETTLED_S = 1.0
"""After this long with an open output a program has found the keyboard too, and its clock runs."""
ORPHANS_S = 8.0
LAST_S = 2.0
"""At most this much of the end of a record may be lost."""
MATCH_NS = 60 * MS
_CRASH = re.compile(r"Traceback \(most recent call last\)|Fatal Python error")
_SESSIONS = "antiphon-sessions*/*"
_SHIM = Path(__file__).with_name("wall_clock.c")


class Stage:
    """A real soak while it runs."""

    # More than 12 attributes: the room, the program, the disk, and what has been seen of them.

    def __init__(
        self, part: Part, room: Room, folder: Folder, random: Random, styles: tuple[str, ...],
        *, isolated: bool, tolerance: float,
    ) -> None:  # fmt: skip
        self.part, self.room, self.folder, self.random = part, room, folder, random
        self.styles, self.isolated, self.tolerance = styles, isolated, tolerance
        self.began_ns = room.clock.now_ns()
        self.last = "the start"
        self.program: Program | None = None
        self.lateness: Counter[int] = Counter()  # by edge in microseconds, outside of faults
        self.in_fault = False
        self.stuck = 0
        self.helpers: list[subprocess.Popen[bytes]] = []
        self.wall_clock = self._build_wall_clock()
        self._pause = threading.Event()
        self._meter = Meter()
        self._measured_ns, self._number = 0, 0
        self._entries: deque[dict[str, Any]] = deque(maxlen=60)  # the last of a jam's log
        self._sent: list[tuple[int, int]] = []  # time and pitch, by the log of a jam
        self._counts: dict[int, list[int]] = defaultdict(list)  # of lateness, by process
        self._to_recover: set[Path] = set()  # folders of sessions that were killed, in TMPDIR
        self._findings_before = 0  # what did not hold before the program was started
        self._program_began: tuple[int, int] = 0, 0  # notes heard and played before
        if isolated:
            isolation.mount_disk(folder.disk)
            for inner in (folder.state, folder.music):
                inner.mkdir(parents=True, exist_ok=True)

    @property
    def now_s(self) -> float:
        """Seconds from the beginning."""
        return self.second(self.room.clock.now_ns())

    def second(self, at_ns: int) -> float:
        """Return a time as seconds from the beginning."""
        return (at_ns - self.began_ns) / SECOND

    def roles(self) -> dict[str, psutil.Process]:
        """Return the running processes of Antiphon by role."""
        return {} if self.program is None else self.program.roles()

    # Time.

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.until(lambda: False, seconds)

    def until(self, holds: Callable[[], object], timeout_s: float) -> float | None:
        """Let time pass until something holds; return how long it took, or None if it does not."""
        began_s = self.now_s
        while True:
            if holds():
                return self.now_s - began_s
            if self.now_s - began_s >= timeout_s:
                return None
            self._pause.wait(TICK_S)
            self._tick()

    def broke(self, what: str) -> None:
        """Record an invariant that does not hold."""
        self.part.broken.append(Broken(self.now_s, what, self.last))

    def _tick(self) -> None:
        program = self.program
        if program is None:
            return
        for entry in program.new_entries():
            self._entries.append(entry)
            if entry["what"] == "sent":
                self._sent.append((entry["time_ns"], entry["figure"]))
        now_ns = self.room.clock.now_ns()
        if now_ns - self._measured_ns >= USAGE_S * SECOND:
            self._measured_ns = now_ns
            self.part.usage += self._meter.read(self.now_s, program.roles())
            if not self.in_fault:  # it might wait for a process that is stopped
                self._read_lateness(program)

    def _read_lateness(self, program: Program) -> None:
        """Add the lateness that the window shows, as far as it is new."""
        shown: Any = program.state().get("lateness")
        if not shown:
            return
        edges, counts, _ = shown
        before = self._counts[program.process.pid]
        if not before or any(new < old for new, old in zip(counts, before, strict=True)):
            before = [0] * len(counts)  # another I/O process counts from 0
        self._counts[program.process.pid] = counts
        fresh = [new - old for new, old in zip(counts, before, strict=True)]
        if not sum(fresh):
            return
        found = Lateness(tuple(edges), tuple(fresh), edges[-1] * 2000)
        self.part.late_ms.append((self.now_s, (found.percentile_ns(0.99) or 0) / MS))
        for edge, count in zip([*edges, edges[-1] * 2], fresh, strict=True):
            self.lateness[edge] += count

    # Antiphon.

    def start_program(self, kind: str = "") -> bool:
        """Start Antiphon, and wait until it plays to the listener; return whether it does."""
        self._number += 1
        self._findings_before = self._findings
        kind = kind or self.random.choice(sorted(KINDS))
        settings = DEFAULTS[kind]
        for name in self.random.sample(sorted(CHANGES), 4):
            settings = CHANGES[name](self.random, settings, self.styles)
        self.room.ledger.channels = set()
        program = KINDS[kind](self.folder, self._number, settings, **self._preload())
        self.program = program
        self.room.ledger.channels = program.channels
        if isinstance(program, DeskWindow):
            if not program.until_shown(READY_S):
                self.broke("the window is not shown")
                return False
            self.until(lambda: "engine" in program.roles(), READY_S)
            self.until(lambda: program.state().get("session") == "stopped", READY_S)
            program.ask(press="start")
        if self.until(self.is_connected, READY_S * self.tolerance) is None:
            self.broke(f"the {kind} does not connect its output")
            return False
        self.wait(SETTLED_S)
        self._program_began = len(self.room.ledger.strikes), len(self.room.played)
        self.part.changes[f"start of a {kind}"] += 1
        return True

    def is_connected(self) -> bool:
        """Return whether Antiphon plays to the listener."""
        return any(name.startswith("Antiphon") for name in self.room.sources())

    def end_program(self, number: int = signal.SIGTERM) -> tuple[int | None, list[str]]:
        """End Antiphon with a signal; return its exit status, and what did not hold."""
        program = self.program
        if program is None:
            return None, []
        status = program.end(number)
        ended_ns = self.room.clock.now_ns()
        broken = self._check_released(ended_ns, 1.0)
        broken += self._check_orphans()
        if number == signal.SIGKILL:  # its journal is for `antiphon recover`, wherever it is
            self._to_recover |= set(self.folder.temporary.glob(_SESSIONS))
        broken += self._check_files(program)
        self.program = None
        self._match_heard()
        return status, broken

    def change(self) -> None:
        """Change something at random."""
        if self.program is not None:
            name, messages = self.program.change(self.random, self.styles)
            self.part.changes[name] += 1
            self.last = f"change of {name}"
            for message in messages:
                self.room.send(message)

    def press(self, action: Action) -> None:
        """Press a button or a pedal."""
        if self.program is not None:
            for message in self.program.press(action):
                self.room.send(message)

    def last_words(self) -> str:
        """Return with what status a program has ended, and the last line of its errors."""
        program = self.program
        if program is None or program.is_running:
            return ""
        errors = program.errors.read_text("utf-8", "replace").strip().splitlines()
        return f" with status {program.process.returncode}: {(errors or ['no error'])[-1][:160]}"

    def describe(self) -> str:
        """Return what Antiphon says that it does, for the report of a failure."""
        program = self.program
        if program is None:
            return "nothing runs"
        if program.kind == "window":
            said, settings = program.state(), program.settings
            shown = [said.get("status", "no answer"), said.get("banner", "")]
            shown.append(f"input {said.get('input')}, keys held {said.get('held')}")
            shown.append(f"{said.get('transport')}")
            time = f"bpm {settings.time.bpm}, sync {settings.time.sync}, bars {settings.bars}"
            return f"window, {settings.mode.value}, {time}: {' '.join(filter(None, shown))}"
        last = ", ".join(
            f"{self.second(each['time_ns']):.1f} {each['what']} {each['text'] or each['figure']}"
            for each in self._entries
        )
        return f"jam: {last}"

    # Checks.

    def check_released(self, began_ns: int, within_s: float) -> list[str]:
        """Return which notes that sounded at a time still sound after some seconds."""
        return self._check_released(began_ns, within_s)

    def _check_released(self, began_ns: int, within_s: float) -> list[str]:
        ledger = self.room.ledger
        left_s = within_s * self.tolerance - (self.now_s - self.second(began_ns))
        if self.until(lambda: not ledger.held_before(began_ns), max(0.1, left_s)) is not None:
            return []
        held = ledger.held_before(began_ns)
        self.stuck += len(held)
        for key in held:  # they are counted; what follows is not blamed for them
            ledger.sounding.pop(key, None)
        return [f"{len(held)} notes still sound after {within_s:g} s"]

    def _check_orphans(self) -> list[str]:
        """Return which processes outlive the program, and end them."""
        ours = {member.process.pid for member in (self.room.keys, self.room.ear) if member}
        if self.room.conductor is not None:
            ours.add(self.room.conductor.process.pid)
        ours |= {helper.pid for helper in self.helpers}
        server = self.room.server
        if server is not None:
            ours.add(server.pid)

        def others() -> list[psutil.Process]:
            found = []
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if child.status() == psutil.STATUS_ZOMBIE:
                        continue
                    if child.pid not in ours and ours.isdisjoint(p.pid for p in child.parents()):
                        found.append(child)
            return found

        if self.until(lambda: not others(), ORPHANS_S * self.tolerance) is not None:
            return []
        left = []
        for process in others():
            with suppress(psutil.NoSuchProcess):
                left.append(" ".join(process.cmdline()[-3:]))
                process.kill()
        return [f"processes outlive it: {', '.join(left)}"] if left else []

    @property
    def _findings(self) -> int:
        return len(self.part.lost) + len(self.part.broken)

    def _check_files(self, program: Program) -> list[str]:
        """Return what is wrong with the logs, and which temporary files are left."""
        broken = []
        for log in program.logs:
            with suppress(OSError):
                text = log.read_text("utf-8", "replace")
                crash = _CRASH.search(text)
                if crash is not None:
                    tail = text[crash.start() :].splitlines()
                    said = next((x for x in tail[1:] if x and not x.startswith(" ")), tail[-1])
                    broken.append(f"a traceback in {log.name}: {said.strip()[:160]}")
                if crash is not None or self._findings > self._findings_before:
                    self.part.logs[f"{self._number:03}-{log.name}"] = text
                if log not in (program.errors, program.log):
                    log.unlink()
        sessions = {each.parent for each in self._to_recover if each.exists()}
        left = sorted(path for path in self.folder.temporary.iterdir() if path not in sessions)
        if left:
            broken.append(f"files are left in TMPDIR: {', '.join(path.name for path in left[:5])}")
            for path in left:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return broken

    def check_record(self, path: Path, *, ended_ns: int, lost_s: float) -> list[str]:
        """Compare a record with what was heard and played since the program's start.

        What was heard during a fault or soon after is left out: a cable may have been cut, and a
        process may have ended before it could report. The last `lost_s` seconds may be missing.
        """
        heard_before, played_before = self._program_began
        limit_ns = ended_ns - round(lost_s * SECOND)

        def counted(strikes: list[Strike]) -> list[Strike]:
            return [
                strike
                for strike in strikes
                if strike.at_ns < limit_ns
                and not self.part.during_faults(self.second(strike.at_ns))
                and not (self.in_fault and strike.at_ns > self._fault_ns)
            ]

        heard = counted(self.room.ledger.strikes[heard_before:])
        played = counted(self.room.played[played_before:])
        if not heard and not played:
            return []
        try:
            notes = smf.read(path).score.notes
        except smf.MidiFileError as error:
            return [f"no record: {error.reason}; {len(heard) + len(played)} notes lost"]
        recorded = [(note.instrument.spec.channel, note.pitch) for note in notes]
        lost = missing([*heard, *played], recorded)
        if not lost:
            return []
        whose = [(each, "played" if each in played else "heard") for each in lost[:5]]
        shown = ", ".join(
            f"{each.pitch} {how} at {self.second(each.at_ns):.1f} s" for each, how in whose
        )
        return [f"{len(lost)} of {len(heard) + len(played)} notes are not in the record: {shown}"]

    _fault_ns = 0

    def begin_fault(self, name: str) -> int:
        """Record that a fault begins now; return the time."""
        self.last, self.in_fault = name, True
        self._fault_ns = self.room.clock.now_ns()
        return self._fault_ns

    def end_fault(self) -> None:
        """Record that the fault is over, and end what helped with it."""
        self.in_fault = False
        for helper in self.helpers:
            helper.kill()
            helper.wait()
        self.helpers.clear()

    # The wall clock, and the end.

    def set_wall_clock(self, offset_s: int) -> None:
        """Move the wall clock of the programs."""
        path = self.folder.root / "offset"
        path.touch()
        with path.open("r+b") as file:  # it is mapped: a program that reads past its end dies
            file.write(offset_s.to_bytes(8, "little", signed=True))

    def _build_wall_clock(self) -> bool:
        """Compile the library that moves a wall clock; return whether that is possible here."""
        compiler = shutil.which("cc")
        if compiler is None:
            return False
        self.set_wall_clock(0)
        built = self.folder.root / "wall_clock.so"
        done = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", str(built), str(_SHIM), "-ldl"],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _preload(self) -> dict[str, str]:
        if not self.wall_clock:
            return {}
        root = self.folder.root
        before = os.environ.get("LD_PRELOAD", "")
        return {
            "LD_PRELOAD": f"{root / 'wall_clock.so'} {before}".strip(),
            "SOAK_WALL_CLOCK": str(root / "offset"),
        }

    def _match_heard(self) -> None:
        """Compute how much later than sent the notes of a jam were heard."""
        heard: dict[int, list[int]] = defaultdict(list)
        for strike in self.room.ledger.strikes[self._program_began[0] :]:
            heard[strike.pitch].append(strike.at_ns)
        for sent_ns, pitch in self._sent:
            at = bisect_left(heard[pitch], sent_ns - MS)
            if at < len(heard[pitch]) and heard[pitch][at] - sent_ns < MATCH_NS:
                late_ms = (heard[pitch][at] - sent_ns) / MS
                self.part.heard_ms.append((self.second(sent_ns), late_ms))
        self._sent.clear()

    def close(self) -> None:
        """End all programs, and keep what was found."""
        self.end_fault()
        if self.program is not None:
            self.program.kill()
        self.room.close()
        if self.isolated:
            isolation.unmount_disk(self.folder.disk)

    def conclude(self) -> None:
        """Add what holds for the whole run to the part."""
        part, ledger = self.part, self.room.ledger
        part.notes_at_s = [self.second(strike.at_ns) for strike in ledger.strikes]
        part.played = len(self.room.played)
        for fault in ledger.faults(self.room.clock.now_ns()):
            at_s = self.second(fault.at_ns)
            begun = [trial.fault for trial in part.trials if trial.at_s <= at_s]
            part.broken.append(Broken(at_s, fault.what, begun[-1] if begun else "no fault"))
        rates, grown = growth(part.usage)
        part.broken += [Broken(self.now_s, text, "the whole run") for text in grown]
        part.broken.sort(key=lambda broken: broken.at_s)
        part.figures |= {
            "notes that were stuck": str(self.stuck),
            "note-offs without a note": str(len(ledger.unpaired())),
            "periods that the server lost": str(self.room.lost_periods),
        }
        for role, rate in sorted(rates.items()):
            part.figures[f"growth of memory, {role}"] = f"{rate:+.1f} MB an hour"
        if total := sum(self.lateness.values()):
            edges = sorted(self.lateness)
            counts = tuple(self.lateness[edge] for edge in edges)
            found = Lateness(tuple(edges), (*counts, 0), edges[-1] * 1000)
            for share in (0.5, 0.99):
                most_ms = (found.percentile_ns(share) or 0) / MS
                key = f"lateness as sent outside of faults, p{share * 100:.0f}"
                part.figures[key] = f"at most {most_ms:g} ms ({total} events)"
