"""The transport that is followed, and the composer's ticks, by example."""

from dataclasses import replace

import pytest

from bridge.messages.composer import Onset, Reset
from bridge.messages.settings import Mode, Settings
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.session.timing import Timing
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND

HOST = Transport(Source.CLOCK, epoch=1, time_ns=SECOND, tick=400)


def strike(tick: int) -> Onset:
    return Onset(tick, Instrument.PIANO, 60, 80)


@pytest.mark.parametrize(
    "settings,source",
    [
        (Settings(), Source.FREE),
        (Settings(time=TimeSettings(bpm=90)), Source.OWN),
        (Settings(time=TimeSettings(sync=Source.OWN)), Source.OWN),
        (Settings(mode=Mode.TRADE), Source.OWN),
        (Settings(quantise=Quantise(GridStep.EIGHTH)), Source.OWN),
    ],
)
def test_our_own_clock_runs_if_a_beat_is_needed(settings: Settings, source: Source) -> None:
    timing = Timing()
    (conduct,) = timing.start(settings, SECOND)
    assert isinstance(conduct, protocol.SetOwnTransport)
    assert conduct.transport.source is source
    assert timing.transport == conduct.transport


def test_our_own_transport_is_kept_while_an_external_source_is_followed() -> None:
    timing = Timing()
    timing.set_transport(HOST)
    assert timing.is_external
    timing.start_own_clock(Settings(), 5 * SECOND)
    assert timing.transport == HOST
    assert timing.set_transport(
        Transport(epoch=2, time_ns=77)
    )  # the external one is broken, and our own goes on
    assert timing.transport == Transport(epoch=2, time_ns=5 * SECOND)
    assert not timing.own_clock_started  # the next note starts it


def test_a_transport_of_the_same_epoch_does_not_break() -> None:
    timing = Timing()
    assert timing.set_transport(HOST)
    assert not timing.set_transport(HOST.shifted(5))
    assert timing.transport == HOST.shifted(5)


def test_the_composer_begins_at_the_bar_line_before_the_host() -> None:
    timing = Timing()
    timing.set_transport(HOST)
    assert timing.realign(SECOND) == Reset(120.0, (4, 4))
    assert timing.to_composer(strike(400)).tick == 400 - 384
    assert timing.from_composer(strike(16)).tick == 400
    assert timing.to_composer(strike(300)).tick == 0  # no tick is before the beginning


def test_with_the_same_tempo_and_metre_the_composer_goes_on_at_its_next_bar_line() -> None:
    timing = Timing()
    timing.set_transport(HOST)
    timing.realign(SECOND)
    timing.to_composer(strike(600))  # in the composer's second bar
    timing.set_transport(replace(HOST, epoch=2, tick=10, quarter_ns=round(HOST.quarter_ns * 1.02)))
    assert timing.realign(SECOND) is None
    assert timing.to_composer(strike(10)).tick == 2 * 192 + 10


@pytest.mark.parametrize(
    "other",
    [
        replace(HOST, epoch=2, quarter_ns=HOST.quarter_ns * 2),
        replace(HOST, epoch=2, metre=MetreChange(0, 3, 4)),
        Transport(epoch=2),
    ],
)
def test_another_tempo_or_metre_resets_the_composer(other: Transport) -> None:
    timing = Timing()
    timing.set_transport(HOST)
    timing.realign(SECOND)
    timing.to_composer(strike(600))
    timing.set_transport(other)
    assert timing.realign(SECOND) is not None
    assert timing.to_composer(strike(other.tick)).tick < 192


def test_the_time_commands_hold_source_and_own_transport() -> None:
    settings = Settings(time=TimeSettings(Source.LINK, bpm=90, metre=(3, 4), advance_ns=7))
    timing = Timing()
    timing.start(settings, SECOND)
    follow, conduct = timing.sync_commands(settings)
    assert follow == protocol.SetSync(Source.LINK, 7, MetreChange(0, 3, 4))
    assert conduct == protocol.SetOwnTransport(timing.transport)


def test_only_a_change_of_tempo_sends_our_own_transport() -> None:
    timing = Timing()
    timing.start(Settings(), SECOND)
    assert [type(each) for each in timing.apply_settings(Settings(seed=5), SECOND)] == [
        protocol.SetSync
    ]
    changed = timing.apply_settings(Settings(time=TimeSettings(bpm=90)), SECOND)
    assert [type(each) for each in changed] == [protocol.SetSync, protocol.SetOwnTransport]


def test_our_own_clock_changes_tempo_at_its_position() -> None:
    settings = Settings(time=TimeSettings(bpm=120))
    timing = Timing()
    timing.start(settings, 0)
    timing.start_own_clock(settings, 0)
    minute = 60 * SECOND
    timing.apply_settings(Settings(time=TimeSettings(bpm=60, metre=(3, 4))), minute)
    assert timing.transport.tick_at(minute) == 120 * 48
    assert timing.transport.tick_at(minute + SECOND) == 121 * 48
    assert timing.transport.beat_of(120 * 48) == (31, 1)  # the bar is still the 31st


def test_retracted_clicks_are_planned_again() -> None:
    settings = Settings(time=TimeSettings(bpm=120, click=True))
    timing = Timing()
    timing.start(settings, 0)
    timing.start_own_clock(settings, 0)
    timing.realign(0)
    first = timing.clicks(settings, 0)
    assert [due.tick for due in first[::2]] == [0, 48, 96, 144]
    assert timing.clicks(settings, 0) == ()
    timing.rewind_clicks(100)
    assert [due.tick for due in timing.clicks(settings, SECOND)[::2]] == [144, 192, 240]
