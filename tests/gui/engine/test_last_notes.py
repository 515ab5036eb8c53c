"""The record of a session that ends while it plays: all that was heard, also in the last moment."""

import random
from collections import Counter

import pytest

from bridge.messages.requests import Audition, Start
from bridge.messages.settings import Settings
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.playout import protocol
from bridge.synth.policy import SynthPolicy
from bridge.system.units import MS
from export.runtime.artefact import load_default_artefact
from gui.engine.process import Engine
from tests.bridge.peer import Peer

NOTES = 400
TRIES = 4


def dense_score() -> Score:
    """Return notes that begin every 5 ms at 120 bpm."""
    return Score(
        tuple(Note(at, Instrument.PIANO, 30 + at % 70, at + 40, 90) for at in range(1, NOTES))
    )


@pytest.mark.device
@pytest.mark.parametrize("advance_ms", [0, 30])
def test_a_record_has_every_note_that_was_heard_until_the_end(peer: Peer, advance_ms: int) -> None:
    settings = Settings(sound=SynthPolicy.OFF, time=TimeSettings(advance_ns=advance_ms * MS))
    for seed in range(TRIES):
        with Engine(load_default_artefact(), settings, backend="jack") as engine:
            engine.post(protocol.OpenPorts(None, "listener:in"))
            while not engine.snapshot().output_connected:
                engine.poll(engine.now_ns + 10 * MS)
            engine.post(Start())
            engine.post(Audition(dense_score()))
            while not peer.ask(waiting=True):
                engine.poll(engine.now_ns + 10 * MS)
            end_ns = engine.now_ns + random.Random(seed).randrange(200 * MS, 400 * MS)
            while engine.now_ns < end_ns:
                engine.poll(end_ns)
        heard = [message for _, message in peer.ask(hear=peer.ask(waiting=True))]
        struck = [pitch for kind, pitch, *_ in heard if kind == 0x90]
        recorded = [note.pitch for note in engine.record().notes]
        assert len(struck) > 10
        assert not Counter(struck) - Counter(recorded)
        assert all(note.release_ns is not None for note in engine.record().notes)
