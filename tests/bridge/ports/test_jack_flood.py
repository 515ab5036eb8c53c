"""Floods of input on a real JACK server: notes go on, panic passes, and nothing is left over."""

import signal
from collections.abc import Iterator
from os import kill

import pytest

from bridge.io.handle import MidiIo
from bridge.midi.controls import Control
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.playout.protocol import (
    BindPanic,
    Inject,
    InputThinned,
    Panic,
    Play,
    Problem,
    SetOwnTransport,
    SetSync,
)
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS, Source
from bridge.system.clock import SystemClock
from bridge.system.units import MS
from tests.bridge.flooder import Flooder
from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.bridge.session.conversation import Conversation, soon_ns

pytestmark = pytest.mark.device

PEDAL = Control(0, 66)
PRESS, LIFT = [0xB0, 66, 127], [0xB0, 66, 0]
NOTES = 40
TRIES = 3


@pytest.fixture
def talk(peer: Peer) -> Iterator[Conversation]:
    """Run the process, its ports connected to the other program."""
    with MidiIo.start("jack") as io:
        conversation = Conversation(io)
        ready = conversation.open()
        peer.ask(connect=[["player:out", ready.input_name], [ready.output_name, "listener:in"]])
        io.send(SetSync(Source.OWN))  # floods have clocks
        io.send(SetOwnTransport(NANOSECONDS))
        io.send(BindPanic(frozenset({PEDAL})))
        yield conversation


def play_notes(talk: Conversation, peer: Peer) -> list[list[int]]:
    """Let the player play in the window, 10 ms for each note; return what sounds."""
    begin_ns = soon_ns()
    events = [
        TimedEvent(begin_ns + place * 5 * MS, kind)
        for place, kind in enumerate((NoteOn(0, 60, 90), NoteOff(0, 60)) * NOTES)
    ]
    talk.io.send(Inject(tuple(events)))
    return [message for _, message in peer.ask(hear=2 * NOTES)]


@pytest.mark.parametrize(
    "kind,rate",
    [
        *((kind, 10_000) for kind in ("notes", "keys", "controllers", "wheel", "clocks", "mixed")),
        *(("mixed", 200_000), ("dump", 200), ("endless", 1_000), ("illegal", 10_000)),
    ],
)
def test_the_players_notes_sound_during_a_flood_and_input_is_heard_after_it(
    peer: Peer, talk: Conversation, kind: str, rate: int
) -> None:
    with Flooder() as flooder:
        flooder.start(kind, rate)
        assert play_notes(talk, peer) == [[0x9F, 60, 90], [0x8F, 60, 64]] * NOTES
        flooder.stop()
        stopped_ns = SystemClock().now_ns()
        peer.ask(play=[(0, [0x93, 11, 22]), (0, [0x83, 11, 0])])
        last = NoteOn(3, 11, 22)
        while not (found := [each for each in talk.received(1) if each.event == last]):
            talk.listen()
        assert found[0].time_ns - stopped_ns < 1_000 * MS
    assert not [message for message in talk.messages if isinstance(message, Problem)]


def test_what_is_dropped_is_reported_once(peer: Peer, talk: Conversation) -> None:
    with Flooder() as flooder:
        flooder.start("notes", 20_000)
        for _ in range(3):
            play_notes(talk, peer)
        flooder.stop()
    assert talk.expect(InputThinned).count > 0
    assert not [message for message in talk.messages if isinstance(message, InputThinned)]


def plan_note(talk: Conversation, pitch: int = 60) -> None:
    """Plan a note that begins soon and would end in an hour."""
    begin_ns = soon_ns()
    note = (
        ScheduledEvent(begin_ns, 0, NoteOn(0, pitch, 100)),
        ScheduledEvent(begin_ns + 3_600_000 * MS, 0, NoteOff(0, pitch)),
    )
    talk.io.send(Play(note))


def strike(talk: Conversation, peer: Peer) -> None:
    """Start a note."""
    plan_note(talk)
    [(_, message)] = peer.ask(hear=1)
    assert message == [0x90, 60, 100]


def frames_to_silence(peer: Peer, since: int) -> int:
    """Return how many frames after `since` the note ended; its channel is silenced too."""
    heard = peer.ask(hear=4)
    assert [message for _, message in heard] == [
        [0x80, 60, 64],
        *([0xB0, control, 0] for control in (64, 120, 123)),
    ]
    last: int = heard[-1][0]
    return last - since


@pytest.mark.parametrize("kind", ["", "notes", "controllers", "mixed"])
def test_a_panic_pedal_silences_within_50_ms_although_the_engine_reads_nothing(
    peer: Peer, talk: Conversation, kind: str
) -> None:
    # This process is the engine, and it reads nothing between the press and the silence.
    with Flooder() as flooder:
        delays = []
        for _ in range(TRIES):
            strike(talk, peer)
            flooder.start(kind)
            frame, _ = peer.ask(clock=True)
            press = frame + RATE_HZ // 5
            peer.ask(play=[(press, PRESS), (press + RATE_HZ // 20, LIFT)])
            delays.append(frames_to_silence(peer, press))
            flooder.stop()
    assert min(delays) < 0.050 * RATE_HZ, delays  # the machine may be suspended now and then


@pytest.mark.parametrize("kind", ["", "notes", "mixed"])
def test_a_panic_of_the_engine_silences_within_50_ms(
    peer: Peer, talk: Conversation, kind: str
) -> None:
    with Flooder() as flooder:
        delays = []
        for _ in range(TRIES):
            strike(talk, peer)
            flooder.start(kind)
            frame, now_ns = peer.ask(clock=True)
            asked_ns = SystemClock().now_ns()
            talk.io.send(Panic())
            since = frame + (asked_ns - now_ns) * RATE_HZ // 1_000_000_000
            delays.append(frames_to_silence(peer, since))
            flooder.stop()
    assert min(delays) < 0.050 * RATE_HZ, delays


def test_a_thousand_panics_do_not_fill_the_output(peer: Peer, talk: Conversation) -> None:
    strike(talk, peer)
    for _ in range(1_000):
        talk.io.send(Panic())
    plan_note(talk, 61)
    heard = [message for _, message in peer.ask(hear=1)]
    while heard[-1] != [0x90, 61, 100]:
        heard += [message for _, message in peer.ask(hear=1)]
    assert heard[0] == [0x80, 60, 64]
    assert len(heard) < 300  # a panic sends at least three messages


def test_a_stopped_process_does_not_work_off_old_input_for_long(
    peer: Peer, talk: Conversation
) -> None:
    with Flooder() as flooder:
        flooder.start("notes")
        kill(talk.io.process_id, signal.SIGSTOP)
        for _ in range(5):
            peer.ask(clock=True)
        kill(talk.io.process_id, signal.SIGCONT)
        flooder.stop()
        assert play_notes(talk, peer)[-1] == [0x8F, 60, 64]
