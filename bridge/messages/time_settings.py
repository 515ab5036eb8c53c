"""The settings of time: which clock is followed, and how Antiphon's own clock runs.

They are the group `time` of the table of settings (`bridge.messages.settings`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.setting import spec_of, validate
from bridge.sync.transport import Source
from bridge.system.units import MS

_MAX_BEATS = 32


def _is_metre(metre: tuple[int, int]) -> bool:
    return 1 <= metre[0] <= _MAX_BEATS and metre[1] in (2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class TimeSettings:
    """The time source that is followed, and Antiphon's own clock.

    Without `sync`, the best running source is followed, which is never Ableton Link. `bpm` is the
    tempo of Antiphon's own clock, which runs when no external source is followed; None is free
    playing. The own clock starts with a count-in or with the first note. `metre` is the metre of
    the own clock and of MIDI clock, which transmits none. All events are sent earlier by
    `advance_ns`.

    Raises:
        bridge.setting.SettingError: a value has a wrong type or is out of range.

    """

    sync: Source | None = field(
        default=None,
        metadata=spec_of("Whose tempo and bars Antiphon follows.", none="auto"),
    )
    bpm: float | None = field(
        default=None,
        metadata=spec_of(
            "Tempo of Antiphon's own clock, which runs when no external time source is "
            "followed. Free: there is no clock, and you play as you like.",
            20,
            300,
            decimals=1,
            unit="bpm",
            none="free",
        ),
    )
    metre: tuple[int, int] = field(
        default=(4, 4),
        metadata=spec_of(
            "Metre of Antiphon's own clock and of MIDI clock, which does not transmit a metre.",
            rule=_is_metre,
            wanted=f"a metre of 1 to {_MAX_BEATS} beats of 2, 4, 8 or 16",
        ),
    )
    count_in_bars: int = field(
        default=0,
        metadata=spec_of("How many bars Antiphon's own clock counts in.", 0, 8, unit="bars"),
    )
    click: bool = field(
        default=False,
        metadata=spec_of("A metronome: hear each beat of Antiphon's own clock."),
    )
    click_to_output: bool = field(
        default=False,
        metadata=spec_of(
            "Send count-in and click to the output too, as notes on channel 10. Otherwise only the "
            "built-in synth plays them, and no other program records them."
        ),
    )
    advance_ns: int = field(
        default=0,
        metadata=spec_of(
            "Send everything earlier by this; below 0, later.",
            -500,
            500,
            decimals=1,
            unit="ms",
            per_unit=MS,
        ),
    )

    def __post_init__(self) -> None:
        validate(self)
