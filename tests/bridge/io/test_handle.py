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

from bridge.io.engine_watch import PATIENCE_NS
from bridge.io.handle import MidiIo
from bridge.midi.events import (
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    TimedEvent,
)
from bridge.playout.problem import IoExited, NoSuchPort
from bridge.playout.protocol import (
    Emitted,
    Inject,
    Lateness,
    ListPorts,
    Monitor,
    OpenPorts,
    Panic,
    Ping,
    Play,
    Problem,
    Quit,
    Ready,
    Retract,
    SetOwnTransport,
    Silence,
    ToIo,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, Playable, ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.child_end import ChildEnd
from bridge.system.clock import SystemClock
from bridge.system.panic_signal import PanicSignal
from tests.bridge.session.conversation import PATIENCE_S, Conversation, soon_ns
from tests.bridge.synth.ear import Ear

MS = 1_000_000
HOUR_NS = 3_600_000 * MS
ROOT = Path(__file__).parents[3]
ON, END = NoteOn(0, 60, 100), NoteOff(0, 60)
SILENCE = [ControlChange(0, control, 0) for control in (64, 120, 123)]

needs_process_files = pytest.mark.skipif(
    sys.platform != "linux", reason="waits for a process that is not a child, as Linux can"
)


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Stand for a synth."""
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def talk(ear: Ear) -> Iterator[Conversation]:
    """Run the process, its ports open."""
    with MidiIo.start("loopback", synth=ear.cable) as io:
        conversation = Conversation(io)
        assert conversation.open() == Ready("loopback", "loopback in", "loopback out")
        io.send(SetOwnTransport(NANOSECONDS))
        yield conversation


def now_ns() -> int:
    """Return the present time."""
    return SystemClock().now_ns()


def scheduled(*plan: tuple[int, Playable], epoch: int = 0) -> tuple[ScheduledEvent, ...]:
    """Return a plan of times and events."""
    return tuple(ScheduledEvent(due_ns, epoch, event) for due_ns, event in plan)


def timed(*plan: tuple[int, Playable | PitchWheel]) -> tuple[TimedEvent, ...]:
    """Return the player's events at these times."""
    return tuple(TimedEvent(time_ns, event) for time_ns, event in plan)


def test_events_are_sent_when_due_and_not_before(talk: Conversation) -> None:
    first_ns = soon_ns()
    plan = scheduled(
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


def test_midi_thru_is_received_when_it_is_played(talk: Conversation) -> None:
    first_ns = now_ns() + 20 * MS
    plan = timed(*((first_ns + place * 4 * MS, NoteOn(0, place, 1)) for place in range(20)))
    talk.io.send(Inject(plan))
    assert talk.received(1) == [plan[0]]  # not all at once
    assert now_ns() >= first_ns
    assert talk.received(len(plan)) == list(plan)
    assert talk.leave() == []  # none of it was planned


@pytest.mark.parametrize("command", [Panic(), Silence()])
def test_pending_midi_thru_is_dropped(talk: Conversation, command: Panic | Silence) -> None:
    talk.io.send(Inject(timed((0, ON), (now_ns() + 500 * MS, NoteOn(0, 61, 1)))))
    talk.received(1)
    talk.io.send(command)
    later_ns = now_ns() + 600 * MS
    talk.io.send(Inject(timed((later_ns, END))))
    assert [each.event for each in talk.received(2)] == [ON, END]


def notes_in(sent_to_synth: list[tuple[int, Event]]) -> list[tuple[int, Event]]:
    """Leave out the program changes."""
    return [
        (due_ns, event) for due_ns, event in sent_to_synth if not isinstance(event, ProgramChange)
    ]


def test_a_synth_is_sent_output_with_its_due_time(talk: Conversation, ear: Ear) -> None:
    talk.io.send(Monitor(wanted=True))
    begin_ns = soon_ns()
    talk.io.send(Play(scheduled((begin_ns, ON), (begin_ns + 5 * MS, END))))
    talk.sent(2)
    assert notes_in(ear.received()) == [(begin_ns, ON), (begin_ns + 5 * MS, END)]


def test_a_synth_is_sent_midi_thru_without_a_port(ear: Ear) -> None:
    with MidiIo.start("loopback", synth=ear.cable) as io:
        talk = Conversation(io)
        io.send(Monitor(wanted=True))
        io.send(OpenPorts("harp"))
        talk.expect(Problem)
        begin_ns = soon_ns()
        plan = timed((begin_ns, ON), (begin_ns + 5 * MS, END))
        io.send(Inject(plan))
        assert talk.received(2) == list(plan)
        assert notes_in(ear.received()) == [
            (begin_ns, NoteOn(THRU_CHANNEL, 60, 100)),
            (begin_ns + 5 * MS, NoteOff(THRU_CHANNEL, 60)),
        ]


def test_without_ports_a_synth_still_plays_the_response(ear: Ear) -> None:
    with MidiIo.start("loopback", synth=ear.cable) as io:
        talk = Conversation(io)
        io.send(Monitor(wanted=True))
        io.send(OpenPorts("harp"))
        io.send(SetOwnTransport(NANOSECONDS))
        epoch = talk.expect(TransportChanged).transport.epoch
        begin_ns = soon_ns()
        io.send(Play(scheduled((begin_ns, ON), (begin_ns + 5 * MS, END), epoch=epoch)))
        talk.sent(2)
        assert notes_in(ear.received()) == [(begin_ns, ON), (begin_ns + 5 * MS, END)]
        assert not [said for said in talk.messages if isinstance(said, Ready)]


@pytest.mark.parametrize(
    "command", [Panic(), Silence(), Monitor(wanted=False), OpenPorts(), Quit()]
)
def test_a_synth_is_sent_every_release(talk: Conversation, ear: Ear, command: ToIo) -> None:
    talk.io.send(Monitor(wanted=True))
    talk.io.send(Play(scheduled((soon_ns(), ON))))
    talk.io.send(Inject(timed((0, NoteOn(0, 72, 9)))))
    talk.sent(1)
    talk.received(1)
    talk.io.send(command)
    if isinstance(command, Quit):
        talk.hear_out()
    else:  # an event played after a command arrives after the command is carried out
        talk.io.send(Inject(timed((0, PitchWheel(0, 1)))))
        talk.received(2)
    sounding = set()
    for _, event in ear.received():
        if isinstance(event, NoteOn):
            sounding.add((event.channel, event.pitch))
        elif isinstance(event, NoteOff):
            sounding.discard((event.channel, event.pitch))
    kept = {(THRU_CHANNEL, 72)} if isinstance(command, OpenPorts) else set()
    assert sounding == kept  # a key of MIDI thru is independent of ports


def test_a_stopped_feed_sends_nothing(talk: Conversation, ear: Ear) -> None:
    talk.io.send(Monitor(wanted=True))
    talk.io.send(Monitor(wanted=False))
    talk.io.send(Inject(timed((0, ON))))
    talk.received(1)
    assert notes_in(ear.received()) == []


@pytest.mark.parametrize(
    "command,released",
    [
        (Panic(), [END, *SILENCE]),
        (Retract(0), [END]),
        (Silence(), [END]),
        (OpenPorts(), [END, *SILENCE]),
    ],
)
def test_notes_are_released_at_once(
    talk: Conversation,
    command: Panic | Retract | Silence | OpenPorts,
    released: list[Playable],
) -> None:
    talk.io.send(Play(scheduled((soon_ns(), ON), (soon_ns() + HOUR_NS, END))))
    talk.sent(1)
    talk.io.send(command)
    sent = talk.sent(1 + len(released))
    assert [each.event for each in sent] == [ON, *released]


def test_the_last_messages_say_what_was_sent_until_the_end(talk: Conversation) -> None:
    talk.io.send(Play(scheduled((soon_ns(), ON))))
    talk.sent(1)
    last = [message for message in talk.io.close() if isinstance(message, Emitted)]
    assert [sent.event for message in last for sent in message.events] == [END, *SILENCE]
    assert talk.io.close() == []


def test_quit_releases_and_exits(talk: Conversation) -> None:
    talk.io.send(Play(scheduled((soon_ns(), ON))))
    talk.sent(1)
    assert [each.event for each in talk.leave()] == [ON, END, *SILENCE]
    assert not any(isinstance(message, Problem) for message in talk.messages)
    talk.io.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks no process to terminate")
def test_sigterm_releases_and_exits(talk: Conversation) -> None:
    talk.io.send(Play(scheduled((soon_ns(), ON))))
    talk.sent(1)
    os.kill(talk.io.process_id, signal.SIGINT)  # the process ignores it: the engine decides
    os.kill(talk.io.process_id, signal.SIGTERM)
    assert [each.event for each in talk.hear_out()] == [ON, END, *SILENCE]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_killed_process_is_one_problem_and_not_an_exception(
    talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    os.kill(talk.io.process_id, signal.SIGKILL)
    talk.hear_out()
    assert talk.expect(Problem).reason == IoExited(ChildEnd(-signal.SIGKILL))
    assert [each.getMessage() for each in caplog.records] == [
        f"bridge.io.process ended with status -{signal.SIGKILL.value}"
    ]
    caplog.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_crash_is_reported_with_its_reason(
    talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    os.kill(talk.io.process_id, signal.SIGSEGV)
    talk.hear_out()
    end = ChildEnd(-signal.SIGSEGV, "Fatal Python error: Segmentation fault")
    assert talk.expect(Problem).reason == IoExited(end)
    assert 'File "' in caplog.text  # where it was
    caplog.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_nothing_is_sent_to_a_process_that_has_ended(
    talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    os.kill(talk.io.process_id, signal.SIGKILL)
    talk.hear_out()
    caplog.clear()
    talk.io.send(Panic())
    assert talk.io.receive() == []
    talk.io.close()


def test_a_closed_handle_receives_nothing(talk: Conversation) -> None:
    talk.io.close()
    talk.io.close()
    talk.io.send(Panic())
    assert not talk.io.alive
    assert talk.io.receive() == []


def test_a_missing_port_is_named(talk: Conversation) -> None:
    talk.io.send(OpenPorts("harp", None))
    assert talk.expect(Problem) == Problem(NoSuchPort("harp", ()))


ENGINE = """
import sys
from bridge.io.engine_watch import PATIENCE_NS
from bridge.io.handle import MidiIo
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


def test_an_engine_that_stops_leaves_the_plan_and_no_note_without_a_release(
    talk: Conversation,
) -> None:
    begin_ns = soon_ns()
    after_ns = begin_ns + PATIENCE_NS + 500 * MS
    plan = scheduled(
        (begin_ns, ON),
        (begin_ns, NoteOn(1, 61, 100)),
        (after_ns, NoteOn(2, 62, 100)),
        (after_ns + MS, NoteOff(2, 62)),
        (after_ns + MS, NoteOff(1, 61)),
    )
    talk.io.send(Play(plan))
    asked_ns = now_ns()
    talk.io.send(Ping())  # and then nothing more
    sent = talk.sent(6)
    assert [each.event for each in sent[:3]] == [ON, NoteOn(1, 61, 100), END]
    assert PATIENCE_NS - 100 * MS <= sent[2].sent_ns - asked_ns <= PATIENCE_NS + 2_000 * MS
    assert [each.event for each in sent[3:]] == [NoteOn(2, 62, 100), NoteOff(2, 62), NoteOff(1, 61)]


def test_very_many_messages_are_received_in_parts(talk: Conversation) -> None:
    for place in range(1_000):
        talk.io.send(ListPorts())
        if place % 100 == 0:
            assert len(talk.io.receive(0)) <= 32
    counts = [len(talk.io.receive(1)) for _ in range(4)]
    assert max(counts) <= 32


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_panic_signal_silences_and_the_process_goes_on(talk: Conversation) -> None:
    due_ns = soon_ns()
    talk.io.send(Play(scheduled((due_ns, ON), (due_ns + HOUR_NS, END))))
    talk.sent(1)
    panic = PanicSignal()
    panic.aim(talk.io.process_id)
    panic.send()
    assert [each.event for each in talk.sent(5)[1:]] == [END, *SILENCE]
    talk.io.send(Play(scheduled((soon_ns(), ON))))
    assert talk.sent(6)[-1].event == ON
    panic.close()
