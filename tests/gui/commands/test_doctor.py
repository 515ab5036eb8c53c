"""How the doctor reports the I/O process's messages; all else runs in `test_cli`."""

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


def report(platform: str, *messages: FromIo) -> list[str]:
    return list(describe_ports(messages, platform))


def test_open_ports_are_described_as_in_the_window() -> None:
    opened = Ready("rtmidi", "Antiphon in", "Antiphon out")
    assert report("linux", opened, PortNames(("keys",), ())) == [
        f"MIDI: {advice.describe_open_ports('rtmidi', 'Antiphon in', 'Antiphon out', 'linux')}",
        "MIDI ports to listen on: keys",
        "MIDI ports to play on: none",
    ]


def test_without_ports_it_names_reason_and_remedy_once() -> None:
    assert report("linux", REFUSED, REFUSED) == [
        "MIDI: There is no JACK server; start JACK or PipeWire.",
        f"MIDI: {advice.midi_remedy('linux')}",
    ]
    assert str(advice.midi_remedy("win32")) in "".join(
        report("win32", REFUSED, PortNames(("a",), ("b",)))
    )


def test_a_missing_port_is_not_a_problem_of_the_system() -> None:
    missing = Problem(NoSuchPort("harp", ("synth",)))
    assert str(advice.midi_remedy("linux")) not in "".join(
        report("linux", missing, PortNames(("synth",), ("synth",)))
    )


def test_an_io_process_without_messages_has_a_remedy() -> None:
    assert report("darwin") == [f"MIDI: {advice.midi_remedy('darwin')}"]


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
