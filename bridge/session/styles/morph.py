"""A morph: the style changes slowly, from blend to blend, while the music goes on.

A morph has a duration and a list of blends: the points of a path over the map of styles.
Between two blends the weights are interpolated linearly. A morph proceeds in small steps. Each step
is an ordinary change of settings: decided notes stay, and the next note is in the new style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.system.units import MS

if TYPE_CHECKING:
    from bridge.messages.requests import Morph
    from bridge.messages.settings import Style

_MIN_STEP_NS = 500 * MS
_STEPS = 64
_STYLES_REMEMBERED = 4
_MIN_WEIGHT = 0.01
"""Smaller weights are dropped."""


@dataclass(frozen=True, slots=True)
class ActiveMorph:
    """A morph in progress: when it began, and when its next step is due."""

    morph: Morph
    begin_ns: int
    due_ns: int
    styles: tuple[Style, ...] = ()
    """The latest styles of the morph; the last is the present one."""

    @classmethod
    def start(cls, morph: Morph, now_ns: int) -> ActiveMorph:
        """Return a morph that begins now. It must have at least one blend."""
        return cls(morph, now_ns, now_ns)

    def progress(self, now_ns: int) -> float:
        """Return the fraction that is done, from 0 to 1."""
        lasts_ns, gone_ns = self.morph.duration_ns, now_ns - self.begin_ns
        return gone_ns / lasts_ns if gone_ns < lasts_ns else 1.0

    def stepped(self, now_ns: int) -> ActiveMorph:
        """Return the morph after a step: with the present style and the time of the next step."""
        step = max(_MIN_STEP_NS, self.morph.duration_ns // _STEPS)
        end_ns = self.begin_ns + self.morph.duration_ns
        due_ns = now_ns + step if now_ns >= end_ns else min(end_ns, now_ns + step)
        styles = (
            *self.styles[-_STYLES_REMEMBERED:],
            interpolate(self.morph.styles, self.progress(now_ns)),
        )
        return ActiveMorph(self.morph, self.begin_ns, due_ns, styles)

    @property
    def style(self) -> Style:
        """The present style."""
        return self.styles[-1]

    def has_had(self, style: Style) -> bool:
        """Return whether a style is or recently was the morph's own; choosing it has no effect."""
        return style in self.styles


def interpolate(styles: tuple[Style, ...], fraction: float) -> Style:
    """Return the blend at a fraction of the way, 0 to 1, from the first to the last."""
    place = fraction * (len(styles) - 1)
    index = min(int(place), len(styles) - 1)
    before, after = dict(styles[index]), dict(styles[min(index + 1, len(styles) - 1)])
    part = place - index
    mixed = {
        name: (1 - part) * before.get(name, 0.0) + part * after.get(name, 0.0)
        for name in (before | after)
    }
    return tuple(
        (name, round(weight, 4)) for name, weight in mixed.items() if weight >= _MIN_WEIGHT
    )
