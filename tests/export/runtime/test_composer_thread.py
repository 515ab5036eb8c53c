"""The composer's thread answers, ends, and reports a failure."""

import threading

from bridge.messages.composer import (
    Configure,
    Generate,
    Generated,
    Onset,
    PlayerEvents,
    Release,
    Reset,
    ToComposer,
)
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.playout.problem import ComposerFailed
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.composer_thread import ComposerThread
from export.runtime.decoder import Decoder

PIANO = Instrument.PIANO
PHRASE = (Onset(0, PIANO, 60, 80), Release(22, PIANO, 60), Onset(24, PIANO, 64, 80))


def test_the_thread_answers_and_ends(exact: Artefact) -> None:
    thread = ComposerThread(lambda: Composer(exact, Decoder(exact, device="cpu")))
    for message in (
        Reset(),
        Configure(Settings()),
        PlayerEvents(PHRASE),
        Generate(1, 120, 216, 216, (PIANO,)),
    ):
        thread.post(message)
    done = False
    while not done:
        assert thread.connection.poll(20)
        composed = thread.connection.recv()
        assert isinstance(composed, Generated)
        done = composed.done
    thread.close()


def test_a_failure_in_the_thread_is_reported(exact: Artefact) -> None:
    thread = ComposerThread(lambda: Composer(exact, Decoder(exact, device="cpu")))
    thread.post(Configure(Settings(style=(("no such style", 1.0),))))
    assert thread.connection.poll(20)
    reason = thread.connection.recv().reason
    assert isinstance(reason, ComposerFailed)
    assert reason.kind == "UnknownStyleError"
    assert "no such style" in reason.error
    thread.close()


def test_messages_posted_before_it_is_ready_are_applied_later(exact: Artefact) -> None:
    allowed = threading.Event()

    def slowly() -> Composer:
        allowed.wait()
        return Composer(exact, Decoder(exact, device="cpu"))

    thread = ComposerThread(slowly)
    for message in (Reset(), PlayerEvents(PHRASE), Generate(1, 120, 216, 216, (PIANO,))):
        thread.post(message)
    assert not thread.connection.poll(0)
    allowed.set()
    assert thread.connection.poll(20)
    thread.close()


def test_it_is_idle_when_all_tokens_are_read(exact: Artefact) -> None:
    made: list[Composer] = []

    def make() -> Composer:
        made.append(Composer(exact, Decoder(exact, device="cpu")))
        return made[0]

    thread = ComposerThread(make)
    thread.post(Reset())
    thread.post(PlayerEvents(PHRASE))
    assert thread.wait_idle(20)
    assert made[0].unread == 0
    assert len(made[0].tokens) > 2
    thread.close()


def test_settings_that_are_not_read_yet_are_replaced_by_newer_ones(exact: Artefact) -> None:
    allowed = threading.Event()
    received: list[Configure] = []

    class Noting(Composer):
        """Keeps the settings that it receives."""

        def receive(self, message: ToComposer) -> None:
            if isinstance(message, Configure):
                received.append(message)
            super().receive(message)

    def slowly() -> Composer:
        allowed.wait()
        return Noting(exact, Decoder(exact, device="cpu"))

    thread = ComposerThread(slowly)
    for seed in range(1_000):
        thread.post(Configure(Settings(seed=seed)))
    thread.post(Reset())
    thread.post(Configure(Settings(seed=7)))
    allowed.set()
    assert thread.wait_idle(20)
    assert [message.settings.seed for message in received] == [999, 7]
    thread.close()
