"""Form and key as gains of pitches."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.decoding.state import StreamState
from model.decoding.tonality import EXCLUDED, Tonality, TonalRules
from model.tokens import vocabulary as v

PIANO, BASS = int(Instrument.PIANO), int(Instrument.BASS)
BAR = 192
LOOP = ("C E G", "D G B", "C E A", "C F A")
ROOTS = ("C", "G", "A", "F")
NOTHING = TonalRules(form=0, exact_form=0)


def heard(*bars: str, roots: tuple[str, ...] = ROOTS, metre: str = "4/4") -> Tonality:
    """Return what is heard of chords, one a bar, over roots in the bass."""
    words = [f"start clock:grid tempo:120 metre:{metre}"]
    for chord, root in zip(bars, roots * len(bars), strict=False):
        notes = [f"piano:v{{}}:{name}4" for name in chord.split()] + [f"bass:v{{}}:{root}2"]
        words += [note.format(80) for note in notes] + ["wait:192"]
        words += [note.format(0) for note in notes]
    state = StreamState.after(v.parse_tokens(" ".join(words)))
    return Tonality(state, state.tick)


def kept(tonality: Tonality, rules: TonalRules, tick: int, instrument: int = PIANO) -> set[int]:
    gains = tonality.gains(rules, tick, instrument)
    return {pitch % 12 for pitch in range(128) if gains[pitch] > EXCLUDED}


def test_without_rules_there_are_no_gains() -> None:
    assert not heard(*LOOP * 2).gains(NOTHING, 8 * BAR, PIANO).any()


def test_the_form_makes_the_chord_likelier() -> None:
    gains = heard(*LOOP * 2).gains(TonalRules(), 9 * BAR, PIANO)
    assert min(gains[[62, 67, 71]]) > 0.5
    assert max(gains[[60, 61, 65]]) < 0


def test_strict_changes_keep_the_chord_and_the_bass_its_root() -> None:
    tonality, rules = heard(*LOOP * 2), TonalRules(strict_form=True)
    chords = [{0, 4, 7}, {2, 7, 11}, {0, 4, 9}, {0, 5, 9}]
    for bar, (chord, root) in enumerate(zip(chords * 2, [0, 7, 9, 5] * 2, strict=True), 8):
        assert kept(tonality, rules, bar * BAR) == chord
        assert kept(tonality, rules, bar * BAR, BASS) == {root}


def test_an_early_note_belongs_to_the_next_half_bar() -> None:
    tonality, rules = heard(*LOOP * 2), TonalRules(strict_form=True)
    assert kept(tonality, rules, 9 * BAR - 3) == {2, 7, 11}
    assert kept(tonality, rules, 9 * BAR - 12) == {0, 4, 7}


def test_without_a_form_strict_changes_exclude_nothing() -> None:
    wandering = ("C E G", "D F# A", "E G# B", "C F G#", "C# F A#", "D# G A#", "C# F# A", "D F B")
    tonality = heard(*wandering)
    assert tonality.form is not None
    assert not tonality.form.is_sure
    assert tonality.chord_line(8 * BAR) is None
    rules = TonalRules(strict_form=True)
    assert kept(tonality, rules, 8 * BAR) == set(range(12))
    np.testing.assert_array_equal(
        tonality.gains(rules, 8 * BAR, PIANO), tonality.gains(TonalRules(), 8 * BAR, PIANO)
    )


def test_a_soft_key_costs_nats_and_a_strict_one_excludes() -> None:
    tonality = heard(*LOOP * 2)
    scale = {0, 2, 4, 5, 7, 9, 11}
    soft = tonality.gains(TonalRules(form=0, exact_form=0, key=1.5), 8 * BAR, PIANO)
    assert {pitch % 12 for pitch in range(128) if soft[pitch] == 0} == scale
    assert set(soft.tolist()) == {0.0, -1.5}
    assert kept(tonality, TonalRules(form=0, exact_form=0, strict_key=True), 8 * BAR) == scale


def test_where_form_and_key_disagree_the_key_decides() -> None:
    loop = ("C E G", "C E G", "C E G", "C# F G#")
    tonality = heard(*loop * 4, roots=("C", "C", "C", "C#"))
    assert tonality.key is not None
    assert tonality.key.tonic == 0
    both = TonalRules(strict_form=True, strict_key=True)
    assert kept(tonality, both, 16 * BAR) == {0, 4, 7}
    assert kept(tonality, both, 19 * BAR, BASS) == {0, 2, 4, 5, 7, 9, 11}


def test_in_free_time_there_is_a_key_and_no_form() -> None:
    words = " ".join(f"piano:v80:{n}4 wait:48 piano:v0:{n}4" for n in ("C", "E", "G", "F", "D"))
    state = StreamState.after(v.parse_tokens(f"start clock:free {words}"))
    tonality = Tonality(state, state.tick)
    assert tonality.form is None
    rules = TonalRules(strict_form=True, strict_key=True)
    assert kept(tonality, rules, state.tick) == {0, 2, 4, 5, 7, 9, 11}


def test_other_rules_take_effect_at_once() -> None:
    tonality = heard(*LOOP * 2)
    assert kept(tonality, TonalRules(), 8 * BAR) == set(range(12))
    assert kept(tonality, TonalRules(strict_form=True), 8 * BAR) == {0, 4, 7}
    assert kept(tonality, TonalRules(), 8 * BAR) == set(range(12))


@pytest.mark.parametrize("count,sure", [(1, False), (2, True), (4, True)])
def test_a_form_is_sure_once_it_has_come_round(count: int, *, sure: bool) -> None:
    form = heard(*LOOP * count).form
    assert form is not None
    assert form.is_sure is sure
