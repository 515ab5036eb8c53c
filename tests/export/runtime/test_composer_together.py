"""Both play at once: the player's notes are inserted, and the rest is decided again."""

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
from model.decoding.grammar import Grammar
from model.tokens import features
from model.tokens import vocabulary as v
from model.tokens.tokenizer import decode

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
BAR, NO_END = 192, 1 << 40


def composing(artefact: Artefact, *events: NoteEvent, seed: int = 1) -> Composer:
    """Return a composer that follows a host's time and has read these events."""
    composer = Composer(artefact, Decoder(artefact, device="cpu", threads=1))
    settings = Settings(seed=seed, temperature=1.2)
    for message in (Reset(100.0, (3, 4)), Configure(settings), PlayerEvents(events)):
        composer.receive(message)
    return composer


def worked(composer: Composer) -> list[Generated]:
    generated = []
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            generated.append(composed)
    return generated


def events_of(generated: list[Generated]) -> list[NoteEvent]:
    return [event for composed in generated for event in composed.events]


def replan(
    plan: int, tick: int, events: tuple[NoteEvent, ...], *, accompany: bool = False
) -> Replan:
    """Return a new plan of take 1, with what the player has played up to now."""
    heard = max((event.tick for event in events), default=tick)
    return Replan(1, plan, tick, events, heard, accompany)


def onsets(events: list[NoteEvent]) -> set[tuple[int, Instrument, int]]:
    return {(h.tick, h.instrument, h.pitch) for h in events if isinstance(h, Onset)}


def onsets_of_tokens(composer: Composer) -> set[tuple[int, Instrument, int]]:
    return {(n.onset_ticks, n.instrument, n.pitch) for n in decode(composer.tokens).notes}


def test_a_hosts_time_is_the_frame_of_the_music(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(24, PIANO, 60))
    composer.receive(Generate(1, 48, 96, 96, (PIANO,)))
    worked(composer)
    score = decode(composer.tokens)
    assert composer.tokens[:2] == [v.START, v.CLOCK_GRID]
    assert score.grid
    assert (score.metres[0].numerator, score.metres[0].denominator) == (3, 4)
    assert score.tempos[0].bpm == pytest.approx(100, rel=0.02)


def test_a_metre_outside_the_vocabulary_is_left_out(exact: Artefact) -> None:
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.receive(Reset(120.0, (31, 16)))
    assert len(composer.tokens) == 3


@pytest.mark.parametrize("seed", range(12))
def test_however_often_the_player_plays_both_are_encoded_as_they_played(
    exact: Artefact, seed: int
) -> None:
    """Committed events stay, the player's events are at their ticks, and every note ends."""
    rng = Random(seed)
    composer = composing(exact, Onset(0, PIANO, 60, 80), seed=seed)
    played: list[NoteEvent] = [Onset(0, PIANO, 60, 80)]
    composer.receive(Generate(1, 48, 144, NO_END, (BASS, DRUMS)))
    stands = events_of(worked(composer))
    now, plan, held = 0, 0, 60
    for _ in range(12):
        now += rng.randrange(1, 40)
        played_now: tuple[NoteEvent, ...] = (Release(now, PIANO, held),)
        held = rng.randrange(50, 80)
        played_now += (Onset(now, PIANO, held, 80),)
        played += played_now
        commit, plan = max(47, now + rng.randrange(3, 12)), plan + 1
        composer.receive(replan(plan, commit, played_now))
        composer.receive(Extend(1, commit + 96))
        stands = [h for h in stands if h.tick <= commit]
        generated = worked(composer)
        assert {composed.plan for composed in generated} <= {plan}
        new = events_of(generated)
        assert all(h.tick > commit for h in new)
        assert not [h for h in new if h.instrument is PIANO]  # nor any release of a held key
        stands += new
    assert stands
    assert onsets_of_tokens(composer) == onsets(played) | onsets(stands)
    sounding: set[tuple[Instrument, int]] = set()
    for each in stands:
        key = each.instrument, each.pitch
        if key[0] is not DRUMS:
            assert (key in sounding) == isinstance(each, Release)
            sounding ^= {key}
    composer.receive(EndTake(1, stands[-1].tick + 48))
    ends = [h for h in events_of(worked(composer)) if isinstance(h, Release)]
    assert sounding <= {(h.instrument, h.pitch) for h in ends}


@pytest.mark.parametrize("seed", range(8))
def test_the_player_is_imagined_until_it_is_known_what_was_played(
    exact: Artefact, seed: int
) -> None:
    rng = Random(seed)
    played: list[NoteEvent] = [Onset(0, PIANO, 60, 80)]
    composer = composing(exact, *played, seed=seed)
    composer.receive(Generate(1, 48, 3000, NO_END, (BASS, DRUMS), accompany=True))
    generated = worked(composer)
    assert any(composed.imagined for composed in generated)
    stands, held, now = events_of(generated), 60, 0
    for plan in range(1, 8):
        now = 48 * plan
        played_now = (Release(now, PIANO, held), Onset(now, PIANO, rng.randrange(50, 80), 80))
        held = played_now[1].pitch
        played += played_now
        commit = now + rng.randrange(8, 40)
        composer.receive(Replan(1, plan, commit, played_now, now + 2, accompany=True))
        composer.receive(Extend(1, commit + 3000))
        generated = worked(composer)
        stands = [event for event in stands if event.tick <= commit] + events_of(generated)
        imagined = [event for composed in generated for event in composed.imagined]
        assert {event.instrument for event in imagined} <= {PIANO}
        assert not [event for event in stands if event.instrument is PIANO]
        known = {each for each in onsets_of_tokens(composer) if each[0] <= now + 2}
        assert known == {each for each in onsets(played + stands) if each[0] <= now + 2}
    composer.receive(Retract(1, now + 40))
    heard = onsets(played) | onsets([event for event in stands if event.tick <= now + 40])
    assert onsets_of_tokens(composer) == heard


def test_nothing_that_was_imagined_stays_after_the_take(exact: Artefact) -> None:
    played = (Onset(0, PIANO, 60, 80),)
    composer = composing(exact, *played)
    composer.receive(Generate(1, 48, 3000, 3000, (BASS,), accompany=True))
    generated = worked(composer)
    assert any(composed.imagined for composed in generated)
    assert onsets_of_tokens(composer) == onsets([*played, *events_of(generated)])


def test_the_release_of_a_held_key_can_be_imagined(exact: Artefact) -> None:
    composer = composing(exact, *(Onset(0, PIANO, pitch, 80) for pitch in range(50, 70, 3)))
    composer.receive(Generate(1, 48, 3000, NO_END, (BASS,), accompany=True))
    imagined = [event for composed in worked(composer) for event in composed.imagined]
    assert any(isinstance(event, Release) and event.pitch % 3 == 2 for event in imagined)


def test_a_player_of_the_same_instrument_is_not_imagined(exact: Artefact) -> None:
    """Its notes could not be distinguished from ours."""
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 240, NO_END, (PIANO,), accompany=True))
    assert not [event for composed in worked(composer) for event in composed.imagined]


def test_a_wait_is_never_split(exact: Artefact) -> None:
    """A plan that begins later than the last event begins with one wait, as in training."""
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 400, NO_END, (BASS,), accompany=True))
    worked(composer)
    ends_of_waits: set[int] = set()
    plans = dict(enumerate(range(60, 400, 23), start=1))
    for plan, tick in plans.items():
        played_now = (
            Release(tick, PIANO, 60 + (plan - 1) % 5),
            Onset(tick, PIANO, 60 + plan % 5, 80),
        )
        composer.receive(replan(plan, tick + 8, played_now, accompany=True))
        worked(composer)
        entries = composer._stream._log.entries()  # noqa: SLF001 - the ticks of the tokens
        ends_of_waits |= {entry.tick for entry in entries if is_wait(entry.token)}
        followed = [
            entry.tick
            for entry, following in pairwise(entries)
            if is_wait(entry.token) and is_wait(following.token)
        ]
        assert not {tick + 8, tick + 9} & set(followed)
    assert any(tick + 9 < end < tick + 23 for tick in plans.values() for end in ends_of_waits)


def is_wait(token: int) -> bool:
    return v.token_of(token).kind is v.Kind.WAIT


def test_notes_played_before_the_answer_are_inserted_before_it(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 96, 192, 384, (BASS,)))
    worked(composer)
    played_now = (Release(30, PIANO, 60), Onset(30, PIANO, 64, 80))
    composer.receive(replan(1, 95, played_now))
    new = events_of(worked(composer))
    assert isinstance(new[0], Onset)
    assert new[0].tick == 96
    assert (30, PIANO, 64) in onsets_of_tokens(composer)


def test_a_finished_answer_can_be_replanned(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, 144, (BASS,)))
    assert worked(composer)[-1].done
    composer.receive(replan(1, 80, (Onset(70, PIANO, 72, 80),)))
    generated = worked(composer)
    assert generated[-1].done
    assert all(80 < h.tick <= 144 for h in events_of(generated))


@pytest.mark.parametrize("commit,first", [(30, 48), (52, 60), (95, None)])
def test_an_answer_replanned_before_its_first_note_begins_after_the_replan(
    exact: Artefact, commit: int, first: int | None
) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 96, 96, (PIANO,)))  # the composer has not begun
    composer.receive(replan(1, commit, (Release(20, PIANO, 60),)))
    composed = worked(composer)
    events = events_of(composed)
    assert composed[-1].done
    assert (events[0].tick if events else None) == first  # on the player's grid
    assert len(events) == 2 * len(onsets(events)), "each note ends"


def test_it_begins_without_a_phrase(exact: Artefact) -> None:
    composer = composing(exact)
    composer.receive(Generate(1, 48, 432, 432, (PIANO,)))
    events = events_of(worked(composer))
    assert isinstance(events[0], Onset)
    assert 48 <= events[0].tick < 96
    assert len(onsets(events)) > 1


def test_a_take_counts_down_to_its_requested_end(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, NO_END, (BASS,)))
    worked(composer)
    composer.receive(EndTake(1, 240))
    composer.receive(replan(1, 100, ()))
    generated = worked(composer)
    assert generated[-1].done
    assert max(h.tick for h in events_of(generated)) <= 240
    assert features.countdown(0) == 1
    assert features.countdown(240 - 100) == 3
    assert features.countdown(10**6) == features.MAX_COUNTDOWN + 1


def test_a_countdown_survives_a_replan(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    composer.receive(Generate(1, 48, 144, NO_END, (BASS,)))
    worked(composer)
    composer.receive(EndTake(1, 672))
    composer.receive(replan(1, 100, (Onset(90, PIANO, 72, 80),)))
    assert composer._stream.end_tick == 672  # noqa: SLF001 - the countdown in the network's input
    worked(composer)
    composer.receive(Generate(2, 768, 900, 900, (BASS,)))
    assert composer._stream.end_tick is None  # noqa: SLF001 - as above


def test_a_requested_end_ends_a_script(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    script = tuple(Onset(96 + 24 * index, PIANO, 60 + index, 80) for index in range(20))
    composer.receive(Generate(1, 96, 576, 576, (PIANO,), script))
    worked(composer)
    composer.receive(EndTake(1, 240))
    composer.receive(replan(1, 150, ()))
    (generated,) = worked(composer)
    assert generated.done
    assert max(h.tick for h in generated.events if isinstance(h, Onset)) == 216
    assert {h.tick for h in generated.events if isinstance(h, Release)} == {240}


def test_a_script_is_played_with_its_releases(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80), Release(20, PIANO, 60))
    script = (Onset(96, PIANO, 60, 80), Release(116, PIANO, 60), Onset(150, PIANO, 64, 80))
    composer.receive(Generate(1, 96, 192, 192, (PIANO,), script))
    (generated,) = worked(composer)
    assert generated == Generated(1, (*script, Release(192, PIANO, 64)), done=True)
    assert onsets_of_tokens(composer) >= onsets(list(script))
    composer.receive(replan(1, 120, (Onset(110, PIANO, 72, 80),)))
    (generated,) = worked(composer)
    assert generated == Generated(1, (script[2], Release(192, PIANO, 64)), done=True, plan=1)
    assert (110, PIANO, 72) in onsets_of_tokens(composer)
    composer.receive(Retract(1, 130))
    assert (150, PIANO, 64) not in onsets_of_tokens(composer)


def test_an_answer_does_not_release_keys_that_the_player_holds(exact: Artefact) -> None:
    composer = composing(exact, Onset(0, PIANO, 60, 80))
    composer.receive(Generate(1, 48, 240, 240, (PIANO,)))
    events = events_of(worked(composer))
    assert events
    assert not [h for h in events if h.pitch == 60]


def test_a_grammar_leaves_held_keys_to_the_player() -> None:
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
    grammar.push(ours)
    assert not grammar.mask()[held]


def test_a_player_on_the_grid_is_answered_on_it(exact: Artefact) -> None:
    phrase = [
        event
        for index in range(16)
        for event in (Onset(24 * index, PIANO, 60, 80), Release(24 * index + 20, PIANO, 60))
    ]
    composer = composing(exact, *phrase)
    composer.receive(Generate(1, 384, 768, 768, (PIANO,)))
    places = [h.tick % 48 for h in events_of(worked(composer)) if isinstance(h, Onset)]
    assert places
    assert set(places) <= {0, 12, 24, 36, 16, 32}
