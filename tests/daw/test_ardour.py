"""The test DAW does what its methods promise, and some behaviour of Ardour that is unexpected.

Ardour is measured as another program on the server receives it, to the frame. What these tests
assert about its MIDI clock is not what it should do but what it does. A program that follows such a
clock has to cope with it.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import jack
import pytest

from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.daw.ardour import CLOCK, TICKS, Ardour, ArdourError, Note
from tests.daw.console import Console

pytestmark = pytest.mark.device

ECHO = Path(__file__).with_name("jack_echo.py")
REASONABLE_SYNTH = "https://community.ardour.org/node/7596"  # comes with Ardour

BPM = 180
BEAT = RATE_HZ * 60 // BPM  # in frames
TICK_MS = 60_000 / BPM / TICKS
HALF = Fraction(1, 2)
NEAR_MS = 20

# Ardour plays notes ahead of the matching clock by this many frames: 11 ms.
LAG = 528

# An eighth note everywhere, whose pitch gives its position.
LOWEST = 40
EIGHTHS = [Note(HALF * place, LOWEST + place, length=Fraction(1, 4)) for place in range(48)]

START, CONTINUE, STOP, POSITION, TICK = 0xFA, 0xFB, 0xFC, 0xF2, 0xF8

Heard = list[tuple[int, list[int]]]


@pytest.fixture
def clocked(ardour: Ardour, peer: Peer) -> Iterator[Peer]:
    """Connect a listener to the eighth notes and the MIDI clock, at 180 bpm."""
    ardour.set_tempo(BPM)
    ardour.write("Play", EIGHTHS)
    ardour.connect(ardour.output("Play"), "listener:in")
    ardour.connect(CLOCK, "listener:in")
    ardour.send_clock(on=True)
    ardour.locate(0)
    peer.ask(hear=peer.ask(waiting=True))
    yield peer
    ardour.disconnect(CLOCK, "listener:in")


@pytest.fixture
def controller(jack_name: str) -> Iterator[jack.Client]:
    """Run a program that starts, stops and moves JACK's transport."""
    client = jack.Client("controller", servername=jack_name, no_start_server=True)
    yield client
    client.transport_stop()
    client.close()


def heard(peer: Peer) -> Heard:
    """Return the events received since the last call."""
    return [(frame, message) for frame, message in peer.ask(hear=peer.ask(waiting=True))]


def onsets(events: Heard) -> list[tuple[int, Fraction]]:
    """Return the frame and the beat of each eighth note."""
    return [
        (frame, HALF * (message[1] - LOWEST))
        for frame, message in events
        if message[0] & 0xF0 == 0x90 and message[2]
    ]


def signs(events: Heard) -> list[str]:
    """Return the clock's messages without its ticks, and the notes, as words."""
    names = {START: "start", CONTINUE: "continue", STOP: "stop"}
    words: list[str] = []
    for _, message in events:
        if message[0] in names:
            words.append(names[message[0]])
        elif message[0] == POSITION:
            words.append(f"position {message[1] + 128 * message[2]}")
        elif message[0] & 0xF0 == 0x90 and message[2]:
            words.append(f"note {float(HALF * (message[1] - LOWEST)):g}")
    return words


def without_notes(words: Sequence[str]) -> list[str]:
    """Return only the words of the clock."""
    return [word for word in words if not word.startswith("note")]


def lags(events: Heard) -> list[int]:
    """Return by how many frames the nearest tick is behind each note."""
    ticks = [frame for frame, message in events if message[0] == TICK]
    return [min((t - at for t in ticks), key=lambda by: abs(by - LAG)) for at, _ in onsets(events)]


# ---------------------------------------------------------------------------------- the harness


def test_its_settings_are_in_its_own_folder(
    ardour: Ardour, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert tmp_path_factory.getbasetemp() in ardour.settings_folder().parents


def test_errors_have_ardours_text(ardour: Ardour) -> None:
    with pytest.raises(ArdourError, match="there is no track Flute"):
        ardour.write("Flute", [])
    with pytest.raises(ArdourError, match="does not connect"):
        ardour.connect(ardour.output("Play"), "missing:in")
    with pytest.raises(ValueError, match="no multiple of 1/1920"):
        ardour.locate(Fraction(1, 7))
    assert ardour.position() == 0


def test_the_end_of_ardour_is_an_error(ardour: Ardour, jack_name: str, tmp_path: Path) -> None:
    assert not ardour.is_rolling()
    second = Ardour(jack_name, tmp_path)
    with pytest.raises(ArdourError, match="does not run"):
        second.play()
    with second, pytest.raises(ArdourError, match="another Ardour is on the JACK server"):
        second.new_session(["Only"])
    console = Console(jack_name, tmp_path)
    with pytest.raises(ArdourError, match=r"has ended:\n\S"):
        console.ask("print('farewell') os.exit(3)")
    console.close()


# ------------------------------------------------------------------------------------ the notes


def test_notes_come_back_exactly(ardour: Ardour) -> None:
    notes = [
        Note(Fraction(place * 701, TICKS), 30 + place, 1 + place, Fraction(100 + place, TICKS), ch)
        for place, ch in enumerate([*range(16), *range(16)])
    ]
    ardour.write("Play", notes)
    assert ardour.notes("Play") == notes
    assert ardour.notes("Rec") == []
    ardour.save()
    ardour.write("Play", notes[:3])
    assert ardour.saved_notes("Play") == notes
    assert ardour.notes("Play") == notes[:3]


def test_a_session_can_be_loaded_again(ardour: Ardour) -> None:
    ardour.write("Play", EIGHTHS)
    ardour.set_tempo(97.5)
    ardour.save()
    ardour.load()
    assert ardour.notes("Play") == EIGHTHS
    ardour.locate(10)
    assert ardour.position() == 10


def test_a_track_records_what_another_track_plays(ardour: Ardour) -> None:
    ardour.set_tempo(BPM)
    ardour.write("Play", EIGHTHS)
    ardour.connect(ardour.output("Play"), ardour.input("Rec"))
    ardour.locate(0)
    ardour.arm("Rec")
    ardour.play()
    ardour.wait_until(5)
    ardour.stop()
    take = ardour.take("Rec")
    assert take[:10] == EIGHTHS[:10]
    ardour.save()
    assert ardour.saved_notes("Rec") == take


def test_a_track_records_another_program(
    ardour: Ardour, record_property: Callable[[str, object], None]
) -> None:
    # The echo is a beat late, and Ardour records it somewhat earlier than that: it compensates for
    # a latency that is 0 here. All notes must be recorded equally late.
    with subprocess.Popen(
        [sys.executable, ECHO, str(BEAT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as echo:
        assert echo.stdout is not None
        assert echo.stdout.readline() == b"ready\n"
        ardour.set_tempo(BPM)
        ardour.write("Play", EIGHTHS)
        ardour.connect(ardour.output("Play"), "echo:in")
        ardour.connect("echo:out", ardour.input("Rec"))
        take = recorded(ardour)
        echo.communicate()
    record_property("take", take)
    assert [pitch for pitch, _ in take] == [note.pitch for note in EIGHTHS[:16]]
    late_ms = [late for _, late in take]
    assert abs(statistics.median(late_ms)) < NEAR_MS
    assert statistics.pstdev(late_ms) < TICK_MS


def recorded(ardour: Ardour) -> list[tuple[int, float]]:
    """Record what Ardour plays, a beat late; return each pitch and its further delay."""
    ardour.locate(0)
    ardour.arm("Rec")
    ardour.play()
    ardour.wait_until(9)
    ardour.stop()
    return [
        (back.pitch, float(back.beat - out.beat - 1) * 60_000 / BPM)
        for back, out in zip(ardour.take("Rec"), EIGHTHS[:16], strict=False)
    ]


# -------------------------------------------------------------------------- tempo and transport


@pytest.mark.parametrize("bpm,metre", [(97.5, (3, 4)), (174, (4, 4))])
def test_tempo_and_metre_apply(
    ardour: Ardour,
    peer: Peer,
    controller: jack.Client,
    bpm: float,
    metre: tuple[int, int],
) -> None:
    ardour.set_tempo(bpm)
    ardour.set_metre(*metre)
    ardour.write("Play", EIGHTHS)
    ardour.connect(ardour.output("Play"), "listener:in")
    ardour.share_transport(on=True)
    ardour.locate(6)
    ardour.play()
    ardour.wait_until(9)
    _, told = controller.transport_query()
    ardour.stop()
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(onsets(heard(peer)))]
    assert statistics.median(gaps) == pytest.approx(RATE_HZ * 60 / bpm / 2, abs=1)
    assert told["beats_per_minute"] == pytest.approx(bpm)
    assert (told["beats_per_bar"], told["beat_type"]) == metre
    beats = (told["bar"] - 1) * metre[0] + told["beat"] - 1 + told["tick"] / told["ticks_per_beat"]
    assert beats == pytest.approx(told["frame"] / RATE_HZ * bpm / 60, abs=2 / TICKS)
    assert beats >= 8.9


def test_the_transport_moves(ardour: Ardour) -> None:
    ardour.set_tempo(BPM)
    ardour.locate(Fraction(13, 3))
    assert not ardour.is_rolling()
    assert ardour.position() == pytest.approx(Fraction(13, 3), abs=1 / TICKS)
    ardour.play()
    ardour.wait_until(6)
    assert ardour.is_rolling()
    ardour.locate(1, rolling=True)
    assert ardour.is_rolling()
    assert 1 <= ardour.position() < 4
    ardour.stop()
    assert not ardour.is_rolling()
    stood = ardour.position()
    ardour.wait_for_stop()
    assert ardour.position() == stood


def test_a_loop_repeats(ardour: Ardour, peer: Peer) -> None:
    ardour.set_tempo(240)
    ardour.set_metre(3, 4)
    ardour.write("Play", EIGHTHS)
    ardour.connect(ardour.output("Play"), "listener:in")
    ardour.loop(2, 1)
    for _ in range(2):
        ardour.wait_until(5)
        ardour.wait_before(4)
    ardour.stop()
    found = onsets(heard(peer))
    assert [float(beat) for _, beat in found[:12]] == [3, 3.5, 4, 4.5, 5, 5.5] * 2
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(found[:12])]
    assert statistics.median(gaps) == RATE_HZ // 8


def test_jack_and_ardour_share_a_transport(ardour: Ardour, controller: jack.Client) -> None:
    ardour.set_tempo(BPM)
    ardour.share_transport(on=True)
    controller.transport_frame = 4 * BEAT
    ardour.wait_until(4)
    assert not ardour.is_rolling()
    controller.transport_start()
    ardour.wait_until(6)
    assert ardour.is_rolling()
    controller.transport_stop()
    ardour.wait_for_stop()

    ardour.locate(8)
    ardour.play()
    ardour.wait_until(10)
    assert controller.transport_state == jack.ROLLING
    assert controller.transport_frame >= 9 * BEAT
    ardour.stop()
    assert controller.transport_state == jack.STOPPED


def test_alone_ardour_and_jack_move_apart(ardour: Ardour, controller: jack.Client) -> None:
    ardour.set_tempo(BPM)
    ardour.play()
    ardour.wait_until(1)
    assert controller.transport_state == jack.STOPPED
    ardour.stop()
    controller.transport_start()
    ardour.locate(4)
    assert not ardour.is_rolling()


# -------------------------------------------------------------------------------------- plugins


def test_a_plugin_can_be_inserted(ardour: Ardour) -> None:
    ardour.insert_plugin("Play", REASONABLE_SYNTH)
    assert ardour.plugins("Play") == ["ACE Reasonable Synth"]
    ardour.remove_plugins("Play")
    assert ardour.plugins("Play") == []
    with pytest.raises(ArdourError, match="there is no LV2 plugin urn:none"):
        ardour.insert_plugin("Play", "urn:none")


# ----------------------------------------------------------------------------------- MIDI clock


def test_clock_from_the_beginning(ardour: Ardour, clocked: Peer) -> None:
    ardour.play()
    ardour.wait_until(3)
    ardour.stop()
    events = heard(clocked)
    words = signs(events)
    assert without_notes(words) == ["start", "stop"]
    assert words[:3] == ["note 0", "start", "note 0.5"]  # a note before Start
    assert statistics.median(lags(events)) == LAG


def test_clock_continues_at_the_next_beat(ardour: Ardour, clocked: Peer) -> None:
    # The position counts clocks, 24 a quarter note; MIDI says sixteenths, 4 a quarter note.
    for beat, words in [
        (Fraction(2), ["note 2", "position 48", "continue", "note 2.5"]),
        (Fraction(9, 4), ["note 2.5", "note 3", "position 72", "continue", "note 3.5"]),
        (Fraction(5), ["note 5", "position 120", "continue", "note 5.5"]),
    ]:
        ardour.locate(beat)
        ardour.play()
        ardour.wait_until(beat + 2)
        ardour.stop()
        events = heard(clocked)
        assert signs(events)[: len(words)] == words
        assert without_notes(signs(events))[-1] == "stop"
        assert not any(word == "start" for word in signs(events))


def test_clock_stops_and_continues_when_the_rolling_transport_moves(
    ardour: Ardour, clocked: Peer
) -> None:
    ardour.play()
    ardour.wait_until(2)
    ardour.locate(8, rolling=True)
    ardour.wait_until(10)
    ardour.locate(Fraction(5, 2), rolling=True)
    ardour.wait_until(5)
    ardour.stop()
    words = signs(heard(clocked))
    moves = ["stop", "position 192", "continue", "stop", "position 72", "continue", "stop"]
    assert without_notes(words) == ["start", *moves]
    first, second = (words.index(word) for word in ("position 192", "position 72"))
    assert words[first - 2 : first] == ["stop", "note 8"]
    assert words[second - 3 : second] == ["stop", "note 2.5", "note 3"]


def test_clock_stops_when_a_loop_repeats(ardour: Ardour, clocked: Peer) -> None:
    # It continues with the loop's first beat, or only with its second: that depends on the periods
    # of the audio thread.
    ardour.set_tempo(174)
    ardour.loop(2, 1)
    ardour.wait_until(7)
    ardour.wait_before(5)
    ardour.wait_until(7)
    ardour.stop()
    words = signs(heard(clocked))
    said = without_notes(words)
    assert said[:3] == ["position 96", "continue", "stop"]
    assert said[3:] in (
        ["position 96", "continue", "stop"],
        ["position 120", "continue", "stop"],
    )
    turn = words.index("stop")
    assert words[turn - 1] == "note 4"
    assert words[turn + 1] == ("position 96" if "position 96" in said[3:] else "note 4.5")
