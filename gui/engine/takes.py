"""The process that proposes takes: several ways to go on, away from the clock.

Live playing comes first. So this is a process of its own (`python -m gui.engine.takes`), nicer than
all others, with one thread on the CPU, whatever the engine runs on. It loads the network with the
first request, and looks between any two tokens whether it is still wanted.

How takes are made, and made to differ, is the subject of `export.runtime.continuation`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.system.clock import SystemClock
from bridge.system.pipe import join_parent
from gui.engine.proposals import Answer, Cancel, Failed, Finished, Grown, Loading, Propose, Proposed

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from bridge.system.clock import Clock
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_NICENESS = 10
_BETWEEN_NS = 150_000_000
"""From one look at a growing take to the next."""

Model = tuple["Artefact", "Decoder"]


class Proposing:
    """The takes for one request in the making."""

    def __init__(self, model: Model, asked: Propose) -> None:
        """Start with the first.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        from export.runtime.continuation import Prompt, Proposals, span_of_bars

        self._artefact, decoder = model
        self._asked = asked
        self._span = span_of_bars(asked.score, asked.bars)
        prompt = Prompt(self._artefact, decoder, asked.score, self._span, asked.settings)
        self._proposals = Proposals(prompt, asked.settings, asked.count)

    @property
    def done(self) -> bool:
        """Tell whether all takes have been made."""
        return self._proposals.done

    def work(self) -> Proposed | None:
        """Do one piece of work; return a take that is complete with it."""
        from gui.engine.recording import credit

        made = self._proposals.work()
        if made is None:
            return None
        text = credit(self._artefact, made.settings)
        where = self._asked.number, made.index, self._span
        return Proposed(*where, made.notes, made.settings, text)

    def grown(self) -> Grown:
        """Return the take in the making, as far as it has come."""
        growing = self._proposals.growing
        where = self._asked.number, self._proposals.index, self._span
        return Grown(*where, tuple(growing.notes()), growing.share)


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
