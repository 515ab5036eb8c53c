"""A jam on a real JACK server: another program plays a phrase and records the response."""

from typing import Any

import mido
import pytest

from assets import DEMO_PHRASES
from bridge.midi.instruments import Instrument
from tests.gui.commands.jam_run import run_jam
from tests.repeats import LOST_PERIODS, counts_before

JAM_S = 16
NOTE_ON, NOTE_OFF, PROGRAM = 0x90, 0x80, 0xC0

pytestmark = pytest.mark.device


@pytest.fixture(scope="module")
def jam(jack_name: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run a jam to which the player plays the minuet; return what was received and logged."""
    before = LOST_PERIODS.counts()
    jam = run_jam(
        jack_name,
        tmp_path_factory.mktemp("jam"),
        DEMO_PHRASES / "minuet.mid",
        JAM_S,
        *("--style", "baroque", "--seed", "1", "--instruments", "piano,bass"),
    )
    return jam | {"counts_before": before}


@pytest.fixture(autouse=True)
def _since_the_jam(jam: dict[str, Any], request: pytest.FixtureRequest) -> None:
    """Count the periods lost during the jam in each test."""
    request.node.stash[counts_before] = jam["counts_before"]


def kinds(events: list[list[int]], kind: int) -> list[list[int]]:
    return [event for event in events if event[1] & 0xF0 == kind]


def test_the_response_starts_after_the_phrase(jam: dict[str, Any]) -> None:
    assert jam["received"]
    last_release = max(event[0] for event in jam["played"])
    first = kinds(jam["received"], NOTE_ON)[0][0]
    assert first > last_release + 0.2 * jam["rate"]


def test_the_first_note_comes_within_50_ms_of_the_hand_over(jam: dict[str, Any]) -> None:
    sent = [entry["figure"] for entry in jam["log"] if entry["what"] == "first note sent"]
    assert sent
    assert sent[0] < 50_000_000


def test_every_note_on_has_a_note_off_and_stop_is_silent(
    jam: dict[str, Any],
) -> None:
    sounding: set[tuple[int, int]] = set()
    for _, status, pitch, *_velocity in jam["received"]:
        key = (status & 0x0F, pitch)
        if status & 0xF0 == NOTE_ON:
            assert key not in sounding
            sounding.add(key)
        elif status & 0xF0 == NOTE_OFF:
            sounding.discard(key)
    assert not sounding
    assert len(kinds(jam["received"], NOTE_ON)) >= 4


def test_it_plays_the_requested_instruments_with_program_changes(jam: dict[str, Any]) -> None:
    channels = {event[1] & 0x0F for event in kinds(jam["received"], NOTE_ON)}
    own = {kind.spec.channel: kind.spec.program for kind in (Instrument.PIANO, Instrument.BASS)}
    assert channels
    assert channels <= set(own)
    for _, status, program in kinds(jam["received"], PROGRAM):
        assert own[status & 0x0F] == program


def test_the_recording_has_both_sides(jam: dict[str, Any]) -> None:
    tracks = mido.MidiFile(jam["record"]).tracks
    names = {track.name for track in tracks}
    assert "played piano" in names
    assert names <= {"", "played piano", "Antiphon piano", "Antiphon bass"}
    played = next(track for track in tracks if track.name == "played piano")
    onsets = [message for message in played if message.type == "note_on"]
    assert len(onsets) == len([e for e in jam["played"] if e[1] & 0xF0 == NOTE_ON and e[3]])
