"""What a take reports of the harmony, and when."""

import pytest

from bridge.messages.composer import Configure, Generate, Onset, PlayerEvents, Release, Reset
from bridge.messages.harmony import ExpectedChord, HeardHarmony
from bridge.messages.settings import Changes, KeyPolicy, Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.decoder import Decoder
from export.runtime.harmony_report import HarmonyReport
from export.runtime.take import with_settings
from export.styles.own import load_installed_artefact
from model.decoding.policy import Rules
from model.decoding.state import StreamState
from model.decoding.tonality import Tonality
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
BAR, BEAT = 4 * TICKS_PER_QUARTER, TICKS_PER_QUARTER
LOOP = {"C": (60, 64, 67), "G": (59, 62, 67), "Am": (60, 64, 69), "F": (60, 65, 69)}
ROOTS = {"C": 36, "G": 43, "Am": 45, "F": 41}


def band(rounds: int) -> tuple[Onset | Release, ...]:
    """Return rounds of four chords, a bar each: piano, bass and drums, on the beats."""
    events: list[Onset | Release] = []
    for bar, name in enumerate(list(LOOP) * rounds):
        for beat in range(4):
            tick = bar * BAR + beat * BEAT
            keys = [(PIANO, pitch) for pitch in LOOP[name]] + [(BASS, ROOTS[name])]
            drum = DRUMS, (36, 38)[beat % 2]
            events += [Onset(tick, *key, 80) for key in (*keys, drum)]
            events += [Release(tick + BEAT - 4, *key) for key in keys]
    return tuple(sorted(events, key=lambda event: event.tick))


def loop_heard() -> Tonality:
    words = ["start clock:grid tempo:120 metre:4/4"]
    for pitches in list(LOOP.values()) * 2:
        notes = [f"piano:v{{}}:{v.pitch_name(pitch)}" for pitch in pitches]
        words += [note.format(80) for note in notes] + ["wait:192"]
        words += [note.format(0) for note in notes]
    state = StreamState.after(v.parse_tokens(" ".join(words)))
    return Tonality(state, state.tick)


def test_a_report_comes_once_and_again_after_four_bars() -> None:
    report, tonality = HarmonyReport(follows=True), loop_heard()
    first = report.new(tonality, 8 * BAR)
    assert first is not None
    assert first.key is not None
    assert (first.key.tonic, first.key.is_minor) == ("C", False)
    assert first.chords[1] == ExpectedChord("G", 9 * BAR, 10 * BAR)
    assert (first.begin_tick, first.chords[-1].end_tick) == (8 * BAR, 16 * BAR)
    assert all(report.new(tonality, tick) is None for tick in range(1536, 2304, 12))
    second = report.new(tonality, 12 * BAR)
    assert second is not None
    assert (second.begin_tick, second.chords[-1].end_tick) == (12 * BAR, 20 * BAR)


def test_what_is_heard_anew_is_reported_at_once() -> None:
    report = HarmonyReport(follows=True)
    assert report.new(loop_heard(), 8 * BAR) is not None
    assert report.new(loop_heard(), 8 * BAR) is not None
    again = loop_heard()
    assert report.new(again, 8 * BAR) is not None
    assert report.new(again, 8 * BAR) is None
    report.restart(follows=True)
    assert report.new(again, 8 * BAR) is not None


def test_a_take_that_does_not_follow_expects_no_chords() -> None:
    heard = HarmonyReport(follows=False).new(loop_heard(), 8 * BAR)
    assert heard is not None
    assert heard.key is not None
    assert heard.chords == ()


def test_free_time_has_no_chords() -> None:
    state = StreamState.after(v.parse_tokens("start clock:free piano:v80:C4 wait:96"))
    heard = HarmonyReport(follows=True).new(Tonality(state, state.tick), state.tick)
    assert heard is not None
    assert heard.chords == ()


def test_settings_choose_the_rules() -> None:
    assert with_settings(Rules(), Settings()) == Rules()
    assert with_settings(Rules(), Settings(changes=Changes.FREE)).form == 0
    strict = with_settings(Rules(), Settings(changes=Changes.STRICT, key=KeyPolicy.STRICT))
    assert strict.strict_form
    assert strict.strict_key
    assert strict.form == Rules().form
    soft = with_settings(Rules(), Settings(key=KeyPolicy.SOFT))
    assert soft.key > 0
    assert not soft.is_strict
    assert with_settings(Rules(form=0), Settings()).form == 0


def composed(
    composer: Composer, settings: Settings, bars: int, live: Settings | None = None
) -> tuple[list[Onset], list[HeardHarmony]]:
    """Return the onsets of an answer to eight bars, and what is reported meanwhile.

    The settings `live` apply from the first result on.
    """
    composer.receive(Reset(120.0))
    composer.receive(Configure(settings))
    composer.receive(PlayerEvents(band(2)))
    begin = 8 * BAR
    composer.receive(Generate(1, begin, begin + bars * BAR, begin + bars * BAR, (PIANO, BASS)))
    onsets, reports = list[Onset](), list[HeardHarmony]()
    while composer.is_busy:
        result = composer.step()
        if result is not None:
            onsets += [event for event in result.events if isinstance(event, Onset)]
            reports += [result.harmony] if result.harmony is not None else []
            if live is not None:
                composer.receive(Configure(live))
                live = None
    return onsets, reports


@pytest.fixture
def composer(exact: Artefact) -> Composer:
    return Composer(exact, Decoder(exact, device="cpu", threads=1))


def test_strict_settings_act_on_the_next_token(composer: Composer) -> None:
    strict = Settings(seed=2, changes=Changes.STRICT)
    onsets, reports = composed(composer, Settings(seed=2, changes=Changes.FREE), 2, strict)
    assert [len(each.chords) for each in reports] == [0, 8]
    first = onsets[0].tick
    allowed = ({0, 4, 7}, {2, 7, 11})
    later = [each for each in onsets if first < each.tick < 10 * BAR - 6]
    assert later
    for onset in later:
        assert onset.pitch % 12 in allowed[(onset.tick + 6) // BAR - 8]


def test_a_strict_key_holds_in_an_answer(composer: Composer) -> None:
    onsets, _ = composed(composer, Settings(seed=3, key=KeyPolicy.STRICT), 2)
    assert onsets
    assert {onset.pitch % 12 for onset in onsets} <= {0, 2, 4, 5, 7, 9, 11}


@pytest.mark.slow
def test_a_loop_of_four_chords_is_named_and_its_roots_are_played() -> None:
    """What a musician would check: Antiphon says C G Am F, and the bass plays the roots."""
    shipped = load_installed_artefact()
    composer = Composer(shipped, Decoder(shipped))
    onsets, reports = composed(composer, Settings(seed=1, changes=Changes.STRICT), 8)
    names = [chord.name for chord in reports[0].chords]
    assert names == ["C", "G", "Am", "F"] * 2
    assert reports[0].key is not None
    assert (reports[0].key.tonic, reports[0].key.is_minor) == ("C", False)
    on_root = 0
    for bar, name in enumerate(names, 8):
        within = [
            o for o in onsets if o.instrument is BASS and bar * BAR <= o.tick < (bar + 1) * BAR
        ]
        on_root += bool(within) and within[0].pitch % 12 == ROOTS[name] % 12
    assert on_root >= 6
