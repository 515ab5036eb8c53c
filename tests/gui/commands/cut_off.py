"""A jam on a JACK server that is killed while both play, compared with what another program heard.

A player plays without a pause, and Antiphon accompanies it. At a random moment the jam is killed.
What its journal has is then compared with what the player has sent and the listener has received.
"""

import os
import random
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns  # noqa: TID251 - it shares no code with what it tests

import psutil

from bridge.history.record import Record
from gui.engine.session_folder import find_unfinished
from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.gui.commands.shell import command

SECOND = 1_000_000_000
MAX_LOSS_NS = 2 * SECOND
TOLERANCE_NS = 80_000_000
"""From the time that is planned to the period of the listener in which the note arrives."""
PATIENCE_S = 30.0
STEP_FRAMES = RATE_HZ // 7
"""The interval of the player's notes."""
NOTE_ON, NOTE_OFF = 0x90, 0x80
_Key = tuple[int, int, int]  # channel, pitch, time


@dataclass(frozen=True, slots=True)
class CutOff:
    """What was lost when a jam was killed."""

    played: int
    """How many notes the player had sent."""
    answered: int
    """How many notes of Antiphon's the listener had received."""
    lost: int
    """How many of both the journal lacks."""
    loss_ns: int
    """The time from the oldest lost note to the kill."""
    stuck: int
    """How many notes of Antiphon's the listener never saw ended."""


@contextmanager
def jamming(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a jam whose ports are open."""
    process = subprocess.Popen(
        command(("jam", "--through", "jack", *options)),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # as a shell starts a job
    )
    children: list[psutil.Process] = []
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Listening")
        children = psutil.Process(process.pid).children(recursive=True)
        yield process
    finally:
        process.kill()
        process.communicate()
        for child in psutil.wait_procs(children, PATIENCE_S)[1]:
            child.kill()


def kill_main(process: "subprocess.Popen[str]") -> None:
    """Kill the process with the engine: its MIDI I/O process releases what sounds."""
    process.kill()


def kill_group(process: "subprocess.Popen[str]") -> None:
    """Kill the process group, as a shell's job is killed."""
    os.killpg(os.getpgid(process.pid), signal.SIGKILL)


def kill_all(process: "subprocess.Popen[str]") -> None:
    """Kill all processes, the sending one first."""
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()


def cut_off(
    peer: Peer, folder: Path, chance: random.Random, kill: Callable[["subprocess.Popen[str]"], None]
) -> CutOff:
    """Run a jam, kill it at a random moment, and compare."""
    with jamming(folder, "--mode", "accompany", "--style", "jazz", "--seed", "3") as process:
        children = psutil.Process(process.pid).children(recursive=True)
        peer.ask(connect=[["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]])
        frame0, ns0 = peer.ask(clock=True)
        plan = [
            [frame0 + RATE_HZ // 4 + number * STEP_FRAMES + at, [kind, 48 + number * 7 % 24, 80]]
            for number in range(400)
            for at, kind in ((0, NOTE_ON), (STEP_FRAMES - 400, NOTE_OFF))
        ]
        peer.ask(play=plan)
        count = chance.randrange(6, 30)
        heard = peer.ask(hear=count)  # Antiphon plays too
        assert len(heard) == count, "before the kill, too little was heard"
        try:
            process.wait(chance.uniform(0, 2))
        except subprocess.TimeoutExpired:
            kill(process)
        else:
            raise AssertionError(process.communicate())
        killed_ns = perf_counter_ns()
        process.wait(PATIENCE_S)
        assert psutil.wait_procs(children, PATIENCE_S)[1] == []
        peer.ask(play=[])
        heard += peer.ask(hear=peer.ask(waiting=True))

    def ns_of(frame: int) -> int:
        return int(ns0 + (frame - frame0) * SECOND / RATE_HZ)

    sent = [(0, message[1], ns_of(at)) for at, message in plan if message[0] == NOTE_ON]
    sent = [each for each in sent if each[2] < killed_ns]
    received = [
        (message[0] & 0xF, message[1], ns_of(at))
        for at, message in heard
        if message[0] & 0xF0 == NOTE_ON and message[2]
    ]
    (unfinished,) = find_unfinished()
    record = unfinished.read().record
    unfinished.discard()
    lost = missing(record, sent, answered=False) + missing(record, received, answered=True)
    loss_ns = max((killed_ns - each[2] for each in lost), default=0)
    return CutOff(len(sent), len(received), len(lost), loss_ns, stuck_notes(heard))


def missing(record: Record, notes: list[_Key], *, answered: bool) -> list[_Key]:
    """Return the notes that a record lacks; each of its notes counts once."""
    there: dict[tuple[int, int], list[int]] = {}
    for note in record.notes:
        if note.answered is answered:
            channel = note.instrument.spec.channel if answered else 0
            there.setdefault((channel, note.pitch), []).append(note.onset_ns)
    lost: list[_Key] = []
    for channel, pitch, time_ns in notes:
        onsets = there.get((channel, pitch), [])
        near = [each for each in onsets if abs(each - time_ns) <= TOLERANCE_NS]
        if near:
            onsets.remove(near[0])
        else:
            lost.append((channel, pitch, time_ns))
    return lost


def stuck_notes(heard: list[tuple[int, list[int]]]) -> int:
    """Return how many notes have no end."""
    sounding: set[tuple[int, int]] = set()
    for _, message in heard:
        kind, key = message[0] & 0xF0, (message[0] & 0xF, message[1])
        if kind == NOTE_ON and message[2]:
            sounding.add(key)
        elif kind in (NOTE_ON, NOTE_OFF):
            sounding.discard(key)
    return len(sounding)
