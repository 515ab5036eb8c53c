"""Diagnostics as text and as JSON."""

import json
from pathlib import Path

import pytest

from bridge.messages.processor import NoNvidiaDriver, Processor
from bridge.playout.protocol import Lateness
from gui.diagnostics.rendering import to_json, to_text
from gui.diagnostics.report import ArtefactFacts, Diagnostics, PortFacts

SOME = Diagnostics(
    Processor(is_gpu=False, threads=2, reason=NoNvidiaDriver()),
    1_250_000.0,
    ArtefactFacts("small", "0123456789ab", 4280, 180),
    PortFacts("jack", "keys", "synth", ("keys", "pads"), ("synth",)),
    Lateness((50, 100, 1000), (90, 8, 1, 1), 3_200_000),
    (),
    ("There is no port.",),
    ("ERROR gui: it broke",),
    ("INFO gui: /home/ann/song.mid", "ERROR gui: it broke"),
)
KEYS = """
usable missing problems versions platform processor artefact ports lateness
refused_positions thinned_messages errors log log_file
"""


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))


def test_the_text_has_all_diagnostics() -> None:
    text = to_text(SOME)
    for line in (
        "Processor: CPU, 2 threads: no NVIDIA driver was found",
        "Artefact: small, fingerprint 0123456789ab, step 4280, 180 styles",
        "Ports: keys → synth (jack)",
        "Ports to listen on: keys, pads",
        "Lateness: 100 notes, p50 0.05 ms, p99 1 ms, worst 3.2 ms",
        "There is no port.",
        "INFO gui: ~/song.mid",
    ):
        assert line in text.splitlines()
    assert "mido" in text
    assert "ann" not in text


def test_unknown_facts_are_marked() -> None:
    lines = to_text(Diagnostics()).splitlines()
    assert {"Processor: not known", "Ports: not known", "Lateness: no note yet"} <= set(lines)
    assert not any(line.startswith(("Problems", "Last errors", "Log")) for line in lines)
    assert "Ports: none open" in to_text(Diagnostics(ports=PortFacts())).splitlines()


def test_the_json_has_the_keys_that_the_help_names() -> None:
    facts = json.loads(to_json(SOME))
    assert list(facts) == KEYS.split()
    assert facts["usable"] is True
    assert facts["processor"] == {
        "device": "cpu",
        "threads": 2,
        "reason": "no NVIDIA driver was found",
        "token_ms": 1.25,
    }
    assert facts["artefact"]["fingerprint"] == "0123456789ab"
    assert facts["ports"]["inputs"] == ["keys", "pads"]
    assert facts["lateness"]["counts"] == [90, 8, 1, 1]
    assert facts["log"][0] == "INFO gui: ~/song.mid"


def test_an_installation_with_a_missing_part_is_not_usable() -> None:
    facts = json.loads(to_json(Diagnostics(missing=("Model: none.",))))
    assert facts["usable"] is False
    assert facts["processor"] is facts["ports"] is facts["artefact"] is facts["lateness"] is None


def test_positions_that_were_not_valid_are_counted() -> None:
    found = Diagnostics(refused_positions=3)
    assert json.loads(to_json(found))["refused_positions"] == 3
    assert "Positions of hosts that were not valid: 3" in to_text(found).splitlines()
    assert "Positions of hosts" not in to_text(Diagnostics())


def test_messages_dropped_from_a_flood_are_counted() -> None:
    found = Diagnostics(thinned_messages=7)
    assert json.loads(to_json(found))["thinned_messages"] == 7
    assert "Messages dropped from a flood of input: 7" in to_text(found).splitlines()
    assert "flood" not in to_text(Diagnostics())
