"""What the doctor makes of what the I/O process says; the rest of it runs in `test_cli`."""

import sys
from importlib import resources
from pathlib import Path

import pytest

from bridge.playout.problem import NoJackServer, NoSuchPort
from bridge.playout.protocol import FromIo, PortNames, Problem, Ready
from gui.commands import doctor
from gui.commands.doctor import describe_ports
from gui.wording import advice

REFUSED = Problem(NoJackServer())


def told(platform: str, *heard: FromIo) -> list[str]:
    return list(describe_ports(heard, platform))


def test_open_ports_are_told_as_the_window_tells_them() -> None:
    opened = Ready("rtmidi", "Antiphon in", "Antiphon out")
    assert told("linux", opened, PortNames(("keys",), ())) == [
        f"MIDI: {advice.describe_open_ports('rtmidi', 'Antiphon in', 'Antiphon out', 'linux')}",
        "MIDI ports to listen on: keys",
        "MIDI ports to play on: none",
    ]


def test_where_nothing_opens_it_says_once_why_and_what_to_do() -> None:
    assert told("linux", REFUSED, REFUSED) == [
        "MIDI: There is no JACK server; start JACK or PipeWire.",
        f"MIDI: {advice.midi_remedy('linux')}",
    ]
    assert str(advice.midi_remedy("win32")) in "".join(
        told("win32", REFUSED, PortNames(("a",), ("b",)))
    )


def test_a_port_that_is_not_there_is_no_sickness_of_the_system() -> None:
    missing = Problem(NoSuchPort("harp", ("synth",)))
    assert str(advice.midi_remedy("linux")) not in "".join(
        told("linux", missing, PortNames(("synth",), ("synth",)))
    )


def test_an_io_process_that_says_nothing_is_helped_too() -> None:
    assert told("darwin") == [f"MIDI: {advice.midi_remedy('darwin')}"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows runs no such script")
def test_without_a_midi_process_or_a_model_it_is_not_usable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    said: list[str] = []
    assert not doctor.examine(said.append)
    midi = (
        "MIDI: the I/O process does not start: "
        "bridge.io.process ended with status 3 before it joined: no such thing"
    )
    model = f"Model: {tmp_path} holds 0 artefacts where there must be 1."
    assert said[1:] == [midi, model]
    assert doctor.diagnose().missing == (midi, model)
    caplog.clear()
