"""A jam that is killed: what was played is in its journal, and no note hangs."""

import random
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from bridge.midi.instruments import Instrument
from gui.engine.session_folder import find_unfinished
from tests.bridge.peer import Peer
from tests.gui.commands import cut_off
from tests.gui.commands.cut_off import MAX_LOSS_NS, jamming, kill_all, kill_group, kill_main
from tests.gui.commands.shell import antiphon, refusal

pytestmark = pytest.mark.device
KILLS = [kill_main, kill_group, kill_all]


def check(peer: Peer, folder: Path, seed: int, kill: Callable[..., None]) -> cut_off.CutOff:
    found = cut_off.cut_off(peer, folder, random.Random(seed), kill)
    print(f"{seed}: {kill.__name__}: {found}")  # noqa: T201 - pytest shows it if the test fails
    assert found.played
    assert found.answered
    assert found.loss_ns <= MAX_LOSS_NS
    if kill is not kill_all:  # then its port is gone, and nobody can send anything
        assert found.stuck == 0
    return found


@pytest.mark.parametrize("kill", KILLS)
def test_a_killed_jam_loses_two_seconds_at_most(
    peer: Peer, tmp_path: Path, kill: Callable[..., None]
) -> None:
    check(peer, tmp_path, 1, kill)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.usefixtures("default_jack_server")
def test_fifty_jams_killed_at_random(tmp_path: Path, tenth: int) -> None:
    for seed in range(5 * tenth, 5 * tenth + 5):
        peer = Peer()
        try:
            check(peer, tmp_path, 100 + seed, KILLS[seed % 3])
        finally:
            peer.close()


def test_what_was_played_is_written_by_the_command(peer: Peer, tmp_path: Path) -> None:
    with jamming(tmp_path, "--record", "jam.mid") as process:
        peer.ask(connect=[["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]])
        frame, _ = peer.ask(clock=True)
        keys = ((0x90, 0), (0x80, 9_000))
        peer.ask(
            play=[
                [frame + 9_600 * number + at, [kind, 60 + number, 80]]
                for number in range(5)
                for kind, at in keys
            ]
        )
        assert peer.ask(hear=6)  # the answer
        assert find_unfinished() == ()  # it lives
        process.kill()
        process.wait()
    assert not (tmp_path / "jam.mid").exists()
    (unfinished,) = find_unfinished()
    told = antiphon("recover", "--list", folder=tmp_path).stdout.decode()
    assert told.startswith(f"{unfinished.name}  5 notes played, ")
    done = antiphon("jam", "--for", "0.1", folder=tmp_path)
    when = f"{unfinished.started_at:%Y-%m-%d %H:%M}"
    assert done.stderr.decode() == (
        f"antiphon: the session of {when} was cut off; `antiphon recover` writes what was played.\n"
    )
    done = antiphon("recover", "-o", "saved.mid", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    tracks = mido.MidiFile(tmp_path / "saved.mid").tracks
    played = next(track for track in tracks if track.name == f"played {Instrument.PIANO.label}")
    pitches = [each.note for each in played if each.type == "note_on" and each.velocity]
    assert pitches == [60, 61, 62, 63, 64]
    assert any(track.name.startswith("Antiphon ") for track in tracks)
    assert find_unfinished() == ()
    again = antiphon("recover", "-o", "again.mid", folder=tmp_path)
    assert refusal(again) == "there is no session to recover."
