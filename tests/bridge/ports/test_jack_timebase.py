"""A real JACK server whose timebase master gives what no music has: notes go on all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.playout.protocol import (
    Inject,
    PositionsRefused,
    Problem,
    SetSync,
    TransportChanged,
)
from bridge.sync.transport import Source
from bridge.system.units import MS
from tests.bridge.peer import Peer
from tests.bridge.session.conversation import Conversation, soon_ns

TIMEBASE = Path(__file__).parents[1] / "jack_timebase.py"
NOTES = 100


@pytest.mark.device
def test_a_hostile_timebase_ends_nothing_and_a_sane_one_is_followed_afterwards(peer: Peer) -> None:
    with (
        MidiIo.start("jack") as io,
        subprocess.Popen([sys.executable, TIMEBASE, "7"], stdin=subprocess.PIPE) as conductor,
    ):
        talk = Conversation(io)
        talk.open(None, "listener:in")
        io.send(SetSync(Source.JACK))
        begin_ns = soon_ns()
        times = [begin_ns + place * 10 * MS for place in range(NOTES)]
        io.send(Inject(tuple(TimedEvent(at_ns, NoteOn(0, 60, 90)) for at_ns in times)))
        io.send(Inject(tuple(TimedEvent(at_ns + 5 * MS, NoteOff(0, 60)) for at_ns in times)))
        heard = [message for _, message in peer.ask(hear=2 * NOTES)]
        assert heard == [[0x9F, 60, 90], [0x8F, 60, 64]] * NOTES
        refused = talk.expect(PositionsRefused)
        assert (refused.source, refused.count > 0) == (Source.JACK, True)
        assert conductor.stdin is not None
        conductor.stdin.write(b"be sane\n")
        conductor.stdin.flush()
        while not is_sane(talk.expect(TransportChanged)):
            pass
        assert not [message for message in talk.messages if isinstance(message, Problem)]


def is_sane(moved: TransportChanged) -> bool:
    """Return whether the server's transport is followed in 4/4 at 120 bpm."""
    transport, metre = moved.transport, moved.transport.metre
    shape = metre.numerator, metre.denominator
    return (transport.source, shape, transport.bpm) == (Source.JACK, (4, 4), 120.0)
