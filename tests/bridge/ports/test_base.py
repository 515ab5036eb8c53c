"""The choice of a back end, and the search for a port."""

import importlib
import subprocess
import sys

import pytest

from bridge.midi.events import NoteOff, NoteOn
from bridge.playout.problem import (
    AmbiguousPort,
    LibraryMissing,
    NoBackend,
    NoMidiService,
    NoSuchPort,
    ProblemReason,
)
from bridge.ports import base
from bridge.ports.base import Backend, PortError, connect, find_port
from bridge.system.clock import ManualClock

NAMES = ("Digital Piano:out", "Digital Piano 2:out", "Drums:out")
ON, END = NoteOn(0, 60, 1), NoteOff(0, 60)


@pytest.mark.parametrize(
    "wanted,found",
    [
        ("Drums:out", "Drums:out"),
        ("drums", "Drums:out"),
        ("PIANO 2", "Digital Piano 2:out"),
        ("Digital Piano:out", "Digital Piano:out"),
        ("  digital piano 2:OUT ", "Digital Piano 2:out"),
    ],
)
def test_a_port_is_found_by_its_name_or_an_unambiguous_part(wanted: str, found: str) -> None:
    assert find_port(wanted, NAMES) == found


@pytest.mark.parametrize(
    "wanted,names,reason",
    [
        ("harp", NAMES, NoSuchPort("harp", NAMES)),
        ("harp", (), NoSuchPort("harp", ())),
        ("piano", NAMES, AmbiguousPort("piano", NAMES[:2])),
    ],
)
def test_a_port_that_is_not_found_has_a_reason(
    wanted: str, names: tuple[str, ...], reason: ProblemReason
) -> None:
    with pytest.raises(PortError) as refusal:
        find_port(wanted, names)
    assert refusal.value.reason == reason


def test_a_port_of_windows_is_found_without_its_index() -> None:
    names = ("loopMIDI Port 1 0", "loopMIDI Port 10 1")
    assert find_port("loopMIDI Port 1", names) == names[0]
    assert find_port("loopMIDI Port 10", names) == names[1]


def test_every_named_back_end_exists() -> None:
    for name in base.AUTO_ORDER:
        assert name in base.BACKENDS
    backend: Backend = connect("loopback", "Antiphon", ManualClock())
    assert backend.name == "loopback"


def test_without_a_back_end_all_reasons_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> object:
        refusals = {
            "bridge.ports.jack": OSError("JACK library not found"),
            "bridge.ports.rtmidi": PortError(NoMidiService(("ALSA",))),
        }
        raise refusals[name]

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(PortError) as refusal:
        connect("auto", "Antiphon", ManualClock())
    missing = LibraryMissing("jack", "JACK library not found")
    assert refusal.value.reason == NoBackend((missing, NoMidiService(("ALSA",))))
    with pytest.raises(PortError) as refusal:
        connect("rtmidi", "Antiphon", ManualClock())
    assert refusal.value.reason == NoMidiService(("ALSA",))


def test_the_process_loads_no_arrays_and_no_window() -> None:
    script = (
        "import sys, bridge.io.process, bridge.ports.loopback, bridge.ports.rtmidi\n"
        "try: import bridge.ports.jack\n"
        "except OSError: pass\n"
        "print(sorted({'numpy', 'mido', 'onnxruntime', 'PySide6', 'torch'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout == "[]\n"
