"""`antiphon play`: another program on a JACK server hears the notes of a file, and their ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mido
import numpy as np
import pytest
from typer.testing import CliRunner

from assets import DEMO_PHRASES
from bridge.midi import smf
from bridge.midi.events import ControlChange, NoteOff, NoteOn, PitchWheel, ProgramChange
from bridge.midi.smf.performance import Performance, PerformedEvent, PlayedEvent, perform
from bridge.synth.process import BACKEND_VARIABLE
from bridge.synth.process import RATE_HZ as SYNTH_HZ
from bridge.synth.sound_font import package_fonts
from gui.commands.cli import app
from gui.commands.files.port_player import port_events
from tests.bridge.jack_server import PERIOD, RATE_HZ
from tests.bridge.peer import Peer

MINUET = DEMO_PHRASES / "minuet.mid"
RECORDER = Path(__file__).parents[3] / "bridge" / "synth" / "recorder.py"
MAIN = "import sys; sys.argv[0] = 'antiphon'; from gui.commands.cli import main; main()"
SECOND = 1_000_000_000
ORGAN = 19


def music(path: Path, *messages: mido.Message) -> Path:
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


@contextmanager
def playing(*words: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run `antiphon play` until it is sent a signal."""
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "play", *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as process:
        yield process
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0


def refused(*words: str | Path) -> str:
    found = CliRunner().invoke(app, ["play", *map(str, words)], catch_exceptions=False)
    assert (found.exit_code, found.output.count("\n")) == (2, 1), found.output
    return found.output


def is_on(message: list[int]) -> bool:
    return message[0] & 0xF0 == 0x90 and message[2] > 0


# ---------------------------------------------------------------------------- what a port is sent


def performance(*events: tuple[float, PlayedEvent]) -> Performance:
    return Performance(tuple(PerformedEvent(round(s * SECOND), 0, e) for s, e in events), 1)


def test_a_key_that_is_struck_twice_ends_with_its_second_release() -> None:
    on, off = NoteOn(0, 60, 80), NoteOff(0, 60)
    twice = performance((0, on), (1, on), (2, off), (3, off), (4, off))
    assert [event for _, event in port_events(twice)] == [on, on, off]
    assert [at_ns // SECOND for at_ns, _ in port_events(twice)] == [0, 1, 3]


def test_a_later_beginning_sets_the_channels_as_they_are_there() -> None:
    bank, program = ControlChange(0, 0, 8), ProgramChange(0, 5)
    settings: list[PlayedEvent] = [
        bank,
        program,
        ControlChange(0, 7, 1),
        PitchWheel(0, 5),
        ControlChange(0, 7, 90),
    ]
    before: list[tuple[float, PlayedEvent]] = [(0.1 * i, event) for i, event in enumerate(settings)]
    later = performance(
        *before, (0.9, NoteOn(0, 60, 80)), (2, NoteOff(0, 60)), (2, NoteOn(0, 62, 9))
    )
    sent = list(port_events(later, SECOND))
    first = [bank, program, PitchWheel(0, 5), ControlChange(0, 7, 90)]
    assert sent[:4] == [(0, event) for event in first]
    assert sent[4:] == [(SECOND, NoteOn(0, 62, 9))]


# ------------------------------------------------------------------------------- on a JACK server


@pytest.mark.device
def test_a_port_is_sent_the_whole_file_in_time(peer: Peer) -> None:
    with playing(MINUET, "--output", "listener:in", "--through", "jack") as process:
        wanted = [
            e for e in perform(smf.read(MINUET)).events if not isinstance(e.event, ControlChange)
        ]
        heard = [each for each in peer.ask(hear=len(wanted)) if each[1][0] & 0xF0 != 0xB0]
        assert process.wait(30) == 0  # it ends by itself
    sent = [(e.time_ns, e.event.pitch) for e in wanted if isinstance(e.event, NoteOn)]
    got = [(frame, message[1]) for frame, message in heard if is_on(message)]
    assert [key for _, key in got] == [key for _, key in sent]
    late = [
        (frame - got[0][0]) - (at_ns - sent[0][0]) * RATE_HZ // SECOND
        for (frame, _), (at_ns, _) in zip(got, sent, strict=True)
    ]
    assert max(late) - min(late) <= PERIOD
    ons = sum(is_on(message) for _, message in heard)
    assert len(heard) == len(wanted)
    assert ons == 23


@pytest.mark.device
def test_ctrl_c_releases_all_notes(peer: Peer, tmp_path: Path) -> None:
    keys = (60, 64, 67)
    down = mido.Message("control_change", control=64, value=127)
    on = [mido.Message("note_on", note=key, velocity=90) for key in keys]
    end = mido.Message("note_off", note=60, time=480 * 60)
    source = music(tmp_path / "in.mid", down, *on, end)
    with playing(source, "--output", "listener:in", "--through", "jack"):
        begun = [message for _, message in peer.ask(hear=4)]
        assert [message[1] for message in begun if is_on(message)] == [*keys]
    ended = [message for _, message in peer.ask(hear=4)]
    assert {message[1] for message in ended if message[0] == 0x80} == {*keys}
    assert [0xB0, 64, 0] in ended


@pytest.mark.device
@pytest.mark.usefixtures("default_jack_server")
def test_a_port_that_does_not_exist_is_named() -> None:
    assert 'no port "harp"' in refused(MINUET, "--output", "harp", "--through", "jack")


@pytest.mark.device
@pytest.mark.usefixtures("default_jack_server")
def test_the_synth_sounds_from_a_bar_on_until_ctrl_c(tmp_path: Path) -> None:
    notes = [mido.Message("program_change", program=ORGAN)]
    for key, ticks in ((60, 1920), (69, 480 * 60)):
        notes += [mido.Message("note_on", note=key, velocity=100)]
        notes += [mido.Message("note_off", note=key, time=ticks)]
    font = package_fonts()[0]
    words = (music(tmp_path / "in.mid", *notes), "--from", "2", "--sound-font", font)
    with playing(*words, **{BACKEND_VARIABLE: "jack"}) as process:
        assert process.stdout is not None
        assert "on JACK" in process.stdout.readline()
        with subprocess.Popen(
            [sys.executable, RECORDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as recorder:
            assert recorder.stdout is not None
            assert recorder.stdout.readline() == "recording\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            recorder.communicate(str(tmp_path / "sound.npz"))
    sound = np.load(tmp_path / "sound.npz")["sound"]
    part = sound[SYNTH_HZ // 4 : SYNTH_HZ * 3 // 4]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    octaves = np.log2(power.argmax() * SYNTH_HZ / (8 * len(part)) / 440)
    assert abs(octaves - round(octaves)) < 0.02
    assert np.abs(part).max() > 0.005
    assert np.abs(sound[-SYNTH_HZ // 100 :]).max() < np.abs(part).max() / 3


# --------------------------------------------------------------------------------------- refusals


def test_what_cannot_be_played_is_refused(tmp_path: Path) -> None:
    empty = music(tmp_path / "empty.mid")
    assert "has no notes to play." in refused(empty)
    assert "ends before bar 99" in refused(MINUET, "--from", "99")
    assert "no such file" in refused(tmp_path / "none.mid")
    font = tmp_path / "none.sf2"
    assert "There is no sound font" in refused(MINUET, "--sound-font", font)
    assert "--sound-font: " in refused(MINUET, "--output", "x", "--sound-font", font)
    assert "--through: " in refused(MINUET, "--through", "harp")


def test_a_missing_device_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    assert "gramophone" in refused(MINUET, "--sound-font", package_fonts()[0])
