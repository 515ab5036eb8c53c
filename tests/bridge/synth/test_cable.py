"""The pair of sockets between the MIDI I/O process and the synth."""

import socket
from collections.abc import Iterator

import pytest

from bridge.midi.events import NoteOff, NoteOn, encode
from bridge.playout.schedule import SentEvent
from bridge.synth.cable import drain, make_cable
from bridge.synth.feed import SynthFeed
from bridge.synth.queue import encode_datagram
from tests.bridge.synth.ear import Ear

CHORD = 200
Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = make_cable()
    yield ends
    for end in ends:
        end.close()


def test_a_chord_of_two_hundred_messages_has_room(ends: Ends) -> None:
    """Linux allows ten datagrams to a socket that is not connected back."""
    for place in range(CHORD):
        ends[0].send(encode_datagram(place, encode(NoteOn(0, 60, 100))))
    received = [ends[1].recv(64) for _ in range(CHORD)]
    assert received == [encode_datagram(n, encode(NoteOn(0, 60, 100))) for n in range(CHORD)]


def test_what_arrived_before_is_dropped(ends: Ends) -> None:
    for _ in range(CHORD):
        ends[0].send(b"old")
    ends[1].settimeout(None)
    drain(ends[1])
    ends[0].send(b"new")
    assert ends[1].recv(64) == b"new"
    ends[0].close()
    drain(ends[1])


def test_it_has_no_name(ends: Ends) -> None:
    for end in ends:
        assert end.getsockname() == end.getpeername() == ""


def test_without_room_notes_are_dropped_and_their_ends_are_sent_later() -> None:
    ear = Ear()
    feed = SynthFeed(ear.cable, 0)
    ear.received()
    for place in range(20_000):  # more than any buffer holds
        feed.send_output([SentEvent(place, place, NoteOn(4, place % 128, 9))])
    feed.send_output(SentEvent(20_000, 20_000, NoteOff(4, pitch)) for pitch in range(128))
    heard = ear.received()
    assert CHORD < len(heard) < 10_000
    feed.send_rest()
    heard += ear.received()
    ends = [event for _, event in heard if isinstance(event, NoteOff)]
    assert sorted(end.pitch for end in ends) == list(range(128))
    ear.close()


def test_a_peer_that_has_gone_is_no_error() -> None:
    ear = Ear()
    feed = SynthFeed(ear.cable, 0)
    ear.socket.close()
    for _ in range(1_000):
        feed.send_output([SentEvent(1, 1, NoteOn(4, 40, 9)), SentEvent(1, 1, NoteOff(4, 40))])
    feed.close(2)
    ear.close()
