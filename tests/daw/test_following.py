"""Antiphon knows the DAW's bar and beat of every note, and stops with the DAW.

Each eighth note of the score has its own pitch, so that a received note shows the DAW's position.
Antiphon logs the position that it assigns to each. A note that arrives before the DAW has reported
that it plays, and where, has no position: by MIDI clock, Ardour reports that only at the next beat.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.daw.ardour import CLOCK, Ardour, Note
from tests.daw.jam import PLUGIN, Jam, jam

pytestmark = pytest.mark.device

BPM = 180
HALF = Fraction(1, 2)
LOWEST = 40
EIGHTHS = [Note(HALF * place, LOWEST + place, length=Fraction(1, 4)) for place in range(48)]
BEAT_TICKS, BAR_BEATS = 48, 4
RELEASED_MS = 200  # after a sudden death
INTO, OUT = "Antiphon:in", "Antiphon:out"
# Ardour sends notes 11 ms, which is a tick and a half at this tempo, ahead of its clock and of
# JACK's transport: it compensates for the latency of a sound card.
MISS_TICKS = {"jack": 2, "midi": 2, "plugin": 0}


@pytest.fixture(params=["jack", "midi", "plugin"])
def sync(request: pytest.FixtureRequest) -> str:
    """Return a way in which Ardour reports its position."""
    way: str = request.param
    return way


@pytest.fixture
def host(ardour: Ardour, sync: str) -> Iterator[Ardour]:
    """Yield Ardour with eighth notes on a track, reporting its position."""
    ardour.set_tempo(BPM)
    ardour.write("Play", EIGHTHS)
    ardour.share_transport(on=sync == "jack")
    ardour.send_clock(on=sync == "midi")
    if sync == "plugin":
        ardour.insert_plugin("Play", PLUGIN)
    yield ardour
    ardour.stop()
    ardour.share_transport(on=False)


def connect(ardour: Ardour, sync: str, jamming: Jam) -> None:
    """Connect the notes to Antiphon, and the clock if it follows that."""
    if sync == "plugin":
        jamming.until("plugins")
        return
    ardour.connect(ardour.output("Play"), INTO)
    if sync == "midi":
        ardour.connect(CLOCK, INTO)


def ticks_of(text: str) -> int:
    """Convert bar, beat and tick to ticks from the start."""
    bar, beat, tick = map(int, text.split(":"))
    return ((bar - 1) * BAR_BEATS + beat - 1) * BEAT_TICKS + tick


def misses(jamming: Jam) -> list[tuple[float, int]]:
    """Return the true beat of each note with a position, and the error in ticks."""
    found = []
    said = jamming.said("played")
    for entry, following in zip_longest(said, said[1:]):
        # A note with two positions came just before a jump, and belongs after it.
        again = following is not None and following["figure"] == entry["figure"]
        if entry["text"] and not again:
            place = entry["figure"] - LOWEST
            found.append((place / 2, ticks_of(entry["text"]) - place * BEAT_TICKS // 2))
    return found


def travel(host: Ardour, sync: str) -> None:
    """Start at the beginning, stop and continue within a bar, jump while rolling, and loop.

    It jumps where no note was played just before, since such a note could belong to either side. An
    Ardour that shares JACK's transport does not loop.
    """
    later = Fraction(1, 8)
    host.locate(0)
    host.play()
    host.wait_until(6 + later)
    host.stop()
    host.play()
    host.wait_until(12 + later)
    host.locate(16, rolling=True)
    host.wait_until(19 + later)
    host.locate(Fraction(5, 2), rolling=True)
    host.wait_until(6)
    host.stop()
    if sync == "jack":
        return
    host.loop(2, 1)
    host.wait_until(7)
    host.wait_before(5)
    host.wait_until(7)
    host.stop()


def test_every_note_has_the_bar_and_beat_of_the_score(
    host: Ardour, sync: str, tmp_path: Path
) -> None:
    with jam(tmp_path, "--through", "jack", "--sync", sync, "--no-silence") as jamming:
        connect(host, sync, jamming)
        travel(host, sync)
    found = misses(jamming)
    wrong = [(beat, miss) for beat, miss in found if abs(miss) > MISS_TICKS[sync]]
    assert not wrong, found
    # An Ardour that starts with JACK omits the very first note.
    assert {beat for beat, _ in found} >= {0.5, 3, 8, 17, 4.5}


def test_after_a_stop_no_note_sounds(host: Ardour, sync: str, tmp_path: Path, peer: Peer) -> None:
    options = ("--through", "jack", "--sync", sync, "--mode", "accompany", "--seed", "1")
    with jam(tmp_path, *options) as jamming:
        connect(host, sync, jamming)
        peer.ask(connect=[[host.output("Play") if sync == "plugin" else OUT, "listener:in"]])
        host.locate(0)
        host.play()
        jamming.until("sent")
        host.stop()
        jamming.until("time")
        received = peer.ask(hear=peer.ask(waiting=True))
        assert received
        assert sounding(received) == set()
        # No planned note is left: nothing comes until the end of the jam.
        host.wait_for_stop()
    late = peer.ask(hear=peer.ask(waiting=True))
    assert not [message for _, message in late if message[0] & 0xF0 == 0x90]


@pytest.mark.parametrize("sync", ["plugin"], indirect=True)
def test_when_antiphon_is_killed_the_plugin_releases_all_notes(
    host: Ardour, sync: str, tmp_path: Path, peer: Peer
) -> None:
    options = ("--sync", sync, "--mode", "accompany", "--instruments", "organ,cello", "--seed", "1")
    with jam(tmp_path, *options) as jamming:
        connect(host, sync, jamming)
        peer.ask(connect=[[host.output("Play"), "listener:in"]])
        host.locate(0)
        host.play()
        received: list[tuple[int, list[int]]] = []
        while not sounding(received):
            jamming.until("sent")
            received += peer.ask(hear=peer.ask(waiting=True))
        frame, _ = peer.ask(clock=True)
        jamming.kill()
        host.wait_until(host.position() + 2)
        host.stop()
    received += peer.ask(hear=peer.ask(waiting=True))
    assert sounding(received) == set()
    ends = [at for at, message in received if message[0] & 0xE0 == 0x80 and at > frame]
    onsets = [at for at, message in received if message[0] & 0xF0 == 0x90 and message[2]]
    within = RATE_HZ * RELEASED_MS // 1000
    assert ends
    assert all(at <= frame + within for at in ends + onsets if at > frame)


def sounding(events: list[tuple[int, list[int]]]) -> set[tuple[int, int]]:
    """Return the notes that started and did not end."""
    sounds: set[tuple[int, int]] = set()
    for _, (status, *data) in events:
        key = (status & 0x0F, data[0])
        if status & 0xF0 == 0x90 and data[1]:
            sounds.add(key)
        elif status & 0xE0 == 0x80:
            sounds.discard(key)
    return sounds
