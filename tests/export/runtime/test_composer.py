"""The composer: what it hears, answers and takes back stays one stream."""

import pytest

from bridge.messages.composer import (
    Advance,
    Configure,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Reset,
    Retract,
    Speculate,
)
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.decoder import Decoder
from export.runtime.speculation import SPECULATED_TICKS
from export.runtime.stream import Stream
from export.runtime.take import Take
from model.tokens import vocabulary as v
from model.tokens.tokenizer import decode

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
PHRASE = tuple(
    happening
    for index, pitch in enumerate((60, 62, 64, 67))
    for happening in (Onset(24 * index, PIANO, pitch, 80), Release(24 * index + 22, PIANO, pitch))
)


@pytest.fixture
def composer(exact: Artefact) -> Composer:
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.receive(Reset())
    composer.receive(Configure(Settings(seed=1)))
    composer.receive(PlayerEvents(PHRASE))
    return composer


def worked(composer: Composer) -> list[Generated]:
    """Let the composer work until it has nothing more to do."""
    told = []
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            told.append(composed)
    return told


def take(composer: Composer, *instruments: Instrument, number: int = 1) -> list[NoteEvent]:
    composer.receive(Generate(number, 120, 312, 312, instruments or (PIANO,)))
    return [happening for composed in worked(composer) for happening in composed.events]


def test_the_first_note_is_at_the_beginning(composer: Composer) -> None:
    first = take(composer)[0]
    assert isinstance(first, Onset)
    assert first.tick == 120


def test_a_take_is_in_order_ends_in_time_and_ends_what_it_begins(composer: Composer) -> None:
    happenings = take(composer, PIANO, BASS)
    ticks = [happening.tick for happening in happenings]
    assert ticks == sorted(ticks)
    assert all(h.tick < 312 for h in happenings if isinstance(h, Onset))
    assert max(ticks) <= 312
    sounding: set[tuple[Instrument, int]] = set()
    for happening in happenings:
        key = (happening.instrument, happening.pitch)
        assert (key in sounding) == isinstance(happening, Release)
        sounding ^= {key}
    assert not sounding


def test_only_the_instruments_asked_for_begin_notes(composer: Composer) -> None:
    strikes = [h for h in take(composer, BASS, DRUMS) if isinstance(h, Onset)]
    assert strikes
    assert {strike.instrument for strike in strikes} <= {BASS, DRUMS}


def test_the_last_part_says_that_it_is_the_last(composer: Composer) -> None:
    composer.receive(Generate(1, 120, 312, 312, (PIANO,)))
    assert [composed.done for composed in worked(composer)][-1:] == [True]


def test_it_waits_at_the_horizon_until_it_may_go_on(composer: Composer) -> None:
    composer.receive(Generate(1, 120, 168, 312, (PIANO,)))
    before = worked(composer)
    assert not before[-1].done
    composer.receive(Extend(1, 312))
    assert worked(composer)[-1].done


def test_the_same_seed_gives_the_same_take_and_another_another(exact: Artefact) -> None:
    def answer(seed: int) -> list[NoteEvent]:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Reset(), Configure(Settings(seed=seed)), PlayerEvents(PHRASE)):
            composer.receive(message)
        return take(composer)

    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


def test_what_was_taken_back_never_happened(exact: Artefact) -> None:
    """After a withdrawal the composer answers as one that heard only what sounded."""

    def prepared() -> Composer:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Reset(), Configure(Settings(temperature=0.0)), PlayerEvents(PHRASE)):
            composer.receive(message)
        return composer

    interrupted, plain = prepared(), prepared()
    take(interrupted)
    interrupted.receive(Retract(1, 110))  # before its first note: nothing of it was heard
    again = take(interrupted, number=2)
    assert again == take(plain, number=2)


@pytest.mark.parametrize("heard_until", [121, 150, 200, 260, 312])
def test_the_network_is_told_what_was_heard_and_no_more(
    composer: Composer, heard_until: int
) -> None:
    happenings = take(composer)
    composer.receive(Retract(1, heard_until))
    worked(composer)
    told = decode(composer.tokens).notes
    heard = {
        (h.tick, h.pitch) for h in happenings if isinstance(h, Onset) and h.tick <= heard_until
    }
    assert {(n.onset_ticks, n.pitch) for n in told if n.onset_ticks >= 120} == heard
    ends = {
        (h.tick, h.pitch) for h in happenings if isinstance(h, Release) and h.tick <= heard_until
    }
    for note in told:
        if note.onset_ticks >= 120:
            ended = (note.release_ticks, note.pitch)
            assert ended in ends or note.release_ticks == max(heard_until, note.onset_ticks + 1)


def test_a_withdrawn_take_ends_what_sounds_and_the_player_goes_on(composer: Composer) -> None:
    take(composer)
    composer.receive(Retract(1, 200))
    composer.receive(PlayerEvents((Onset(210, PIANO, 72, 90), Release(230, PIANO, 72))))
    composer.receive(Generate(2, 300, 400, 400, (PIANO,)))
    happenings = [h for composed in worked(composer) for h in composed.events]
    assert isinstance(happenings[0], Onset)
    assert happenings[0].tick == 300


def test_a_key_held_over_the_hand_over_is_let_go_afterwards(composer: Composer) -> None:
    composer.receive(PlayerEvents((Onset(100, PIANO, 90, 80),)))
    composer.receive(Generate(1, 120, 312, 312, (BASS,)))
    composer.step()
    composer.receive(PlayerEvents((Release(140, PIANO, 90),)))
    worked(composer)
    composer.receive(Advance(400))
    assert composer.tokens.count(v.off_id(PIANO, 90)) == 1
    composer.receive(PlayerEvents((Onset(420, PIANO, 90, 80), Release(430, PIANO, 90))))
    composer.receive(Advance(500))
    worked(composer)
    held = [note for note in decode(composer.tokens).notes if note.pitch == 90]
    first, again = held
    assert first.onset_ticks == 100
    assert 312 <= first.release_ticks <= again.onset_ticks < again.release_ticks  # after the answer


# What is foreseen.


def composing(artefact: Artefact, candidates: int = 1, temperature: float = 1.0) -> Composer:
    """Return a composer that has heard the phrase and knows that it is over."""
    composer = Composer(artefact, Decoder(artefact, device="cpu", rows=4))
    settings = Settings(seed=1, candidates=candidates, temperature=temperature)
    for message in (Reset(), Configure(settings), PlayerEvents(PHRASE), Advance(95)):
        composer.receive(message)
    worked(composer)
    return composer


def asked(begin: int = 120, number: int = 1) -> Generate:
    return Generate(number, begin, begin + 192, begin + 192, (PIANO, BASS))


def answer(composer: Composer, message: Generate) -> list[NoteEvent]:
    composer.receive(message)
    return [happening for composed in worked(composer) for happening in composed.events]


def foreseen(composer: Composer) -> Generated:
    """Let it foresee an answer to the end, ask for it, and return what is told at once."""
    composer.receive(Speculate(asked()))
    worked(composer)
    composer.receive(asked())
    first = composer.step()
    assert first is not None
    return first


def test_what_was_foreseen_is_what_would_have_been_played(exact: Artefact) -> None:
    foreseeing = composing(exact)
    foreseeing.receive(Speculate(asked()))
    worked(foreseeing)
    assert answer(foreseeing, asked()) == answer(composing(exact), asked())
    assert foreseeing.tokens[:3] == [v.START, v.CLOCK_FREE, v.on_id(PIANO, 60, v.level_of(80))]


def test_what_was_foreseen_is_told_at_once(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    first = foreseen(composer)
    rest = [happening for composed in worked(composer) for happening in composed.events]
    second = 120 + SPECULATED_TICKS
    assert [h for h in (*first.events, *rest) if h.tick < second] == list(first.events)


def test_of_the_candidates_the_critic_chooses_one(exact: Artefact) -> None:
    """With the dice of each candidate alone the same takes are found again."""

    def alone(candidate: int) -> Take:
        decoder = Decoder(exact, device="cpu")
        stream = Stream(decoder)
        decoder.set_style(exact.blend({}))
        stream.append_tokens(composing(exact).tokens)
        stream.start_turn(120, (PIANO, BASS))
        take = Take(120, 312, (PIANO, BASS), Settings(seed=1), candidate=candidate)
        take.start(stream.state)
        while stream.tick < 120 + SPECULATED_TICKS:
            take.step(stream)
        return take

    takes = [alone(candidate) for candidate in range(4)]
    best = max(takes, key=lambda take: take.score)
    assert len({tuple(take.tokens) for take in takes}) == 4
    composer = composing(exact, candidates=4)
    first = foreseen(composer)
    assert list(first.events) == best.new_events()


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 12, 30, 100])
def test_a_player_who_goes_on_takes_nothing_from_it(exact: Artefact, steps: int) -> None:
    """However far the answer had been foreseen, the phrase is heard as if it had not been."""
    more = (Onset(110, PIANO, 72, 90), Release(140, PIANO, 72))
    answers, told = [], list[int]()
    for foresees in (True, False):
        composer = composing(exact, candidates=4, temperature=0.0)
        if foresees:
            composer.receive(Speculate(asked()))
            for _ in range(steps):
                if composer.is_busy:
                    assert composer.step() is None
        composer.receive(PlayerEvents(more))
        worked(composer)
        answers.append(answer(composer, asked(180)))
        told = composer.tokens
    assert answers[0] == answers[1]
    notes = [note.onset_ticks for note in decode(told).notes if note.onset_ticks < 180]
    assert notes == [0, 24, 48, 72, 110]


@pytest.mark.parametrize("begin", [97, 100, 119, 121, 300, 900])
def test_at_another_moment_than_foreseen_little_is_left_to_read(
    exact: Artefact, begin: int
) -> None:
    answers = []
    for foresees in (True, False):
        composer = composing(exact, candidates=4, temperature=0.0)
        if foresees:
            composer.receive(Speculate(asked()))
            worked(composer)
        composer.receive(asked(begin))
        assert composer.unread <= 4 + begin // v.MAX_WAIT_TICKS
        answers.append([h for composed in worked(composer) for h in composed.events])
    assert answers[0] == answers[1]


def test_in_another_style_it_is_foreseen_again(exact: Artefact) -> None:
    settings = Settings(seed=1, candidates=1, style=(("chopin", 1.0),))
    changed, plain = composing(exact), composing(exact)
    changed.receive(Speculate(asked()))
    worked(changed)
    for composer in (changed, plain):
        composer.receive(Configure(settings))
    assert changed.is_busy
    worked(changed)
    assert answer(changed, asked()) == answer(plain, asked())


def test_an_answer_asked_for_in_the_midst_of_foreseeing_goes_on_from_there(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    composer.receive(Speculate(asked()))
    for _ in range(6):
        composer.step()
    happenings = answer(composer, asked())
    assert isinstance(happenings[0], Onset)
    assert happenings[0].tick == 120
    ticks = [happening.tick for happening in happenings]
    assert ticks == sorted(ticks)


def test_time_that_passes_without_a_hand_over_ends_what_was_foreseen(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    composer.receive(Speculate(asked()))
    for _ in range(3):
        composer.step()
    composer.receive(Advance(110))
    worked(composer)
    assert answer(composer, asked(200)) == answer(composing(exact, candidates=4), asked(200))
