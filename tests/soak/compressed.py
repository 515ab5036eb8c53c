"""The time-compressed part: hours of music in minutes, on a simulated clock.

A player plays phrases all the time. Every twenty seconds or so a fault of
`tests.soak.border_faults` begins. A fault survives if nothing raised, no note from before it still
sounds when it is over, and music has come again after the next phrase and pause.
"""

from __future__ import annotations

import traceback
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from bridge.messages.requests import ChangeSettings, Stop
from bridge.system.clock import SystemClock
from bridge.system.units import SECOND
from tests.soak.border_faults import FAULTS, end_fault
from tests.soak.choices import change
from tests.soak.notes import NOTE_ON
from tests.soak.outcome import Broken, Part, Trial
from tests.soak.phrases import PhraseWriter
from tests.soak.simulated import POLL_NS, World
from tests.soak.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.soak.border_faults import BorderFault
    from tests.soak.phrases import Timed
    from tests.soak.stand_in import Composing

BETWEEN_S = (8.0, 25.0)
MUSIC_WITHIN_S = 25.0
"""Seconds of music from the end of a fault: a phrase, a pause, and up to two bars of waiting."""
RELEASED_WITHIN_S = 1.0
LONG_REST_S = 8.0
CHANGE_SHARE, PLAYED_THROUGH = 0.7, 0.7
"""How often something is changed before a phrase, and a phrase is played during a fault."""
MAX_SAID = 4


class CompressedSoak:
    """One run with one composer."""

    def __init__(
        self, part: Part, styles: Sequence[str], composer: Composing | None = None
    ) -> None:
        """Play to a composer, or to the stand-in."""
        self._part, self._random = part, Random(part.seed)
        self._styles = tuple(styles)
        self._world = World(self._random, composer or StandIn(Random(part.seed)))
        self._began_ns = self._world.now_ns
        self._phrases = PhraseWriter(Random(part.seed + 1))
        self._last = "the start"
        self._raised: list[str] = []

    @property
    def _now_s(self) -> float:
        return self._second(self._world.now_ns)

    def _second(self, time_ns: int) -> float:
        return (time_ns - self._began_ns) / SECOND

    def run(self, minutes: float, tell: Callable[[float], None] = lambda _: None) -> None:
        """Run for some musical minutes; `tell` gets the minutes that are over."""
        clock = SystemClock()
        begin_ns = clock.now_ns()
        while self._now_s < minutes * 60:
            self._play_for(self._random.uniform(*BETWEEN_S))
            for text in self._raised:  # outside of a fault
                self._part.broken.append(Broken(self._now_s, text, self._last))
            self._raised.clear()
            self._try(self._random.choice(FAULTS))
            tell(self._now_s / 60)
        self._end()
        part, ledger = self._part, self._world.ledger
        part.minutes = self._now_s / 60
        part.wall_s = (clock.now_ns() - begin_ns) / SECOND
        part.notes_at_s = [self._second(strike.at_ns) for strike in ledger.strikes]
        part.late_ms = [(at_s - self._began_ns / SECOND, ms) for at_s, ms in self._world.late_ms]
        part.broken += [
            Broken(self._second(fault.at_ns), fault.what, self._what_was_done_at(fault.at_ns))
            for fault in ledger.faults(self._world.now_ns)
        ]
        part.broken.sort(key=lambda broken: broken.at_s)

    def _play_for(self, seconds: float) -> None:
        end_ns = self._world.now_ns + round(seconds * SECOND)
        while self._world.now_ns < end_ns:
            if self._random.random() < CHANGE_SHARE:
                name, settings = change(self._random, self._world.settings, self._styles)
                self._part.changes[name] += 1
                self._last = f"change of {name}"
                self._world.request(ChangeSettings(settings))
            self._play(self._phrases.phrase(), self._phrases.rest_s())

    def _play(self, messages: Sequence[Timed], rest_s: float) -> None:
        """Play a phrase, and rest."""
        world = self._world
        self._part.played += sum(message[0] & 0xF0 == NOTE_ON for _, message in messages)
        for at_s, message in messages:
            world.at(world.now_ns + round(at_s * SECOND), partial(world.play, message))
        self._pass(messages[-1][0] + rest_s)

    def _pass(self, seconds: float) -> None:
        """Let time pass. An exception is kept, and the world goes on a little later."""
        end_ns = self._world.now_ns + round(seconds * SECOND)
        while self._world.now_ns < end_ns:
            try:
                self._world.run_until(end_ns)
            except Exception as error:  # noqa: BLE001 - whatever is raised is the finding
                where = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{where.name}, {where.filename.rpartition('/')[2]}:{where.lineno}"
                self._raised.append(f"{type(error).__name__}: {error} ({place})")
                self._world.clock.advance(POLL_NS)

    def _try(self, fault: BorderFault) -> None:
        """Begin a fault, end it, and judge it."""
        world, began_s = self._world, self._now_s
        self._last = fault.name
        fault.begin(world)
        if self._random.random() < PLAYED_THROUGH:
            self._play(self._phrases.phrase(), fault.most_s)
        else:
            self._pass(self._random.uniform(0.5, 1.0) * fault.most_s)
        ended_ns = world.now_ns
        end_fault(world)
        self._pass(RELEASED_WITHIN_S)
        broken = [f"raised {text}" for text in dict.fromkeys(self._raised)]
        self._raised.clear()
        if held := world.ledger.held_before(ended_ns):
            broken.append(f"{len(held)} notes from before its end still sound")
        music_ns = self._await_music()
        broken += [f"raised {text}" for text in dict.fromkeys(self._raised)]
        self._raised.clear()
        if music_ns is None:
            broken.append(f"no music within {MUSIC_WITHIN_S:g} s")
        music_s = None if music_ns is None else (music_ns - ended_ns) / SECOND
        self._part.trials.append(
            Trial(
                fault.name, began_s, self._second(ended_ns), tuple(broken[:MAX_SAID]), None, music_s
            )
        )

    def _await_music(self) -> int | None:
        """Play phrases with long rests until something is heard; return when."""
        world = self._world
        since_ns = world.now_ns
        while world.now_ns < since_ns + round(MUSIC_WITHIN_S * SECOND):
            self._play(self._phrases.short_phrase(), LONG_REST_S)
            if (heard_ns := world.ledger.first_since(since_ns)) is not None:
                return heard_ns
        return None

    def _end(self) -> None:
        """Stop the session: after that nothing may sound."""
        world = self._world
        world.request(Stop())
        self._pass(2.0)
        if world.ledger.sounding:
            text = f"{len(world.ledger.sounding)} notes sound after the end"
            self._part.broken.append(Broken(self._now_s, text, self._last))
        self._part.broken += [Broken(self._now_s, text, "the end") for text in self._raised]
        world.outputs.close()

    def _what_was_done_at(self, time_ns: int) -> str:
        """Return the last fault that had begun at a time."""
        at_s = self._second(time_ns)
        begun = [trial for trial in self._part.trials if trial.at_s <= at_s]
        if not begun:
            return "no fault"
        return f"{begun[-1].fault}, which began {at_s - begun[-1].at_s:.1f} s before"
