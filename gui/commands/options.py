"""Options that several commands share, and how they are read.

An option is a word that a person typed. What is wrong with it is said in one sentence that names
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.midi import instruments
from gui.commands.terminal import fail

if TYPE_CHECKING:
    from bridge.io.handle import BackendName
    from bridge.messages.settings import Settings
    from bridge.midi.instruments import Instrument

StyleOption = Annotated[
    str, typer.Option("--style", help='One style or a blend: "chopin:0.7,bossa nova:0.3".')
]
InstrumentsOption = Annotated[
    str,
    typer.Option(
        "--instruments", help="Which may play: piano,bass,drums. Default: those of the phrase."
    ),
]
TemperatureOption = Annotated[
    float, typer.Option("--temperature", help="0: always the likeliest; 1: as the model thinks.")
]
TopPOption = Annotated[
    float,
    typer.Option("--top-p", help="Keep the likeliest events that hold this much probability."),
]
StrengthOption = Annotated[
    float, typer.Option("--style-strength", help="How much of the style: 1 as the model thinks.")
]
BackendOption = Annotated[
    str, typer.Option("--through", help="auto, jack, rtmidi: which kind of port.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="The same seed gives the same music.")]


_BACKENDS: dict[str, BackendName] = {"auto": "auto", "jack": "jack", "rtmidi": "rtmidi"}


def parse_backend(through: str) -> BackendName:
    """Return the kind of port that a word names, or fail."""
    if through not in _BACKENDS:
        fail(f"--through: there is no {through!r}; there are {', '.join(_BACKENDS)}.")
    return _BACKENDS[through]


def parse_settings(
    style: str, instruments_: str, temperature: float, top_p: float, strength: float, seed: int
) -> Settings:
    """Return the settings that these options mean, or fail."""
    from bridge.messages.settings import Settings

    if not 0 <= temperature <= 5:
        fail(f"--temperature: {temperature:g} is not between 0 and 5.")
    if not 0 < top_p <= 1:
        fail(f"--top-p: {top_p:g} is not above 0 and at most 1.")
    if not 0 <= strength <= 5:
        fail(f"--style-strength: {strength:g} is not between 0 and 5.")
    if seed < 0:
        fail(f"--seed: {seed} is below 0.")
    return Settings(
        _parse_blend(style),
        _parse_instruments(instruments_),
        temperature,
        top_p,
        seed,
        style_strength=strength,
    )


def _parse_blend(words: str) -> tuple[tuple[str, float], ...]:
    """Read "chopin:0.7,bossa nova:0.3"; a name alone weighs 1."""
    parts = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        name, _, weight = word.partition(":")
        try:
            share = float(weight) if weight else 1.0
        except ValueError:
            fail(f"--style: {weight!r} is not a weight (write chopin:0.7).")
        if not 0 < share < float("inf"):
            fail(f"--style: the weight of {name.strip()} must be above 0.")
        parts.append((name.strip().lower(), share))
    return tuple(parts)


def _parse_instruments(words: str) -> tuple[Instrument, ...]:
    chosen = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        kind = instruments.instrument_named(word)
        if kind is None:
            fail(f"--instruments: there is no {word!r}; there are {', '.join(instruments.LABELS)}.")
        chosen.append(kind)
    return tuple(sorted(set(chosen)))
