"""What keyboards and DAWs really send, on a real JACK server: when a jam answers and records."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import mido
import pytest

from tests.gui.commands.jam_run import run_jam
from tests.repeats import LOST_PERIODS, counts_before

pytestmark = pytest.mark.device

TOLERANCE_S = 0.025
"""A tick of a recording is 10.4 ms, and both ends of a note are rounded to one."""
PITCHES = (60, 64, 67, 72)
QUARTER_FRAMES_S = 0.01  # 25 frames a second

_Timeline = list[tuple[float, list[int]]]


class Played(NamedTuple):
    """A recorded note of the player's; times are in seconds from the first one."""

    instrument: str
    pitch: int
    onset_s: float
    release_s: float


@pytest.fixture(autouse=True)
def _since_the_beginning(request: pytest.FixtureRequest) -> None:
    request.node.stash[counts_before] = LOST_PERIODS.counts()


def jam(
    server: str, folder: Path, timeline: _Timeline, jam_s: float, *options: str
) -> dict[str, Any]:
    played = folder / "played.json"
    played.write_text(json.dumps(sorted(timeline, key=lambda event: event[0])), "utf-8")
    return run_jam(server, folder, played, jam_s, *options)


def phrase(begin_s: float = 0, held_s: float = 0.35, channel: int = 0) -> _Timeline:
    """Return four notes, 0.4 s apart."""
    return [
        event
        for index, pitch in enumerate(PITCHES)
        for event in (
            (begin_s + 0.4 * index, [0x90 | channel, pitch, 80]),
            (begin_s + 0.4 * index + held_s, [0x80 | channel, pitch, 64]),
        )
    ]


def log_times_s(jam: dict[str, Any], what: str) -> list[float]:
    """Return the times of log entries, in seconds from the player's first note."""
    log = jam["log"]
    begin_ns = next(entry["time_ns"] for entry in log if entry["what"] == "played")
    return [(entry["time_ns"] - begin_ns) / 1e9 for entry in log if entry["what"] == what]


def recorded(jam: dict[str, Any]) -> list[Played]:
    """Return the player's notes in the recording, which is in free time: 120 bpm."""
    file = mido.MidiFile(jam["record"])
    notes: list[Played] = []
    for track in file.tracks:
        if not track.name.startswith("played "):
            continue
        seconds, begun = 0.0, dict[int, float]()
        for message in track:
            seconds += mido.tick2second(message.time, file.ticks_per_beat, 500_000)
            if message.type == "note_on" and message.velocity:
                assert message.note not in begun
                begun[message.note] = seconds
            elif message.type in ("note_on", "note_off"):
                onset_s = begun.pop(message.note)
                name = track.name.removeprefix("played ")
                notes.append(Played(name, message.note, onset_s, seconds))
        assert not begun
    first_s = min(note.onset_s for note in notes)
    return sorted(
        (n._replace(onset_s=n.onset_s - first_s, release_s=n.release_s - first_s) for n in notes),
        key=lambda note: (note.onset_s, note.pitch),
    )


def about(seconds: float) -> object:
    return pytest.approx(seconds, abs=TOLERANCE_S)


def test_time_code_is_no_playing(jack_name: str, tmp_path: Path) -> None:
    frames = round(7 / QUARTER_FRAMES_S)
    code: _Timeline = [
        (index * QUARTER_FRAMES_S, [0xF1, index % 8 << 4]) for index in range(frames)
    ]
    played = jam(jack_name, tmp_path, phrase(1) + code, 6)
    assert log_times_s(played, "first note sent")[0] < 2.5
    assert not log_times_s(played, "retract")


def test_a_program_change_under_a_held_key(jack_name: str, tmp_path: Path) -> None:
    timeline: _Timeline = [
        (0, [0x90, 60, 80]),
        (0.5, [0xC0, 16]),
        (0.8, [0x80, 60, 64]),
        *((at_s + 1, message) for at_s, message in phrase()[2:]),
    ]
    played = jam(jack_name, tmp_path, timeline, 6)
    piano, *others = recorded(played)
    assert (piano.instrument, piano.pitch, piano.release_s) == ("piano", 60, about(0.8))
    assert [(note.instrument, note.pitch) for note in others] == [
        ("organ", pitch) for pitch in PITCHES[1:]
    ]
    assert log_times_s(played, "first note sent")


def test_reset_all_controllers_lifts_the_pedal(jack_name: str, tmp_path: Path) -> None:
    timeline = [(0.0, [0xB0, 64, 127]), *phrase(), (1.7, [0xB0, 121, 0]), *phrase(6)]
    played = jam(jack_name, tmp_path, timeline, 10)
    notes = recorded(played)
    assert [note.release_s for note in notes[:4]] == [about(1.7)] * 4
    assert [note.release_s - note.onset_s for note in notes[4:]] == [about(0.35)] * 4
    assert log_times_s(played, "hand-over") == [about(2.3), about(7.55 + 0.6)]


def test_all_notes_off_under_the_pedal(jack_name: str, tmp_path: Path) -> None:
    all_notes_off, pedal = [0xB0, 123, 0], 64
    timeline: _Timeline = [
        (0, [0xB0, pedal, 127]),
        (0, [0x90, 60, 80]),
        (0.4, [0x80, 60, 64]),
        (0.4, all_notes_off),
        (0.5, [0x90, 67, 80]),
        (0.9, [0x80, 67, 64]),
        (0.9, all_notes_off),
        (2.0, [0xB0, pedal, 0]),
    ]
    played = jam(jack_name, tmp_path, timeline, 6)
    assert [(note.pitch, note.release_s) for note in recorded(played)] == [
        (60, about(2.0)),
        (67, about(2.0)),
    ]
    assert log_times_s(played, "first note sent")


def test_a_layered_keyboard(jack_name: str, tmp_path: Path) -> None:
    octave: _Timeline = [
        (at_s, [message[0], message[1] + 12, message[2]])
        for at_s, message in phrase(held_s=0.37, channel=2)
    ]
    timeline = [*phrase(), *phrase(held_s=0.37, channel=1), *octave]
    played = jam(jack_name, tmp_path, timeline, 6)
    assert log_times_s(played, "first note sent")[0] < 2.6
    notes = recorded(played)
    assert [note.pitch for note in notes] == [pitch for low in PITCHES for pitch in (low, low + 12)]
    assert [note.release_s - note.onset_s for note in notes] == [about(0.37)] * 8


@pytest.mark.parametrize("asked", [False, True])
def test_a_click_is_sent_only_if_asked_and_never_recorded(
    jack_name: str, tmp_path: Path, *, asked: bool
) -> None:
    options = ["--bpm", "120", "--count-in", "1", "--click"]
    options += ["--click-to-output"] * asked
    played = jam(jack_name, tmp_path, phrase(2), 4, *options)
    clicks = [e for e in played["received"] if e[1:3] in ([0x99, 76], [0x99, 77])]
    assert bool(clicks) is asked
    assert ("silent" in played["said"].read_text("utf-8")) is not asked
    tracks = {track.name for track in mido.MidiFile(played["record"]).tracks}
    assert tracks == {"", "played piano"}
    assert not log_times_s(played, "sent")
