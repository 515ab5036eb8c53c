"""A DAW plays to Antiphon and records the response: complete, in its bars, on time.

Ardour plays a track of eighth notes, two bars at a time, and leaves two bars each time for the
response, which it records on another track. It places its recording a constant time too early or
too late (without a sound card it still compensates for a latency). The variation from note to note
counts. `--advance-ms` is for the constant.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import jack
import pytest

from tests.bridge.jack_server import shared_jack_server
from tests.daw.ardour import CLOCK, Ardour, Note
from tests.daw.jam import PLUGIN, Entry, Jam, jam

pytestmark = [pytest.mark.device, pytest.mark.slow]

HALF, BAR = Fraction(1, 2), 4
MELODY = (60, 62, 64, 65, 67, 65, 64, 62)
TICKS = 48
HAIR = Fraction(2, TICKS)
FARTHEST_MS = 100
OPTIONS = ("--mode", "trade", "--bars", "2", "--style", "baroque", "--seed", "3")
ROUTES = {
    "jack": ("--through", "jack", "--sync", "midi"),
    "virtual ports": ("--through", "rtmidi", "--sync", "midi"),
    "plugin": ("--through", "jack", "--sync", "plugin"),
}
# Long periods, for a machine that is suspended for some milliseconds now and then: what is exact
# to the frame is so with any period. Virtual ports are exact to the period, and need short ones.
WAYS = [(1024, "jack"), (1024, "plugin"), (256, "virtual ports")]
# The limits: a spread, and with virtual ports the 99th percentile.
SD_MS, P99_MS = 0.2, 8.0


@pytest.fixture(scope="module")
def jack_name(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a JACK server with periods of this many frames; yield its name."""
    yield from shared_jack_server(request.param)


def melody(turns: int) -> list[Note]:
    """Return two bars of eighth notes for each turn, each with two bars of rest after it."""
    return [
        Note(turn * 4 * BAR + HALF * place, MELODY[place % 8], length=Fraction(2, 5))
        for turn in range(turns)
        for place in range(16)
    ]


def ports(client: jack.Client) -> tuple[str, str]:
    """Return the names of Antiphon's input and output, whatever library made them."""
    into, out = (
        client.get_ports("Antiphon", is_midi=True, is_input=way, is_output=not way)
        for way in (True, False)
    )
    assert len(into) == len(out) == 1
    return into[0].name, out[0].name


class Session:
    """The recording, and Antiphon's log of what it sent."""

    def __init__(self, ardour: Ardour, jamming: Jam, bpm: float, turns: int) -> None:
        ardour.locate(0)
        ardour.arm("Rec")
        before = len(jamming.log)
        ardour.play()
        jamming.until("finished", turns)
        ardour.wait_until(turns * 4 * BAR + 1)
        ardour.stop()
        jamming.until("time")  # that it has stopped: all entries before are about what was sent
        self.turns, self.bpm = turns, bpm
        self.take = ardour.take("Rec")
        self.log = jamming.log[before:]
        self.sent = [entry for entry in self.log if entry["what"] == "sent"]

    def check(self) -> None:
        """Check that all sent notes were recorded, have ends, and are in their bars."""
        sent = Counter(entry["figure"] for entry in self.sent)
        assert Counter(note.pitch for note in self.take) == sent
        assert all(0 < note.length < 8 for note in self.take)
        expected = {bar for turn in range(self.turns) for bar in (4 * turn + 3, 4 * turn + 4)}
        assert {bar_of(sent_at(entry)) for entry in self.sent} == expected
        usual = statistics.median(self.misses())
        assert {bar_of(note.beat - usual + HAIR) for note in self.take} == expected
        assert not [entry for entry in self.log if entry["what"] == "late"]

    def misses(self) -> list[Fraction]:
        """Return by how many beats each note is behind its intended position."""
        recorded, sent = defaultdict(list), defaultdict(list)
        for note in self.take:
            recorded[note.pitch].append(note.beat)
        for entry in self.sent:
            sent[entry["figure"]].append(sent_at(entry))
        return [
            beat - place
            for pitch, beats in recorded.items()
            for beat, place in zip(sorted(beats), sorted(sent[pitch]), strict=True)
        ]

    def misses_ms(self) -> list[float]:
        """Return the deviation of each note from the median one."""
        misses = [float(miss) * 60_000 / self.bpm for miss in self.misses()]
        usual = statistics.median(misses)
        assert abs(usual) < FARTHEST_MS
        return [miss - usual for miss in misses]


def bar_of(beat: Fraction) -> int:
    """Return the bar of a beat, from 1."""
    return int(beat // BAR) + 1


def sent_at(entry: Entry) -> Fraction:
    """Return the beat of a note that was sent, counted from 0."""
    bar, beat, tick = map(int, entry["text"].split(":"))
    return Fraction((bar - 1) * BAR + beat - 1) + Fraction(tick, TICKS)


@pytest.mark.parametrize("bpm,turns", [(60, 1), (97.5, 1), (174, 2)])
@pytest.mark.parametrize("jack_name,way", WAYS, indirect=["jack_name"])
def test_traded_twos_are_recorded_in_their_bars_and_on_time(
    ardour: Ardour,
    jack_name: str,
    tmp_path: Path,
    way: str,
    bpm: float,
    turns: int,
    record_property: Callable[[str, object], None],
) -> None:
    ardour.set_tempo(bpm)
    ardour.write("Play", melody(turns))
    if way == "plugin":
        ardour.insert_plugin("Play", PLUGIN)
    with jam(tmp_path, *OPTIONS, *ROUTES[way]) as jamming:
        connect(ardour, jack_name, jamming, way)
        session = Session(ardour, jamming, bpm, turns)
    session.check()
    spread = spread_ms(session.misses_ms(), way)
    record_property("spread_ms", spread)
    assert spread <= (P99_MS if way == "virtual ports" else SD_MS)


def connect(ardour: Ardour, jack_name: str, jamming: Jam, way: str) -> None:
    """Connect Ardour's tracks to Antiphon, both ways."""
    if way == "plugin":  # it responds on the track that plays to it
        jamming.until("plugins")
        ardour.connect(ardour.output("Play"), ardour.input("Rec"))
        return
    with jack.Client("looker", servername=jack_name, no_start_server=True) as client:
        into, out = ports(client)
    ardour.send_clock(on=True)
    ardour.connect(CLOCK, into)
    ardour.connect(ardour.output("Play"), into)
    ardour.connect(out, ardour.input("Rec"))


def spread_ms(misses_ms: list[float], way: str) -> float:
    """Return the standard deviation, or for virtual ports the 99th percentile."""
    if way != "virtual ports":
        return statistics.pstdev(misses_ms)
    return sorted(map(abs, misses_ms))[-1 - len(misses_ms) // 100]
