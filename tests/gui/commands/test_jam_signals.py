"""Signals to a jam that sounds: silence, every note ended, and the whole music in the record."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import mido
import psutil
import pytest

from gui.engine.session_folder import find_unfinished, usual_root
from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.gui.commands.cut_off import NOTE_OFF, NOTE_ON, jamming, stuck_notes

pytestmark = [
    pytest.mark.device,
    pytest.mark.skipif(os.name == "nt", reason="Windows has other signals"),
]
KINDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
Send = Callable[["subprocess.Popen[str]", int], None]


def to_the_first(process: "subprocess.Popen[str]", kind: int) -> None:
    process.send_signal(kind)


def to_all(process: "subprocess.Popen[str]", kind: int) -> None:
    """Send to every process, the children first, as a session manager may at logout."""
    for child in psutil.Process(process.pid).children(recursive=True):
        child.send_signal(kind)
    process.send_signal(kind)


def twice(process: "subprocess.Popen[str]", kind: int) -> None:
    """Send it again while the jam ends, as an impatient user does."""
    process.send_signal(kind)
    for _ in range(20):
        process.send_signal(kind)
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        return


@pytest.mark.parametrize("send", [to_the_first, to_all, twice])
@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_is_a_stop(peer: Peer, tmp_path: Path, kind: int, send: Send) -> None:
    options = ("--mode", "accompany", "--style", "jazz", "--record", "jam.mid")
    with jamming(tmp_path, *options) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        peer.ask(connect=[["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]])
        frame, _ = peer.ask(clock=True)
        step = RATE_HZ // 7
        plan = [
            [frame + number * step + at, [kind_, 48 + number * 7 % 24, 80]]
            for number in range(200)
            for at, kind_ in ((4_800, NOTE_ON), (4_800 + step - 400, NOTE_OFF))
        ]
        peer.ask(play=plan)
        heard = peer.ask(hear=12)
        assert len(heard) == 12
        send(process, kind)
        _, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, "")
        assert psutil.wait_procs(children, 10)[1] == []
        heard += peer.ask(hear=peer.ask(waiting=True))
    assert stuck_notes(heard) == 0
    received = [message for _, message in heard if message[0] & 0xF0 == NOTE_ON and message[2]]
    tracks = mido.MidiFile(tmp_path / "jam.mid").tracks
    recorded = [
        message
        for track in tracks
        if track.name.startswith("Antiphon ")
        for message in track
        if message.type == "note_on" and message.velocity
    ]
    # One more may have been due when the signal came, and was no longer sent.
    assert len(received) <= len(recorded) <= len(received) + 6
    assert find_unfinished() == ()
    assert list(usual_root().iterdir()) == []
