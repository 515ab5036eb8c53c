"""The limit of input: what a player plays passes unchanged, a flood is thinned, panic passes."""

from collections.abc import Sequence
from random import Random

import pytest

from bridge.midi.controls import Control
from bridge.midi.events import (
    ActiveSensing,
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    PolyPressure,
    ProgramChange,
    SysEx,
    TimedEvent,
    TimingClock,
)
from bridge.playout.input_limit import (
    CLOCK_BURST,
    CLOCKS_A_SECOND,
    HELD_NS,
    MAX_SKEW_NS,
    NOTE_BURST,
    NOTES_A_SECOND,
    OTHER_BURST,
    OTHERS_A_SECOND,
    PANIC_NS,
    InputLimit,
)
from bridge.system.units import MS, SECOND

BEGIN_NS = 1_000 * SECOND
PERIOD_NS = 5 * MS
PEDAL = Control(0, 64)


def timed(at_ns: int, *events: Event) -> list[TimedEvent]:
    return [TimedEvent(at_ns, event) for event in events]


def flood(
    limit: InputLimit, events: Sequence[Event], a_second: int, seconds: int
) -> list[TimedEvent]:
    """Send events in turn, in periods; return what passes."""
    passed: list[TimedEvent] = []
    count = a_second * PERIOD_NS // SECOND
    place = 0
    for period in range(seconds * SECOND // PERIOD_NS):
        now_ns = BEGIN_NS + period * PERIOD_NS
        some = [events[(place + each) % len(events)] for each in range(count)]
        place += count
        passed += limit.pass_on(timed(now_ns, *some), now_ns)
    return passed


def test_what_a_midi_cable_can_carry_passes_unchanged() -> None:
    rng, limit, sent = Random(1), InputLimit(), []
    passed: list[TimedEvent] = []
    for place in range(30_000):
        now_ns = BEGIN_NS + place * SECOND // 1_000
        events = (
            NoteOn(rng.randrange(16), rng.randrange(128), 64),
            NoteOff(rng.randrange(16), rng.randrange(128)),
            ControlChange(rng.randrange(16), rng.randrange(128), rng.randrange(128)),
            PitchWheel(0, rng.randrange(-8192, 8192)),
        )
        sent += timed(now_ns, rng.choice(events))
        passed += limit.pass_on(sent[-1:], now_ns)
    assert passed == sent
    assert limit.dropped == 0


def test_a_note_off_of_every_key_and_channel_at_once_passes() -> None:
    limit = InputLimit()
    keys = [NoteOn(0, pitch, 64) for pitch in range(60, 100)]
    limit.pass_on(timed(BEGIN_NS, *keys), BEGIN_NS)
    ends = [NoteOff(channel, pitch) for channel in range(16) for pitch in range(128)]
    passed = {each.event for each in limit.pass_on(timed(BEGIN_NS, *ends), BEGIN_NS)}
    assert passed >= {NoteOff(0, pitch) for pitch in range(60, 100)}


def test_a_flood_of_notes_is_thinned_and_leaves_no_key_down() -> None:
    limit = InputLimit()
    notes = [e for pitch in range(128) for e in (NoteOn(3, pitch, 90), NoteOff(3, pitch))]
    passed = flood(limit, notes, 10_000, 60)
    assert len(passed) <= 1.5 * (60 * NOTES_A_SECOND + NOTE_BURST)
    assert len(passed) + limit.dropped == 600_000
    down: set[int] = set()
    for each in passed:
        assert isinstance(each.event, NoteOn | NoteOff)
        (down.add if isinstance(each.event, NoteOn) else down.discard)(each.event.pitch)
    assert not down


@pytest.mark.parametrize(
    "kind",
    [
        lambda value: ControlChange(0, 1, value),
        lambda value: PitchWheel(5, value),
        lambda value: ChannelPressure(2, value),
        lambda value: ProgramChange(2, value),
    ],
)
def test_a_flood_of_one_controller_ends_at_its_last_value(kind: type[Event]) -> None:
    limit = InputLimit()
    values = [kind(value % 127) for value in range(127)]  # type: ignore[call-arg, arg-type]
    passed = flood(limit, values, 10_000, 5)
    later_ns = BEGIN_NS + 5 * SECOND + PERIOD_NS
    last = values[(50_000 - 1) % len(values)]
    passed += limit.pass_on([], later_ns)
    assert passed[-1].event == last
    assert len(passed) <= 5 * 2 * OTHERS_A_SECOND + OTHER_BURST + 2
    assert len(passed) + limit.dropped == 50_000
    assert limit.pass_on([], later_ns + SECOND) == []


def test_a_pedal_that_was_pressed_in_a_flood_has_been_pressed() -> None:
    limit = InputLimit()
    flood(limit, [ControlChange(1, 7, value) for value in range(120)], 20_000, 1)
    now_ns = BEGIN_NS + SECOND - PERIOD_NS
    pedal = [ControlChange(1, 66, value) for value in (0, 127, 0)]
    passed = limit.pass_on(timed(now_ns, *pedal), now_ns)
    passed += limit.pass_on([], now_ns + 10 * MS)
    assert [e.event for e in passed if e.event in pedal][-2:] == pedal[1:]


@pytest.mark.parametrize("other", [PolyPressure(0, 1, 2), SysEx(b"1"), ActiveSensing()])
def test_a_flood_of_messages_without_a_state_is_dropped(other: Event) -> None:
    limit = InputLimit()
    passed = flood(limit, [other], 10_000, 5)
    assert len(passed) <= 5 * OTHERS_A_SECOND + OTHER_BURST
    assert len(passed) + limit.dropped == 50_000


def test_a_flood_of_clocks_leaves_notes_and_controllers_alone() -> None:
    limit = InputLimit()
    clocks = flood(limit, [TimingClock()], 10_000, 5)
    assert len(clocks) <= 5 * CLOCKS_A_SECOND + CLOCK_BURST
    now_ns = BEGIN_NS + 5 * SECOND
    music = timed(now_ns, NoteOn(0, 60, 64), ControlChange(0, 64, 127), NoteOff(0, 60))
    assert limit.pass_on(music, now_ns) == music


@pytest.mark.parametrize("at_ns", [0, BEGIN_NS + MAX_SKEW_NS + 1, 1 << 63, -(1 << 63)])
def test_a_time_far_from_now_is_now(at_ns: int) -> None:
    [passed] = InputLimit().pass_on(timed(at_ns, NoteOn(0, 60, 64)), BEGIN_NS)
    assert passed.time_ns == BEGIN_NS


def test_after_a_flood_everything_passes_within_a_second() -> None:
    limit, rng = InputLimit(), Random(3)
    kinds = [ControlChange(c, n, rng.randrange(128)) for c in range(16) for n in range(128)]
    flood(limit, [*kinds, *(NoteOn(0, pitch, 64) for pitch in range(128))], 10_000, 10)
    now_ns = BEGIN_NS + 10 * SECOND
    for step in range(1, 250):
        limit.pass_on([], now_ns + step * PERIOD_NS)
        if step * PERIOD_NS >= SECOND:
            break
    later_ns = now_ns + step * PERIOD_NS
    music = timed(later_ns, NoteOn(0, 60, 64), ControlChange(0, 1, 5), NoteOff(0, 60))
    assert limit.pass_on(music, later_ns) == music


# Panic.


def presses(limit: InputLimit, now_ns: int, *events: Event) -> bool:
    limit.pass_on(timed(now_ns, *events), now_ns)
    return limit.pop_panic()


def test_a_press_of_a_panic_control_is_recognised_once() -> None:
    limit = InputLimit()
    limit.panic_controls = frozenset({PEDAL, Control(9, 36, is_note=True)})
    values = (0, 100, 127, 0, 63, 64)
    found = [
        presses(limit, BEGIN_NS + place * SECOND // 10, ControlChange(0, 64, value))
        for place, value in enumerate(values)
    ]
    assert found == [False, True, False, False, False, True]
    assert presses(limit, BEGIN_NS + 10 * SECOND, NoteOn(9, 36, 1), NoteOff(9, 36))
    assert not presses(limit, BEGIN_NS + 11 * SECOND, NoteOn(0, 36, 1), ControlChange(1, 64, 127))


def test_a_press_is_recognised_although_the_release_before_it_was_lost() -> None:
    limit = InputLimit()
    limit.panic_controls = frozenset({PEDAL})
    press = ControlChange(0, 64, 127)
    found = [presses(limit, BEGIN_NS + place * HELD_NS, press) for place in range(3)]
    assert found == [True, True, True]
    assert not presses(limit, BEGIN_NS + 2 * HELD_NS + 100 * MS, press)


def test_a_panic_control_passes_in_a_flood() -> None:
    limit = InputLimit()
    limit.panic_controls = frozenset({PEDAL})
    flood(limit, [ControlChange(0, number, 99) for number in range(60)], 50_000, 2)
    flood(limit, [NoteOn(0, 5, 99)], 50_000, 2)
    now_ns = BEGIN_NS + 2 * SECOND
    pedal = timed(now_ns, ControlChange(0, 64, 127))
    assert limit.pass_on(pedal, now_ns)[-1:] == pedal
    assert limit.pop_panic()


def test_a_flood_of_panic_is_thinned_and_goes_on_to_be_panic() -> None:
    limit = InputLimit()
    limit.panic_controls = frozenset({PEDAL})
    panics = passed = 0
    for step in range(10_000):
        now_ns = BEGIN_NS + step * MS // 10
        event = ControlChange(0, 64, 127 * (step % 2))
        passed += len(limit.pass_on(timed(now_ns, event), now_ns))
        panics += limit.pop_panic()
    assert SECOND // PANIC_NS * 0.9 <= panics <= SECOND // PANIC_NS + 1
    assert passed <= 2 * panics + 1
