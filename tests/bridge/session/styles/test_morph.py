"""Morphs: between blends the weights change linearly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.requests import Morph
from bridge.session.styles.morph import ActiveMorph
from bridge.system.units import SECOND

JAZZ, MIXED, BACH = (("jazz", 1.0),), (("jazz", 0.5), ("blues", 0.5)), (("bach", 1.0),)


def style_at(morph: Morph, now_ns: int) -> dict[str, float]:
    return dict(ActiveMorph.start(morph, 0).stepped(now_ns).style)


def test_a_morph_passes_through_all_blends() -> None:
    morph = Morph((JAZZ, MIXED, BACH), 8 * SECOND)
    assert style_at(morph, 0) == {"jazz": 1.0}
    assert style_at(morph, 2 * SECOND) == {"jazz": 0.75, "blues": 0.25}
    assert style_at(morph, 4 * SECOND) == {"jazz": 0.5, "blues": 0.5}
    assert style_at(morph, 6 * SECOND) == {"jazz": 0.25, "blues": 0.25, "bach": 0.5}
    assert style_at(morph, 9 * SECOND) == {"bach": 1.0}


def test_one_blend_is_a_change_at_once() -> None:
    morphing = ActiveMorph.start(Morph((BACH,)), 5).stepped(5)
    assert morphing.style == BACH
    assert morphing.progress(5) == 1


@given(st.integers(1, 600 * SECOND))
def test_the_last_step_is_the_end_and_steps_are_few(lasts_ns: int) -> None:
    morphing, now_ns, steps = ActiveMorph.start(Morph((JAZZ, BACH), lasts_ns), 0), 0, 0
    while morphing.progress(now_ns) < 1 or not steps:
        now_ns = morphing.due_ns
        morphing = morphing.stepped(now_ns)
        steps += 1
    assert now_ns == lasts_ns
    assert morphing.style == BACH
    assert steps <= 66


def test_recent_styles_of_a_morph_are_its_own() -> None:
    morph = ActiveMorph.start(Morph((JAZZ, BACH), 20 * SECOND), 0)
    for second in range(8):
        morph = morph.stepped(second * SECOND)
    assert morph.has_had(morph.style)
    assert not morph.has_had(JAZZ)
    assert not morph.has_had(BACH)
    assert morph.progress(20 * SECOND) == pytest.approx(1)
