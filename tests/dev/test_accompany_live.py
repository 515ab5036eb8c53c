"""Accompanying over JACK: what is played, what is read back, and a real accompaniment."""

import importlib.util
from itertools import pairwise
from pathlib import Path

import pytest

from bridge.midi.instruments import Instrument
from export.evaluation import prompts
from export.evaluation.accompaniment import OURS, Piece
from export.runtime.artefact import load_default_artefact
from gui.bench.jack_rig import RATE_HZ
from tests.bridge.jack_server import need_jackd, watched_jack_server

PATH = Path(__file__).parents[2] / "dev" / "accompany_live.py"
spec = importlib.util.spec_from_file_location("accompany_live", PATH)
assert spec is not None
assert spec.loader is not None
accompany_live = importlib.util.module_from_spec(spec)
spec.loader.exec_module(accompany_live)

PIECE = Piece("pop song", prompts.pop_song(4), 4)
CLOCK, START = b"\xf8", b"\xfa"


def test_the_clock_runs_before_the_song_starts_and_does_not_stop() -> None:
    planned = list(accompany_live.plan(PIECE))
    frames = [frame for frame, _ in planned]
    assert frames == sorted(frames)
    clocks = [frame for frame, message in planned if message == CLOCK]
    apart = RATE_HZ * 60 / 104 / 24
    assert all(abs(later - sooner - apart) <= 1 for sooner, later in pairwise(clocks))
    (start,) = (frame for frame, message in planned if message == START)
    first = next(frame for frame in clocks if frame > start)
    assert first == accompany_live.frame_of(PIECE, 0)
    assert len([frame for frame in clocks if frame < start]) == 4 * 24


def test_the_player_has_all_parts_but_ours() -> None:
    keys = [message for _, message in accompany_live.plan(PIECE) if message[0] & 0xF0 == 0x90]
    assert len(keys) == len(PIECE.player_notes)
    ours = {kind.spec.channel for kind in OURS}
    assert not ours & {message[0] & 0x0F for message in keys}


def test_received_messages_become_notes_at_ticks() -> None:
    bass = Instrument.BASS.spec.channel
    at, end = (accompany_live.frame_of(PIECE, tick) for tick in (96, 140))
    messages = [(at, [0x90 | bass, 40, 77]), (end, [0x80 | bass, 40, 0]), (end, [0xC0 | bass, 33])]
    (note,) = accompany_live.notes_of(PIECE, messages)
    assert (note.onset_ticks, note.release_ticks, note.pitch, note.velocity) == (96, 140, 40, 77)
    assert note.instrument is Instrument.BASS


@pytest.mark.device
@pytest.mark.slow
def test_a_pop_song_is_accompanied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within generous bounds, on a machine that may be busy."""
    need_jackd()
    monkeypatch.setattr(accompany_live, "jack_server", watched_jack_server)
    found = accompany_live.accompany(load_default_artefact(), PIECE, seed=1)
    assert found["bars"] >= 0.75
    assert found["drums"] >= 4
    assert found["first bar"] <= 2
    assert (found["stuck"], found["lost"]) == (0, 0)
