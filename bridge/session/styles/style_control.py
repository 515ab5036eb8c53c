"""Changes of the style by a morph, or by a knob along a path or the palette."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.midi.controls import MAX_VALUE, Action, TriggeredAction
from bridge.session.styles.morph import ActiveMorph, interpolate

if TYPE_CHECKING:
    from bridge.messages.requests import Morph
    from bridge.messages.settings import Settings, Style


class StyleControl:
    """The active morph, if any, and the path of the blend knob."""

    def __init__(self) -> None:
        self._morph: ActiveMorph | None = None
        self._path: tuple[Style, ...] = ()

    @property
    def next_due_ns(self) -> int | None:
        """When the next step of a morph is due, or None."""
        return None if self._morph is None else self._morph.due_ns

    def progress(self, now_ns: int) -> float | None:
        """Return the fraction of the morph that is done, from 0 to 1; None if there is none."""
        return None if self._morph is None else self._morph.progress(now_ns)

    def start(self, morph: Morph, now_ns: int) -> None:
        """Start a morph; a morph without styles ends the active one."""
        self._morph = ActiveMorph.start(morph, now_ns) if morph.styles else None

    def set_path(self, styles: tuple[Style, ...]) -> None:
        """Set the path of the blend knob; an empty path is the palette."""
        self._path = styles

    def note_choice(self, style: Style) -> None:
        """End the morph if the chosen style is not one of its own."""
        if self._morph is not None and not self._morph.has_had(style):
            self._morph = None

    def step(self, settings: Settings, now_ns: int) -> Settings | None:
        """Return the settings after a step of the morph, or None if no step is due."""
        if self._morph is None or now_ns < self._morph.due_ns:
            return None
        stepped = self._morph.stepped(now_ns)
        self._morph = None if stepped.progress(now_ns) == 1 else stepped
        return replace(settings, style=stepped.style)

    def turn_knob(self, settings: Settings, triggered: TriggeredAction) -> Settings | None:
        """Return the settings for a knob's position, or None if there are no styles to choose."""
        fraction = triggered.value / MAX_VALUE
        if triggered.action is Action.BLEND and self._path:
            self._morph = None
            return replace(settings, style=interpolate(self._path, fraction))
        palette = settings.palette or tuple(name for name, _ in settings.style)
        if not palette:
            return None
        self._morph = None
        if triggered.action is Action.STYLE:
            style: Style = ((palette[round(fraction * (len(palette) - 1))], 1.0),)
        else:
            style = interpolate(tuple(((name, 1.0),) for name in palette), fraction)
        return replace(settings, style=style, palette=palette)
