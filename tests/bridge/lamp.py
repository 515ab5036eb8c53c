"""A dataclass of settings, one of each kind, for tests of single settings."""

import enum
from dataclasses import dataclass, field

from bridge.setting import spec_of, validate


class Colour(enum.Enum):
    """Two values."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Lamp:
    """One setting of each kind."""

    power_mw: int = field(
        default=1000,
        metadata=spec_of("Power.", 0.5, 60, step=0.5, decimals=1, unit="W", per_unit=1000),
    )
    colour: Colour | None = field(default=None, metadata=spec_of("Colour.", none="white"))
    delay: int | None = field(default=None, metadata=spec_of("Delay.", 1, 9, none="at once"))
    place: str = "hall"

    def __post_init__(self) -> None:
        validate(self)
