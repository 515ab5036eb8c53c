"""A morph: the style changes slowly, from blend to blend, while the music goes on.

It is given as some blends, which a path over the map of styles has led through, and as how long all
of it lasts. Between two of them the weights move in a straight line. That is done in small steps,
each a change of settings like any other: what has been decided stays as it is, and the next note is
in the new style.
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
"""A smaller weight is none."""


@dataclass(frozen=True, slots=True)
class ActiveMorph:
    """A morph that began at a time, and when its next step is due."""

    morph: Morph
    begin_ns: int
    due_ns: int
    styles: tuple[Style, ...] = ()
    """What it has been lately; the last is what it is."""

    @classmethod
    def start(cls, morph: Morph, now_ns: int) -> ActiveMorph:
        """Return a morph of at least one blend that begins now."""
        return cls(morph, now_ns, now_ns)

    def progress(self, now_ns: int) -> float:
        """Return how much of it is done, from 0 to 1."""
        lasts_ns, gone_ns = self.morph.duration_ns, now_ns - self.begin_ns
        return gone_ns / lasts_ns if gone_ns < lasts_ns else 1.0

    def stepped(self, now_ns: int) -> ActiveMorph:
        """Return it with the style of this moment, and the next step in a while."""
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
        """Return what it is now."""
        return self.styles[-1]

    def has_had(self, style: Style) -> bool:
        """Tell whether this is or was lately its style: who asks for that has asked for nothing."""
        return style in self.styles


def interpolate(styles: tuple[Style, ...], fraction: float) -> Style:
    """Return the blend that lies this share of the way from the first to the last."""
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
