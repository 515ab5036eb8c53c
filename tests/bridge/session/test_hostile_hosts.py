"""Hosts that report anything: a jam goes on, keeps little, and answers normally afterwards.

100,000 positions of each source pass through sequencer and session, with a simulated clock.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from math import inf, nan
from random import Random

import pytest

from bridge.history.record import MAX_TRANSPORTS, build_score
from bridge.messages.requests import ChangeSettings, HandOver, Start
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi import events as midi
from bridge.midi.smf import parts_bytes
from bridge.playout.transport_reports import BREAKS
from bridge.sync.host import HostPosition, position_of_beats
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source
from bridge.system.units import MS, SECOND
from tests.bridge.session.rig import Rig

FAST, FULL = 2_000, 100_000
BEGIN_NS = 1_000 * SECOND

NUMBERS = (
    *(0, 1, -1, 0.5, 1e-300, 1e300, -1e300, nan, inf, -inf, 1e18, -1e18, 1e9, -1e9, 1e9 + 1),
    *(2**31, -(2**31), 2**31 - 1, 2**32, 2**63, 255, 256, 3, 5, 7, 64, 128, 999, 1000, 20),
)
METRES = ((4, 4), (3, 4), (6, 8), (7, 16), (1, 1), (255, 1), (255, 64), (1, 64), (5, 32), (12, 8))


class Storm:
    """A source that reports what no host should."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.rng = rig, Random(seed)
        self.epochs = count()

    def _bad(self, value: float) -> float:
        """Return a value, or now and then any other number."""
        return self.rng.choice(NUMBERS) if self.rng.random() < 0.06 else value

    def _far(self, value: float) -> float:
        """Return a position, or a jump to the other end of the range."""
        return self.rng.choice((value, value, value, 1e9, -1e9, 0.0, self.rng.uniform(-1e9, 1e9)))

    def plugin(self) -> None:
        """Report a block: jumps, times of the past and the future, an epoch in every block."""
        rng, now_ns = self.rng, self.rig.now_ns
        numerator, denominator = rng.choice(METRES)
        quarters = self._far((now_ns - BEGIN_NS) / (SECOND / 2))
        position = HostPosition.checked(
            now_ns,
            time_ns=now_ns + rng.choice((0, 0, 0, 3600 * SECOND, -SECOND, SECOND, 1 << 62)),
            playing=rng.random() < 0.8,
            quarters=self._bad(quarters),
            bpm=self._bad(rng.uniform(1, 999)),
            bar=self._bad(quarters // 4),
            bar_quarters=self._bad(self._far(quarters)),
            numerator=self._bad(numerator),
            denominator=self._bad(denominator),
            epoch=next(self.epochs) if rng.random() < 0.5 else 7,
        )
        self.rig.sequencer.observe(Source.PLUGIN, position)

    def jack(self) -> None:
        """Report a timebase: no beats in a bar, no ticks in a beat, bars below zero."""
        rng = self.rng
        numerator, denominator = rng.choice(METRES)
        position = position_of_beats(
            self.rig.now_ns,
            playing=rng.random() < 0.8,
            bar=self._bad(rng.choice((1, 2, 100, -5, 2**31 - 1, -(2**31)))),
            beat=self._bad(rng.randint(-3, 9)),
            tick=self._bad(rng.randint(-5, 2_000)),
            ticks_per_beat=self._bad(1920.0),
            beats_per_bar=self._bad(numerator),
            beat_type=self._bad(denominator),
            beats_per_minute=self._bad(rng.uniform(1, 999)),
        )
        self.rig.sequencer.observe(Source.JACK, position)

    def link(self) -> None:
        """Report the beat of a network."""
        rng, now_ns = self.rng, self.rig.now_ns
        beat = self._bad(self._far((now_ns - BEGIN_NS) / (SECOND / 2)))
        numerator, denominator = rng.choice(METRES)
        quantum = numerator * 4 / denominator
        position = HostPosition.checked(
            now_ns,
            time_ns=now_ns,
            playing=rng.random() < 0.8,
            quarters=beat,
            bpm=self._bad(rng.choice((20.0, 120.0, 999.0))),
            bar=beat // quantum,
            bar_quarters=beat // quantum * quantum,
            numerator=numerator,
            denominator=denominator,
        )
        self.rig.sequencer.observe(Source.LINK, position)

    def clock(self) -> None:
        """Send messages of a MIDI clock: storms, positions at random, times that go backward."""
        rng, now_ns = self.rng, self.rig.now_ns
        kinds = (midi.TimingClock, midi.TimingClock, midi.TimingClock, midi.Start, midi.Stop)
        for _ in range(rng.choice((1, 1, 1, 2, 24))):
            kind = rng.choice((*kinds, midi.Continue, None))
            event = midi.SongPosition(rng.randrange(16_384)) if kind is None else kind()
            at_ns = now_ns + rng.choice((0, 0, 0, -MS, -SECOND, -10 * SECOND, SECOND, 100_000))
            self.rig.sequencer.receive([midi.TimedEvent(at_ns, event)], now_ns)


STORMS: tuple[Callable[[Storm], None], ...] = (Storm.plugin, Storm.jack, Storm.link, Storm.clock)
SETTINGS = tuple(
    Settings(mode=mode, quantise=quantise, time=time)
    for mode in Mode
    for quantise, time in (
        (Quantise(), TimeSettings()),
        (Quantise(GridStep.SIXTEENTH, swing=0.66), TimeSettings(bpm=300, click=True)),
        (Quantise(GridStep.TRIPLET), TimeSettings(bpm=20, metre=(32, 2), count_in_bars=8)),
    )
)


def play_on(rig: Rig, storm: Storm, report: Callable[[Storm], None], reports: int) -> None:
    """Pass `reports` reports through a jam in which the player plays, in changing settings."""
    rng = storm.rng
    for number in range(reports):
        if number % 500 == 0:
            rig.request(ChangeSettings(rng.choice(SETTINGS)))
        report(storm)
        if rng.random() < 0.1:
            pitch = rng.randrange(40, 80)
            rig.play(midi.NoteOn(0, pitch, 80), midi.NoteOff(0, pitch))
        if rng.random() < 0.01:
            rig.request(HandOver())
        rig.pass_time(rng.choice((MS, MS, 3 * MS, 10 * MS, 50 * MS)))
        assert rig.sequencer.pending <= 10_000
    assert rig.log_entries <= 200 * (rig.now_ns - BEGIN_NS) / SECOND + 3 * reports


def answers_a_phrase(rig: Rig) -> bool:
    """Return whether a phrase is answered, once the storm is over."""
    rig.request(ChangeSettings(replace(SETTINGS[0], mode=Mode.ANSWER)))
    for _ in range(1_100):
        rig.pass_time(10 * MS)
    sounded = 0
    for pitch in (60, 62, 64, 65):
        rig.play(midi.NoteOn(0, pitch, 80))
        rig.pass_time(200 * MS)
        rig.play(midi.NoteOff(0, pitch))
        rig.pass_time(10 * MS)
    for _ in range(300):
        rig.pass_time(10 * MS)
        answering = rig.session.state is TurnState.ANSWERING
        sounded += answering and any(isinstance(each.event, midi.NoteOn) for each in rig.sent)
    return sounded > 0


def endure(report: Callable[[Storm], None], reports: int, seed: int) -> Rig:
    """Endure the reports of one source, check what is kept, and return the jam."""
    rig = Rig(SETTINGS[0], BEGIN_NS)
    rig.request(Start())
    play_on(rig, Storm(rig, seed), report, reports)
    record = rig.session.record(rig.now_ns)
    assert len(record.transports) <= MAX_TRANSPORTS
    assert parts_bytes({"both": build_score(record, answered=False)}, "").startswith(b"MThd")
    return rig


@pytest.mark.parametrize("report", STORMS, ids=lambda storm: storm.__name__)
def test_a_jam_endures_a_storm_of_positions_and_answers_afterwards(
    report: Callable[[Storm], None],
) -> None:
    assert answers_a_phrase(endure(report, FAST, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("report", STORMS, ids=lambda storm: storm.__name__)
def test_a_jam_endures_100_000_positions_of_a_source(report: Callable[[Storm], None]) -> None:
    rig = endure(report, FULL, seed=2)
    assert rig.session.snapshot(rig.now_ns).refused_positions > 0 or report is Storm.clock
    assert answers_a_phrase(rig)


def test_a_thousand_changes_of_the_transport_a_second_cost_few_reports_and_entries() -> None:
    rig = Rig(SETTINGS[0], BEGIN_NS)
    rig.request(Start())
    for epoch in range(3_000):
        position = HostPosition(rig.now_ns, playing=True, quarters=0.0, bpm=120, epoch=epoch)
        rig.sequencer.observe(Source.PLUGIN, position)
        rig.pass_time(MS)
    assert rig.log_entries <= 8 * BREAKS
    assert len(rig.session.record(rig.now_ns).transports) <= 8 * BREAKS
    assert answers_a_phrase(rig)
