"""What a player changes while playing: mode, style, blend, instruments, tempo, and the rest.

Every choice comes from a seeded generator. All of them leave the hand-over by silence on, so that
an answer is due after every pause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from bridge.messages.settings import Changes, KeyPolicy, Mode, ReEntry, Settings, StartOn, Style
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source
from bridge.system.units import MS, SECOND

MODES = (Mode.ANSWER, Mode.ANSWER, Mode.TAKE_OVER, Mode.ACCOMPANY, Mode.TRADE, Mode.LOOP)
METRES = ((4, 4), (3, 4), (6, 8), (5, 4))
_MAX_INSTRUMENTS = 4

Change = Callable[[Random, Settings, Sequence[str]], Settings]


def _mode(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    bars = random.choice((1, 2))
    return replace(settings, mode=random.choice(MODES), bars=bars)


def _style(random: Random, settings: Settings, styles: Sequence[str]) -> Settings:
    chosen: Style = ((random.choice(styles), 1.0),)
    return replace(settings, style=random.choice((chosen, ())))


def _blend(random: Random, settings: Settings, styles: Sequence[str]) -> Settings:
    names = random.sample(styles, min(3, len(styles)))
    return replace(settings, style=tuple((name, random.uniform(0.1, 1)) for name in names))


def _instruments(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    count = random.randrange(_MAX_INSTRUMENTS)
    return replace(settings, instruments=tuple(random.sample(list(Instrument), count)))


def _tempo(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    bpm = random.choice((None, None, random.uniform(60, 200)))
    time = replace(settings.time, bpm=bpm, metre=random.choice(METRES))
    return replace(settings, time=time)


def _sync(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    source = random.choice((None, None, None, Source.OWN))
    return replace(settings, time=replace(settings.time, sync=source))


def _advance(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    advance_ns = random.choice((0, 0, 10 * MS, -10 * MS, 40 * MS))
    return replace(settings, time=replace(settings.time, advance_ns=advance_ns))


def _click(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    click = random.choice((False, True))
    return replace(settings, time=replace(settings.time, click=click, click_to_output=click))


def _quantise(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    step, strength = random.choice(list(GridStep)), random.uniform(0.3, 1)
    return replace(settings, quantise=Quantise(step, strength))


def _re_entry(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    return replace(settings, re_entry=random.choice(list(ReEntry)))


def _randomness(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    return replace(
        settings,
        temperature=round(random.uniform(0.3, 1.5), 2),
        top_p=round(random.uniform(0.5, 1), 2),
        seed=random.randrange(1000),
        style_strength=round(random.uniform(0, 2), 1),
        candidates=random.randrange(1, 5),
    )


def _harmony(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    key, changes = random.choice(list(KeyPolicy)), random.choice(list(Changes))
    return replace(settings, key=key, changes=changes)


def _length(random: Random, settings: Settings, _: Sequence[str]) -> Settings:
    answer_ns = random.choice((None, SECOND, 3 * SECOND))
    begins = random.choice(list(StartOn))
    return replace(settings, answer_ns=answer_ns, begins=begins, vary=random.random() < 0.5)


CHANGES: dict[str, Change] = {
    "mode": _mode,
    "style": _style,
    "blend": _blend,
    "instruments": _instruments,
    "tempo": _tempo,
    "time source": _sync,
    "advance": _advance,
    "click": _click,
    "quantising": _quantise,
    "re-entry": _re_entry,
    "randomness": _randomness,
    "harmony": _harmony,
    "length": _length,
}


def change(random: Random, settings: Settings, styles: Sequence[str]) -> tuple[str, Settings]:
    """Return the name of a random change, and the settings after it."""
    name = random.choice(sorted(CHANGES))
    return name, CHANGES[name](random, settings, styles)


def channels_of(settings: Settings, *, played: Instrument = Instrument.PIANO) -> set[int]:
    """Return the channels on which an answer may come with these settings.

    Without instruments, an answer uses those of the player, and an accompaniment those of a band
    (`bridge.session.turns.response_instruments`). A loop repeats what the player has played. Clicks
    are on the channel of the drums.
    """
    band = (Instrument.PIANO, Instrument.BASS, Instrument.DRUMS)
    kinds = set(settings.instruments) or {played, *band}
    if settings.mode is Mode.LOOP:
        kinds.add(played)
    channels = {kind.spec.channel for kind in kinds}
    if settings.time.click_to_output:
        channels.add(Instrument.DRUMS.spec.channel)
    return channels
