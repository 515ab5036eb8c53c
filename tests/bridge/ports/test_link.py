"""Ableton Link, with a real peer on the local network: the same beat within a millisecond."""

import asyncio
import sys
import warnings
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import aalink
import psutil
import pytest

from bridge.io.handle import MidiIo
from bridge.playout.problem import LinkMissing
from bridge.playout.protocol import (
    FromIo,
    ListPorts,
    OpenPorts,
    PortNames,
    Problem,
    SetSync,
    TransportChanged,
)
from bridge.ports.base import PortError
from bridge.ports.link import LinkSource
from bridge.sync.transport import Source, Transport
from bridge.system.clock import SystemClock
from bridge.system.extras import install_command
from tests.bridge.session.conversation import PATIENCE_S, Conversation

pytestmark = pytest.mark.device

MS, SECOND = 1_000_000, 1_000_000_000


@pytest.fixture
def peer() -> Iterator[Any]:
    """Run another program's Link, at 137.5 bpm."""
    loop = asyncio.new_event_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        link = aalink.Link(137.5, loop)
    link.quantum = 4.0
    link.enabled = True
    yield link
    link.enabled = False
    loop.close()


def moved(talk: Conversation, wanted: Callable[[Transport], bool]) -> Transport:
    """Wait until the process reports such a transport."""
    while True:
        line = talk.expect(TransportChanged).transport
        if wanted(line):
            return line


def beat_of(peer: Any) -> tuple[int, float]:
    """Return the peer's beat and its time, from the quickest of several readings."""
    clock = SystemClock()
    readings = []
    for _ in range(50):
        before_ns = clock.now_ns()
        beat = peer.beat
        after_ns = clock.now_ns()
        readings.append((after_ns - before_ns, (before_ns + after_ns) // 2, beat))
    _, now_ns, beat = min(readings)
    return now_ns, beat


def test_two_peers_are_within_a_millisecond(peer: Any) -> None:
    with MidiIo.start("loopback") as io:
        talk = Conversation(io)
        io.send(OpenPorts())
        io.send(SetSync(Source.LINK))
        line = moved(talk, lambda line: line.source is Source.LINK)
        peer.tempo = 97.0 if line.bpm > 100 else 137.5
        line = moved(talk, lambda line: abs(line.bpm - peer.tempo) < 0.1)
        give_up_ns = SystemClock().now_ns() + int(PATIENCE_S * SECOND)
        apart_ns, now_ns, beat = SECOND, 0, 0.0
        while apart_ns > MS and SystemClock().now_ns() < give_up_ns:
            said: list[FromIo] = io.receive(0.1)
            lines = [message.transport for message in said if isinstance(message, TransportChanged)]
            line = lines[-1] if lines else line
            now_ns, beat = beat_of(peer)
            ours = line.tick / 48 + (now_ns - line.time_ns) / line.quarter_ns
            apart_ns = round(abs((beat - ours + 2) % 4 - 2) * line.quarter_ns)
        assert apart_ns <= MS
        assert line.bar_position(line.tick).position_ticks % 192 == line.tick % 192


def test_a_peer_that_shares_no_start_counts_as_playing(peer: Any) -> None:
    link = LinkSource(SystemClock())
    assert peer.num_peers is not None
    while (said := link.report((4, 4))) is None:
        pass
    assert said.position is not None
    assert said.position.playing
    link.close()


def test_without_peers_there_is_no_position() -> None:
    link = LinkSource(SystemClock())
    assert link.report((4, 4)) is None
    link.close()


def test_without_the_library_a_request_for_link_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    with pytest.raises(PortError) as raised:
        LinkSource(SystemClock())
    assert raised.value.reason == LinkMissing(install_command("link"))


def network_sockets(pid: int) -> list[str]:
    """Return the addresses of a process's sockets that other machines can reach."""
    found = psutil.Process(pid).net_connections("inet")
    return [each.laddr.ip for each in found if not ip_address(each.laddr.ip).is_loopback]


def sockets_after(talk: Conversation, source: Source | None) -> list[str]:
    """Return the sockets that others can reach once the process follows a source."""
    talk.io.send(SetSync(source))
    talk.io.send(ListPorts())
    talk.expect(PortNames)  # commands are carried out in order
    return network_sockets(talk.io.process_id)


def test_link_opens_sockets_only_while_it_is_asked_for() -> None:
    with MidiIo.start("loopback") as io:
        talk = Conversation(io)
        talk.open()
        for source in (None, Source.CLOCK, Source.PLUGIN, Source.FREE):
            assert sockets_after(talk, source) == []
        assert sockets_after(talk, Source.LINK)
        assert sockets_after(talk, None) == []
        assert not [message for message in talk.messages if isinstance(message, Problem)]
