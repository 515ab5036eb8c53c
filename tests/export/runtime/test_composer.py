"""The composer: reading, answering and retracting keep one consistent stream."""

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
    event
    for index, pitch in enumerate((60, 62, 64, 67))
    for event in (Onset(24 * index, PIANO, pitch, 80), Release(24 * index + 22, PIANO, pitch))
)


@pytest.fixture
def composer(exact: Artefact) -> Composer:
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.receive(Reset())
    composer.receive(Configure(Settings(seed=1)))
    composer.receive(PlayerEvents(PHRASE))
    return composer


def worked(composer: Composer) -> list[Generated]:
    """Run the composer until it has nothing more to do, and return its results."""
    generated = []
    while composer.is_busy:
        composed = composer.step()
        if composed is not None:
            generated.append(composed)
    return generated


def take(composer: Composer, *instruments: Instrument, number: int = 1) -> list[NoteEvent]:
    composer.receive(Generate(number, 120, 312, 312, instruments or (PIANO,)))
    return [event for composed in worked(composer) for event in composed.events]


def test_the_first_note_is_at_the_beginning(composer: Composer) -> None:
    first = take(composer)[0]
    assert isinstance(first, Onset)
    assert first.tick == 120


def test_a_take_is_in_order_ends_in_time_and_ends_what_it_begins(composer: Composer) -> None:
    events = take(composer, PIANO, BASS)
    ticks = [event.tick for event in events]
    assert ticks == sorted(ticks)
    assert all(h.tick < 312 for h in events if isinstance(h, Onset))
    assert max(ticks) <= 312
    sounding: set[tuple[Instrument, int]] = set()
    for event in events:
        key = (event.instrument, event.pitch)
        assert (key in sounding) == isinstance(event, Release)
        sounding ^= {key}
    assert not sounding


def test_only_the_requested_instruments_begin_notes(composer: Composer) -> None:
    onsets = [h for h in take(composer, BASS, DRUMS) if isinstance(h, Onset)]
    assert onsets
    assert {onset.instrument for onset in onsets} <= {BASS, DRUMS}


def test_the_last_part_is_marked_as_done(composer: Composer) -> None:
    composer.receive(Generate(1, 120, 312, 312, (PIANO,)))
    assert [composed.done for composed in worked(composer)][-1:] == [True]


def test_it_waits_at_the_horizon_until_it_is_extended(composer: Composer) -> None:
    composer.receive(Generate(1, 120, 168, 312, (PIANO,)))
    before = worked(composer)
    assert not before[-1].done
    composer.receive(Extend(1, 312))
    assert worked(composer)[-1].done


def test_the_same_seed_gives_the_same_take_and_another_seed_does_not(exact: Artefact) -> None:
    def answer(seed: int) -> list[NoteEvent]:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Reset(), Configure(Settings(seed=seed)), PlayerEvents(PHRASE)):
            composer.receive(message)
        return take(composer)

    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


def test_after_a_retraction_the_take_has_no_effect(exact: Artefact) -> None:
    """The composer then answers as one that has read only the notes that sounded."""

    def prepared() -> Composer:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Reset(), Configure(Settings(temperature=0.0)), PlayerEvents(PHRASE)):
            composer.receive(message)
        return composer

    interrupted, plain = prepared(), prepared()
    take(interrupted)
    interrupted.receive(Retract(1, 110))  # before its first note
    again = take(interrupted, number=2)
    assert again == take(plain, number=2)


@pytest.mark.parametrize("sounded_until", [121, 150, 200, 260, 312])
def test_after_a_retraction_the_network_has_read_only_what_sounded(
    composer: Composer, sounded_until: int
) -> None:
    events = take(composer)
    composer.receive(Retract(1, sounded_until))
    worked(composer)
    notes = decode(composer.tokens).notes
    sounded = {
        (h.tick, h.pitch) for h in events if isinstance(h, Onset) and h.tick <= sounded_until
    }
    assert {(n.onset_ticks, n.pitch) for n in notes if n.onset_ticks >= 120} == sounded
    ends = {(h.tick, h.pitch) for h in events if isinstance(h, Release) and h.tick <= sounded_until}
    for note in notes:
        if note.onset_ticks >= 120:
            ended = (note.release_ticks, note.pitch)
            assert ended in ends or note.release_ticks == max(sounded_until, note.onset_ticks + 1)


def test_a_retracted_take_ends_its_notes_and_the_player_continues(composer: Composer) -> None:
    take(composer)
    composer.receive(Retract(1, 200))
    composer.receive(PlayerEvents((Onset(210, PIANO, 72, 90), Release(230, PIANO, 72))))
    composer.receive(Generate(2, 300, 400, 400, (PIANO,)))
    events = [h for composed in worked(composer) for h in composed.events]
    assert isinstance(events[0], Onset)
    assert events[0].tick == 300


def test_a_key_held_over_the_hand_over_is_released_after_the_answer(composer: Composer) -> None:
    composer.receive(PlayerEvents((Onset(100, PIANO, 90, 80),)))
    composer.receive(Generate(1, 120, 312, 312, (BASS,)))
    composer.step()
    composer.receive(PlayerEvents((Release(140, PIANO, 90),)))
    worked(composer)
    composer.receive(Advance(600))
    assert composer.tokens.count(v.off_id(PIANO, 90)) == 1
    composer.receive(PlayerEvents((Onset(620, PIANO, 90, 80), Release(630, PIANO, 90))))
    composer.receive(Advance(700))
    worked(composer)
    held = [note for note in decode(composer.tokens).notes if note.pitch == 90]
    first, again = held
    assert first.onset_ticks == 100
    assert 312 <= first.release_ticks <= again.onset_ticks < again.release_ticks  # after the answer


# Speculation.


def composing(artefact: Artefact, candidates: int = 1, temperature: float = 1.0) -> Composer:
    """Return a composer that has read the phrase, and the time up to its end."""
    composer = Composer(artefact, Decoder(artefact, device="cpu", rows=4))
    settings = Settings(seed=1, candidates=candidates, temperature=temperature)
    for message in (Reset(), Configure(settings), PlayerEvents(PHRASE), Advance(95)):
        composer.receive(message)
    worked(composer)
    return composer


def request(begin: int = 120, number: int = 1) -> Generate:
    return Generate(number, begin, begin + 192, begin + 192, (PIANO, BASS))


def answer(composer: Composer, message: Generate) -> list[NoteEvent]:
    composer.receive(message)
    return [event for composed in worked(composer) for event in composed.events]


def speculate_and_start(composer: Composer) -> Generated:
    """Finish a speculation, request its answer, and return the first events."""
    composer.receive(Speculate(request()))
    worked(composer)
    composer.receive(request())
    first = composer.step()
    assert first is not None
    return first


def test_a_speculated_answer_equals_a_requested_one(exact: Artefact) -> None:
    speculating = composing(exact)
    speculating.receive(Speculate(request()))
    worked(speculating)
    assert answer(speculating, request()) == answer(composing(exact), request())
    assert speculating.tokens[:3] == [v.START, v.CLOCK_FREE, v.on_id(PIANO, 60, v.level_of(80))]


def test_speculated_events_are_returned_at_once(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    first = speculate_and_start(composer)
    rest = [event for composed in worked(composer) for event in composed.events]
    second = 120 + SPECULATED_TICKS
    early = [event for event in (*first.events, *rest) if event.tick < second]
    assert early
    assert [event for event in first.events if event.tick < second] == early


def test_the_critic_chooses_among_the_candidates(exact: Artefact) -> None:
    """Each candidate's random numbers alone give the same take again."""

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
        if stream.tick >= take.end_tick:
            take.end(stream)
        return take

    takes = [alone(candidate) for candidate in range(4)]
    best = max(takes, key=lambda take: take.score)
    assert len({tuple(take.tokens) for take in takes}) == 4
    composer = composing(exact, candidates=4)
    first = speculate_and_start(composer)
    assert list(first.events) == best.new_events()


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 12, 30, 100])
def test_a_player_who_continues_is_read_as_without_speculation(exact: Artefact, steps: int) -> None:
    """The number of speculated tokens makes no difference."""
    more = (Onset(110, PIANO, 72, 90), Release(140, PIANO, 72))
    answers, tokens = [], list[int]()
    for speculates in (True, False):
        composer = composing(exact, candidates=4, temperature=0.0)
        if speculates:
            composer.receive(Speculate(request()))
            for _ in range(steps):
                if composer.is_busy:
                    assert composer.step() is None
        composer.receive(PlayerEvents(more))
        worked(composer)
        answers.append(answer(composer, request(180)))
        tokens = composer.tokens
    assert answers[0] == answers[1]
    notes = [note.onset_ticks for note in decode(tokens).notes if note.onset_ticks < 180]
    assert notes == [0, 24, 48, 72, 110]


@pytest.mark.parametrize("begin", [97, 100, 119, 121, 300, 900])
def test_at_another_hand_over_than_speculated_little_is_left_to_read(
    exact: Artefact, begin: int
) -> None:
    answers = []
    for speculates in (True, False):
        composer = composing(exact, candidates=4, temperature=0.0)
        if speculates:
            composer.receive(Speculate(request()))
            worked(composer)
        composer.receive(request(begin))
        assert composer.unread <= 4 + begin // v.MAX_WAIT_TICKS
        answers.append([h for composed in worked(composer) for h in composed.events])
    assert answers[0] == answers[1]


def test_a_new_style_starts_the_speculation_again(exact: Artefact) -> None:
    settings = Settings(seed=1, candidates=1, style=(("chopin", 1.0),))
    changed, plain = composing(exact), composing(exact)
    changed.receive(Speculate(request()))
    worked(changed)
    for composer in (changed, plain):
        composer.receive(Configure(settings))
    assert changed.is_busy
    worked(changed)
    assert answer(changed, request()) == answer(plain, request())


def test_an_answer_requested_during_speculation_continues_it(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    composer.receive(Speculate(request()))
    for _ in range(6):
        composer.step()
    events = answer(composer, request())
    assert isinstance(events[0], Onset)
    assert events[0].tick == 120
    ticks = [event.tick for event in events]
    assert ticks == sorted(ticks)


def test_time_that_passes_without_a_hand_over_ends_the_speculation(exact: Artefact) -> None:
    composer = composing(exact, candidates=4)
    composer.receive(Speculate(request()))
    for _ in range(3):
        composer.step()
    composer.receive(Advance(110))
    worked(composer)
    assert answer(composer, request(200)) == answer(composing(exact, candidates=4), request(200))


def test_a_nearly_full_cache_slides_while_nobody_waits(exact: Artefact) -> None:
    decoder = Decoder(exact, device="cpu", threads=1, capacity=256)
    composer = Composer(exact, decoder)
    composer.receive(Reset())
    composer.receive(Configure(Settings(seed=1)))
    for index in range(200):
        note = Onset(24 * index, PIANO, 60, 80), Release(24 * index + 22, PIANO, 60)
        composer.receive(PlayerEvents(note))
        worked(composer)
        assert decoder.cache.capacity - decoder.cache.length >= 256 // 8
    assert decoder.cache.slid_tokens > 256


def test_after_music_of_an_earlier_session_it_answers_as_after_that_music(exact: Artefact) -> None:
    going_on = Composer(exact, Decoder(exact, device="cpu", threads=1))
    before = PHRASE[:6]
    going_on.receive(Reset(past=before))
    going_on.receive(Configure(Settings(seed=1)))
    going_on.receive(PlayerEvents(PHRASE[6:]))
    whole = Composer(exact, Decoder(exact, device="cpu", threads=1))
    whole.receive(Reset())
    whole.receive(Configure(Settings(seed=1)))
    whole.receive(PlayerEvents(PHRASE))
    assert take(going_on, PIANO) == take(whole, PIANO)
    assert going_on.tokens == whole.tokens


def test_a_flood_of_notes_leaves_no_more_unread_than_the_cache_holds(
    exact: Artefact, composer: Composer
) -> None:
    capacity = Decoder(exact, device="cpu").cache.capacity
    for tick in range(120, 3_000):
        pitch = tick % 128
        events = (Onset(tick, PIANO, pitch, 80), Release(tick + 1, PIANO, pitch))
        composer.receive(PlayerEvents(events))
        assert composer.unread <= capacity + 8
    composer.receive(Generate(1, 3_100, 3_200, 3_200, (PIANO,)))
    assert worked(composer)[-1].done
