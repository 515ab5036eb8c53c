"""The feed of a synth, received by a socket in place of one."""

from collections.abc import Iterator

import pytest

from bridge.midi.events import (
    ChannelPressure,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    TimedEvent,
    TimingClock,
)
from bridge.midi.instruments import SPECS, Instrument
from bridge.playout.schedule import THRU_CHANNEL, SentEvent
from bridge.synth.feed import PLAYER_CHANNEL, SynthFeed
from tests.bridge.synth.ear import Ear


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def feed(ear: Ear) -> Iterator[SynthFeed]:
    feed = SynthFeed(ear.cable, 5)
    ear.received()
    yield feed
    feed.close(1000)


def timed(*events: Event, at_ns: int = 10) -> list[TimedEvent]:
    return [TimedEvent(at_ns, event) for event in events]


def test_each_channel_has_its_instrument_from_the_beginning(ear: Ear) -> None:
    feed = SynthFeed(ear.cable, 5)
    families = [kind for kind in Instrument if kind is not Instrument.DRUMS]
    assert ear.received() == [
        (5, ProgramChange(SPECS[kind].channel, SPECS[kind].program)) for kind in families
    ]
    feed.close(6)
    assert ear.received() == []


def test_no_instrument_has_the_players_channels() -> None:
    assert PLAYER_CHANNEL != THRU_CHANNEL
    assert not {PLAYER_CHANNEL, THRU_CHANNEL} & {spec.channel for spec in SPECS.values()}


def test_output_is_sent_with_its_due_time(ear: Ear, feed: SynthFeed) -> None:
    feed.send_output([SentEvent(20, 29, NoteOn(4, 40, 99)), SentEvent(30, 39, NoteOff(4, 40))])
    assert ear.received() == [(20, NoteOn(4, 40, 99)), (30, NoteOff(4, 40))]


def test_the_player_has_a_channel_that_no_release_of_ours_uses(ear: Ear, feed: SynthFeed) -> None:
    feed.send_player(timed(NoteOn(4, 40, 99), PitchWheel(4, 1), TimingClock(), NoteOff(4, 40)))
    assert [event for _, event in ear.received()] == [
        NoteOn(PLAYER_CHANNEL, 40, 99),
        PitchWheel(PLAYER_CHANNEL, 1),
        NoteOff(PLAYER_CHANNEL, 40),
    ]
    feed.send_thru(timed(NoteOn(4, 40, 99), ChannelPressure(4, 3), at_ns=12))
    assert ear.received() == [(12, NoteOn(THRU_CHANNEL, 40, 99))]


def test_drums_of_the_player_and_of_antiphon_share_a_channel(ear: Ear, feed: SynthFeed) -> None:
    feed.send_player(timed(NoteOn(9, 36, 99)))
    feed.send_thru(timed(NoteOn(9, 38, 99)))
    assert [event for _, event in ear.received()] == [NoteOn(9, 36, 99), NoteOn(9, 38, 99)]


def test_each_of_the_players_channels_keeps_the_program_that_was_chosen(
    ear: Ear, feed: SynthFeed
) -> None:
    feed.send_player(timed(NoteOn(0, 1, 9), ProgramChange(3, 20), NoteOn(0, 2, 9)))
    feed.send_player(timed(NoteOn(3, 3, 9), NoteOn(3, 4, 9), NoteOn(0, 5, 9)))
    received = [event for _, event in ear.received()]
    assert all(event.channel == PLAYER_CHANNEL for event in received)  # type: ignore[union-attr]
    assert [
        event.pitch if isinstance(event, NoteOn) else -event.program  # type: ignore[union-attr]
        for event in received
    ] == [1, 2, -20, 3, 4, 0, 5]


def test_bank_selects_are_not_sent(ear: Ear, feed: SynthFeed) -> None:
    feed.send_player(timed(ControlChange(0, 0, 1), ControlChange(0, 32, 1), ControlChange(0, 1, 7)))
    assert [event for _, event in ear.received()] == [ControlChange(PLAYER_CHANNEL, 1, 7)]


def test_notes_are_released_after_all_sent_events(ear: Ear) -> None:
    feed = SynthFeed(ear.cable, 5)
    ear.received()
    feed.send_output([SentEvent(50, 50, NoteOn(4, 40, 9)), SentEvent(1, 1, NoteOn(4, 41, 9))])
    feed.send_output([SentEvent(2, 2, NoteOff(4, 41)), SentEvent(3, 3, ControlChange(0, 64, 127))])
    ear.received()
    feed.close(20)
    assert ear.received() == [(50, NoteOff(4, 40)), (50, ControlChange(0, 64, 0))]


def test_only_the_given_channels_are_released(ear: Ear, feed: SynthFeed) -> None:
    feed.send_player(timed(NoteOn(4, 40, 9)))
    feed.send_output([SentEvent(11, 11, NoteOn(4, 41, 9))])
    ear.received()
    feed.release(20, PLAYER_CHANNEL)
    assert ear.received() == [(20, NoteOff(PLAYER_CHANNEL, 40))]


def test_silence_uses_every_means(ear: Ear, feed: SynthFeed) -> None:
    feed.silence(20)
    assert ear.received() == [
        (20, ControlChange(channel, control, 0)) for channel in range(16) for control in (120, 123)
    ]


def test_a_synth_that_has_ended_is_no_error(ear: Ear, feed: SynthFeed) -> None:
    ear.socket.close()
    for _ in range(5):
        feed.send_output([SentEvent(1, 1, NoteOn(4, 40, 9))])
