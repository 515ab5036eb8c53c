"""Changes of the style by a knob and by a morph."""

import pytest

from bridge.messages.requests import Morph
from bridge.messages.settings import Settings, Style
from bridge.midi.controls import Action, TriggeredAction
from bridge.session.styles.style_control import StyleControl

SECOND = 1_000_000_000
JAZZ, BLUES = (("jazz", 1.0),), (("blues", 1.0),)


def style_of(palette: tuple[str, ...], action: Action, value: int) -> Style:
    """Return the style that a knob chooses from a palette."""
    settings = StyleControl().turn_knob(Settings(palette=palette), TriggeredAction(action, value))
    assert settings is not None
    return settings.style


@pytest.mark.parametrize(
    "palette,value,blend",
    [
        (("bach",), 90, (("bach", 1.0),)),
        (("bach", "jazz"), 0, (("bach", 1.0),)),
        (("bach", "jazz"), 127, (("jazz", 1.0),)),
        (("a", "b", "c"), 127, (("c", 1.0),)),
    ],
)
def test_a_knob_goes_through_the_palette(
    palette: tuple[str, ...], value: int, blend: tuple[tuple[str, float], ...]
) -> None:
    assert style_of(palette, Action.BLEND, value) == blend


def test_between_two_styles_weights_add_up_and_a_choice_rounds() -> None:
    (first, weight), (second, other) = style_of(("a", "b", "c"), Action.BLEND, 90)
    assert (first, second) == ("b", "c")
    assert weight + other == pytest.approx(1)
    assert 0.4 < other < 0.45
    assert style_of(("a", "b", "c"), Action.STYLE, 90) == (("b", 1.0),)


def test_a_knob_without_anything_to_choose_from_changes_nothing() -> None:
    assert StyleControl().turn_knob(Settings(), TriggeredAction(Action.BLEND, 90)) is None


def test_a_path_replaces_the_palette_until_it_is_empty() -> None:
    control, settings = StyleControl(), Settings(palette=("bach", "chopin"))
    control.set_path((JAZZ, BLUES))
    along = control.turn_knob(settings, TriggeredAction(Action.BLEND, 127))
    assert along is not None
    assert along.style == BLUES
    control.set_path(())
    through = control.turn_knob(settings, TriggeredAction(Action.BLEND, 127))
    assert through is not None
    assert through.style == (("chopin", 1.0),)


def test_a_morph_goes_on_until_it_is_done_or_another_style_is_chosen() -> None:
    control, settings = StyleControl(), Settings(style=JAZZ)
    control.start(Morph((JAZZ, BLUES), 2 * SECOND), 0)
    assert control.next_due_ns == 0
    first = control.step(settings, 0)
    assert first is not None
    assert (first.style, control.progress(SECOND)) == (JAZZ, 0.5)
    control.note_choice(JAZZ)  # a style of the morph
    assert control.progress(SECOND) == 0.5
    control.note_choice(BLUES)
    assert control.step(settings, SECOND) is None
    assert control.progress(SECOND) is None
