"""Packets of JACK periods: a burst is parsed in parts, a flood is lost and reported."""

from bridge.midi.events import NoteOff, NoteOn, SysEx, TimedEvent, TimingClock, encode
from bridge.midi.parser import MAX_LIVE_SYSEX
from bridge.ports.packet_queue import MAX_WAITING, PacketQueue, packets_in

CHORD = [(place, encode(NoteOff(place // 128, place % 128))) for place in range(MAX_WAITING)]
COUNT = packets_in(128)


def parse_all(queue: PacketQueue) -> list[TimedEvent]:
    events: list[TimedEvent] = []
    while some := list(queue.parse(COUNT)):
        assert len(some) <= COUNT
        events += some
    return events


def test_a_burst_is_parsed_in_parts_and_nothing_is_lost() -> None:
    queue = PacketQueue()
    assert not queue.copy(CHORD)
    assert not queue.is_losing
    assert [(each.time_ns, encode(each.event)) for each in parse_all(queue)] == CHORD


def test_a_flood_is_lost_and_its_end_is_returned_once() -> None:
    queue = PacketQueue()
    found = [(queue.copy(packets), queue.is_losing) for packets in (CHORD, CHORD, CHORD)]
    parse_all(queue)
    found += [(queue.copy(packets), queue.is_losing) for packets in (CHORD[:1], [])]
    assert found == [(False, False), (False, True), (False, True), (True, False), (False, False)]


def test_the_limit_suits_the_period() -> None:
    assert [packets_in(frames) for frames in (32, 128, 1_024, 8_192)] == [64, 64, 512, 4_096]


def test_a_long_exclusive_is_dropped_and_the_notes_beside_it_are_not() -> None:
    on, off = NoteOn(0, 60, 64), NoteOff(0, 60)
    dump = bytes(1 << 20)
    for packets in (
        [encode(on), b"\xf0" + dump + b"\xf7", encode(off)],
        [encode(on), b"\xf0" + dump, dump, dump + b"\xf7", encode(off)],
        [encode(on), b"\xf0" + dump, encode(off)],  # it never ends
    ):
        queue = PacketQueue()
        queue.copy(enumerate(packets))
        assert [each.event for each in parse_all(queue)] == [on, off]


def test_real_time_inside_an_exclusive_and_running_status_are_parsed() -> None:
    queue = PacketQueue()
    short = bytes(MAX_LIVE_SYSEX // 2)
    packets = [b"\xf0" + short, b"\xf8", short + b"\xf7", b"\x90\x3c\x40\x3e\x41"]
    queue.copy(enumerate(packets))
    assert [each.event for each in parse_all(queue)] == [
        TimingClock(),
        SysEx(2 * short),
        NoteOn(0, 60, 64),
        NoteOn(0, 62, 65),
    ]
