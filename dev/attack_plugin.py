"""Attack the connection of plugins as another user, with a jam beside it.

`python dev/attack_plugin.py`, as root (only root can become another user). It starts the MIDI I/O
process of the app, a plugin that measures, and an attacker that gives up root and does all that a
user without rights can do. The attacks are made in two ways: against the Unix socket, as it is and
once its folder has been opened to everybody on purpose (so that only the check of the peer is
left), and against the TCP socket that Windows has. It prints what came of each attack.

Seconds with attacks and without alternate, so that a slow moment of the machine falls on both. The
lateness of a note is the time of its arrival at the plugin after the time at which the app is to
send it, 50 ms before it sounds.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout import protocol
from bridge.playout.problem import PluginRefused
from bridge.playout.schedule import ScheduledEvent
from bridge.plugin.endpoint import PORT_FILE_NAME, SOCKET_NAME
from bridge.plugin.folder import VARIABLE
from bridge.plugin.instances import AHEAD_NS
from bridge.plugin.refusals import INTERVAL_NS
from bridge.plugin.stream import MessageStream
from bridge.plugin.wire import (
    Block,
    BlockFlags,
    FromPlugin,
    MidiIn,
    PlayAtTime,
    PluginBye,
    PluginHello,
    encode,
)
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from bridge.system.real_time import claim_real_time
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTANCE = 7
OTHER_USER = 65_534  # nobody
OLD_PORT = 47_800  # of the UDP socket of earlier versions
SUCCESS = "SUCCEEDED"
_NOTES_PER_S = 50
_LEAD_NS = SECOND  # this process may be suspended before it has sent the notes of a phase
_BLOCK_NS = 256 * SECOND // 48_000
_CLOCK = SystemClock()


# ------------------------------------------------------------------------- the plugin that measures


def block(instance: int, bpm: float = 120.0, quarters: float = 0.0, flags: int = 0) -> Block:
    """Return a block of now, of a host that stands still unless the flags say otherwise."""
    numbers = (
        1,
        _CLOCK.now_ns(),
        48_000.0,
        quarters,
        bpm,
        0.0,
        1,
        256,
        0,
        0,
        0,
        0,
        4,
        0 if bpm == 0 else 4,
    )
    return Block(instance, *numbers, None, BlockFlags(flags))


def connect(folder: Path, *, tcp: bool) -> socket.socket:
    """Connect as a plugin of the same user."""
    if not tcp:
        found = socket.socket(socket.AF_UNIX)
        found.connect(str(folder / SOCKET_NAME))
        return found
    port, of_plugins, of_app = (folder / PORT_FILE_NAME).read_text("ascii").split()
    found = socket.create_connection(("127.0.0.1", int(port)))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.sendall(bytes.fromhex(of_plugins))
    assert found.recv(32, socket.MSG_WAITALL).hex() == of_app
    return found


def run_plugin(folder: Path, *, tcp: bool) -> None:
    """Be a plugin until the input ends; write due time and lateness of each note that arrived."""
    app, stream, arrived = connect(folder, tcp=tcp), MessageStream(), []
    claim_real_time()
    block_ns = hello_ns = _CLOCK.now_ns()
    while not select.select([sys.stdin], [], [], 0)[0]:
        now_ns = _CLOCK.now_ns()
        if now_ns >= hello_ns:
            app.sendall(encode(PluginHello(INSTANCE, now_ns)))
            hello_ns += 250 * MS
        if now_ns >= block_ns:
            app.sendall(encode(block(INSTANCE, flags=BlockFlags.LISTENS)))
            block_ns += _BLOCK_NS
        if select.select([app], [], [], max(0, block_ns - _CLOCK.now_ns()) / 1e9)[0]:
            data, at_ns = app.recv(1 << 16), _CLOCK.now_ns()
            if not data:
                break
            arrived += [
                (m.time_ns, at_ns - (m.time_ns - AHEAD_NS), m.message.hex())
                for m in stream.feed(data)
                if isinstance(m, PlayAtTime)
            ]
    json.dump(arrived, sys.stdout)


# ------------------------------------------------------------------------------------- the attacker


def done(result: object) -> str:
    """Return what is reported of an attack that has succeeded."""
    return f"{SUCCESS}: {result!r:.40}"


class Attacker:
    """All that a user without rights can do against the app and its plugins."""

    def __init__(self, target: dict[str, Any]) -> None:
        self._folder, self._tcp = Path(target["folder"]), bool(target["tcp"])
        self._port, self._process = int(target["port"]), int(target["process"])
        self._recorded = bytes.fromhex(target["recorded"])
        self.refused: dict[str, Counter[str]] = defaultdict(Counter)
        self._held: list[socket.socket] = []

    def run_until(self, end_ns: int) -> None:
        """Make all attacks again and again."""
        while _CLOCK.now_ns() < end_ns:
            for name, attack in self._attacks():
                try:
                    self.refused[name][attack()] += 1
                except OSError as error:
                    self.refused[name][error.strerror or type(error).__name__] += 1
        for held in self._held:
            held.close()
        self._held.clear()

    def _attacks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        memory, lock = f"/proc/{self._process}/mem", self._folder / "plugin.lock"
        yield "signal the process", self._kill
        yield "read its memory", lambda: done(Path(memory).read_bytes())
        yield "list the folder", lambda: done(list(self._folder.iterdir()))
        yield "squat: replace the socket", self._squat
        yield "squat: take the lock", lambda: done(lock.write_text("mine"))
        yield "steal the cookie", lambda: done((self._folder / PORT_FILE_NAME).read_text())
        yield "datagrams to the old port", self._send_datagrams
        now_ns = _CLOCK.now_ns()
        play = BlockFlags.PLAYING | BlockFlags.POSITION_VALID
        inject: list[FromPlugin] = [
            PluginHello(9, now_ns),
            MidiIn(9, now_ns, 0.0, 1, 0, b"\x90\x3c\x64"),
        ]
        kill: list[FromPlugin] = [PluginHello(9, now_ns)]
        kill += [
            block(9, bpm, quarters, play) for bpm in (0.0, 1e-300) for quarters in (0.0, 1e308)
        ]
        named: tuple[tuple[str, list[FromPlugin]], ...] = (
            ("inject notes", inject),
            ("kill: tempo 0, position 1e308", kill),
            (
                "hijack the instance",
                [PluginHello(INSTANCE, now_ns), block(INSTANCE, 60.0, 99.0, play)],
            ),
            ("remove the instance", [PluginHello(INSTANCE, now_ns), PluginBye(INSTANCE)]),
            ("mute: a time in an hour", [PluginHello(INSTANCE, now_ns + 3600 * SECOND)]),
        )
        for name, messages in named:
            yield name, partial(self._send, b"".join(encode(each) for each in messages))
        yield "replay a session", lambda: self._send(self._recorded)
        yield "read the answers", lambda: self._send(b"")
        yield "guess the cookie", lambda: self._send(secrets.token_bytes(32) + self._recorded)
        yield "exhaust: a message without end", lambda: self._send(b"ANTP" * 20_000)
        yield "flood: connect and leave", self._leave
        yield "flood: connect and stay", self._hold

    def _connect(self) -> socket.socket:
        found = socket.socket(socket.AF_INET if self._tcp else socket.AF_UNIX)
        found.settimeout(3)
        found.connect(("127.0.0.1", self._port) if self._tcp else str(self._folder / SOCKET_NAME))
        return found

    def _send(self, data: bytes) -> str:
        """Send bytes, and return what was answered."""
        with self._connect() as app:
            with suppress(BrokenPipeError, ConnectionResetError):
                app.sendall(data)
                app.shutdown(socket.SHUT_WR)
            answer = app.recv(1 << 16)
        return done(answer) if answer else "connection ended"

    def _kill(self) -> str:
        os.kill(self._process, signal.SIGKILL)
        return done(self._process)

    def _leave(self) -> str:
        self._connect().close()
        return "nothing comes of it"

    def _hold(self) -> str:
        self._held.append(self._connect())
        self._held[-1].setblocking(False)  # noqa: FBT003 - the parameter has no name
        if len(self._held) > 200:
            self._held.pop(0).close()
        return "nothing comes of it"

    def _squat(self) -> str:
        with socket.socket(socket.AF_UNIX) as own:
            (self._folder / SOCKET_NAME).unlink()
            own.bind(str(self._folder / SOCKET_NAME))
        return done(self._folder)

    def _send_datagrams(self) -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0.05)
            sender.connect(("127.0.0.1", OLD_PORT))
            if sender.getsockname()[1] == OLD_PORT:
                return "no answer"  # the system has given this port to the sender itself
            sender.send(self._recorded[:1000])
            try:
                return done(sender.recv(1 << 16))
            except TimeoutError:
                return "no answer"


def run_attacker() -> None:
    """Give up root, and attack when told: each line of the input is a target and a time to stop."""
    os.setgroups([])
    os.setgid(OTHER_USER)
    os.setuid(OTHER_USER)
    for line in sys.stdin:
        target = json.loads(line)
        attacker = Attacker(target)
        attacker.run_until(target["end_ns"])
        sys.stdout.write(json.dumps(attacker.refused) + "\n")
        sys.stdout.flush()


# ----------------------------------------------------------------------------- the jam between them


class Jam:
    """The MIDI I/O process, and a plugin at which its notes arrive."""

    def __init__(self, folder: Path, *, tcp: bool) -> None:
        os.environ[VARIABLE] = f"{'tcp:' if tcp else ''}{folder}"
        self.folder, self.tcp = folder, tcp
        self.io = MidiIo.start("rtmidi")
        self.refused: Counter[str] = Counter()
        self.received = self.planned = 0
        self._plugins: set[int] = set()
        self._epoch = 0
        self.io.send(protocol.OpenPorts())
        self.io.send(protocol.SetOwnTransport(NANOSECONDS))
        self._until((folder / (PORT_FILE_NAME if tcp else SOCKET_NAME)).exists)
        self._plugin = start("plugin", str(folder), str(int(tcp)))
        self._until(lambda: self._plugins == {INSTANCE})

    def play(self, seconds: int) -> tuple[int, int]:
        """Send notes for some seconds; return the times of the first and the last."""
        begin_ns = _CLOCK.now_ns() + _LEAD_NS
        interval_ns = SECOND // _NOTES_PER_S
        events = []
        for number in range(seconds * _NOTES_PER_S):
            onset_ns, pitch = begin_ns + number * interval_ns, 32 + number % 64
            events.append(ScheduledEvent(onset_ns, self._epoch, NoteOn(0, pitch, 80)))
            events.append(
                ScheduledEvent(onset_ns + interval_ns // 2, self._epoch, NoteOff(0, pitch))
            )
        self.planned += len(events)
        self.io.send(protocol.Play(tuple(events)))
        end_ns = begin_ns + seconds * SECOND
        self._until(lambda: _CLOCK.now_ns() > end_ns + 100 * MS)
        return begin_ns, end_ns

    def finish(self) -> list[tuple[int, int, str]]:
        """End the plugin and the process; return the notes that have arrived."""
        last_ns = _CLOCK.now_ns() + INTERVAL_NS + SECOND  # then the last refusals are reported
        self._until(lambda: _CLOCK.now_ns() > last_ns)
        output, _ = self._plugin.communicate("\n", timeout=20)
        self._until(lambda: not self._plugins)
        self.io.close()
        return [(due_ns, late_ns, message) for due_ns, late_ns, message in json.loads(output)]

    def _until(self, holds: Callable[[], bool]) -> None:
        give_up_ns = _CLOCK.now_ns() + 60 * SECOND
        while not holds():
            assert _CLOCK.now_ns() < give_up_ns, "the MIDI I/O process does not answer"
            for message in self.io.receive(0.05):
                match message:
                    case protocol.Plugins(instances):
                        self._plugins = {each.instance for each in instances}
                    case protocol.TransportChanged(transport):
                        self._epoch = transport.epoch
                    case protocol.Received(events):
                        self.received += len(events)
                    case protocol.Problem(PluginRefused(cause, count)):
                        self.refused[cause] += count


def start(*words: str) -> subprocess.Popen[str]:
    """Run this program in another role."""
    command = [sys.executable, __file__, *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def recorded() -> bytes:
    """Return what a plugin of the user has sent before."""
    hello = encode(PluginHello(INSTANCE, _CLOCK.now_ns()))
    return hello + b"".join(encode(block(INSTANCE)) for _ in range(20))


def attack(folder: Path, console: Console, seconds: int, rounds: int, *, tcp: bool) -> bool:
    """Play with and without attacks in turn; return whether none got through."""
    jam, attacker = Jam(folder, tcp=tcp), start("attacker")
    assert attacker.stdin is not None
    assert attacker.stdout is not None
    port = (folder / PORT_FILE_NAME).read_text("ascii").split()[0] if tcp else 0
    target = {"folder": str(folder), "tcp": tcp, "port": port, "recorded": recorded().hex()}
    phases: dict[str, list[tuple[int, int]]] = {"without": [], "with attacks": []}
    refused: dict[str, Counter[str]] = defaultdict(Counter)
    for number in range(rounds):
        if number == rounds // 2 and not tcp:  # open the first barrier, so that the second is tried
            folder.chmod(0o711)
            (folder / SOCKET_NAME).chmod(0o666)
        phases["without"].append(jam.play(seconds))
        end_ns = _CLOCK.now_ns() + seconds * SECOND + _LEAD_NS
        attacker.stdin.write(
            json.dumps(target | {"process": jam.io.process_id, "end_ns": end_ns}) + "\n"
        )
        attacker.stdin.flush()
        phases["with attacks"].append(jam.play(seconds))
        for name, answers in json.loads(attacker.stdout.readline()).items():
            refused[name].update(answers)
    attacker.communicate(timeout=20)
    arrived = jam.finish()
    return print_report(console, jam, refused, phases, arrived)


def print_report(
    console: Console,
    jam: Jam,
    refused: dict[str, Counter[str]],
    phases: dict[str, list[tuple[int, int]]],
    arrived: list[tuple[int, int, str]],
) -> bool:
    """Print what was tried and the lateness of notes; return whether nothing got through."""
    table = Table(
        "attack", "tried", "what came of it", title="TCP" if jam.tcp else "Unix socket", box=None
    )
    for name, answers in refused.items():
        table.add_row(
            name, str(answers.total()), "; ".join(f"{text} ({n})" for text, n in answers.items())
        )
    console.print(table)
    lateness = Table("lateness", "median ms", "p99 ms", "notes", box=None)
    for name, spans in phases.items():
        late = [late / MS for due, late, _ in arrived if any(a <= due < b for a, b in spans)]
        median, high = np.percentile(late, [50, 99])
        lateness.add_row(name, f"{median:.3f}", f"{high:.3f}", str(len(late)))
    console.print(lateness)
    sounding: Counter[str] = Counter()
    for _, _, message in arrived:
        sounding[message[2:4]] += 1 if message.startswith("90") else -1
    hanging = sum(map(abs, sounding.values()))
    lost, too_late = jam.planned - len(arrived), sum(late > AHEAD_NS for _, late, _ in arrived)
    through = sum(
        n
        for answers in refused.values()
        for text, n in answers.items()
        if text.split(":")[0].isupper()
    )
    console.print(f"sent {jam.planned}, lost {lost}, too late {too_late}, left sounding {hanging}")
    console.print(
        f"notes of the attacker that the app received: {jam.received}; "
        f"attacks that got through: {through}"
    )
    console.print(f"refused by the app: {dict(jam.refused)}")
    return not (lost or too_late or hanging or jam.received or through)


def main(
    seconds: Annotated[int, typer.Option(help="Seconds of one phase.")] = 5,
    rounds: Annotated[int, typer.Option(help="Phases without and with attacks.")] = 6,
) -> None:
    """Attack in both ways, and fail if anything got through."""
    console = Console(width=150)
    if os.geteuid() != 0:
        console.print("This needs root: only root can become another user.")
        raise typer.Exit(2)
    whole = True
    for tcp in (False, True):
        with ExitStack() as stack:
            above = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="antiphon-")))
            above.chmod(0o711)
            whole &= attack(above / "run", console, seconds, rounds, tcp=tcp)
    raise typer.Exit(0 if whole else 1)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["plugin", place, by_port]:
            run_plugin(Path(place), tcp=by_port == "1")
        case ["attacker"]:
            run_attacker()
        case _:
            typer.run(main)
