"""Why the built-in synth does not sound, as values.

`gui.wording.sound` makes the sentences.
"""

from dataclasses import dataclass

from bridge.system.child_end import ChildEnd
from bridge.system.child_exit import ChildExited
from bridge.system.input_file import InputReason


@dataclass(frozen=True, slots=True)
class SynthNotInstalled:
    """Packages that the synth needs are missing; `command` installs them."""

    command: str


@dataclass(frozen=True, slots=True)
class NoSoundFont:
    """No sound font is installed."""


@dataclass(frozen=True, slots=True)
class NoSuchSoundFont:
    """The requested sound font does not exist."""

    path: str


@dataclass(frozen=True, slots=True)
class BadSoundFont:
    """A file is not a sound font, or lacks the instruments of General MIDI."""

    path: str


@dataclass(frozen=True, slots=True)
class NoSoundDevice:
    """No device of a sound service plays (empty: of any service)."""

    service: str


@dataclass(frozen=True, slots=True)
class SoundDeviceLost:
    """The device that played has gone."""


@dataclass(frozen=True, slots=True)
class SynthExited:
    """The synth's process has ended by itself; `end` is None until it is known how."""

    end: ChildEnd | None = None


SynthReason = (
    SynthNotInstalled
    | NoSoundFont
    | NoSuchSoundFont
    | BadSoundFont
    | InputReason
    | NoSoundDevice
    | SoundDeviceLost
    | SynthExited
    | ChildExited
)


class SynthError(Exception):
    """The synth cannot sound."""

    def __init__(self, reason: SynthReason) -> None:
        super().__init__(reason)
        self.reason = reason
