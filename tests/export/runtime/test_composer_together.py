"""Both play at once: what the player does is told where it happened, and the rest decided anew."""

from itertools import pairwise
from random import Random

import pytest

from bridge.messages.composer import (
    Configure,
    EndTake,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Replan,
    Reset,
    Retract,
)
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.decoder import Decoder
from model.tokens import features
from model.tokens import vocabulary as v
from model.tokens.sampling import Grammar
from model.tokens.tokenizer import decode

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
BAR, NO_END = 192, 1 << 40


def composing(artefact: Artefact, *heard: NoteEvent, seed: int = 1) -> Composer:
    """Return a composer that is told the time of a host and has heard this."""
    composer = Composer(artefact, Decoder(artefact, device="cpu", threads=1))
    settings = Settings(seed=seed, temperature=1.2)
    for message in (Reset(100.0, (3, 4)), Configure(settings), PlayerEvents(heard)):
        composer.receive(message)
    return composer


def worked(composer: Composer) -> list[Generated]:
    told = []
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            told.append(composed)
    return told


def happenings(told: list[Generated]) -> list[NoteEvent]:
    return [happening for composed in told for happening in composed.events]


def onsets(told: list[NoteEvent]) -> set[tuple[int, Instrument, int]]:
    return {(h.tick, h.instrument, h.pitch) for h in told if isinstance(h, Onset)}


def onsets_told(composer: Composer) -> set[tuple[int, Instrument, int]]:
    return {(n.onset_ticks, n.instrument, n.pitch) for n in decode(composer.tokens).notes}


def test_a_host_s_time_is_the_frame_of_the_music(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(24, PIANO, 60))
    composer.receive(Generate(1, 48, 96, 96, (PIANO,)))
    worked(composer)
    score = decode(composer.tokens)
    assert composer.tokens[:2] == [v.START, v.CLOCK_GRID]
    assert score.grid
    assert (score.metres[0].numerator, score.metres[0].denominator) == (3, 4)
    assert score.tempos[0].bpm == pytest.approx(100, rel=0.02)


def test_a_metre_that_nobody_knows_is_left_out(exact: Artefact) -> None:
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.receive(Reset(120.0, (31, 16)))
    assert len(composer.tokens) == 3


@pytest.mark.parametrize("seed", range(12))
def test_however_often_the_player_comes_in_both_are_told_as_they_played(
    exact: Artefact, seed: int
) -> None:
    """What was committed stands, what the player did lies at its tick, and every note ends."""
    rng = Random(seed)
    composer = composing(exact, Onset(0, PIANO, 60, 80), seed=seed)
    played: list[NoteEvent] = [Onset(0, PIANO, 60, 80)]
    composer.receive(Generate(1, 48, 144, NO_END, (BASS, DRUMS)))
    stands = happenings(worked(composer))
    now, plan, held = 0, 0, 60
    for _ in range(12):
        now += rng.randrange(1, 40)
        heard: tuple[NoteEvent, ...] = (Release(now, PIANO, held),)
        held = rng.randrange(50, 80)
        heard += (Onset(now, PIANO, held, 80),)
        played += heard
        commit, plan = max(47, now + rng.randrange(3, 12)), plan + 1
        composer.receive(Replan(1, plan, commit, heard))
        composer.receive(Extend(1, commit + 96))
        stands = [h for h in stands if h.tick <= commit]
        told = worked(composer)
        assert {composed.plan for composed in told} <= {plan}
        new = happenings(told)
        assert all(h.tick > commit for h in new)
        assert not [h for h in new if h.instrument is PIANO]  # not even the ends of what is held
        stands += new
    assert stands
    assert onsets_told(composer) == onsets(played) | onsets(stands)
    sounding: set[tuple[Instrument, int]] = set()
    for each in stands:
        key = each.instrument, each.pitch
        if key[0] is not DRUMS:
            assert (key in sounding) == isinstance(each, Release)
            sounding ^= {key}
    composer.receive(EndTake(1, stands[-1].tick + 48))
    ends = [h for h in happenings(worked(composer)) if isinstance(h, Release)]
    assert sounding <= {(h.instrument, h.pitch) for h in ends}


def test_a_wait_is_never_told_in_two_parts(exact: Artefact) -> None:
    """After a wait that is not the longest, something happens: so the network has learned it."""
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 400, NO_END, (BASS,), accompany=True))
    worked(composer)
    for plan, tick in enumerate(range(60, 400, 23), start=1):
        heard = (Release(tick, PIANO, 60 + (plan - 1) % 5), Onset(tick, PIANO, 60 + plan % 5, 80))
        composer.receive(Replan(1, plan, tick + 8, heard))
        worked(composer)
    kinds = [v.token_of(token) for token in composer.tokens]
    after_short_waits = [
        after.kind
        for before, after in pairwise(kinds)
        if before.kind is v.Kind.WAIT and before.value < v.MAX_WAIT_TICKS
    ]
    assert len(after_short_waits) > 10
    assert v.Kind.WAIT not in after_short_waits


def test_what_was_played_before_the_answer_began_is_told_before_it(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 96, 192, 384, (BASS,)))
    worked(composer)
    heard = (Release(30, PIANO, 60), Onset(30, PIANO, 64, 80))
    composer.receive(Replan(1, 1, 95, heard))
    new = happenings(worked(composer))
    assert isinstance(new[0], Onset)
    assert new[0].tick == 96
    assert (30, PIANO, 64) in onsets_told(composer)


def test_an_answer_that_was_told_to_its_end_is_amended_too(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, 144, (BASS,)))
    assert worked(composer)[-1].done
    composer.receive(Replan(1, 1, 80, (Onset(70, PIANO, 72, 80),)))
    told = worked(composer)
    assert told[-1].done
    assert all(80 < h.tick <= 144 for h in happenings(told))


@pytest.mark.parametrize("commit,first", [(30, 48), (52, 60), (95, None)])
def test_an_answer_amended_before_its_first_note_was_decided_begins_after_that(
    exact: Artefact, commit: int, first: int | None
) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 96, 96, (PIANO,)))  # the machine is too busy to begin
    composer.receive(Replan(1, 1, commit, (Release(20, PIANO, 60),)))
    composed = worked(composer)
    told = happenings(composed)
    assert composed[-1].done
    assert (told[0].tick if told else None) == first  # on the grid that the player keeps to
    assert len(told) == 2 * len(onsets(told)), "each note ends"


def test_it_begins_out_of_nothing(exact: Artefact) -> None:
    composer = composing(exact)
    composer.receive(Generate(1, 48, 432, 432, (PIANO,)))
    told = happenings(worked(composer))
    assert isinstance(told[0], Onset)
    assert 48 <= told[0].tick < 96
    assert len(onsets(told)) > 3


def test_an_ending_is_counted_down_to(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, NO_END, (BASS,)))
    worked(composer)
    composer.receive(EndTake(1, 240))
    composer.receive(Replan(1, 1, 100, ()))
    told = worked(composer)
    assert told[-1].done
    assert max(h.tick for h in happenings(told)) <= 240
    assert features.countdown(0) == 1
    assert features.countdown(240 - 100) == 3
    assert features.countdown(10**6) == features.MAX_COUNTDOWN + 1


def test_a_countdown_survives_the_amendment_that_follows_it(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, NO_END, (BASS,)))
    worked(composer)
    composer.receive(EndTake(1, 672))
    composer.receive(Replan(1, 1, 100, (Onset(90, PIANO, 72, 80),)))
    assert composer._stream.end_tick == 672  # noqa: SLF001 - what the network is told
    worked(composer)
    composer.receive(Generate(2, 768, 900, 900, (BASS,)))
    assert composer._stream.end_tick is None  # noqa: SLF001 - as above


def test_an_ending_ends_a_recital(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    script = tuple(Onset(96 + 24 * index, PIANO, 60 + index, 80) for index in range(20))
    composer.receive(Generate(1, 96, 576, 576, (PIANO,), script))
    worked(composer)
    composer.receive(EndTake(1, 240))
    composer.receive(Replan(1, 1, 150, ()))
    (told,) = worked(composer)
    assert told.done
    assert max(h.tick for h in told.events if isinstance(h, Onset)) == 216
    assert {h.tick for h in told.events if isinstance(h, Release)} == {240}


def test_a_script_is_recited_with_its_ends(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    script = (Onset(96, PIANO, 60, 80), Release(116, PIANO, 60), Onset(150, PIANO, 64, 80))
    composer.receive(Generate(1, 96, 192, 192, (PIANO,), script))
    (told,) = worked(composer)
    assert told == Generated(1, (*script, Release(192, PIANO, 64)), done=True)
    assert onsets_told(composer) >= onsets(list(script))
    composer.receive(Replan(1, 1, 120, (Onset(110, PIANO, 72, 80),)))
    (told,) = worked(composer)
    assert told == Generated(1, (script[2], Release(192, PIANO, 64)), done=True, plan=1)
    assert (110, PIANO, 72) in onsets_told(composer)
    composer.receive(Retract(1, 130))
    assert (150, PIANO, 64) not in onsets_told(composer)


def test_keys_that_the_player_holds_are_not_the_answers_to_end(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 240, 240, (PIANO,)))
    told = happenings(worked(composer))
    assert told
    assert not [h for h in told if h.pitch == 60]


def test_a_grammar_leaves_held_keys_to_their_holder() -> None:
    grammar = Grammar((PIANO,))
    held, ours = v.off_id(PIANO, 60), v.off_id(PIANO, 64)
    for pitch in (60, 64):
        grammar.push(v.on_id(PIANO, pitch, 5))
    grammar.set_held_offs([held])
    grammar.push(v.wait_id(10))
    mask = grammar.mask()
    assert not mask[held]
    assert mask[ours]
    assert grammar.pending_offs == (ours,)
    grammar.push(v.wait_id(192))
    grammar.push(v.wait_id(192))
    assert grammar.mask().nonzero()[0].tolist() == [ours]  # forgotten; the held one is not
    grammar.push(ours)
    assert not grammar.mask()[held]


def test_a_player_on_the_grid_is_answered_on_it(exact: Artefact) -> None:
    phrase = [
        happening
        for index in range(16)
        for happening in (Onset(24 * index, PIANO, 60, 80), Release(24 * index + 20, PIANO, 60))
    ]
    composer = composing(exact, *phrase)
    composer.receive(Generate(1, 384, 768, 768, (PIANO,)))
    struck = [h.tick % 48 for h in happenings(worked(composer)) if isinstance(h, Onset)]
    assert struck
    assert set(struck) <= {0, 12, 24, 36, 16, 32}
