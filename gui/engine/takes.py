"""The process that proposes takes: several ways to go on, away from the clock.

Live playing comes first. So this is a process of its own (`python -m gui.engine.takes`), nicer than
all others, with one thread on the CPU, whatever the engine runs on. It loads the network with the
first request, and looks between any two tokens whether it is still wanted.

Candidates differ: each has a seed of its own, and one that comes out empty, or like another one, is
made again with a further seed and a little more chance.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.system.clock import SystemClock
from bridge.system.pipe import join_parent
from gui.engine.proposals import Answer, Cancel, Failed, Finished, Grown, Loading, Propose, Proposed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note
    from bridge.system.clock import Clock
    from export.runtime.artefact import Artefact
    from export.runtime.continuation import Growing
    from export.runtime.decoder import Decoder

_NICENESS = 10
_BETWEEN_NS = 150_000_000
"""From one look at a growing take to the next."""
MOST_TRIES = 4
"""After so many that were empty or alike there is one candidate less."""
_WARMER = 0.25

Model = tuple["Artefact", "Decoder"]


class Proposing:
    """The candidates for one request in the making."""

    def __init__(self, model: Model, asked: Propose) -> None:
        """Begin with the first.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        from export.runtime.continuation import Prompt, span_of_bars

        self._artefact, decoder = model
        self._asked = asked
        self._span = span_of_bars(asked.score, asked.bars)
        self._prompt = Prompt(self._artefact, decoder, asked.score, self._span, asked.settings)
        self._candidate = self._tries = 0
        self._seeds = 0  # how many have been used
        self._there: set[tuple[tuple[int, int, int], ...]] = set()
        self._growing, self._settings = self._taken_up()

    @property
    def done(self) -> bool:
        """Tell whether all candidates are there."""
        return self._candidate == self._asked.count

    def work(self) -> Proposed | None:
        """Go on by a token; return a candidate that is complete with it."""
        self._growing.work()
        if not self._growing.done:
            return None
        notes = tuple(self._growing.notes())
        candidate, settings = self._candidate, self._settings
        proposed = None
        if notes and (like := _likeness(notes)) not in self._there:
            self._there.add(like)
            text = self._credit(settings)
            number = self._asked.number
            proposed = Proposed(number, candidate, self._span, notes, settings, text)
        self._tries += 1
        if proposed is not None or self._tries == MOST_TRIES:
            self._candidate, self._tries = candidate + 1, 0
        if not self.done:
            self._growing, self._settings = self._taken_up()
        return proposed

    def grown(self) -> Grown:
        """Return the candidate in the making, as far as it has come."""
        notes, share = tuple(self._growing.notes()), self._growing.share
        return Grown(self._asked.number, self._candidate, self._span, notes, share)

    def _taken_up(self) -> tuple[Growing, Settings]:
        """Return the next candidate to be made, and how it is."""
        from export.runtime.continuation import Growing

        asked = self._asked.settings
        settings = replace(
            asked,
            seed=asked.seed + self._seeds,
            temperature=asked.temperature + _WARMER * self._tries,
        )
        self._seeds += 1
        return Growing(self._prompt, settings), settings

    def _credit(self, settings: Settings) -> str:
        from gui.engine.recording import credit

        return credit(self._artefact, settings)


def _likeness(notes: Iterable[Note]) -> tuple[tuple[int, int, int], ...]:
    """Return what makes two takes alike: which notes begin when."""
    return tuple((n.onset_ticks, int(n.instrument), n.pitch) for n in notes)


def serve(face: Connection, load: Callable[[], Model], clock: Clock) -> None:
    """Propose what is asked for, until whoever asks closes the pipe."""
    model: Model | None = None
    proposing: Proposing | None = None
    told_ns, number = clock.now_ns(), 0
    with suppress(EOFError, OSError):
        while True:
            while proposing is None or face.poll():
                asked: Propose | Cancel = face.recv()
                proposing = None
                if isinstance(asked, Propose):
                    number = asked.number
                    if model is None:
                        face.send(Loading(number))
                    model, proposing, trouble = _begun(model, load, asked)
                    if trouble is not None:
                        face.send(trouble)
            answers: list[Answer] = []
            if (proposed := proposing.work()) is not None:
                answers.append(proposed)
            elif clock.now_ns() - told_ns >= _BETWEEN_NS:
                answers.append(proposing.grown())
            if proposing.done:
                answers.append(Finished(number))
                proposing = None
            for answer in answers:
                face.send(answer)
                told_ns = clock.now_ns()


def _begun(
    model: Model | None, load: Callable[[], Model], asked: Propose
) -> tuple[Model | None, Proposing | None, Failed | None]:
    """Load the network if it is not there, and begin; or say why not."""
    from export.runtime.artefact import ArtefactError, UnknownStyleError
    from export.runtime.own_styles import StyleError

    if not asked.score.notes:
        return model, None, Failed(asked.number, "There are no notes to continue.")
    try:
        model = load() if model is None else model
        return model, Proposing(model, asked), None
    except UnknownStyleError as error:
        return model, None, Failed(asked.number, f"Style: {error}.")
    except (ArtefactError, StyleError) as error:
        return model, None, Failed(asked.number, str(error))


def installed_model() -> Model:
    """Load the installed artefact, and make a decoder that leaves the machine to others.

    Raises:
        export.runtime.artefact.ArtefactError: there is none, or it cannot be used.
        export.runtime.own_styles.StyleError: a file among the user's styles is not one.

    """
    from export.runtime.decoder import Decoder
    from export.runtime.own_styles import installed_artefact

    artefact = installed_artefact()
    return artefact, Decoder(artefact, device="cpu", threads=1)


def main() -> None:
    """Run as the window's process for takes."""
    face = join_parent()
    if hasattr(os, "nice"):  # not on every system
        os.nice(_NICENESS)
    serve(face, installed_model, SystemClock())


if __name__ == "__main__":
    main()
