"""The time source that is followed: the wanted one, or the best that plays."""

import pytest

from bridge.midi.events import Start, TimedEvent, TimingClock
from bridge.midi.notes import MetreChange
from bridge.sync.host import HostPosition
from bridge.sync.sources import TimeSources
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
CLOCK_NS = SECOND // 48  # 120 bpm
OWN = Transport(Source.OWN, time_ns=SECOND)


def position(now_ns: int, *, playing: bool = True) -> HostPosition:
    return HostPosition(now_ns, playing, 4.0, 120, 1, 4.0)


@pytest.fixture
def sources() -> TimeSources:
    """Return sources with a MIDI clock that has sent ten messages."""
    sources = TimeSources()
    sources.own_transport = OWN
    sources.feed_clock(TimedEvent(0, Start()))
    for number in range(10):
        sources.feed_clock(TimedEvent(number * CLOCK_NS, TimingClock()))
    return sources


NOW_NS = 10 * CLOCK_NS


def test_without_sources_the_own_transport_is_followed() -> None:
    sources = TimeSources()
    sources.own_transport = OWN
    choice = sources.choose(NOW_NS)
    assert (choice.transport, choice.present) == (OWN, None)


@pytest.mark.parametrize("host", [Source.PLUGIN, Source.JACK])
def test_a_host_that_plays_comes_before_midi_clock(sources: TimeSources, host: Source) -> None:
    sources.observe(host, position(NOW_NS))
    choice = sources.choose(NOW_NS)
    assert (choice.transport.source, choice.present) == (host, host)


def test_midi_clock_comes_before_link(sources: TimeSources) -> None:
    sources.observe(Source.LINK, position(NOW_NS))
    assert sources.choose(NOW_NS).transport.source is Source.CLOCK


def test_a_stopped_host_is_present_and_not_followed(sources: TimeSources) -> None:
    sources.observe(Source.JACK, position(NOW_NS, playing=False))
    choice = sources.choose(NOW_NS)
    assert (choice.transport.source, choice.present) == (Source.CLOCK, Source.JACK)


def test_only_the_wanted_source_is_followed(sources: TimeSources) -> None:
    sources.observe(Source.JACK, position(NOW_NS))
    sources.wanted = Source.CLOCK
    choice = sources.choose(NOW_NS)
    assert (choice.transport.source, choice.present) == (Source.CLOCK, Source.CLOCK)
    sources.wanted = Source.LINK
    choice = sources.choose(NOW_NS)
    assert (choice.transport, choice.present) == (OWN, None)


def test_midi_clock_has_the_metre_that_is_set() -> None:
    sources = TimeSources()
    sources.set_clock_metre(MetreChange(0, 3, 4))
    sources.feed_clock(TimedEvent(0, Start()))
    sources.feed_clock(TimedEvent(0, TimingClock()))
    sources.feed_clock(TimedEvent(CLOCK_NS, TimingClock()))
    assert sources.choose(CLOCK_NS).transport.metre.numerator == 3
