"""Keyboards on a real JACK server: plugged in, played, unplugged with keys down, plugged in."""

from collections.abc import Iterator

import pytest

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout.problem import PortGone
from bridge.playout.protocol import (
    InputLost,
    KeyboardHeard,
    ListenToKeyboard,
    ListPorts,
    OpenPorts,
    PortNames,
    Problem,
    Ready,
    Received,
)
from bridge.system.clock import SystemClock
from tests.bridge.keyboard import NANO, Keyboard
from tests.bridge.peer import Peer
from tests.bridge.session.conversation import Conversation

pytestmark = pytest.mark.device

MS = 1_000_000
A2J = ("a2j", "nanoKEY2 [{}] (capture): nanoKEY2 MIDI 1")
A2J_LABEL = "a2j:nanoKEY2 (capture): nanoKEY2 MIDI 1"


@pytest.fixture
def talk(default_jack_server: str) -> Iterator[Conversation]:  # noqa: ARG001 - a server must run
    with MidiIo.start("jack") as io:
        yield Conversation(io)


def listen(talk: Conversation, input_name: str | None = None) -> None:
    """Open the ports, and listen to a keyboard."""
    talk.io.send(ListenToKeyboard(wanted=True))
    talk.open(input_name)


def hear(talk: Conversation, keyboard: Keyboard, pitch: int = 60) -> None:
    """Press and release a key of a keyboard, and wait for it."""
    talk.messages = [m for m in talk.messages if not isinstance(m, Received)]
    keyboard.press(pitch)
    keyboard.release(pitch)
    assert [each.event for each in talk.received(2)] == [NoteOn(0, pitch, 100), NoteOff(0, pitch)]


def test_a_keyboard_is_heard_and_comes_back(talk: Conversation) -> None:
    with Keyboard() as keyboard:
        listen(talk)
        assert talk.expect(KeyboardHeard) == KeyboardHeard(keyboard.name)
        hear(talk, keyboard)
        keyboard.press(64)
        talk.received(3)
        begin_ns = SystemClock().now_ns()
        keyboard.unplug()
        talk.expect(InputLost)
        assert SystemClock().now_ns() - begin_ns < 100 * MS
        assert talk.expect(KeyboardHeard) == KeyboardHeard("")
    with Keyboard() as again:
        assert talk.expect(KeyboardHeard) == KeyboardHeard(again.name)
        hear(talk, again)


def test_a_keyboard_that_is_plugged_in_later_is_heard_and_listed(talk: Conversation) -> None:
    listen(talk)
    with Keyboard() as keyboard:
        assert talk.expect(KeyboardHeard) == KeyboardHeard(keyboard.name)
        assert talk.expect(PortNames) == PortNames((keyboard.name,), (), keyboard.name)
        hear(talk, keyboard)


def test_no_program_is_heard_by_surprise(talk: Conversation, peer: Peer) -> None:
    through = ("system:midi_capture_1", "alsa_pcm:Midi-Through/midi_playback_1")
    with (
        Keyboard("program:Ardour", "MIDI out"),
        Keyboard("through", *through[0].split(":")[1:], through[1]),
        Keyboard(A2J[0], "Midi Through [14] (capture): Midi Through Port-0"),
        Keyboard("a2j", "VMPK Output [129] (capture): out"),
        MidiIo.start("jack", "Antiphon") as other,
    ):
        Conversation(other).open()
        listen(talk)
        talk.io.send(ListPorts())
        listed = talk.expect(PortNames)
        assert len(listed.inputs) == 6
        assert listed.keyboard == ""
        with Keyboard() as keyboard:
            assert talk.expect(KeyboardHeard) == KeyboardHeard(keyboard.name)
            connected = peer.ask(connections="Antiphon-01:in")
            assert connected == [keyboard.name]


def test_without_being_asked_it_listens_to_no_keyboard(talk: Conversation, peer: Peer) -> None:
    with Keyboard() as keyboard:
        talk.open()
        talk.io.send(ListenToKeyboard(wanted=True))
        assert talk.expect(KeyboardHeard) == KeyboardHeard(keyboard.name)
        talk.io.send(ListenToKeyboard(wanted=False))
        assert talk.expect(KeyboardHeard) == KeyboardHeard("")
        assert peer.ask(connections="Antiphon:in") == []


def test_a_chosen_port_wins_and_is_waited_for(talk: Conversation, peer: Peer) -> None:
    with Keyboard("another", "out"), Keyboard(A2J[0], A2J[1].format(20)) as chosen:
        listen(talk, "nano")
        hear(talk, chosen)
        chosen.unplug()
        talk.expect(InputLost)
        assert talk.expect(Problem) == Problem(PortGone(A2J_LABEL))
        with Keyboard("nano", "out"), Keyboard(A2J[0], A2J[1].format(28)) as again:
            talk.expect(Ready)
            hear(talk, again)
            assert peer.ask(connections="Antiphon:in") == [again.name]
    assert not any(isinstance(message, KeyboardHeard) for message in talk.messages)


def test_a_keyboard_that_is_disconnected_by_hand_stays_so(talk: Conversation, peer: Peer) -> None:
    with Keyboard() as keyboard:
        listen(talk)
        talk.expect(KeyboardHeard)
        peer.ask(disconnect=[[keyboard.name, "Antiphon:in"]])
        talk.expect(InputLost)
        assert talk.expect(KeyboardHeard) == KeyboardHeard("")
        with Keyboard("another", "out"):
            talk.expect(PortNames)
            assert peer.ask(connections="Antiphon:in") == []


def test_a_port_that_was_connected_by_hand_is_missed(talk: Conversation, peer: Peer) -> None:
    talk.open()
    with Keyboard("program:sequencer", "out") as keyboard:
        peer.ask(connect=[[keyboard.name, "Antiphon:in"]])
        for pitch in range(60, 70):  # a connection is seen at the next check
            hear(talk, keyboard, pitch)
        keyboard.unplug()
        talk.expect(InputLost)


def test_one_of_two_keyboards_is_heard_until_it_goes(talk: Conversation) -> None:
    with Keyboard("Zebra", "midi_out") as last, Keyboard("Alpha", "midi_out") as first:
        listen(talk)
        assert talk.expect(KeyboardHeard) == KeyboardHeard(first.name)
        first.unplug()
        assert talk.expect(KeyboardHeard) == KeyboardHeard("")
        assert talk.expect(KeyboardHeard) == KeyboardHeard(last.name)
        with Keyboard("Alpha", "midi_out"):
            talk.expect(PortNames)
            hear(talk, last)
    assert NANO not in str(talk.messages)


def test_a_counted_port_is_known_by_its_alias(talk: Conversation) -> None:
    alias = "alsa_midi:nanoKEY2/midi_playback_1"
    with Keyboard("sys", "midi_capture_3", alias) as keyboard:
        talk.io.send(OpenPorts("nanokey2"))
        talk.expect(Ready)
        hear(talk, keyboard)
        keyboard.unplug()
        assert talk.expect(Problem) == Problem(PortGone(alias))
        with (
            Keyboard("sys", "midi_capture_3", "alsa_midi:other/midi_playback_1"),
            Keyboard("sys2", "midi_capture_4", alias) as again,
        ):
            talk.expect(Ready)
            hear(talk, again)
