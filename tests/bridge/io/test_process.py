"""The parts of the MIDI I/O process, run in this process on a clock that stands still."""

import socket
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from bridge.io.engine_watch import PATIENCE_NS, EngineWatch
from bridge.io.process import EDGES_US, OUTBOX_SIZE, IoLoop, LatenessHistogram, Outbox
from bridge.midi.events import ControlChange, NoteOff, NoteOn
from bridge.playout.problem import MessagesLost, NoSuchPort
from bridge.playout.protocol import (
    Click,
    Emitted,
    FromIo,
    InputLost,
    Lateness,
    ListPorts,
    Monitor,
    OpenPorts,
    Ping,
    Play,
    PortNames,
    PortsClosed,
    Problem,
    Quit,
    Ready,
    Report,
    SetOwnTransport,
    ToIo,
    TransportChanged,
)
from bridge.playout.schedule import ScheduledEvent, SentEvent
from bridge.playout.time_reason import Following
from bridge.ports.loopback import LoopbackBackend
from bridge.sync.transport import NANOSECONDS, Source, Transport
from bridge.system.clock import ManualClock
from tests.bridge.synth.ear import Ear

NOW_NS = 1_000_000_000
PATIENCE_S = 20.0
ON = NoteOn(2, 60, 100)
SILENCE = [ControlChange(2, control, 0) for control in (64, 120, 123)]


def numbered(number: int) -> PortNames:
    """Return a unique message."""
    return PortNames((str(number),), ())


def everything(connection: Connection) -> list[FromIo]:
    """Read to the end of the pipe."""
    sent_messages: list[FromIo] = []
    try:
        while True:
            sent_messages.append(connection.recv())
    except EOFError:
        return sent_messages


def serve(*messages: ToIo, stop: bool = False, synth: socket.socket | None = None) -> list[FromIo]:
    """Run the loop on these messages until it ends; return what it sends."""
    theirs, ours = Pipe()
    stop_end, ringer = socket.socketpair()
    with stop_end, ringer, theirs:
        with ours:
            for message in messages:
                theirs.send(message)
            if stop:
                ringer.send(b"\0")
            IoLoop(ours, stop_end, ManualClock(NOW_NS), "loopback", "Antiphon", synth).run()
        return everything(theirs)


def emitted(sent_messages: list[FromIo]) -> list[SentEvent]:
    """Return all sent events."""
    return [
        each for message in sent_messages if isinstance(message, Emitted) for each in message.events
    ]


def test_the_histogram_counts_each_event_once_and_keeps_the_worst() -> None:
    histogram = LatenessHistogram()
    for late_us in (0, 49, 50, 99, 30_000, 10**9):
        histogram.add(late_us * 1000)
    value = histogram.value()
    assert value.edges_us == EDGES_US == tuple(sorted(EDGES_US))
    counts = dict(zip([*EDGES_US, None], value.counts, strict=True))
    non_zero = {edge: count for edge, count in counts.items() if count}
    assert non_zero == {50: 2, 100: 2, 50_000: 1, None: 1}
    assert value.worst_ns == 10**12


def test_a_stalled_engine_delays_nothing_and_is_sent_the_number_of_lost_messages() -> None:
    theirs, ours = Pipe()
    outbox = Outbox(ours)
    total = OUTBOX_SIZE + 20_000
    for number in range(total):
        outbox.put(numbered(number))  # a wait for a reader would never end here
    received = [theirs.recv() for _ in range(OUTBOX_SIZE)]
    outbox.put(numbered(total))
    while received[-1] != numbered(total):
        assert theirs.poll(PATIENCE_S)
        received.append(theirs.recv())
    outbox.close()
    ours.close()
    theirs.close()
    expected = missed = 0
    for message in received:
        if isinstance(message, Problem):
            assert isinstance(message.reason, MessagesLost)
            missed += message.reason.count
            expected += message.reason.count
        elif message != InputLost():  # a key's release may have been lost
            assert message == numbered(expected)
            expected += 1
    assert expected == total + 1
    assert missed > 0
    assert received.count(InputLost()) == sum(isinstance(each, Problem) for each in received)


def test_after_a_loss_the_engine_is_sent_the_last_transport() -> None:
    theirs, ours = Pipe()
    outbox = Outbox(ours)
    moves = [
        TransportChanged(Transport(epoch=epoch), Following(Source.JACK)) for epoch in range(30_000)
    ]
    for moved in moves:
        outbox.put(moved)
    received = [theirs.recv() for _ in range(OUTBOX_SIZE)]
    outbox.put(numbered(1))
    while received[-1] != numbered(1):
        assert theirs.poll(PATIENCE_S)
        received.append(theirs.recv())
    assert received[-2] == moves[-1]
    outbox.close()
    ours.close()
    theirs.close()


def test_an_engine_that_has_shown_that_it_runs_and_is_silent_is_lost_once() -> None:
    watch = EngineWatch()
    assert not watch.pop_lost(10 * PATIENCE_NS)  # it was never heard
    watch.hear(ListPorts(), NOW_NS)
    assert not watch.pop_lost(NOW_NS + PATIENCE_NS)
    watch.hear(Ping(), NOW_NS)
    watch.hear(ListPorts(), 2 * NOW_NS)
    assert not watch.pop_lost(2 * NOW_NS + PATIENCE_NS - 1)
    assert watch.pop_lost(2 * NOW_NS + PATIENCE_NS)
    assert not watch.pop_lost(2 * NOW_NS + 9 * PATIENCE_NS)
    watch.hear(Ping(), 9 * PATIENCE_NS)
    assert watch.pop_lost(10 * PATIENCE_NS)


def test_a_click_goes_to_the_synth_and_is_no_event_that_was_sent() -> None:
    ear = Ear()
    with ear.socket, ear.cable:
        due = ScheduledEvent(NOW_NS, 0, ON)
        sent_messages = serve(
            OpenPorts(),
            SetOwnTransport(NANOSECONDS),
            Monitor(wanted=True),
            Click((due,)),
            stop=True,
            synth=ear.cable,
        )
        told = [event for _, event in ear.received() if isinstance(event, NoteOn | NoteOff)]
    assert told == [ON, NoteOff(ON.channel, ON.pitch)]  # the release at the end of the pipe
    assert emitted(sent_messages) == []


def test_notes_are_released_when_the_system_says_stop() -> None:
    # The loop reads pending messages before it checks the signal.
    sent_messages = serve(
        OpenPorts(),
        SetOwnTransport(NANOSECONDS),
        Play((ScheduledEvent(NOW_NS - 60_000, 0, ON),)),
        stop=True,
    )
    assert sent_messages[0] == Ready("loopback", "loopback in", "loopback out")
    sent = emitted(sent_messages)
    assert [each.event for each in sent] == [ON, NoteOff(2, 60), *SILENCE]
    assert sent[0] == SentEvent(NOW_NS - 60_000, NOW_NS, ON)
    assert isinstance(sent_messages[-1], Lateness)
    assert sent_messages[-1].worst_ns == 60_000
    assert sum(sent_messages[-1].counts) == len(sent)


def test_notes_are_released_when_the_process_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = LoopbackBackend.poll

    def fail_once_it_sounds(backend: LoopbackBackend, now_ns: int) -> list[Report]:
        if poll(backend, now_ns):
            raise ZeroDivisionError
        return []

    monkeypatch.setattr(LoopbackBackend, "poll", fail_once_it_sounds)
    theirs, ours = Pipe()
    stop_end, ringer = socket.socketpair()
    with stop_end, ringer, theirs:
        with ours:
            theirs.send(OpenPorts())
            theirs.send(SetOwnTransport(NANOSECONDS))
            theirs.send(Play((ScheduledEvent(NOW_NS, 0, ON),)))
            with pytest.raises(ZeroDivisionError):
                IoLoop(ours, stop_end, ManualClock(NOW_NS), "loopback", "Antiphon").run()
        sent = emitted(everything(theirs))
    assert [each.event for each in sent] == [NoteOff(2, 60), *SILENCE]


def test_opening_again_releases_notes_and_drops_plans() -> None:
    sent_messages = serve(
        OpenPorts(),
        SetOwnTransport(NANOSECONDS),
        Play((ScheduledEvent(NOW_NS, 0, ON),)),
        OpenPorts(),
        Quit(),
    )
    # Both commands are read before the next poll, so the note never begins.
    assert [message for message in sent_messages if isinstance(message, Ready)] == [
        Ready("loopback", "loopback in", "loopback out")
    ] * 2
    assert all(each.event != ON for each in emitted(sent_messages))


def test_ports_are_listed_with_or_without_open_ports() -> None:
    sent_messages = serve(ListPorts(), OpenPorts(), ListPorts(), Quit())
    assert [message for message in sent_messages if isinstance(message, PortNames)] == [
        PortNames((), ())
    ] * 2


def test_a_port_error_is_a_problem_and_the_loop_goes_on() -> None:
    sent_messages = serve(
        OpenPorts("harp"), Play((ScheduledEvent(NOW_NS, 0, ON),)), OpenPorts(), Quit()
    )
    assert sent_messages[:2] == [Problem(NoSuchPort("harp", ())), PortsClosed()]
    assert isinstance(sent_messages[2], Ready)
    assert emitted(sent_messages) == []
