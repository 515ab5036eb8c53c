"""A musician's window: keys are pressed, a response comes, and is dragged into a DAW.

Everything is real: the screen is Xvfb's, the ports are on a JACK server, another program plays into
them, mouse and keyboard are controlled from outside, and the DAW is Ardour.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from PySide6.QtGui import QColor

from bridge.playout.schedule import THRU_CHANNEL
from gui.desk.widgets.theme import DARK
from tests.daw.ardour_window import (
    BELOW_THE_TRACKS,
    LOWER_EDGE,
    NEW_SESSION,
    PROGRAM,
    ArdourWindow,
    opened_ardour,
)
from tests.daw.desk import Desk, opened_desk
from tests.daw.screen import Place, Screen, require, shown_screen, until
from tests.daw.session_file import TICKS, Note, notes_of

pytestmark = [pytest.mark.device, pytest.mark.slow]

PLAYER = Path(__file__).parents[1] / "gui" / "commands" / "jack_player.py"
PHRASE = (60, 64, 67, 65, 64, 62)
KEYS = "adghgdad"
EIGHTH_TICKS = 240
PREFERENCES = """theme = "dark"
keys = true
takes = true

[settings]
seed = 1
instruments = ["piano"]
"""
LONG_S, SHORT_S = 7, 4
NOTE_ON = 0x90
# A note has its side's colour on the panel's colour, more opaque the louder it is.
PANEL, ANSWERED = (
    np.array([colour.red(), colour.green(), colour.blue()])
    for colour in map(QColor, (DARK.panel, DARK.answered))
)
FAINTEST, FARTHEST = 0.35, 20
FEW_PIXELS = 20


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    require("Xvfb", "xdotool", debian="xvfb xdotool")
    with shown_screen(tmp_path_factory.mktemp("screen")) as shown:
        yield shown


@pytest.fixture
def ardour_window(screen: Screen, tmp_path: Path) -> Iterator[ArdourWindow]:
    require(PROGRAM, NEW_SESSION, debian="ardour")
    with opened_ardour(screen, tmp_path) as window:
        yield window


@pytest.fixture
def desk(screen: Screen, jack_name: str, tmp_path: Path) -> Iterator[Desk]:
    with opened_desk(screen, jack_name, tmp_path / "player", PREFERENCES) as opened:
        opened.put(0, LOWER_EDGE)
        opened.until_said("Press Start")
        yield opened


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    return written(tmp_path / "phrase.mid", PHRASE)


def written(path: Path, pitches: Iterable[int]) -> Path:
    """Write eighth notes."""
    file = mido.MidiFile(ticks_per_beat=2 * EIGHTH_TICKS)
    track = mido.MidiTrack()
    for pitch in pitches:
        track.append(mido.Message("note_on", note=pitch, velocity=90, time=EIGHTH_TICKS // 4))
        track.append(mido.Message("note_off", note=pitch, time=3 * EIGHTH_TICKS // 4))
    file.tracks.append(track)
    file.save(path)
    return path


def player(phrase: Path, seconds: int) -> subprocess.Popen[str]:
    """Start another program that plays a phrase and records for `seconds`."""
    command = [sys.executable, str(PLAYER), str(phrase), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def player_result(playing: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what the player played and received."""
    result: dict[str, Any] = json.loads(playing.communicate(timeout=60)[0])
    return result


def answered(screen: Screen, roll: Place) -> int:
    """Return the number of pixels of the roll in which a response is drawn."""
    drawn, towards = screen.pixels(roll) - PANEL, ANSWERED - PANEL
    strength = drawn @ towards / (towards @ towards)
    aside = np.abs(drawn - strength[..., None] * towards).max(axis=-1)
    return int(((strength > FAINTEST) & (aside < FARTHEST)).sum())


@pytest.mark.parametrize("played", ["on the computer's keys", "into the port"])
def test_playing_is_answered_at_the_port_and_in_the_roll(
    screen: Screen, desk: Desk, phrase: Path, tmp_path: Path, played: str
) -> None:
    desk.press("alt+s")
    desk.until_said("Listening")
    roll = desk.place("roll")
    assert answered(screen, roll) == 0
    on_keys = played == "on the computer's keys"
    file = written(tmp_path / "nothing.mid", ()) if on_keys else phrase
    with player(file, LONG_S) as playing:
        if on_keys:
            desk.play_keys(KEYS)
        until("an answer is in the roll", lambda: answered(screen, roll) > FEW_PIXELS)
        result = player_result(playing)
    onsets = [
        e for e in result["received"] if e[1] & 0xF0 == NOTE_ON and e[1] & 0x0F != THRU_CHANNEL
    ]
    assert onsets
    assert onsets[0][0] > max((event[0] for event in result["played"]), default=0)


def test_a_take_dragged_onto_a_daw_becomes_a_track(
    screen: Screen, ardour_window: ArdourWindow, desk: Desk, phrase: Path
) -> None:
    play_and_stop(desk, phrase)
    desk.press("ctrl+t")
    desk.until_said("Click a take")
    tracks = dragged(screen, desk, "take", ardour_window)
    [file] = desk.passing.glob("antiphon-*/*.mid")
    assert sounding(tracks) == sounding([notes_of(file)])
    [notes] = tracks
    assert notes


def test_a_capture_dragged_onto_a_daw_becomes_tracks(
    screen: Screen, ardour_window: ArdourWindow, desk: Desk, phrase: Path
) -> None:
    play_and_stop(desk, phrase)
    screen.click(desk.place("kept"))
    desk.press("alt+k")
    desk.until_said("Kept as")
    tracks = dragged(screen, desk, "newest", ardour_window)
    [file] = desk.captures.iterdir()
    assert sounding(tracks) == sounding([notes_of(file)])
    assert [note.pitch for note in sorted(tracks[0])] == list(PHRASE)


def play_and_stop(desk: Desk, phrase: Path) -> None:
    """Run another program that plays a phrase; start before it, and stop after it."""
    desk.press("alt+s")
    desk.until_said("Listening")
    with player(phrase, SHORT_S) as playing:
        player_result(playing)
    desk.press("alt+s")
    desk.until_said("Press Start")


def dragged(screen: Screen, desk: Desk, name: str, onto: ArdourWindow) -> list[list[Note]]:
    """Drag something onto an empty session; return the notes of its tracks."""
    assert onto.saved() == {}
    screen.drag(desk.place(name), BELOW_THE_TRACKS, lambda: desk.cursor() == "DragCopyCursor")
    until("Ardour has something new", onto.has_changed)
    return list(until("Ardour has tracks", onto.saved).values())


def sounding(tracks: Iterable[Iterable[Note]]) -> list[tuple[int, int, int, int]]:
    """Return the sounding notes, in ticks from the first one, wherever they were dropped."""
    notes = sorted(chain.from_iterable(tracks))

    def ticks(beats: Fraction) -> int:
        return round(beats * TICKS)

    return sorted(
        (ticks(note.beat - notes[0].beat), note.pitch, note.velocity, ticks(note.length))
        for note in notes
    )
