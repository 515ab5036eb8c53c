"""The process that generates takes, with the installed network; once as a process of its own."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bridge.messages.requests import UnknownStyle
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.system.clock import ManualClock, SystemClock
from bridge.system.input_file import InputFault, RefusedInput
from bridge.system.pipe import start_child
from export.runtime.artefact import ArtefactError, load_default_artefact
from export.runtime.decoder import Decoder
from export.runtime.reasons.proposal import NoNotes
from export.sketch.proposals import MOST_TRIES
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
from gui.engine.takes import Model, ProposalJob, serve

PIANO, BASS = Instrument.PIANO, Instrument.BASS
SCORE = Score(
    tuple(Note(24 * i, PIANO, 60 + (0, 2, 4, 5, 7, 5, 4, 2)[i], 24 * i + 20, 80) for i in range(8)),
    (TempoChange(0, 90.0),),
    (MetreChange(0, 4, 4),),
)
ASKED = Propose(7, SCORE, Settings(seed=1), bars=1)


@pytest.fixture(scope="module")
def model() -> Model:
    artefact = load_default_artefact()
    return artefact, Decoder(artefact, device="cpu", threads=1)


def proposed(model: Model, asked: Propose) -> list[Proposal]:
    proposing, found = ProposalJob(model, asked), []
    while not proposing.is_done:
        candidate = proposing.step()
        if candidate is not None:
            found.append(candidate)
    return found


def test_four_candidates_differ_and_fill_their_span(model: Model) -> None:
    found = proposed(model, ASKED)
    assert [each.candidate for each in found] == [0, 1, 2, 3]
    assert len({each.notes for each in found}) == 4
    for each in found:
        assert (each.span.begin, each.span.end) == (192, 384)
        assert each.notes
        assert all(192 <= n.onset_ticks < n.release_ticks <= 384 for n in each.notes)
        assert f"seed {each.settings.seed};" in each.text


def test_a_candidates_settings_reproduce_it(model: Model) -> None:
    last = proposed(model, ASKED)[-1]
    again = proposed(model, replace(ASKED, settings=last.settings, count=1))
    assert again[0].notes == last.notes


def test_the_settings_apply(model: Model) -> None:
    settings = Settings(seed=1, instruments=(BASS,))
    kinds = {
        n.instrument for c in proposed(model, replace(ASKED, settings=settings)) for n in c.notes
    }
    assert kinds == {BASS}
    plain = proposed(model, replace(ASKED, count=1))[0].notes
    for other in (
        replace(ASKED.settings, style=(("blues", 1.0),)),
        replace(ASKED.settings, temperature=1.6, top_p=1.0),
    ):
        assert proposed(model, replace(ASKED, settings=other, count=1))[0].notes != plain
    styled = replace(ASKED.settings, style=(("blues", 1.0),))
    stronger = replace(styled, style_strength=4.0)
    each = [
        proposed(model, replace(ASKED, settings=s, count=1, bars=2)) for s in (styled, stronger)
    ]
    assert each[0][0].notes != each[1][0].notes


def test_at_temperature_0_candidates_still_differ(model: Model) -> None:
    greedy = replace(ASKED, settings=Settings(seed=1, temperature=0.0))
    found = proposed(model, greedy)
    assert len({each.notes for each in found}) == len(found) > 1
    assert found[0].settings.temperature == 0.0
    assert all(each.settings.temperature > 0 for each in found[1:])
    seeds = [each.settings.seed for each in found]
    assert len(set(seeds)) == len(seeds)
    assert max(seeds) <= 4 * MOST_TRIES


class Served:
    """`serve` in a thread, and the other end of its pipe."""

    def __init__(self, model: Model | ArtefactError, clock: ManualClock | SystemClock) -> None:
        self.connection, theirs = Pipe()
        self.loads = 0

        def load() -> Model:
            self.loads += 1
            if isinstance(model, ArtefactError):
                raise model
            return model

        self.thread = threading.Thread(target=serve, args=(theirs, load, clock))
        self.thread.start()

    def answers(self) -> Iterator[Reply]:
        yield from answers(self.connection)

    def close(self) -> None:
        self.connection.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


def answers(connection: Connection) -> Iterator[Reply]:
    """Yield the replies, up to the last one."""
    while True:
        assert connection.poll(60)
        answer: Reply = connection.recv()
        yield answer
        if isinstance(answer, EndOfProposals | Failed):
            return


class EverLater(ManualClock):
    """A clock that advances by a second whenever it is read."""

    def now_ns(self) -> int:
        self.advance(1_000_000_000)
        return super().now_ns()


def test_it_loads_once_and_sends_progress(model: Model) -> None:
    served = Served(model, EverLater())
    served.connection.send(ASKED)
    replies = list(served.answers())
    assert isinstance(replies[0], Loading)
    growing = [each for each in replies if isinstance(each, Progress)]
    assert {each.candidate for each in growing} == {0, 1, 2, 3}
    shares = [each.fraction for each in growing if each.candidate == 0]
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    assert {len(each.notes) for each in growing} > {0, 1, 2}
    assert sum(isinstance(each, Proposal) for each in replies) == 4
    assert {each.request_id for each in replies} == {7}
    served.connection.send(replace(ASKED, request_id=8, count=1))
    assert [type(each) for each in served.answers() if not isinstance(each, Progress)] == [
        Proposal,
        EndOfProposals,
    ]
    assert served.loads == 1
    served.close()


def test_quick_steps_send_no_progress(model: Model) -> None:
    served = Served(model, ManualClock())
    served.connection.send(ASKED)
    assert not any(isinstance(each, Progress) for each in served.answers())
    served.close()


def test_a_cancel_or_a_new_request_ends_the_last_one(model: Model) -> None:
    served = Served(model, EverLater())
    served.connection.send(replace(ASKED, bars=1000))
    while not isinstance(served.connection.recv(), Progress):
        pass
    served.connection.send(Cancel())
    served.connection.send(replace(ASKED, request_id=8, bars=1000))
    while served.connection.recv().request_id != 8:
        pass
    served.connection.send(replace(ASKED, request_id=9, count=1))
    last = [each for each in served.answers() if each.request_id == 9]
    assert isinstance(last[-1], EndOfProposals)
    served.close()


@pytest.mark.parametrize(
    "asked,reason",
    [
        (replace(ASKED, score=Score()), NoNotes),
        (replace(ASKED, settings=Settings(style=(("chopan", 1.0),))), UnknownStyle),
    ],
)
def test_a_bad_request_has_a_reason_and_the_next_one_works(
    model: Model, asked: Propose, reason: type
) -> None:
    served = Served(model, ManualClock())
    served.connection.send(asked)
    *_, failed = served.answers()
    assert isinstance(failed, Failed)
    assert isinstance(failed.reason, reason)
    served.connection.send(replace(ASKED, count=1))
    *_, finished = served.answers()
    assert isinstance(finished, EndOfProposals)
    served.close()


def test_an_artefact_that_cannot_be_used_is_a_reason() -> None:
    missing = RefusedInput(Path("weights.bin"), InputFault.MISSING)
    served = Served(ArtefactError(missing), ManualClock())
    served.connection.send(ASKED)
    *_, failed = served.answers()
    assert failed == Failed(7, missing)
    served.close()


def test_the_process_has_low_priority_and_exits_with_the_window() -> None:
    child = start_child("gui.engine.takes")
    child.connection.send(ASKED)
    replies = list(answers(child.connection))
    assert isinstance(replies[0], Loading)
    assert sum(isinstance(each, Proposal) for each in replies) == 4
    if hasattr(os, "getpriority"):
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, child.process.pid) == min(19, ours + 10)
    child.connection.close()
    assert child.process.wait(20) == 0
