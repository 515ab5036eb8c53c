"""Turns: begin, end and content, by example."""

from dataclasses import replace

import pytest

from bridge.messages.composer import Onset, Release
from bridge.messages.settings import Mode, Settings, StartOn
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score
from bridge.session import turns
from bridge.session.player import Phrase
from bridge.session.turns import NO_END, Turn, score_script
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
FREE = Transport()
HOST = Transport(Source.JACK)  # 120 bpm, 4/4: a bar is two seconds and 192 ticks
WALTZ = replace(HOST, metre=MetreChange(0, 3, 4))
ADVANCED = TimeSettings(advance_ns=300 * MS)


def phrase(begin_tick: int = 0, end_tick: int = 192) -> Phrase:
    """Return a phrase of two notes, one at its beginning and one at its end."""
    spoken = Phrase.start(HOST.ns_at(begin_tick), begin_tick)
    spoken.add(Onset(begin_tick, PIANO, 60, 80), HOST.ns_at(begin_tick))
    spoken.add(Release(begin_tick + 20, PIANO, 60), HOST.ns_at(begin_tick + 20))
    spoken.add(Onset(end_tick - 24, PIANO, 62, 80), HOST.ns_at(end_tick - 24))
    spoken.add(Release(end_tick, PIANO, 62), HOST.ns_at(end_tick))
    spoken.mark_activity(HOST.ns_at(end_tick))
    return spoken


@pytest.mark.parametrize(
    "settings,transport,at_ns,turn",
    [
        # Free playing: at once, as long as the phrase, within limits.
        (Settings(), FREE, 3 * SECOND, Turn(288, 288 + 192)),
        (Settings(answer_ns=5 * SECOND), FREE, 3 * SECOND, Turn(288, 288 + 480)),
        (Settings(bars=3), FREE, 3 * SECOND, Turn(288, 288 + 192)),
        # With a beat: on the next beat, for whole bars.
        (Settings(), HOST, 3 * SECOND, Turn(336, 336 + 192)),
        (Settings(begins=StartOn.BAR), HOST, 3 * SECOND, Turn(384, 576)),
        (Settings(begins=StartOn.NOW), HOST, 3 * SECOND, Turn(290, 290 + 192)),
        (Settings(bars=3), HOST, 3 * SECOND, Turn(336, 336 + 576)),
        (Settings(begins=StartOn.BAR), WALTZ, 3 * SECOND, Turn(432, 432 + 144)),
        # Events that are sent earlier must be requested earlier.
        (Settings(time=ADVANCED), HOST, 3_200 * MS, Turn(384, 384 + 192)),
        # The other modes.
        (Settings(mode=Mode.TAKE_OVER), HOST, 3 * SECOND, Turn(336, 336 + NO_END)),
        (Settings(mode=Mode.ACCOMPANY), HOST, 10 * MS, Turn(48, 48 + NO_END)),
        (Settings(mode=Mode.TRADE, bars=2), HOST, 10 * MS, Turn(384, 768)),
        (Settings(mode=Mode.TRADE), WALTZ, 10 * MS, Turn(576, 1152)),
        (Settings(mode=Mode.LOOP), HOST, 3 * SECOND, Turn(384, 576)),
        (Settings(mode=Mode.LOOP), FREE, 3 * SECOND, Turn(288, 576)),
    ],
)
def test_begin_and_end_of_a_turn(
    settings: Settings, transport: Transport, at_ns: int, turn: Turn
) -> None:
    assert turns.next_turn(phrase(), settings, transport, at_ns) == turn


def test_the_length_of_a_response_is_limited() -> None:
    spoken = phrase(end_tick=96 * 60)
    (free, host) = (turns.next_turn(spoken, Settings(), line, SECOND) for line in (FREE, HOST))
    assert free.end - free.begin == 96 * 16
    assert host.end - host.begin == 8 * 192


def test_the_turn_passes_at_a_bar_line_only_in_trading() -> None:
    spoken = phrase(begin_tick=200)
    assert turns.trade_end_tick(spoken, Settings(), HOST) is None
    assert turns.trade_end_tick(spoken, Settings(mode=Mode.TRADE, bars=1), FREE) is None
    assert turns.trade_end_tick(spoken, Settings(mode=Mode.TRADE, bars=1), HOST) == 384


def test_a_note_just_before_a_bar_line_is_on_it() -> None:
    early = phrase(begin_tick=-3, end_tick=195)
    trade = Settings(mode=Mode.TRADE, bars=4)
    assert turns.trade_end_tick(early, trade, HOST) == 4 * 192
    assert turns.loop_ticks(early, HOST, 500) == 192
    (first, *_) = turns.loop_script(early, HOST, Turn(384, 576))
    assert first.tick == 384
    assert turns.loop_ticks(phrase(end_tick=230), HOST, 500) == 384


def test_a_pass_of_a_loop_is_the_phrase_at_its_position_in_the_bar() -> None:
    spoken = phrase(begin_tick=210, end_tick=370)
    turn = Turn(768, 960)
    events = turns.loop_script(spoken, HOST, turn)
    assert [each.tick - 768 for each in events] == [18, 38, 154, 178]


def test_a_pass_of_a_loop_drops_later_onsets_and_cuts_notes_at_its_end() -> None:
    events = turns.loop_script(phrase(end_tick=300), FREE, Turn(1000, 1290))
    assert [(type(each), each.tick) for each in events] == [
        (Onset, 1000),
        (Release, 1020),
        (Onset, 1276),
        (Release, 1290),
    ]
    assert len(turns.loop_script(phrase(end_tick=300), FREE, Turn(1000, 1276))) == 3


def test_chosen_instruments_play_or_those_of_the_phrase() -> None:
    spoken = phrase()
    accompany = Settings(mode=Mode.ACCOMPANY)
    assert turns.response_instruments(spoken, Settings()) == (PIANO,)
    assert turns.response_instruments(spoken, accompany) == (BASS, DRUMS)
    assert turns.response_instruments(spoken, replace(accompany, instruments=(PIANO,))) == (PIANO,)
    spoken.instruments |= {BASS, DRUMS}
    assert turns.response_instruments(spoken, accompany) == (PIANO, BASS, DRUMS)


def test_a_grace_note_of_a_score_has_an_onset_and_a_release() -> None:
    grace = Score((Note(48, Instrument.PIANO, 70, 48, 66),))
    strike, release = score_script(grace, Transport(), 100)
    assert strike == Onset(148, Instrument.PIANO, 70, 66)
    assert release == Release(149, Instrument.PIANO, 70)
