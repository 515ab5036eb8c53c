"""The player: note events of keys, the phrase, and the length of a silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.composer import Onset, Release
from bridge.midi.events import (
    ALL_SOUND_OFF,
    SOSTENUTO,
    SUSTAIN,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    ProgramChange,
    Reset,
    TimedEvent,
)
from bridge.midi.instruments import Instrument
from bridge.session.player import MAX_SILENCE_NS, Phrase, PlayerState, silence_threshold_ns
from bridge.sync.transport import Transport
from bridge.system.clock import SystemClock
from bridge.system.units import MS, SECOND

LINE = Transport(time_ns=SECOND)
CHANNELS = st.sampled_from([0, 1, 9])
PITCHES = st.sampled_from([12, 24, 36, 48, 60, 120])  # some of them move to the same pitch
CONTROLS = st.sampled_from([SUSTAIN, SOSTENUTO, *range(ALL_SOUND_OFF, 128)])


def played(player: PlayerState, at_ns: int, event: Event) -> list[Onset | Release]:
    player.follow_channels(event)
    return list(player.handle_event(TimedEvent(at_ns, event), LINE).events)


@pytest.mark.parametrize(
    "gaps_ms,silence_ms",
    [([], 500), ([100] * 4, 250), ([400] * 4, 600), ([3000] * 3, 1000), ([5, 300, 5, 300], 450)],
)
def test_the_silence_that_hands_over(gaps_ms: list[int], silence_ms: int) -> None:
    assert silence_threshold_ns(gap * MS for gap in gaps_ms) == silence_ms * MS


def test_keys_become_note_events_at_their_ticks_and_instruments() -> None:
    player = PlayerState()
    assert played(player, SECOND, NoteOn(0, 60, 80)) == [Onset(0, Instrument.PIANO, 60, 80)]
    assert played(player, SECOND, ProgramChange(2, 33)) == []
    bass = played(player, SECOND + 500 * MS, NoteOn(2, 36, 70))
    assert bass == [Onset(48, Instrument.BASS, 36, 70)]
    drums = played(player, SECOND, NoteOn(9, 38, 70))
    assert drums == [Onset(0, Instrument.DRUMS, 38, 70)]


def test_a_rhythm_part_on_another_channel_is_drums() -> None:
    player = PlayerState()
    played(player, SECOND, ControlChange(10, 0, 127))  # a drum kit of XG
    played(player, SECOND, ProgramChange(10, 0))
    drums = played(player, SECOND, NoteOn(10, 38, 70))
    assert drums == [Onset(0, Instrument.DRUMS, 38, 70)]


def test_a_key_under_the_pedal_ends_with_the_pedal() -> None:
    player = PlayerState()
    played(player, SECOND, ControlChange(0, SUSTAIN, 127))
    played(player, SECOND, NoteOn(0, 60, 80))
    assert played(player, 2 * SECOND, NoteOff(0, 60)) == []
    assert (player.key_down, player.pedal_down) == (False, True)
    assert played(player, 3 * SECOND, ControlChange(0, SUSTAIN, 0)) == [
        Release(192, Instrument.PIANO, 60)
    ]


def test_clear_drops_held_keys_and_keeps_programs() -> None:
    player = PlayerState()
    played(player, SECOND, ProgramChange(0, 33))
    played(player, SECOND, NoteOn(0, 40, 80))
    player.clear()
    assert not player.key_down
    assert played(player, SECOND, NoteOn(0, 40, 80))[0].instrument is Instrument.BASS


def test_a_silence_is_longer_with_the_pedal_and_never_ends_with_a_key_down() -> None:
    player, phrase = PlayerState(), Phrase.start(SECOND, 0)
    played(player, SECOND, NoteOn(0, 60, 80))
    assert player.silence_end_ns(phrase) is None
    played(player, SECOND, NoteOff(0, 60))
    usual = player.silence_end_ns(phrase)
    played(player, SECOND, ControlChange(0, SUSTAIN, 127))
    assert player.silence_end_ns(phrase) == usual  # the pedal holds nothing
    played(player, SECOND, NoteOn(0, 60, 80))
    played(player, SECOND, NoteOff(0, 60))
    patient = player.silence_end_ns(phrase)
    assert usual == SECOND + 500 * MS
    assert patient == usual + MAX_SILENCE_NS


@pytest.mark.parametrize(
    "before_ms,final_ms,ended",
    [
        ([300] * 10, 2000, True),
        ([300] * 10, 1000, False),  # a long note, not an end
        ([1200] * 10, 2000, False),  # long notes are usual
        ([300] * 3, 2000, False),  # too little to compare with
        ([300] * 10, None, False),  # the final chord is still held
    ],
)
def test_a_final_chord_is_far_longer_than_the_others(
    before_ms: list[int], final_ms: int | None, *, ended: bool
) -> None:
    player, now_ns = PlayerState(), SECOND
    for held_ms in before_ms:
        played(player, now_ns, NoteOn(0, 60, 80))
        now_ns += held_ms * MS
        played(player, now_ns, NoteOff(0, 60))
    for pitch in (48, 55, 64):
        played(player, now_ns + pitch * MS, NoteOn(0, pitch, 80))
    if final_ms is not None:
        for pitch in (48, 55, 64):
            played(player, now_ns + (final_ms + pitch) * MS, NoteOff(0, pitch))
    assert player.has_ended is ended


def test_a_long_note_under_others_is_no_final_chord() -> None:
    player, now_ns = PlayerState(), SECOND
    played(player, now_ns, NoteOn(1, 40, 80))
    for _ in range(12):
        played(player, now_ns, NoteOn(0, 60, 80))
        now_ns += 300 * MS
        played(player, now_ns, NoteOff(0, 60))
    played(player, now_ns, NoteOff(1, 40))
    assert not player.key_down
    assert not player.has_ended


def test_a_phrase_keeps_gaps_instruments_and_events() -> None:
    phrase = Phrase.start(SECOND, 0)
    for index, at_ms in enumerate((0, 400, 800)):
        at_ns = SECOND + at_ms * MS
        phrase.add(Onset(index * 38, Instrument.PIANO, 60, 80), at_ns)
        phrase.add(Release(index * 38 + 20, Instrument.PIANO, 60), at_ns + 200 * MS)
    assert list(phrase.gaps_ns) == [400 * MS] * 2
    assert phrase.instruments == {Instrument.PIANO}
    assert len(phrase.events) == 6
    phrase.pause_reported = True
    phrase.mark_activity(3 * SECOND)
    phrase.mark_activity(2 * SECOND)
    assert (phrase.last_event_ns, phrase.pause_reported) == (3 * SECOND, False)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.one_of(
                st.builds(NoteOn, CHANNELS, PITCHES, st.integers(1, 127)),
                st.builds(NoteOff, CHANNELS, PITCHES),
                st.builds(ProgramChange, CHANNELS, st.sampled_from([0, 19, 33, 40, 125])),
                st.builds(ControlChange, CHANNELS, CONTROLS, st.sampled_from([0, 127])),
                st.just(Reset()),
            ),
        )
    )
)
def test_every_onset_has_one_release(events: list[tuple[int, Event]]) -> None:
    player, now_ns = PlayerState(), SECOND
    sounding: set[tuple[Instrument, int]] = set()
    for wait_ms, event in events:
        now_ns += wait_ms * MS
        for heard in played(player, now_ns, event):
            key = heard.instrument, heard.pitch
            assert (key in sounding) == isinstance(heard, Release)
            sounding ^= {key}
    for release in player.release_all(now_ns, 7):
        assert isinstance(release, Release)
        sounding.remove((release.instrument, release.pitch))
    assert not sounding
    assert not player.key_down
    assert not player.pedal_down
    assert played(player, now_ns, NoteOff(0, 60)) == []


def test_an_event_takes_no_longer_while_two_thousand_keys_are_held() -> None:
    def duration_ns(held: int) -> int:
        player = PlayerState()
        for key in range(held):
            player.handle_event(TimedEvent(0, NoteOn(key % 16, key // 16, 64)), Transport())
        clock, best = SystemClock(), 1 << 62
        for _ in range(5):
            begin_ns = clock.now_ns()
            for step in range(200):
                player.handle_event(TimedEvent(step, NoteOn(15, 127, 64)), Transport())
                player.handle_event(TimedEvent(step, ControlChange(0, 1, 64)), Transport())
                player.handle_event(TimedEvent(step, NoteOff(15, 127)), Transport())
                assert player.key_down is (held > 0)
            best = min(best, clock.now_ns() - begin_ns)
        return best

    assert duration_ns(held=2_000) < 10 * duration_ns(held=0)
