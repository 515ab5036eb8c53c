"""The real MIDI I/O process over the loopback: real pipe, real waiting, real time, no device."""

import os
import select
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.clock import SystemClock
from bridge.events import ControlChange, NoteOff, NoteOn, Stamped
from bridge.io_process import MidiIo
from bridge.protocol import (
    Conduct,
    Inject,
    Lateness,
    OpenPorts,
    Panic,
    Play,
    Problem,
    Ready,
    Retract,
    Silence,
)
from bridge.schedule import Due, Playable
from bridge.transport import NANOSECONDS
from tests.bridge.conversation import PATIENCE_S, Conversation

MS = 1_000_000
HOUR_NS = 3_600_000 * MS
ROOT = Path(__file__).parents[2]
ON, END = NoteOn(0, 60, 100), NoteOff(0, 60)
SILENCE = [ControlChange(0, control, 0) for control in (64, 120, 123)]

needs_process_files = pytest.mark.skipif(
    sys.platform != "linux", reason="waits for a process that is not a child, as Linux can"
)


@pytest.fixture
def talk() -> Iterator[Conversation]:
    """Run the process, its ports open."""
    with MidiIo.start("loopback") as io:
        conversation = Conversation(io)
        assert conversation.open() == Ready("loopback", "loopback in", "loopback out")
        io.send(Conduct(NANOSECONDS))
        yield conversation


def now_ns() -> int:
    """Give the present."""
    return SystemClock().now_ns()


def soon_ns() -> int:
    """Give a moment for which a note is not late, although this test may be held up meanwhile."""
    return now_ns() + 50 * MS


def dues(*plan: tuple[int, Playable], epoch: int = 0) -> tuple[Due, ...]:
    """Make a plan of times and events."""
    return tuple(Due(due_ns, epoch, event) for due_ns, event in plan)


def stamped(*plan: tuple[int, Playable]) -> tuple[Stamped, ...]:
    """Make a player's plan of times and events."""
    return tuple(Stamped(time_ns, event) for time_ns, event in plan)


def test_what_is_due_is_sent_then_and_not_before(talk: Conversation) -> None:
    first_ns = now_ns() + 50 * MS
    plan = dues(
        *((first_ns + place * 6 * MS, NoteOn(0, place, 1)) for place in range(50)),
        *((first_ns + place * 6 * MS + 3 * MS, NoteOff(0, place)) for place in range(50)),
    )
    talk.io.send(Play(plan))
    sent = talk.sent(len(plan))
    assert [(each.due_ns, each.event) for each in sent] == sorted(
        ((due.tick, due.event) for due in plan), key=lambda each: each[0]
    )
    late_ns = [each.sent_ns - each.due_ns for each in sent]
    assert min(late_ns) >= 0
    assert statistics.median(late_ns) < MS
    talk.leave()
    assert sum(talk.expect(Lateness).counts) >= len(plan)


def test_the_pretend_player_is_heard_when_it_plays(talk: Conversation) -> None:
    first_ns = now_ns() + 20 * MS
    plan = stamped(*((first_ns + place * 4 * MS, NoteOn(0, place, 1)) for place in range(20)))
    talk.io.send(Inject(plan))
    received = talk.received(len(plan))
    assert [each.event for each in received] == [each.event for each in plan]
    late_ns = [each.time_ns - due.time_ns for each, due in zip(received, plan, strict=True)]
    assert min(late_ns) >= 0
    assert statistics.median(late_ns) < MS
    assert talk.leave() == []


def test_the_pretend_player_plays_through_a_panic(talk: Conversation) -> None:
    talk.io.send(Inject(stamped((0, ON), (soon_ns(), END))))
    talk.io.send(Panic())
    assert [each.event for each in talk.received(2)] == [ON, END]


@pytest.mark.parametrize(
    "command,released",
    [
        (Panic(), [END, *SILENCE]),
        (Retract(0), [END]),
        (Silence(), [END]),
        (OpenPorts(), [END, *SILENCE]),
    ],
)
def test_what_sounds_is_released_at_once(
    talk: Conversation,
    command: Panic | Retract | Silence | OpenPorts,
    released: list[Playable],
) -> None:
    talk.io.send(Play(dues((soon_ns(), ON), (soon_ns() + HOUR_NS, END))))
    talk.sent(1)
    talk.io.send(command)
    sent = talk.sent(1 + len(released))
    assert [each.event for each in sent] == [ON, *released]


def test_quit_releases_and_leaves(talk: Conversation) -> None:
    talk.io.send(Play(dues((soon_ns(), ON))))
    talk.sent(1)
    assert [each.event for each in talk.leave()] == [ON, END, *SILENCE]
    assert not any(isinstance(message, Problem) for message in talk.said)
    talk.io.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks no process to terminate")
def test_the_systems_wish_is_obeyed_in_order(talk: Conversation) -> None:
    talk.io.send(Play(dues((soon_ns(), ON))))
    talk.sent(1)
    os.kill(talk.io.process_id, signal.SIGINT)  # this one is for the engine to decide
    os.kill(talk.io.process_id, signal.SIGTERM)
    assert [each.event for each in talk.hear_out()] == [ON, END, *SILENCE]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_killed_process_is_one_problem_and_no_exception(talk: Conversation) -> None:
    os.kill(talk.io.process_id, signal.SIGKILL)
    talk.hear_out()
    assert "has ended" in talk.expect(Problem).text
    talk.io.send(Panic())
    assert talk.io.receive() == []
    talk.io.close()


def test_nobody_hears_from_a_closed_handle(talk: Conversation) -> None:
    talk.io.close()
    talk.io.close()
    talk.io.send(Panic())
    assert not talk.io.alive
    assert talk.io.receive() == []


def test_a_port_that_is_not_there_is_named(talk: Conversation) -> None:
    talk.io.send(OpenPorts("harp", None))
    assert talk.expect(Problem) == Problem('There is no port "harp"; there are none.')


ENGINE = """
import sys
from bridge.io_process import MidiIo
io = MidiIo.start("loopback")
print(io.process_id, flush=True)
sys.stdin.read()
"""


@needs_process_files
def test_the_process_does_not_outlive_its_engine() -> None:
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert engine.stdout is not None
    process = os.pidfd_open(int(engine.stdout.readline()))
    engine.kill()
    assert select.select([process], [], [], PATIENCE_S)[0]
    os.close(process)
    engine.communicate()
