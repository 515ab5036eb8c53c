"""The frame of a message: a constant time after it is due, however a device requests buffers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.events import (
    ControlChange,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    encode,
)
from bridge.synth.queue import (
    MAX_DATAGRAM,
    MAX_WAITING,
    RESYNC_NS,
    WINDOW_NS,
    DeviceClock,
    MessageQueue,
    decode_datagram,
    encode_datagram,
    ended_by,
)

MS, SECOND = 1_000_000, 1_000_000_000
RATE_HZ, SIZE = 48_000, 480
PERIOD_NS = 10 * MS
LATENCY_NS = 18 * MS
MESSAGE = encode(NoteOn(0, 60, 100))


def test_a_datagram_holds_due_time_and_message() -> None:
    for event in (
        NoteOn(1, 60, 100),
        NoteOff(15, 127),
        ControlChange(9, 120, 0),
        ProgramChange(3, 5),
        PitchWheel(2, -1),
    ):
        data = encode_datagram(-7, encode(event))
        assert len(data) <= MAX_DATAGRAM
        assert decode_datagram(data) == (-7, encode(event))


@given(st.binary(max_size=20))
def test_any_bytes_decode_to_a_channel_message_or_none(data: bytes) -> None:
    found = decode_datagram(data)
    if found is not None:
        due_ns, message = found
        assert encode_datagram(due_ns, message) == data
        assert 0x80 <= message[0] < 0xF0
        assert len(message) in (2, 3)
        assert all(byte < 0x80 for byte in message[1:])


def test_invalid_messages_decode_to_none() -> None:
    for message in (b"", b"\x90", b"\x90\x3c", b"\x90\x3c\x64\x00", b"\x90\x3c\x80", b"\xf8"):
        assert decode_datagram(encode_datagram(0, message)) is None
    assert decode_datagram(MESSAGE) is None


@given(
    st.lists(st.integers(0, SECOND), max_size=30),
    st.lists(st.integers(1, 4_000), min_size=1, max_size=60),
)
def test_each_message_sounds_at_its_frame_for_any_buffer_sizes(
    dues: list[int], sizes: list[int]
) -> None:
    queue = MessageQueue(RATE_HZ, LATENCY_NS)
    for number, due_ns in enumerate(dues):
        queue.add(due_ns, bytes([0xC0, number]), 0)
    sounding, begin = [], 0
    for size in sizes:
        # Nanoseconds are rounded, so half a frame more is allowed.
        for frame, message in queue.pop_buffer(begin * SECOND // RATE_HZ, size):
            assert 0 <= frame < size
            sounding.append((begin + frame, message))
        begin += size
    right = [
        ((due + LATENCY_NS) * RATE_HZ / SECOND, bytes([0xC0, n])) for n, due in enumerate(dues)
    ]
    right.sort(key=lambda each: each[0])
    assert [message for _, message in sounding] == [message for _, message in right][
        : len(sounding)
    ]
    assert all(abs(f - r) <= 1 for (f, _), (r, _) in zip(sounding, right, strict=False))
    assert all(frame >= begin - 1 for frame, _ in right[len(sounding) :])


def test_late_messages_sound_at_once_and_in_order() -> None:
    queue = MessageQueue(RATE_HZ, LATENCY_NS)
    queue.add(-SECOND, b"\xc0\x01", 0)
    queue.add(-SECOND, b"\xc0\x02", 0)
    assert queue.pop_buffer(0, SIZE) == [(0, b"\xc0\x01"), (0, b"\xc0\x02")]


NOW_NS = 1_000 * SECOND
ENDS: list[NoteOff | ControlChange] = [
    NoteOff(3, 60),
    ControlChange(3, 123, 0),
    ControlChange(3, 120, 0),
    ControlChange(3, 64, 0),
]


@pytest.mark.parametrize(
    "due_ns", [NOW_NS + 3600 * SECOND, NOW_NS - 3600 * SECOND, 2**63 - 1, -(2**63)]
)
def test_a_message_that_is_not_due_now_is_dropped_but_its_end_is_not(due_ns: int) -> None:
    queue = MessageQueue(RATE_HZ, 0)
    queue.add(due_ns, MESSAGE, NOW_NS)
    queue.add(NOW_NS + 5 * MS, MESSAGE, NOW_NS)
    queue.add(due_ns, encode(NoteOff(0, 60)), NOW_NS)  # after the note-on that waits
    assert queue.dropped == 1
    assert queue.pop_buffer(NOW_NS, SIZE) == [(240, MESSAGE), (240, encode(NoteOff(0, 60)))]


def test_within_five_seconds_each_message_keeps_its_time() -> None:
    queue = MessageQueue(RATE_HZ, 0)
    for due_ns in (NOW_NS - WINDOW_NS, NOW_NS + WINDOW_NS):
        queue.add(due_ns, MESSAGE, NOW_NS)
    assert queue.dropped == 0
    assert queue.pop_buffer(NOW_NS, SIZE) == [(0, MESSAGE)]
    assert queue.pop_buffer(NOW_NS + WINDOW_NS, SIZE) == [(0, MESSAGE)]


@pytest.mark.parametrize("end", ENDS)
def test_a_full_queue_drops_notes_and_keeps_every_end(
    end: NoteOff | ControlChange,
) -> None:
    queue, later_ns = MessageQueue(RATE_HZ, 0), NOW_NS + SECOND
    for _ in range(MAX_WAITING + 10):
        queue.add(later_ns, MESSAGE, NOW_NS)
    assert queue.dropped == 10
    for place in range(1_000):
        queue.add(later_ns + place, encode(end), NOW_NS)
    assert queue.pop_buffer(NOW_NS, SIZE) == []
    played = [message for _, message in queue.pop_buffer(later_ns, SIZE)]
    assert played == [MESSAGE] * MAX_WAITING + [encode(end)]  # the last one ends all
    assert queue.pop_buffer(later_ns, SIZE) == []


def test_a_flood_fills_no_memory_and_leaves_nothing_sounding() -> None:
    dice, queue, now_ns = random.Random(5), MessageQueue(RATE_HZ, LATENCY_NS), NOW_NS
    sounding, most = set(), 0
    for _ in range(300):
        for _ in range(dice.randrange(400)):
            kind = dice.choice((0x80, 0x90, 0xB0))
            message = bytes([kind | dice.randrange(16), dice.randrange(128), dice.randrange(128)])
            queue.add(now_ns + dice.randrange(-9 * SECOND, 9 * SECOND), message, now_ns)
        for channel in range(16):
            queue.add(now_ns + WINDOW_NS, encode(ControlChange(channel, 123, 0)), now_ns)
        now_ns += PERIOD_NS
        most = max(most, len(queue.pop_buffer(now_ns, SIZE)))
    assert queue.dropped > 0
    for _, message in queue.pop_buffer(now_ns + 2 * WINDOW_NS, SIZE):
        if message[0] & 0xF0 == 0x90 and message[2]:
            sounding.add(message[0] & 0x0F)
        elif message[0] & 0xF0 == 0xB0 and message[1] == 123:
            sounding.discard(message[0] & 0x0F)
    assert sounding == set()
    assert queue.pop_buffer(now_ns + 99 * WINDOW_NS, SIZE) == []


def test_the_end_of_notes_is_known_in_each_form() -> None:
    ends = [encode(end) for end in ENDS] + [b"\x93\x3c\x00"]
    assert [ended_by(end) for end in ends] == [(3, 60), (3, 251), (3, 248), (3, 192), (3, 60)]
    for other in (MESSAGE, b"\xb0\x40\x40", b"\xb0\x07\x00", b"\xc0\x7b", b"\xe0\x00\x00"):
        assert ended_by(other) is None


def test_the_device_clock_averages_noise() -> None:
    dice, line = random.Random(1), DeviceClock(RATE_HZ)
    errors = []
    for request in range(1_000):
        true_ns = SECOND + request * PERIOD_NS
        begin_ns = line.buffer_ns(true_ns + dice.randrange(5 * MS), SIZE)
        errors.append(begin_ns - true_ns)
    settled = errors[200:]
    assert max(settled) - min(settled) < 1 * MS  # of a noise of 5


def test_a_device_that_requests_two_buffers_at_once_is_even() -> None:
    line, errors = DeviceClock(RATE_HZ), []
    for request in range(1_000):
        asked_ns = SECOND + request // 2 * 2 * PERIOD_NS
        errors.append(line.buffer_ns(asked_ns, SIZE) - (SECOND + request * PERIOD_NS))
    settled = errors[200:]
    assert max(settled) - min(settled) < MS // 2


def test_a_clock_that_drifts_is_followed() -> None:
    line = DeviceClock(RATE_HZ)
    requests = [place * PERIOD_NS * 10_002 // 10_000 for place in range(10_000)]  # 200 ppm
    begins = [line.buffer_ns(true_ns, SIZE) for true_ns in requests]
    assert abs(begins[-1] - requests[-1]) < MS


def test_a_paused_device_restarts_the_clock() -> None:
    line = DeviceClock(RATE_HZ)
    for request in range(100):
        line.buffer_ns(request * PERIOD_NS, SIZE)
    back_ns = 100 * PERIOD_NS + RESYNC_NS + 1
    assert line.buffer_ns(back_ns, SIZE) == back_ns
