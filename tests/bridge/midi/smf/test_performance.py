"""The messages of a file at their times: exact tempos, the order within a tick, the end."""

import io
from pathlib import Path

import mido
import pytest

from bridge.midi import smf
from bridge.midi.events import ControlChange, Event, NoteOff, NoteOn, PitchWheel, ProgramChange
from bridge.midi.smf.performance import Performance, perform, time_ns_at

SECOND = 1_000_000_000
FILES = Path(__file__).parents[3] / "golden"
ON, OFF = NoteOn(0, 60, 80), NoteOff(0, 60)


def file_of(*tracks: list[mido.Message | mido.MetaMessage], division: int = 480) -> smf.MidiFile:
    file = mido.MidiFile(type=1, ticks_per_beat=division)
    for events in tracks:
        file.tracks.append(mido.MidiTrack([*events, mido.MetaMessage("end_of_track")]))
    stream = io.BytesIO()
    file.save(file=stream)
    return smf.from_bytes(stream.getvalue(), Path("in.mid"))


def on(at: int, key: int = 60, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=key, velocity=80, channel=channel, time=at)


def off(at: int, key: int = 60, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=key, channel=channel, time=at)


def pedal(at: int, value: int, control: int = 64) -> mido.Message:
    return mido.Message("control_change", control=control, value=value, time=at)


def tempo(at: int, microseconds: int) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=microseconds, time=at)


def timed(performance: Performance) -> list[tuple[float, object]]:
    return [(each.time_ns / SECOND, each.event) for each in performance.events]


def test_every_channel_message_is_performed() -> None:
    wheel = mido.Message("pitchwheel", pitch=-100, time=0)
    program = mido.Message("program_change", program=7, time=0)
    performance = perform(file_of([program, wheel, pedal(0, 3, 93), on(0), off(480)]))
    before = [ProgramChange(0, 7), PitchWheel(0, -100), ControlChange(0, 93, 3), ON]
    assert timed(performance) == [*((0.0, event) for event in before), (0.5, OFF)]


def test_tempos_of_any_track_hold_for_all_and_times_do_not_drift() -> None:
    # A third of a second cannot be counted in whole nanoseconds; a thousand of them can.
    notes = [message for _ in range(1000) for message in (on(0), off(1))]
    performance = perform(file_of([tempo(0, 1_000_000)], notes, division=3))
    assert performance.end_ns == 1000 * SECOND // 3
    slower = perform(file_of([tempo(480, 1_000_000)], [on(0), off(960)]))
    assert timed(slower)[-1] == (1.5, OFF)


def test_a_release_comes_before_an_onset_of_its_tick_whatever_the_file_says() -> None:
    performance = perform(file_of([on(0), on(480), off(0), off(480)]))
    assert timed(performance) == [(0.0, ON), (0.5, OFF), (0.5, ON), (1.0, OFF)]


def test_a_program_of_another_track_comes_before_the_note() -> None:
    program = mido.Message("program_change", program=7, time=0)
    assert timed(perform(file_of([on(0), off(480)], [program])))[0] == (0.0, ProgramChange(0, 7))


def test_a_note_without_a_length_ends_after_it_has_begun() -> None:
    assert timed(perform(file_of([on(0), off(0)]))) == [(0.0, ON), (0.0, OFF)]


def test_what_is_never_released_ends_with_the_file() -> None:
    performance = perform(file_of([pedal(0, 127), on(0), on(0, 64), off(480, 64)]))
    ends: list[Event] = [OFF, ControlChange(0, 64, 0)]
    assert timed(performance)[-2:] == [(0.5, event) for event in ends]


def test_a_pedal_that_is_lifted_hours_later_does_not_last_until_there() -> None:
    far = 480 * 2 * 3600
    performance = perform(file_of([pedal(0, 127), on(0), off(480), pedal(far, 0)]))
    assert timed(performance)[-1] == (0.5, ControlChange(0, 64, 0))


def test_ports_are_kept_apart() -> None:
    port = mido.MetaMessage("midi_port", port=1, time=0)
    performance = perform(file_of([on(0), off(480)], [port, on(0), off(480)]))
    assert performance.ports == 2
    assert sorted(each.port for each in performance.events) == [0, 0, 1, 1]


def test_the_time_of_a_tick_follows_the_tempos() -> None:
    file = file_of([tempo(0, 500_000), tempo(960, 1_000_000)], [on(0), off(1920)])
    assert [time_ns_at(file, tick) / SECOND for tick in (0, 48, 96, 144)] == [0, 0.5, 1, 2]


@pytest.mark.parametrize("path", sorted(FILES.rglob("*.mid")), ids=lambda path: path.name)
def test_every_file_that_is_read_is_performed_and_ends_in_silence(path: Path) -> None:
    try:
        file = smf.read(path)
    except smf.MidiFileError:
        return
    sounding: dict[tuple[int, int, int], int] = {}
    performance = perform(file)
    times = [each.time_ns for each in performance.events]
    assert times == sorted(times)
    for _, port, event in performance.events:
        match event:
            case NoteOn(channel, pitch):
                key = port, channel, pitch
                sounding[key] = sounding.get(key, 0) + 1
            case NoteOff(channel, pitch):
                key = port, channel, pitch
                sounding[key] = max(0, sounding.get(key, 0) - 1)
            case ControlChange(channel, control) if control == 120 or control >= 123:
                sounding = {key: n for key, n in sounding.items() if key[:2] != (port, channel)}
    assert not any(sounding.values())
