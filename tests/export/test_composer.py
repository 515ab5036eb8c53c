"""The composer: what it hears, answers and takes back stays one stream."""

import pytest

from bridge.dialogue import (
    Arrange,
    Begin,
    Compose,
    Composed,
    Extend,
    Happening,
    Hear,
    Release,
    Settings,
    Strike,
    Withdraw,
)
from bridge.instruments import Instrument
from export.artefact import Artefact
from export.composer import Composer, ComposerThread
from export.runtime import Decoder
from model.tokenizer import decode

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
PHRASE = tuple(
    happening
    for index, pitch in enumerate((60, 62, 64, 67))
    for happening in (Strike(24 * index, PIANO, pitch, 80), Release(24 * index + 22, PIANO, pitch))
)


@pytest.fixture
def composer(exact: Artefact) -> Composer:
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.take(Begin())
    composer.take(Arrange(Settings(seed=1)))
    composer.take(Hear(PHRASE))
    return composer


def worked(composer: Composer) -> list[Composed]:
    """Let the composer work until it has nothing more to do."""
    told = []
    while composer.busy:
        composed = composer.work()
        if composed is not None:
            told.append(composed)
    return told


def take(composer: Composer, *instruments: Instrument, number: int = 1) -> list[Happening]:
    composer.take(Compose(number, 120, 312, 312, instruments or (PIANO,)))
    return [happening for composed in worked(composer) for happening in composed.happenings]


def test_the_first_note_is_at_the_beginning(composer: Composer) -> None:
    first = take(composer)[0]
    assert isinstance(first, Strike)
    assert first.tick == 120


def test_a_take_is_in_order_ends_in_time_and_ends_what_it_begins(composer: Composer) -> None:
    happenings = take(composer, PIANO, BASS)
    ticks = [happening.tick for happening in happenings]
    assert ticks == sorted(ticks)
    assert all(h.tick < 312 for h in happenings if isinstance(h, Strike))
    assert max(ticks) <= 312
    sounding: set[tuple[Instrument, int]] = set()
    for happening in happenings:
        key = (happening.instrument, happening.pitch)
        assert (key in sounding) == isinstance(happening, Release)
        sounding ^= {key}
    assert not sounding


def test_only_the_instruments_asked_for_begin_notes(composer: Composer) -> None:
    strikes = [h for h in take(composer, BASS, DRUMS) if isinstance(h, Strike)]
    assert {strike.instrument for strike in strikes} <= {BASS, DRUMS}


def test_the_last_part_says_that_it_is_the_last(composer: Composer) -> None:
    composer.take(Compose(1, 120, 312, 312, (PIANO,)))
    assert [composed.done for composed in worked(composer)][-1:] == [True]


def test_it_waits_at_the_horizon_until_it_may_go_on(composer: Composer) -> None:
    composer.take(Compose(1, 120, 168, 312, (PIANO,)))
    before = worked(composer)
    assert not before[-1].done
    composer.take(Extend(1, 312))
    assert worked(composer)[-1].done


def test_the_same_seed_gives_the_same_take_and_another_another(exact: Artefact) -> None:
    def answer(seed: int) -> list[Happening]:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Begin(), Arrange(Settings(seed=seed)), Hear(PHRASE)):
            composer.take(message)
        return take(composer)

    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


def test_what_was_taken_back_never_happened(exact: Artefact) -> None:
    """After a withdrawal the composer answers as one that heard only what sounded."""

    def prepared() -> Composer:
        composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
        for message in (Begin(), Arrange(Settings(temperature=0.0)), Hear(PHRASE)):
            composer.take(message)
        return composer

    interrupted, plain = prepared(), prepared()
    take(interrupted)
    interrupted.take(Withdraw(1, 110))  # before its first note: nothing of it was heard
    again = take(interrupted, number=2)
    assert again == take(plain, number=2)


@pytest.mark.parametrize("heard_until", [121, 150, 200, 260, 312])
def test_the_network_is_told_what_was_heard_and_no_more(
    composer: Composer, heard_until: int
) -> None:
    happenings = take(composer)
    composer.take(Withdraw(1, heard_until))
    worked(composer)
    told = decode(composer.tokens).notes
    heard = {
        (h.tick, h.pitch) for h in happenings if isinstance(h, Strike) and h.tick <= heard_until
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
    composer.take(Withdraw(1, 200))
    composer.take(Hear((Strike(210, PIANO, 72, 90), Release(230, PIANO, 72))))
    composer.take(Compose(2, 300, 400, 400, (PIANO,)))
    happenings = [h for composed in worked(composer) for h in composed.happenings]
    assert isinstance(happenings[0], Strike)
    assert happenings[0].tick == 300


def test_a_key_held_over_the_hand_over_is_let_go_afterwards(composer: Composer) -> None:
    composer.take(Hear((Strike(100, PIANO, 90, 80),)))
    composer.take(Compose(1, 120, 312, 312, (BASS,)))
    composer.work()
    composer.take(Hear((Release(140, PIANO, 90),)))
    worked(composer)
    composer.take(Hear((Strike(320, PIANO, 90, 80),)))  # may be struck again
    worked(composer)


def test_the_thread_answers_and_ends(exact: Artefact) -> None:
    thread = ComposerThread(Composer(exact, Decoder(exact, device="cpu", threads=1)))
    for message in (
        Begin(),
        Arrange(Settings()),
        Hear(PHRASE),
        Compose(1, 120, 216, 216, (PIANO,)),
    ):
        thread.post(message)
    done = False
    while not done:
        assert thread.connection.poll(20)
        composed = thread.connection.recv()
        assert isinstance(composed, Composed)
        done = composed.done
    thread.close()


def test_a_failure_in_the_thread_is_told(exact: Artefact) -> None:
    thread = ComposerThread(Composer(exact, Decoder(exact, device="cpu", threads=1)))
    thread.post(Arrange(Settings(style=(("nobody", 1.0),))))
    assert thread.connection.poll(20)
    assert "nobody" in thread.connection.recv().text
    thread.close()
