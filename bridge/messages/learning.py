"""The messages of the process that learns a style (`model.styles`), pickled on its standard output.

`antiphon style add` starts the process, and says what it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.midi.smf.reason import MidiFileReason


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not learned from; without a reason it has too few notes."""

    path: str
    reason: MidiFileReason | None = None


@dataclass(frozen=True, slots=True)
class SkippedFolder:
    """A folder that cannot be read; `error` is the system's text."""

    path: str
    error: str


@dataclass(frozen=True, slots=True)
class NothingToLearn:
    """No file in the folder can be learned from."""


@dataclass(frozen=True, slots=True)
class LearningStarted:
    """The number of pieces that the style is learned from, held-out ones included."""

    pieces: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """A training step is done; steps are counted from 1."""

    step: int


@dataclass(frozen=True, slots=True)
class StyleLearned:
    """The style's vector; nats a token on held-out pieces, if any, without and with the style."""

    vector: tuple[float, ...]
    pieces: int
    nats_without: float | None
    nats_with: float | None


LearningMessage = (
    SkippedFile | SkippedFolder | NothingToLearn | LearningStarted | StepDone | StyleLearned
)
