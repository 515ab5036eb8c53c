"""The process that generates takes, without a deadline.

Live playing has priority. This is therefore a process of its own (`python -m gui.engine.takes`) at
low priority, with one thread on the CPU, whatever device the engine uses. It loads the network on
the first request. After every token it checks whether the request has been cancelled.

How takes are made, and made to differ, is the subject of `export.sketch.continuation`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.history.takes import Rating
from bridge.system.clock import SystemClock
from bridge.system.pipe import join_parent
from bridge.system.real_time import exit_terminated, leave_end_to_parent
from gui.diagnostics.log import hand_over_records
from gui.engine.proposals import (
    Cancel,
    EndOfProposals,
    Failed,
    Loading,
    Progress,
    Proposal,
    Propose,
    Reply,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from bridge.system.clock import Clock
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_NICENESS = 10
_PROGRESS_INTERVAL_NS = 150_000_000
"""The interval between two progress messages."""

Model = tuple["Artefact", "Decoder"]


class ProposalJob:
    """The generation of the takes of one request."""

    def __init__(self, model: Model, request: Propose) -> None:
        """Start with the first take.

        Raises:
            export.runtime.artefact.UnknownStyleError: there is no such style.

        """
        from export.sketch.prompt import Prompt, span_of_bars
        from export.sketch.proposals import continuations

        self._artefact, decoder = model
        self._request = request
        self._span = span_of_bars(request.score, request.bars)
        prompt = Prompt(self._artefact, decoder, request.score, self._span, request.settings)
        self._proposals = continuations(prompt, request.settings, request.count)

    @property
    def is_done(self) -> bool:
        """Whether all takes are complete."""
        return self._proposals.done

    def step(self) -> Proposal | None:
        """Do one step; return the take that it completes, if any."""
        from export.styles.own import weights_checksum
        from gui.engine.recording import provenance

        made = self._proposals.step()
        if made is None:
            return None
        text = provenance(self._artefact, made.settings)
        where = self._request.request_id, made.index, self._span
        rating = Rating(made.score, weights_checksum(self._artefact))
        return Proposal(*where, made.notes, made.settings, text, rating)

    def progress(self) -> Progress:
        """Return the incomplete take."""
        growing = self._proposals.growing
        where = self._request.request_id, self._proposals.index, self._span
        return Progress(*where, tuple(growing.notes()), growing.share)


def serve(client: Connection, load: Callable[[], Model], clock: Clock) -> None:
    """Serve requests for takes until the client closes the pipe."""
    model: Model | None = None
    proposing: ProposalJob | None = None
    sent_ns, number = clock.now_ns(), 0
    with suppress(EOFError, OSError):
        while True:
            while proposing is None or client.poll():
                asked: Propose | Cancel = client.recv()
                proposing = None
                if isinstance(asked, Propose):
                    number = asked.request_id
                    if model is None:
                        client.send(Loading(number))
                    model, proposing, trouble = _start_job(model, load, asked)
                    if trouble is not None:
                        client.send(trouble)
            answers: list[Reply] = []
            if (proposed := proposing.step()) is not None:
                answers.append(proposed)
            elif clock.now_ns() - sent_ns >= _PROGRESS_INTERVAL_NS:
                answers.append(proposing.progress())
            if proposing.is_done:
                answers.append(EndOfProposals(number))
                proposing = None
            for answer in answers:
                client.send(answer)
                sent_ns = clock.now_ns()


def _start_job(
    model: Model | None, load: Callable[[], Model], request: Propose
) -> tuple[Model | None, ProposalJob | None, Failed | None]:
    """Load the network if necessary and start; return the reason if that fails."""
    from export.runtime.artefact import ArtefactError, UnknownStyleError
    from export.runtime.reasons.proposal import NoNotes

    if not request.score.notes:
        return model, None, Failed(request.request_id, NoNotes())
    try:
        model = load() if model is None else model
        return model, ProposalJob(model, request), None
    except (ArtefactError, UnknownStyleError) as error:
        return model, None, Failed(request.request_id, error.reason)


def installed_model() -> Model:
    """Load the installed artefact, and make a decoder that leaves most of the CPU to others.

    Raises:
        export.runtime.artefact.ArtefactError: there is none, or it cannot be used.

    """
    from export.runtime.decoder import Decoder
    from export.styles.own import load_installed_artefact

    artefact = load_installed_artefact()
    return artefact, Decoder(artefact, device="cpu", threads=1)


def main() -> None:
    """Run as the window's process for takes."""
    leave_end_to_parent(exit_terminated)
    face = join_parent()
    if hasattr(os, "nice"):  # not on every system
        os.nice(_NICENESS)
    with hand_over_records():
        serve(face, installed_model, SystemClock())


if __name__ == "__main__":
    main()
