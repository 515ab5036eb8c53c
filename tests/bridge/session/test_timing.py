"""The transport that is followed, and the composer's ticks, by example."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.composer import Onset, Reset
from bridge.messages.settings import Mode, Settings
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.session.timing import Timing
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

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


def test_our_own_clock_that_was_moved_begins_again_after_a_host() -> None:
    """A change of the metre has moved our own clock to a later bar when the host starts."""
    four, three = (Settings(time=TimeSettings(bpm=120, metre=(beats, 4))) for beats in (4, 3))
    timing = Timing()
    timing.start(four, 0)
    timing.start_own_clock(four, 0)
    timing.realign(0)
    timing.apply_settings(three, 60 * SECOND)
    for transport in (HOST, Transport(Source.OWN, epoch=2)):
        timing.set_transport(transport)
        timing.realign(61 * SECOND)
    timing.start_own_clock(three, 62 * SECOND)
    assert timing.transport.tick_at(62 * SECOND) == 0
    assert [timing.to_composer(strike(tick)).tick for tick in (0, 50)] == [0, 50]


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


def test_a_metronome_that_is_switched_on_late_does_not_make_up_for_hours() -> None:
    silent, clicking = (Settings(time=TimeSettings(bpm=120, click=on)) for on in (False, True))
    timing, now_ns = Timing(), 10 * 3600 * SECOND
    timing.start(silent, 0)
    timing.start_own_clock(silent, 0)
    assert timing.clicks(silent, now_ns) == ()
    planned = timing.clicks(clicking, now_ns)
    assert 8 <= len(planned) <= 10  # five beats of half a second
    assert all(timing.transport.ns_at(each.tick) >= now_ns - MS for each in planned)


ACTIONS = ("change", "note", "host", "own")
METRES = ((4, 4), (3, 4), (6, 8), (5, 4))


@given(st.data())
def test_what_is_played_now_is_never_before_the_composers_beginning(data: st.DataObject) -> None:
    """Change settings, start our own clock and follow hosts, in any order, as a session does."""
    timing, now_ns, epoch = Timing(), 0, 0
    settings = Settings(time=TimeSettings(bpm=data.draw(st.sampled_from((None, 90, 120)))))
    timing.start(settings, now_ns)
    timing.realign(now_ns)
    for action in data.draw(st.lists(st.sampled_from(ACTIONS), min_size=20)):
        now_ns += data.draw(st.integers(1, 60 * SECOND))
        before = timing.transport
        match action:
            case "change":
                bpm, metre = data.draw(st.sampled_from((None, 90, 120))), st.sampled_from(METRES)
                settings = Settings(time=TimeSettings(bpm=bpm, metre=data.draw(metre)))
                timing.apply_settings(settings, now_ns)
            case "note":
                if not (timing.own_clock_started or timing.is_external):
                    timing.start_own_clock(settings, now_ns)
            case "host":
                epoch += 1
                tick, beats = data.draw(st.integers(-1000, 10**7)), data.draw(st.integers(2, 7))
                metre_then = MetreChange(0, beats, 4)
                timing.set_transport(
                    Transport(Source.JACK, epoch, time_ns=now_ns, tick=tick, metre=metre_then)
                )
            case "own":
                epoch += 1
                timing.set_transport(Transport(epoch=epoch))
        # A break, or another own clock: the MIDI I/O process reports a new epoch for it.
        if timing.transport.epoch != before.epoch or timing.transport.source != before.source:
            timing.realign(now_ns)
        if timing.own_clock_started or timing.is_external:
            tick = timing.transport.last_tick_at(now_ns)
            assert tick + timing.composer_offset >= 0
            timing.to_composer(strike(tick))
