"""The composer's thread answers, ends, and tells of a failure."""

from bridge.dialogue import (
    Arrange,
    Begin,
    Compose,
    Composed,
    Hear,
    Release,
    Settings,
    Strike,
)
from bridge.instruments import Instrument
from export.artefact import Artefact
from export.composer import Composer
from export.composer_thread import ComposerThread
from export.runtime import Decoder

PIANO = Instrument.PIANO
PHRASE = (Strike(0, PIANO, 60, 80), Release(22, PIANO, 60), Strike(24, PIANO, 64, 80))


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
